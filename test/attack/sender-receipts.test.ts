/** What the gateway answers to a sender: its software believes a receipt of this very message, signed by the gateway, and no other. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { believeReceipt } from '#adapters/agency-kit/believe-receipt.ts'
import { openCopyBook } from '#adapters/agency-kit/copy-book.ts'
import { openHeldBook } from '#adapters/agency-kit/held-book.ts'
import { letGo, sendPayload } from '#adapters/agency-kit/member-sends.ts'
import type { Accepted, Seat } from '#adapters/agency-kit/member-sends.ts'
import { audienceOf, copiedMessage } from '#adapters/agency-kit/sign-copies.ts'
import type { HoldOf } from '#adapters/agency-kit/sign-copies.ts'
import { sealMessage, signCompact } from '#adapters/agency-kit/sign-message.ts'
import { digestOf } from '#gateway/core/canonical-json.ts'
import type { TrustList } from '#gateway/core/trust-list/list.ts'
import {
  aCaseId,
  DAY_MS,
  employment,
  handover,
  identity,
  INTELLIGENCE,
  ON_SECURITY,
  openStage,
  PRISON,
} from '#test/journey/stage.ts'
import type { Stage } from '#test/journey/stage.ts'
import { whole } from '#test/journey/holding-stage.ts'
import { codeOf } from '#test/support/problem-code.ts'

type Bend = (answer: { readonly id: string; readonly receipt: string }) => Promise<object>

describe('what a gateway answers to a sender', () => {
  let stage: Stage
  let list: TrustList
  let folder: string
  before(async () => {
    stage = await openStage()
    folder = await mkdtemp(join(tmpdir(), 'passerelle-receipts-'))
    const listed = stage.gateway.deps.trustLists?.inForce()
    assert.ok(listed?.ok === true)
    ;({ list } = listed.value)
  })
  after(async () => {
    await stage[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  /** The kit of that member, in front of a gateway that bends what it answers. */
  const seatOf = (organisation: string, bend: Bend): Seat => {
    const { gateway } = stage
    const signing = gateway.network.keyOf(organisation, 'sign')
    const sealing = { ...gateway.broker.sealKey, hybrid: undefined }
    const keys = { signing, sealing, presenting: gateway.broker.presentKey }
    return {
      call: async ({ method, path, body = '' }) => {
        if (method === 'GET') {
          const told = await gateway.ask({ organisation }, 'get', path)
          return { status: told.status, headers: {}, text: told.text }
        }
        const asked = path.endsWith('/release')
          ? gateway
              .request(organisation, 'post', path)
              .set('Content-Type', 'application/jose')
              .set('Idempotency-Key', crypto.randomUUID())
              .send(body)
          : gateway.post(organisation, body)
        const { status, text } = await asked
        await gateway.settled()
        assert.equal(status, 202, text)
        return { status, headers: {}, text: JSON.stringify(await bend(JSON.parse(text) as never)) }
      },
      keys: [{ ...signing, use: 'sign' } as never],
      list,
      gatewayKeys: gateway.broker.keyRing.publicKeys(),
      second: undefined,
      hybrid: undefined,
      copies: {
        held: openHeldBook(folder),
        send: async (payload, _keys, how) => {
          const message = copiedMessage(payload)
          const classes = message === undefined ? [] : audienceOf(gateway.deps.registry(), message)
          return message === undefined
            ? how.post(await sealMessage(payload, signing, sealing), { jti: jtiOf(payload), digest: digestOf(payload) })
            : openCopyBook(folder).send(message, { classes, keys }, how)
        },
      } as Seat['copies'],
    }
  }
  const jtiOf = (payload: unknown): string => String((payload as { readonly jti: unknown }).jti)
  const aHandover = (items = [employment()]): object =>
    stage.gateway.message(PRISON.organisation, handover(aCaseId(), items))
  const sent = (payload: object, bend: Bend, holdOf?: HoldOf, organisation: string = PRISON.organisation) =>
    sendPayload(seatOf(organisation, bend), { organisation }, payload, holdOf).then(
      () => 'believed',
      (error: unknown) => (error instanceof Error ? error.message : ''),
    )
  const honest: Bend = async (answer) => answer
  const NOT_BELIEVED = 'the message was taken, but its receipt was not believed:'
  const claimsOf = (receipt: string): object =>
    JSON.parse(Buffer.from(receipt.split('.')[1] ?? '', 'base64url').toString()) as object
  const signedAs = (organisation: string | undefined, claims: object): Promise<string> => {
    const { broker, network } = stage.gateway
    const key = organisation === undefined ? broker.signKey : network.keyOf(organisation, 'sign')
    return signCompact(Buffer.from(JSON.stringify(claims)), 'gw-receipt+jws', key)
  }
  /** Signed anew by whoever holds the gateway's keys. */
  const saying =
    (changes: object): Bend =>
    async ({ receipt, ...answer }) => ({
      ...answer,
      receipt: await signedAs(undefined, { ...claimsOf(receipt), ...changes }),
    })

  it('is believed of a message in copies, of one of which something is held, of a release, and of one without items', async () => {
    const secret = employment({ value: 'smith' })
    assert.equal(await sent(aHandover(), honest), 'believed')
    const held = aHandover([identity(), secret])
    let id = ''
    const noting: Bend = async (answer) => ((id = answer.id), answer)
    assert.equal(await sent(held, noting, whole(secret)), 'believed')
    const self = { organisation: PRISON.organisation, audience: list.gateway.uri, clock: stage.gateway.now }
    const released = await letGo(seatOf(PRISON.organisation, honest), self, { id, items: 'all' })
    assert.notEqual(released.id, '')
    const caseId = aCaseId()
    await stage.send(PRISON, handover(caseId, [identity()]))
    const ask = {
      kind: 'IntelligenceRequest',
      caseId,
      to: ['prison-paris'],
      ...ON_SECURITY,
      sections: ['identity'],
      necessity: 'A planned meeting after release is to be assessed.',
      until: new Date(stage.gateway.now() + 30 * DAY_MS).toISOString(),
    }
    const { organisation } = INTELLIGENCE
    assert.equal(await sent(stage.gateway.message(organisation, ask), honest, undefined, organisation), 'believed')
  })

  it('H089 a sender believes no receipt that another signed, or that the gateway signed over something else', async () => {
    const other: Accepted[] = []
    const keeping: Bend = async (answer) => (other.push(answer), answer)
    assert.equal(await sent(aHandover(), keeping), 'believed')
    const [first] = other
    assert.ok(first !== undefined)
    const bent: readonly (readonly [string, Bend])[] = [
      ['receipt-of-another', async (answer) => ({ ...answer, receipt: first.receipt })],
      ['receipt-of-another', async (answer) => ({ ...answer, id: first.id })],
      ['receipt-of-another', saying({ messageDigest: '0'.repeat(64) })],
      ['receipt-of-another', saying({ jti: crypto.randomUUID() })],
      ['receipt-of-another', saying({ aud: 'spiffe://passerelle.example/org/court-paris' })],
      ['receipt-of-another', saying({ iss: 'spiffe://passerelle.example/broker/another' })],
      ['key-unknown', saying({ iat: 1_000 })],
      ['receipt-malformed', saying({ messageDigest: 7 })],
      ['receipt-malformed', async (answer) => ({ ...answer, receipt: 'taken, believe me' })],
      [
        'key-unknown',
        async ({ receipt, ...answer }) => ({
          ...answer,
          receipt: await signedAs('court-paris', claimsOf(receipt)),
        }),
      ],
      [
        'signature-invalid',
        async ({ receipt, ...answer }) => ({
          ...answer,
          receipt: [...receipt.split('.').slice(0, 2), first.receipt.split('.')[2]].join('.'),
        }),
      ],
    ]
    for (const [code, bend] of bent) assert.equal(await sent(aHandover(), bend), `${NOT_BELIEVED} ${code}`)
  })

  it('H089 nor one under a key that was revoked as compromised, or before it signed', async () => {
    const taken: Accepted[] = []
    const payload = aHandover()
    assert.equal(await sent(payload, async (answer) => (taken.push(answer), answer)), 'believed')
    const [{ id, receipt }] = taken as [Accepted]
    const claims = claimsOf(receipt) as { readonly messageDigest: string; readonly aud: string; readonly iat: number }
    const said = { jti: jtiOf(payload), digest: claims.messageDigest }
    const judged = async (changes: object): Promise<string> => {
      const keys = list.gateway.keys.map((key) => ({ ...key, ...changes }))
      const trust = { list: { gateway: { ...list.gateway, keys } }, second: undefined }
      return codeOf(await believeReceipt(receipt, { said, id, member: claims.aud }, trust))
    }
    const signedAt = claims.iat * 1_000
    assert.equal(await judged({}), 'ok')
    assert.equal(await judged({ revokedAt: signedAt + 1, reason: 'superseded' }), 'ok')
    assert.equal(await judged({ revokedAt: signedAt + 1, reason: 'compromised' }), 'key-unknown')
    assert.equal(await judged({ revokedAt: signedAt, reason: 'superseded' }), 'key-unknown')
    assert.equal(await judged({ until: signedAt }), 'key-unknown')
  })
})
