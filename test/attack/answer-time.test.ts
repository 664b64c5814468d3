/** What a sender is answered says nothing of what its recipients will see: the same steps, the same bytes, before anybody is judged. */
import assert from 'node:assert/strict'
import { randomUUID, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { PROJECT_ROOT } from '#cli/project-root.ts'
import type { CaseId } from '#gateway/core/ids.ts'
import { forward } from '#gateway/rooms/forward.ts'
import { ingest } from '#gateway/rooms/walk.ts'
import { PROBATION, PRISON, aCaseId, employment, handover, openStage } from '#test/journey/stage.ts'
import type { Stage } from '#test/journey/stage.ts'
import { expectStatus } from '#test/support/gateway.ts'

const PACK = join(PROJECT_ROOT, 'policies/packs/france-prison-exit.json')

describe('an answer to a sender', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage({ worker: 'paused', limits: { sampleOneIn: 1 } })
  })
  after(() => stage[Symbol.asyncDispose]())

  /** Sends to one mandate that policy permits, or to the same made one that no rule names; what came back, and what was done. */
  const answered = async (isAllowed: boolean): Promise<Readonly<Record<string, unknown>>> => {
    const { gateway } = stage
    const registry = gateway.deps.registry()
    if (!isAllowed)
      gateway.changeRegistry((old) => ({
        ...old,
        mandates: old.mandates.map((one) => (one.id === PROBATION.mandate ? { ...one, type: 'nobody' } : one)),
      }))
    const { read } = gateway.deps.store
    const before = await read.audit.head()
    const caseId = aCaseId()
    const body = handover(caseId, [employment()], { to: [PROBATION.organisation] })
    const response = expectStatus(202, await gateway.send(PRISON.organisation, body))
    gateway.changeRegistry(() => registry)
    const rows = await read.audit.rows((before?.seq ?? 0) + 1, 100)
    return {
      bytes: response.text.length,
      headers: Object.keys(response.headers).toSorted(),
      members: Object.keys(response.body as object).toSorted(),
      acts: rows.map(({ event }) => event.act),
      jobs: (await read.outbox.waitingOfCase(caseId as CaseId)).length,
      deliveries: (await read.deliveries.ofCase(caseId as CaseId)).length,
    }
  }

  it('H072 is of the same size and made by the same steps for a recipient that gets all and one that gets nothing', async () => {
    const allowed = await answered(true)
    assert.deepEqual(await answered(false), allowed)
    assert.deepEqual([allowed['jobs'], allowed['deliveries']], [1, 0])
  })

  it('H072 is given before any judge is asked', async () => {
    const { gateway } = stage
    // One of its own: the pack in force is shared by every gateway of these tests.
    await gateway.putPolicy(readFileSync(PACK, 'utf8'))
    const policy = gateway.deps.policy()
    assert.ok(policy !== undefined)
    let asked = 0
    const judge = new Proxy(policy.judge, {
      get: (real, name, receiver): unknown => {
        asked += 1
        return Reflect.get(real, name, receiver)
      },
    })
    const deps = { ...gateway.deps, policy: () => ({ ...policy, judge }) }
    const caseId = aCaseId()
    const body = handover(caseId, [employment()], { to: [PROBATION.organisation] })
    const raw = {
      bytes: Buffer.from(await gateway.envelope(PRISON.organisation, gateway.message(PRISON.organisation, body))),
      contentType: 'application/jose',
      idempotencyKey: randomUUID(),
    }
    const certificate = new X509Certificate(gateway.tlsOf(PRISON.organisation).cert)
    const accepted = await ingest({ ...deps, limits: { ...deps.limits, takesPlainItems: true } }, certificate, raw)
    assert.ok(accepted.ok, JSON.stringify(accepted))
    assert.equal(asked, 0)
    const [job] = await deps.store.read.outbox.waitingOfCase(caseId as CaseId)
    assert.ok(job !== undefined)
    await forward(deps, job)
    assert.ok(asked > 0, 'the judge that is counted is the one that is asked')
  })
})
