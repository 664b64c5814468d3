/** What the gateway says again in its own name: one copy for a class until the message grows, and none without a key to present it with. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { before, describe, it } from 'mocha'
import { copiedMessage } from '#adapters/agency-kit/sign-copies.ts'
import { openKeptWork } from '#gateway/rooms/kept-work.ts'
import { reissue } from '#gateway/rooms/reissue.ts'
import type { ToReissue } from '#gateway/rooms/reissue.ts'
import { aStored } from '#test/contract/stored-things.ts'
import { aBroker } from '#test/support/certificates.ts'
import { aTestNetwork } from '#test/support/example-network.ts'
import { aReferral, anItemText } from '#test/support/messages.ts'
import { parsedMessage } from '#test/support/routed.ts'

const AT = Date.UTC(2027, 2, 1)

/** It may bring items, and brings none. */
const ANSWER = {
  kind: 'InformationResponse',
  caseId: 'DEMO-2026-01',
  purpose: 'sentence-execution',
  legalBasisId: 'fr.cpen.r113-49',
  inReplyTo: randomUUID(),
  granted: [],
  refused: [],
  until: '2027-06-01',
}

describe('reissue', () => {
  let deps: Parameters<typeof reissue>[0]
  before(async () => {
    const [{ registry }, broker] = await Promise.all([aTestNetwork(AT), aBroker()])
    let secrets = 0
    deps = {
      keyRing: broker.keyRing,
      clock: () => AT,
      registry: () => registry,
      newId: randomUUID,
      newSecrets: () => ({ salt: Buffer.alloc(32, 1), secret: Buffer.alloc(32, (secrets += 1)) }),
      kept: openKeptWork(),
    }
  })
  const toReissue = (body = aReferral()): ToReissue => {
    const message = copiedMessage(parsedMessage(body))
    assert.ok(message !== undefined)
    return { stored: aStored({ message }), message, audienceClass: 'SP', caseHandle: 'a'.repeat(32) }
  }

  it('says it once for all recipients of a type, and anew for another type or once the message has grown', async () => {
    const asked = toReissue()
    const first = await reissue(deps, asked)
    assert.ok(first !== undefined)
    assert.equal(await reissue(deps, asked), first)
    assert.notEqual((await reissue(deps, { ...asked, audienceClass: 'PS' }))?.copy.jwt, first.copy.jwt)
    const grown = { ...asked.stored, releases: [{ at: AT, items: [] }] }
    assert.notEqual((await reissue(deps, { ...asked, stored: grown }))?.copy.jwt, first.copy.jwt)
  })

  it('makes it each time where nothing is kept, with the same things to say and other salts', async () => {
    const { kept: _, ...without } = deps
    const asked = toReissue(ANSWER)
    const [one, other] = [await reissue(without, asked), await reissue(without, asked)]
    assert.notEqual(one?.copy.jwt, other?.copy.jwt)
    assert.deepEqual([...(one?.ready.byId.keys() ?? [])], [])
    assert.ok((await reissue(deps, asked)) !== undefined)
  })

  it('says nothing without a key to present it with', async () => {
    const publicKeys = () => deps.keyRing.publicKeys().filter(({ use }) => use !== 'present')
    assert.equal(await reissue({ ...deps, keyRing: { ...deps.keyRing, publicKeys } }, toReissue()), undefined)
  })

  it('never signs what only the format may say, and keeps no failure', async () => {
    const item = anItemText({ value: { _sd: ['x'] } as never })
    const asked = toReissue(aReferral({ items: [item] }))
    await assert.rejects(reissue(deps, asked), /cannot be copied/)
    const healed = { ...asked, message: toReissue().message }
    assert.ok((await reissue(deps, healed)) !== undefined)
  })
})
