/** The first walk at its edges: nobody at the door, a store that cannot take note, the same message twice at one moment. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import { acknowledgeDelivery } from '#gateway/rooms/collect.ts'
import type { Deps } from '#gateway/rooms/deps.ts'
import { forward } from '#gateway/rooms/forward.ts'
import { quarantine } from '#gateway/rooms/quarantine.ts'
import { record } from '#gateway/rooms/record.ts'
import { ingest } from '#gateway/rooms/walk.ts'
import { aDelivery, organisation } from '#test/contract/stored-things.ts'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { publishOne } from '#test/support/log-world.ts'
import { aHandover } from '#test/support/messages.ts'
import { parsedMessage } from '#test/support/routed.ts'

describe('the first walk', () => {
  let gateway: TestGateway
  before(async () => {
    gateway = await bootGateway({ worker: 'paused' })
  })
  after(() => gateway.stop())

  const requestOf = (): Parameters<typeof record>[1] => {
    const sender = gateway.deps.registry().participants.find(({ id }) => id === 'prison-paris')
    assert.ok(sender !== undefined)
    const message = parsedMessage(aHandover())
    const routed = { sender, message, bytesDigest: '', attested: 'originator', receivedAt: gateway.now() } as const
    const raw = { idempotencyKey: randomUUID() }
    return { routed: { ...routed, routes: [] }, raw, bodyDigest: 'b'.repeat(64), messageDigest: 'a'.repeat(64) }
  }

  it('takes nothing from nobody, and notes it as unidentified', async () => {
    const raw = { bytes: Buffer.from('x'), contentType: 'application/jose', idempotencyKey: randomUUID() }
    const refused = await ingest(gateway.deps, undefined, raw)
    assert.equal(refused.ok ? '' : refused.problem.code, 'certificate-missing')
    const rows = await gateway.deps.store.read.audit.rows(1, 100)
    assert.ok(rows.some(({ event }) => event.problem === 'certificate-missing' && event.actor === 'unidentified'))
  })

  it('lets a refusal stand where the store cannot take note of it, with an alarm', async () => {
    const broken: Deps['store'] = {
      ...gateway.deps.store,
      transaction: () => Promise.reject(new Error('disk full')),
    }
    const refusal = { problem: { code: 'header-refused' }, peer: 'prison-paris', bodyDigest: 'b'.repeat(64) } as const
    await quarantine({ ...gateway.deps, store: broken }, refusal)
    assert.ok(gateway.log.some(({ level, event }) => level === 'alarm' && event === 'a refusal could not be recorded'))
  })

  it('answers the first receipt to the same message recorded in between', async () => {
    const request = requestOf()
    const [first, second] = await Promise.all([record(gateway.deps, request), record(gateway.deps, request)])
    assert.ok(first.ok && second.ok)
    assert.equal(second.value.receipt, first.value.receipt)
    assert.notEqual(first.value.isRepeat, second.value.isRepeat)
  })

  it('records nothing along a flow that ended in between', async () => {
    const request = requestOf()
    const registry = { ...gateway.deps.registry(), edges: [] }
    const refused = await record({ ...gateway.deps, registry: () => registry }, request)
    assert.equal(refused.ok ? '' : refused.problem.code, 'edge-missing')
    const { sender, message } = request.routed
    assert.equal(await gateway.deps.store.read.messages.acceptanceByJti(sender.id, message.jti), undefined)
  })

  it('sends nothing that was judged under a policy which was replaced meanwhile', async () => {
    const recorded = await record(gateway.deps, requestOf())
    assert.ok(recorded.ok)
    const [status] = await gateway.deps.store.read.outbox.ofMessage(recorded.value.messageId)
    assert.ok(status !== undefined)
    const policy = gateway.deps.policy()
    assert.ok(policy !== undefined)
    let asked = 0
    const replaced: Deps['policy'] = () => ((asked += 1) === 1 ? policy : { ...policy, digest: 'another' })
    const outcome = await forward({ ...gateway.deps, policy: replaced }, { ...status.job, attempts: 1 })
    assert.deepEqual(outcome, { kind: 'retry', reason: 'changed-meanwhile' })
  })

  it('takes no acknowledgement of a parcel that was withdrawn', async () => {
    const [participant] = gateway.deps.registry().participants
    assert.ok(participant !== undefined)
    const row = aDelivery({ organisation: organisation(participant.id) })
    await gateway.deps.store.transaction(async (tx) => {
      await tx.deliveries.add(row)
      await publishOne(tx.log)
      await tx.deliveries.setState(row.id, 'withdrawn', gateway.now())
    })
    const refused = await acknowledgeDelivery(gateway.deps, { participant }, row.id)
    assert.equal(refused.ok ? '' : refused.problem.code, 'delivery-withdrawn')
  })
})
