/** A machine of a small organisation is stolen: an officer stops the organisation, and what waits for it waits until it has come back. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'mocha'
import { toDeliveryId } from '#gateway/core/ids.ts'
import { bootGateway, expectStatus, refusal } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { aReferral } from '#test/support/messages.ts'

const ORGANISATION = 'pairs-paris'
const ASKING = { organisation: ORGANISATION, mandate: 'pairs-social-worker' }
const SENDER = 'probation-paris'

describe('an organisation that an officer stops', () => {
  let gateway: TestGateway
  beforeEach(async () => {
    gateway = await bootGateway()
  })
  afterEach(() => gateway.stop())

  const stop = (suspendedAt: number | undefined): void =>
    gateway.changeRegistry((registry) => ({
      ...registry,
      participants: registry.participants.map(({ suspendedAt: _before, ...participant }) =>
        participant.id === ORGANISATION && suspendedAt !== undefined ? { ...participant, suspendedAt } : participant,
      ),
    }))
  const refer = async (caseId: string): Promise<void> => {
    expectStatus(202, await gateway.send(SENDER, aReferral({ caseId })))
    await gateway.settled()
  }

  it('H015 is refused at its next request, and what waits for it is held and not lost', async () => {
    await refer('DEMO-2026-51')
    const [waiting, ...more] = await gateway.deliveries(ASKING)
    assert.ok(waiting !== undefined && more.length === 0)
    stop(gateway.now())
    for (const path of ['/v1/deliveries', `/v1/deliveries/${waiting.id}`]) {
      const { code } = refusal(403, await gateway.ask(ASKING, 'get', path))
      assert.equal(code, 'participant-suspended')
    }
    assert.equal(refusal(403, await gateway.send(ORGANISATION, aReferral())).code, 'participant-suspended')
    stop(undefined)
    assert.deepEqual(
      (await gateway.deliveries(ASKING)).map(({ id }) => id),
      [waiting.id],
    )
    assert.equal((await gateway.receive(ASKING)).length, 1)
  })

  it('H015 gets nothing more while it is stopped, by its certificate or by any other', async () => {
    stop(gateway.now())
    await gateway.send(SENDER, aReferral({ caseId: 'DEMO-2026-52' }))
    await gateway.settled()
    stop(undefined)
    assert.deepEqual(await gateway.receive(ASKING), [])
  })

  it('H015 is refused by its stolen certificate alone once that is revoked, and nothing of its parcels has changed', async () => {
    await refer('DEMO-2026-53')
    const [delivery] = await gateway.deliveries(ASKING)
    const id = toDeliveryId(delivery?.id ?? '')
    assert.ok(id !== undefined)
    gateway.revoke(ORGANISATION)
    for (const path of ['/v1/deliveries', `/v1/deliveries/${id}`])
      assert.equal(refusal(403, await gateway.ask(ASKING, 'get', path)).code, 'certificate-revoked')
    const held = await gateway.deps.store.read.deliveries.get(id)
    assert.equal(held?.state, 'in-mailbox')
    assert.ok((held.parcel ?? '').length > 0)
  })
})
