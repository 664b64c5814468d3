/** Hold: what a sender keeps back is seen by nobody, nor that it is there; what it lets go of later stands under its first signature. */
import assert from 'node:assert/strict'
import { randomUUID, X509Certificate } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import type { Response } from 'supertest'
import { z } from 'zod'
import { heldItems } from '#gateway/core/case-copy/release.ts'
import type { MessageId } from '#gateway/core/ids.ts'
import { release as letGo } from '#gateway/rooms/release.ts'
import {
  COURT,
  MINISTRY,
  PRISON,
  PROBATION,
  aCaseId,
  correction,
  employment,
  handover,
  identity,
  last,
  openStage,
  recall,
  shownOf,
} from './stage.ts'
import type { Stage } from './stage.ts'
import { acceptedSchema, holdingOn, whole } from './holding-stage.ts'
import { expectStatus, refusal } from '#test/support/gateway.ts'

const jtiSchema = z.looseObject({ jti: z.string() })

describe('what a sender holds back', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage()
  })
  after(() => stage[Symbol.asyncDispose]())

  const { sendHeld, copyOf, lettingGo, releaseText, sealedRelease, postRelease, release } = holdingOn(() => stage)

  it('is taken under the policy in force, also where another gateway put that there: under none that cannot be read here', async () => {
    const secret = employment({ value: 'smith' })
    const held = await sendHeld(handover(aCaseId(), [identity(), secret]), whole(secret))
    const bytes = Buffer.from(await sealedRelease(releaseText(held, lettingGo(held.kept, [secret]))))
    const { deps, tlsOf } = stage.gateway
    const certificate = new X509Certificate(tlsOf(PRISON.organisation).cert).toLegacyObject()
    const releasing = {
      messageId: held.id as MessageId,
      raw: { bytes, contentType: 'application/jose', idempotencyKey: randomUUID() },
    }
    const taken = await letGo({ ...deps, policyIn: async () => undefined }, certificate, releasing)
    assert.equal(taken.ok ? 'taken' : taken.problem.code, 'policy-unavailable')
    assert.equal((await letGo(deps, certificate, releasing)).ok, true)
  })

  it('is seen by nobody until it is released, and then by whoever may have it, under the signature of then', async () => {
    const caseId = aCaseId()
    const [open, secret] = [identity(), employment({ value: 'smith' })]
    const held = await sendHeld(handover(caseId, [open, secret]), whole(secret))
    const [seen] = await stage.inbox(PROBATION, caseId)
    assert.deepEqual(
      seen?.items.map(({ value }) => value),
      ['Alix DEMO-MARTIN'],
    )
    assert.equal(seen?.withheld.length, 0)
    const stored = await stage.gateway.deps.store.read.messages.ofCase(caseId as never)
    assert.equal(JSON.stringify(stored).includes(secret.itemId ?? ''), false)
    assert.deepEqual(heldItems(copyOf(held.kept[0] ?? assert.fail())), { ok: true, value: [secret.itemId] })

    const accepted = expectStatus(202, await release(held, [secret])).body as { readonly status: string }
    assert.equal(accepted.status, `/v1/submissions/${held.id}`)
    const [, again] = await stage.inbox(PROBATION, caseId)
    assert.deepEqual(
      again?.items.map(({ value }) => value),
      ['Alix DEMO-MARTIN', 'smith'],
    )
    assert.deepEqual(
      [again?.messageId, again?.attested, again?.sender],
      [seen?.messageId, 'originator', 'prison-paris'],
    )
    const { content } = await stage.gateway.openParcel(
      expectStatus(200, await stage.gateway.collect(PROBATION, again?.jti ?? '')).text,
    )
    assert.ok(
      held.kept.some(({ jwt }) => content.startsWith(`${jwt}~`)),
      'the first signature',
    )
  })

  it('is released down to the exact value where only what is finer than a rung was held', async () => {
    const caseId = aCaseId()
    const born = identity({ term: 'birth-date', value: '1987-03-14', evidenceFor: ['told by Bo Exemple'] })
    const held = await sendHeld(handover(caseId, [born]), () => 'g2')
    assert.deepEqual(
      shownOf(last(await stage.inbox(COURT, caseId))).map(([, , value]) => value),
      ['1987'],
    )
    expectStatus(202, await release(held, [born]))
    const item = last(await stage.inbox(COURT, caseId)).items[0]
    assert.deepEqual([item?.value, item?.evidenceFor], ['1987-03-14', ['told by Bo Exemple']])
  })

  it('counts once, however often it is posted: the first receipt again under its key and under another', async () => {
    const caseId = aCaseId()
    const [open, secret] = [identity(), employment()]
    const held = await sendHeld(handover(caseId, [open, secret]), whole(secret))
    const text = releaseText(held, lettingGo(held.kept, [secret]))
    const key = randomUUID()
    const jwe = await sealedRelease(text)
    const first = acceptedSchema.parse(expectStatus(202, await postRelease(held.id, jwe, PRISON, key)).body)
    assert.deepEqual(expectStatus(202, await postRelease(held.id, jwe, PRISON, key)).body, first)
    assert.deepEqual(expectStatus(202, await postRelease(held.id, await sealedRelease(text))).body, first)
    assert.deepEqual(
      (await stage.inbox(PROBATION, caseId)).map(({ items }) => items.length),
      [2],
      'what nobody had fetched was replaced',
    )
    const anew = releaseText(held, lettingGo(held.kept, [secret]))
    assert.equal(refusal(422, await postRelease(held.id, await sealedRelease(anew))).code, 'disclosure-refused')
    const { jti } = jtiSchema.parse(text)
    const other = releaseText(held, lettingGo(held.kept, [secret]).toReversed(), { jti })
    assert.equal(refusal(409, await postRelease(held.id, await sealedRelease(other))).code, 'submission-repeated')
    assert.equal(
      refusal(422, await postRelease(held.id, await sealedRelease(anew), PRISON, key)).code,
      'idempotency-key-reused',
    )
  })

  it('leaves alone whoever may not have what was released: no delivery, and no word of it', async () => {
    const caseId = aCaseId()
    const [open, secret] = [identity(), employment()]
    const held = await sendHeld(handover(caseId, [open, secret]), whole(secret))
    const before = await stage.gateway.deliveries(MINISTRY)
    assert.equal(last(await stage.inbox(MINISTRY, caseId)).items.length, 1)
    expectStatus(202, await release(held, [secret]))
    assert.deepEqual(
      (await stage.gateway.deliveries(MINISTRY)).map(({ id }) => id),
      before.map(({ id }) => id),
    )
    assert.equal(last(await stage.inbox(PROBATION, caseId)).items.length, 2)
  })

  it('is not found for another member, as a message that nobody knows is not', async () => {
    const caseId = aCaseId()
    const [open, secret] = [identity(), employment()]
    const held = await sendHeld(handover(caseId, [open, secret]), whole(secret))
    const text = releaseText(held, lettingGo(held.kept, [secret]))
    const ofProbation = { ...text, iss: 'spiffe://net.test/org/probation-paris' }
    const stranger = await postRelease(held.id, await sealedRelease(ofProbation, 'probation-paris'), PROBATION)
    const nobody = randomUUID()
    const unknown = await postRelease(nobody, await sealedRelease({ ...text, messageId: nobody }))
    const said = (response: Response): object => ({ ...refusal(404, response), instance: '' })
    assert.deepEqual(said(stranger), said(unknown))
    assert.equal(refusal(404, stranger).code, 'not-found')
    assert.equal(refusal(422, await postRelease(held.id, await sealedRelease(text), PROBATION)).code, 'key-unknown')
  })

  it('is released from no message of which anything was recalled, and from no correction', async () => {
    const caseId = aCaseId()
    const [open, secret] = [identity(), employment()]
    const held = await sendHeld(handover(caseId, [open, secret]), whole(secret))
    await stage.send(PRISON, recall(caseId, [open]))
    const refused = refusal(409, await release(held, [secret]))
    assert.deepEqual([refused.code, refused.errors?.[0]?.code], ['message-out-of-turn', 'recalled'])
    const other = aCaseId()
    const first = identity()
    const { sealed } = await sendHeld(handover(other, [first]), () => undefined)
    const newer = identity({ term: 'birth-date', value: '1987-03-14', supersedes: first.itemId })
    const wrong = await sendHeld(correction(other, [newer]), () => 'g2', sealed.sent)
    assert.equal(refusal(409, await release(wrong, [newer])).errors?.[0]?.code, 'correction')
  })

  it('H040 takes nothing but what the signature knows, for every copy alike, and only what a message could have brought', async () => {
    const caseId = aCaseId()
    const [open, secret, wrong] = [identity(), employment(), employment({ term: 'no-such-term' })]
    const held = await sendHeld(handover(caseId, [open, secret, wrong]), ({ itemId }) =>
      itemId === open.itemId ? undefined : 'item',
    )
    const post = async (copies: readonly object[], changes: object = {}): Promise<string> => {
      const response = await postRelease(held.id, await sealedRelease(releaseText(held, copies, changes)))
      const { code, errors } = response.body as {
        readonly code?: string
        readonly errors?: readonly { code: string }[]
      }
      return [response.status, code, errors?.[0]?.code].join(' ')
    }
    const good = lettingGo(held.kept, [secret])
    const strange = Buffer.from('["c2FsdC1vZi0xMjgtYml0cw",1]').toString('base64url')
    const [one, ...others] = good
    assert.equal(
      await post(good.map((copy) => ({ ...copy, disclosures: [strange] }))),
      '422 disclosure-refused unreferenced',
    )
    assert.equal(await post(others), '422 copies-differ copies')
    assert.equal(await post([one ?? {}, one ?? {}]), '422 copies-differ copies')
    const [two, ...rest] = lettingGo(held.kept, [secret, wrong])
    assert.ok(two !== undefined && rest.length > 0)
    assert.equal(await post([two, ...others]), '422 copies-differ message')
    assert.equal(await post([two, ...rest]), '422 message-malformed name-unknown')
    assert.equal(await post(good, { messageId: randomUUID() }), '422 message-malformed another')
    assert.equal(await post(good, { note: 'more' }), '422 message-malformed member-unknown')
    assert.equal((await stage.inbox(PROBATION, caseId)).length, 1)
    const folded = await stage.send(PRISON, handover(aCaseId(), [identity()]))
    const asked = releaseText({ id: folded }, good)
    assert.equal(refusal(422, await postRelease(folded, await sealedRelease(asked))).code, 'copies-differ')
    assert.equal(await post(good), '202  ')
  })

  it('is one act of the audit and one entry of the log, without content', async () => {
    const caseId = aCaseId()
    const [open, secret] = [identity(), employment({ value: 'smith' })]
    const held = await sendHeld(handover(caseId, [open, secret]), whole(secret))
    const { read } = stage.gateway.deps.store
    const from = ((await read.audit.head())?.seq ?? 0) + 1
    expectStatus(202, await release(held, [secret]))
    const rows = await read.audit.rows(from, 50)
    const [row, ...more] = rows.filter(({ event }) => event.act === 'submission-released')
    assert.deepEqual([row?.event.operation, row?.event.messageId, more.length], ['collection', held.id, 0])
    assert.equal(JSON.stringify([rows, stage.gateway.log]).includes('smith'), false)
  })
})
