/** A case erased by its operator while a parcel of it is being sealed: nothing is delivered, and the case is not begun anew. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { openMember } from '#adapters/agency-kit/member.ts'
import { EXAMPLE_PATHS } from '#cli/certs.ts'
import { readConfig } from '#cli/config.ts'
import { openGateway } from '#cli/wire.ts'
import type { Gateway } from '#cli/wire.ts'
import type { CaseId } from '#gateway/core/ids.ts'
import type { Deps } from '#gateway/rooms/deps.ts'
import { forward } from '#gateway/rooms/forward.ts'
import { eventually } from '#test/support/eventually.ts'
import { aHandover, anItemText } from '#test/support/messages.ts'
import { inNetwork } from '#test/support/officers.ts'
import { openServing } from '#test/support/serving.ts'
import type { Serving } from '#test/support/serving.ts'

const ON_SENTENCE = { purpose: 'sentence-execution', legalBasisId: 'fr.cpen.r113-49' } as const

describe('a case erased while a parcel of it is sealed', function () {
  this.timeout(60_000)
  let serving: Serving
  let gateway: Gateway

  before(async () => {
    serving = await openServing()
    const read = readConfig(
      {
        PASSERELLE_NETWORK: serving.folder,
        ...serving.kept,
        PASSERELLE_KEK: join(serving.folder, EXAMPLE_PATHS.kek),
        PASSERELLE_PORT: '0',
        PASSERELLE_INSIDE_PORT: '0',
        // No recipient has a key for it: jobs wait until the test takes them in hand.
        PASSERELLE_ENVELOPE: 'hybrid',
        PASSERELLE_JUDGE_QUESTIONS: '100',
        PASSERELLE_LOG: 'silent',
      },
      {},
    )
    assert.ok(read.ok)
    gateway = await openGateway(read.config)
  })
  after(async () => {
    await gateway[Symbol.asyncDispose]()
    await serving[Symbol.asyncDispose]()
  })

  const erase = async (caseId: string): Promise<void> => {
    const files = ['--network', serving.folder, '--database', serving.database]
    const kek = ['--kek', join(serving.folder, EXAMPLE_PATHS.kek)]
    const { code, text } = await serving.run('vault', 'erase', caseId, ...files, ...kek)
    assert.equal(code, 0, text)
  }

  /** A job of a new case that waits, done with something happening while it is sealed. */
  const deliver = async (caseId: string, meanwhile: () => Promise<void>): ReturnType<typeof forward> => {
    const { deps } = gateway
    const url = gateway.agencyUrl.replace('127.0.0.1', 'localhost')
    const member = { home: serving.folder, url, audience: serving.audience, clock: Date.now }
    using prison = await openMember({ ...member, organisation: 'prison-paris' })
    const item = anItemText({ section: 'identity', term: 'full-name', value: 'Alix DEMO-MARTIN' })
    const body = aHandover({ caseId, ...ON_SENTENCE, items: [item], to: ['court-paris'] })
    await prison.send(inNetwork(serving, 'prison-paris', body))
    const waiting = (): ReturnType<typeof deps.store.read.outbox.waitingOfCase> =>
      deps.store.read.outbox.waitingOfCase(caseId as CaseId)
    const [job] = await eventually(waiting, (jobs) => jobs.length > 0)
    assert.ok(job !== undefined)
    const present: Deps['keyRing']['present'] = async (...given) => {
      await meanwhile()
      return deps.keyRing.present(...given)
    }
    const { envelope: _hybrid, ...classic } = deps
    return await forward({ ...classic, keyRing: { ...deps.keyRing, present } }, job)
  }

  it('is delivered where nothing happens meanwhile', async () =>
    assert.equal((await deliver('DEMO-KEPT', async () => {})).kind, 'done'))

  it('is not delivered, and leaves neither a delivery nor a key behind', async () => {
    const outcome = await deliver('DEMO-ERASED', () => erase('DEMO-ERASED'))
    assert.notEqual(outcome.kind, 'done', JSON.stringify(outcome))
    const { read } = gateway.deps.store
    assert.deepEqual(await read.deliveries.ofCase('DEMO-ERASED' as CaseId), [])
    await erase('DEMO-KEPT')
    assert.equal(await read.log.size().then((size) => size > 0), true)
  })
})
