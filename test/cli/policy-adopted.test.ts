/** `serve` where two officers have to adopt the policy: a fresh install takes nothing, says so, and goes on after a restart once they have. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { EXAMPLE_PATHS } from '#cli/certs.ts'
import { readConfig } from '#cli/config.ts'
import { openGatewayStore } from '#cli/wire-store.ts'
import { changeHash } from '#gateway/core/policy-change.ts'
import { beginAdoption } from '#gateway/rooms/adopt-version.ts'
import { approveChange, hashToSubmit, submitChange } from '#gateway/rooms/change-approval.ts'
import type { ChangeDeps } from '#gateway/rooms/change-outcome.ts'
import { aHandover, anItemText } from '#test/support/messages.ts'
import { inNetwork } from '#test/support/officers.ts'
import { aSigner, done } from '#test/support/policy-changes.ts'
import { openServing } from '#test/support/serving.ts'
import type { Serving } from '#test/support/serving.ts'
import { CHANGING } from '#test/support/web.ts'

const STRICT = { PASSERELLE_POLICY_APPROVAL: 'adopted' }
const item = anItemText({ section: 'identity', term: 'full-name', value: 'Alix DEMO-MARTIN' })
const BODY = aHandover({
  caseId: 'DEMO-ADOPT',
  purpose: 'sentence-execution',
  legalBasisId: 'fr.cpen.r113-49',
  items: [item],
  to: ['court-paris'],
})

describe('a gateway that is started for the first time where two have to adopt its policy', function () {
  this.timeout(120_000)
  let serving: Serving
  before(async () => {
    serving = await openServing()
    await serving.start(STRICT)
  })
  after(() => serving[Symbol.asyncDispose]())

  const send = async (): Promise<unknown> => {
    using prison = await serving.member('prison-paris')
    return await prison.send(inNetwork(serving, 'prison-paris', BODY))
  }
  const readiness = async (): Promise<string> => {
    const reply = await fetch(`${serving.insideUrl}/readyz`)
    return `${reply.status} ${await reply.text()}`
  }
  /** As on the pages, with the gateway stopped. */
  const adopt = async (): Promise<void> => {
    const { folder, kept } = serving
    const own = { PASSERELLE_NETWORK: folder, PASSERELLE_KEK: join(folder, EXAMPLE_PATHS.kek), ...kept }
    const read = readConfig(own, {})
    assert.ok(read.ok)
    const log = { info: () => {}, warn: () => {}, alarm: () => {} }
    const opened = await openGatewayStore(read.config, log, Date.now)
    await using store = opened.store
    const deps: ChangeDeps = { store, clock: opened.time.now, newId: randomUUID, log, changing: CHANGING }
    const [ada, noor] = [await aSigner(store, 'Ada'), await aSigner(store, 'Noor')]
    const digest = (await store.read.policies.digestInForce()) ?? assert.fail('nothing is in force')
    const begun = done(await beginAdoption(deps, { officer: ada, digest, title: 'Adopt it' }))
    const proof = ada.sign(await hashToSubmit(deps, begun))
    const submitted = done(await submitChange(deps, begun, { officer: ada, proof }))
    done(await approveChange(deps, submitted, { officer: noor, proof: noor.sign(changeHash(submitted)) }))
  }

  it('refuses each message and is not ready, in words', async () => {
    assert.match(serving.said(), /nothing is taken or sent before two officers have adopted this policy/)
    await assert.rejects(send(), /policy-unavailable/)
    assert.match(await readiness(), /^503 [\s\S]*two officers have still to adopt it/)
  })

  it('takes the message once two have adopted what is in force', async () => {
    await serving.kill()
    await adopt()
    await serving.start(STRICT)
    assert.doesNotMatch(serving.said(), /before two officers/)
    assert.ok(await send())
    assert.match(await readiness(), /^200 /)
  })
})
