/** The liar: a member in good standing that forges, replays, alters and says what is not so; nothing of it may be accepted but its one honest message. */
import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { sealMessage } from '#adapters/agency-kit/sign-message.ts'
import { anItemText } from '#test/support/messages.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { count } from './books.ts'
import type { SentMessage } from './books.ts'
import type { Chance } from './chance.ts'
import { post, signingOf } from './desk.ts'
import type { Desk, Draft, Signing } from './desk.ts'
import { codeOf } from './everywhere.ts'
import type { Field } from './everywhere.ts'
import { LIAR } from './network.ts'

const EVERY_MS = 150
const HOUR_SECONDS = 3600

interface Lying {
  readonly field: Field
  readonly chance: Chance
  readonly own: Signing
  /** Of another member, as the liar has stolen it. */
  readonly stolen: Signing
  readonly honest: SentMessage
  readonly honestDraft: Draft
}

/** A body to post, and its idempotency key where that is part of the lie. */
interface Lie {
  readonly body: string
  readonly key?: string
}

const draftOf = (changes: object = {}): Draft => ({
  kind: 'CaseHandover',
  caseId: 'HAMMER-liar-1',
  purpose: 'release-preparation',
  legalBasisId: 'fr.cpen.r113-49',
  to: ['probation-1'],
  items: [anItemText({ author: { role: 'registrar', service: LIAR } })],
  ...changes,
})

/** Sends one honest message, and then lies until told to stop; once at least, however slow the machine. */
export async function keepLying(field: Field, desk: Desk): Promise<void> {
  const honestDraft = { ...draftOf(), jti: randomUUID() }
  const honest = await desk.submit(honestDraft)
  if (honest === undefined) return
  const lying: Lying = {
    field,
    chance: field.chance.fork(),
    own: await signingOf(field, LIAR),
    stolen: await signingOf(field, 'prison-1'),
    honest,
    honestDraft,
  }
  const names = Object.keys(LIES)
  for (let index = 0; index === 0 || !field.sending.aborted; index += 1) {
    const name = names[index % names.length] ?? ''
    await tell(lying, desk, name)
    await sleep(EVERY_MS, undefined, { signal: field.sending }).catch(() => {})
  }
}

async function tell({ field, ...lying }: Lying, desk: Desk, name: string): Promise<void> {
  const lie = await LIES[name]?.({ field, ...lying })
  if (lie === undefined) return
  try {
    await desk.everywhere.ask((member) => post(member, lie.key ?? randomUUID(), lie.body))
    field.books.faults.push(`a lie was accepted: ${name}`)
  } catch (error) {
    count(field.books.refused, `liar ${codeOf(error)}`)
  }
}

async function copied(
  signing: Signing,
  draft: object,
  changes: Parameters<Signing['copies']['seal']>[3] = {},
  keys = signing.keys,
): Promise<Lie> {
  const sealed = await signing.copies.seal(LIAR, signing.payloadOf(draftOf(draft)), keys, changes)
  if (sealed === undefined) throw new Error('a lie that is no message')
  return { body: sealed.jwe }
}

const whole = async ({ keys }: Signing, payload: object, signing = keys.signing): Promise<Lie> => ({
  body: await sealMessage(payload, signing, keys.sealing),
})

const nowSeconds = (): number => Math.floor(Date.now() / 1000)
const recallOf = (item: string): Draft => ({
  ...withoutItems(draftOf()),
  kind: 'Recall',
  reason: 'other',
  recalled: [item],
})
const withoutItems = (draft: Draft): Draft => ({ ...draft, items: undefined, to: undefined })

/** By name. undefined: there is nothing to lie about yet. */
const LIES: Readonly<Record<string, (lying: Lying) => Promise<Lie | undefined>>> = {
  'a message in the name of another, under the own key': async ({ own, stolen }) => {
    const { iss } = stolen.payloadOf(draftOf()) as { readonly iss?: unknown }
    return whole(own, { ...own.payloadOf(recallOf(randomUUID())), iss })
  },
  'a message under the key of another': ({ own, stolen }) =>
    copied(own, { caseId: 'HAMMER-liar-2' }, {}, { ...own.keys, signing: stolen.keys.signing }),
  'a whole message of another, made with its stolen key': async ({ own, stolen }) => ({
    ...(await whole(own, stolen.payloadOf(recallOf(randomUUID())), stolen.keys.signing)),
  }),
  'what another sent, sent again': async ({ field, chance }) => {
    const others = field.books.sent.filter(({ by }) => by !== LIAR)
    const message = others[chance.below(others.length)]
    return message === undefined
      ? undefined
      : { body: message.body, ...(chance.isHit(0.5) ? { key: message.key } : {}) }
  },
  'an envelope that was altered': async ({ own, chance }) => {
    const { body } = await copied(own, { caseId: 'HAMMER-liar-3' })
    const [header = '', key = '', iv = '', text = '', tag = ''] = body.split('.')
    const place = chance.below(text.length - 1)
    const other = text[place] === 'A' ? 'B' : 'A'
    return { body: [header, key, iv, `${text.slice(0, place)}${other}${text.slice(place + 1)}`, tag].join('.') }
  },
  'a message larger than is taken': async () => ({ body: randomBytes(1_700_000).toString('base64url') }),
  'no envelope at all': async () => ({ body: 'eyJhbGciOiJub25lIn0..' }),
  'a message of yesterday': ({ own }) =>
    copied(own, { caseId: 'HAMMER-liar-4', iat: nowSeconds() - 25 * HOUR_SECONDS }),
  'a message of tomorrow': ({ own }) => copied(own, { caseId: 'HAMMER-liar-4', iat: nowSeconds() + HOUR_SECONDS }),
  'a message to another gateway': ({ own }) =>
    copied(own, { caseId: 'HAMMER-liar-4', aud: 'spiffe://elsewhere.example/broker/1' }),
  'two copies for one class': ({ own }) => copied(own, { caseId: 'HAMMER-liar-5' }, { classes: ['SP', 'SP'] }),
  'copies after some that were never sent': ({ own }) =>
    copied(own, { caseId: 'HAMMER-liar-6' }, { sent: { versions: { SP: 7 }, digest: sha256Hex(randomUUID()) } }),
  'copies that forget those before': ({ own }) => copied(own, {}, { sent: undefined }),
  'items that are signed whole': ({ own }) => whole(own, own.payloadOf(draftOf({ caseId: 'HAMMER-liar-7' }))),
  'an id that was used before, with other content': ({ own, honest }) =>
    copied(own, { caseId: 'HAMMER-liar-8', jti: honest.jti }),
  'an idempotency key that was used before, with another body': async ({ own, honest }) => ({
    ...(await copied(own, { caseId: 'HAMMER-liar-9' })),
    key: honest.key,
  }),
  'a message along a flow that nobody agreed': ({ own }) =>
    copied(own, { caseId: 'HAMMER-liar-10', to: ['pairs-1'] }, { classes: ['PS'] }),
  'a recall of what it never sent': ({ own }) => whole(own, own.payloadOf(recallOf(randomUUID()))),
  'an answer to what it was never asked': async ({ field, chance, own }) => {
    const message = field.books.sent[chance.below(field.books.sent.length)]
    const about = { ...withoutItems(draftOf()), kind: 'HandoverAck', inReplyTo: message?.id }
    return whole(own, own.payloadOf(about))
  },
}
