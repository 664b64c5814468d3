/** A release that is not taken: unreadable, from nobody, too late, or of what no message could have brought; and nothing is stored of it. */
import assert from 'node:assert/strict'
import { randomUUID, X509Certificate } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import { toCaseId } from '#gateway/core/ids.ts'
import type { MessageId } from '#gateway/core/ids.ts'
import { RELEASE_ENVELOPE } from '#gateway/core/jose-headers.ts'
import { release as letGo } from '#gateway/rooms/release.ts'
import type { Deps } from '#gateway/rooms/deps.ts'
import { encryptTo } from '#gateway/rooms/seal.ts'
import { expectStatus, refusal } from '#test/support/gateway.ts'
import { codeOf } from '#test/support/problem-code.ts'
import { holdingOn, whole } from './holding-stage.ts'
import type { Held } from './holding-stage.ts'
import {
  ON_SENTENCE,
  PRISON,
  PROBATION,
  aCaseId,
  employment,
  handover,
  identity,
  last,
  openStage,
  recall,
  shownOf,
} from './stage.ts'
import type { Stage } from './stage.ts'

/** Name of the part that a disclosure is of. */
function partOf(disclosure: string): string {
  const read: unknown = JSON.parse(Buffer.from(disclosure, 'base64url').toString('utf8'))
  assert.ok(Array.isArray(read))
  return read.length === 3 ? String(read[1]) : 'item'
}

/** How a release is refused that leaves out that part; without any other it is no message. Places stand in the labels: without, copies are in any order. */
const REFUSED_WITHOUT: Readonly<Record<string, RegExp>> = {
  item: /^disclosure-refused$/,
  labels: /^(copies-differ|message-malformed)$/,
  month: /^ladder-contradicted$/,
}

describe('a release that is not taken', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage()
  })
  after(() => stage[Symbol.asyncDispose]())
  const { sendHeld, lettingGo, releaseText, sealedRelease, postRelease, release } = holdingOn(() => stage)

  const secret = (changes: Parameters<typeof employment>[0] = {}) => employment({ value: 'smith', ...changes })
  /** A message of which that item is held back, and the release of it. */
  const held = async (item = secret(), rest: object = {}, caseId = aCaseId(), last?: Held['sealed']['sent']) => {
    const sent = await sendHeld(handover(caseId, [identity(), item], rest), whole(item), last)
    const text = releaseText(sent, lettingGo(sent.kept, [item]))
    return { caseId, item, sent, text }
  }
  const storedOf = (id: string) => stage.gateway.deps.store.read.messages.get(id as MessageId)
  /** By the room itself, on a gateway that is otherwise. */
  const taken = async (deps: Deps, { id }: Pick<Held, 'id'>, text: object, isKnown = true): Promise<string> => {
    const certificate = new X509Certificate(stage.gateway.tlsOf(PRISON.organisation).cert).toLegacyObject()
    const bytes = Buffer.from(await sealedRelease(text))
    const raw = { bytes, contentType: 'application/jose', idempotencyKey: randomUUID() }
    return codeOf(await letGo(deps, isKnown ? certificate : undefined, { messageId: id as MessageId, raw }))
  }

  it('where it cannot be opened, whatever it is, or is for another gateway', async () => {
    const { sent, text } = await held()
    const before = await storedOf(sent.id)
    const post = async (jwe: string): Promise<string> => {
      const response = await postRelease(sent.id, jwe)
      return `${response.status} ${refusal(response.status, response).code}`
    }
    assert.equal(await post('no envelope at all'), '400 envelope-malformed')
    const { sealKey } = stage.gateway.broker
    const toNobody = await encryptTo({
      text: JSON.stringify(text),
      rule: RELEASE_ENVELOPE,
      key: { ...sealKey, kid: 'A'.repeat(43) },
    })
    assert.equal(await post(toNobody), '400 decryption-failed')
    const parts = (await sealedRelease(text)).split('.')
    const [cipher = ''] = parts.slice(3)
    parts[3] = `${cipher.startsWith('A') ? 'B' : 'A'}${cipher.slice(1)}`
    assert.equal(await post(parts.join('.')), '400 decryption-failed')
    const other = { ...text, aud: 'spiffe://net.test/another-gateway' }
    assert.equal(await post(await sealedRelease(other)), '422 audience-wrong')
    assert.deepEqual(await storedOf(sent.id), before)
  })

  it('from nobody known, over the size, by a clock that stepped back, or while no policy is in force', async () => {
    const { sent, text } = await held()
    const { deps } = stage.gateway
    const before = await storedOf(sent.id)
    assert.equal(await taken(deps, sent, text, false), 'certificate-missing')
    const small = { ...deps, limits: { ...deps.limits, maxBodyBytes: 10 } }
    assert.equal(await taken(small, sent, text), 'message-too-large')
    assert.equal(await taken({ ...deps, isClockReliable: () => false }, sent, text), 'clock-unreliable')
    const inForce = deps.policy()
    const lost = { ...deps, policyIn: async () => inForce, policy: () => undefined }
    assert.equal(await taken(lost, sent, text), 'policy-unavailable')
    assert.deepEqual(await storedOf(sent.id), before)
    const { audit } = deps.store.read
    const rows = await audit.rows(1, (await audit.head())?.seq ?? 0)
    const refused = rows.flatMap(({ event }) =>
      event.problem === undefined ? [] : [`${event.actor} ${event.problem}`],
    )
    for (const line of ['unidentified certificate-missing', 'prison-paris message-too-large'])
      assert.ok(refused.includes(line), `${line} in ${refused.join(', ')}`)
    assert.equal(await taken(deps, sent, text), 'ok')
  })

  it('of a message that holds nothing back: sent folded, or without any copy', async () => {
    const caseId = aCaseId()
    const item = identity()
    const folded = await stage.send(PRISON, handover(caseId, [item]))
    const { copies } = (await storedOf(folded)) ?? assert.fail()
    assert.ok(copies !== undefined)
    const asked = copies.copies.map(({ jti }) => ({ jti, disclosures: ['WyJzYWx0IiwxXQ'] }))
    const first = refusal(422, await postRelease(folded, await sealedRelease(releaseText({ id: folded }, asked))))
    assert.deepEqual([first.code, first.errors?.[0]?.code], ['disclosure-refused', 'nothing-held-back'])
    const plain = await stage.send(PRISON, recall(caseId, [item]))
    const second = refusal(422, await postRelease(plain, await sealedRelease(releaseText({ id: plain }, asked))))
    assert.deepEqual([second.code, second.errors?.[0]?.code], ['disclosure-refused', 'nothing-held-back'])
  })

  it('of an item that could not have come in a message now: no agreed flow any more, or a version of nothing', async () => {
    const { sent, text } = await held()
    const registry = stage.gateway.deps.registry()
    stage.gateway.changeRegistry((old) => ({
      ...old,
      edges: old.edges.filter(({ from }) => from !== PRISON.organisation),
    }))
    assert.equal(refusal(403, await postRelease(sent.id, await sealedRelease(text))).code, 'edge-missing')
    stage.gateway.changeRegistry(() => registry)
    const orphan = secret({ supersedes: randomUUID() })
    const { sent: other } = await held(orphan)
    const refused = refusal(409, await release(other, [orphan]))
    assert.deepEqual([refused.code, refused.errors?.[0]?.code], ['message-out-of-turn', 'does-not-follow'])
    assert.equal((await storedOf(other.id))?.releases, undefined)
  })

  it('H040 with any one part of the item left out', async () => {
    const { sent, item } = await held()
    const all = lettingGo(sent.kept, [item]) as readonly {
      readonly jti: string
      readonly disclosures: readonly string[]
    }[]
    const names = new Set(all[0]?.disclosures.map(partOf))
    assert.ok(names.size > 3, [...names].join(' '))
    for (const name of names) {
      const copies = all.map(({ jti, disclosures }) => ({
        jti,
        disclosures: disclosures.filter((one) => partOf(one) !== name),
      }))
      const response = await postRelease(sent.id, await sealedRelease(releaseText(sent, copies)))
      assert.match(refusal(422, response).code, REFUSED_WITHOUT[name] ?? /^message-malformed$/, name)
    }
    assert.equal((await storedOf(sent.id))?.releases, undefined)
    expectStatus(202, await release(sent, [item]))
  })

  it('is taken for a message that answers another, which goes on answering it', async () => {
    const caseId = aCaseId()
    const first = await sendHeld(handover(caseId, [identity()]), () => undefined)
    const seen = last(await stage.inbox(PROBATION, caseId))
    await stage.send(PROBATION, { kind: 'HandoverAck', caseId: seen.caseId, ...ON_SENTENCE, inReplyTo: seen.messageId })
    const ack = last(await stage.inbox(PRISON, caseId))
    const { sent, item } = await held(
      secret(),
      { inReplyTo: ack.messageId, to: ['probation-paris'] },
      caseId,
      first.sealed.sent,
    )
    const before = (await storedOf(sent.id))?.message.inReplyTo
    assert.ok(before !== undefined && before !== first.id)
    expectStatus(202, await release(sent, [item]))
    assert.equal((await storedOf(sent.id))?.message.inReplyTo, before)
    const shown = shownOf(last(await stage.inbox(PROBATION, caseId))).map(([, , value]) => value)
    assert.ok(shown.includes('smith'), JSON.stringify(shown))
    assert.equal((await storedOf(sent.id))?.caseId, toCaseId(caseId))
  })
})
