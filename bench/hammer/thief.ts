/** The thief: with certificates that are stolen and revoked, mandates of others, guessed ids, assertions used twice and cursors that were altered; it may be answered, and never with content. */
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { makeAssertion } from '#adapters/agency-kit/assertion.ts'
import { jsonOf, openClient, problemSchema } from '#adapters/agency-kit/client.ts'
import type { Answer, Call, Client } from '#adapters/agency-kit/client.ts'
import { EXAMPLE_PATHS } from '#cli/certs.ts'
import type { OneReplica } from '#test/support/replicas.ts'
import { count } from './books.ts'
import type { Chance } from './chance.ts'
import { keyFor, keysIn } from './desk.ts'
import type { Field } from './everywhere.ts'
import { at, LIAR, THIEF } from './network.ts'

const EVERY_MS = 150
const OWN_MANDATE = `${THIEF}-officer`
const MAILBOX = '/v1/deliveries'

/** What it tries with: a certificate at each gateway. */
interface Hand {
  readonly any: () => Client
}

interface Stealing {
  readonly field: Field
  readonly chance: Chance
  readonly own: Hand
  /** Certificates that must open nothing. */
  readonly worthless: readonly Hand[]
  /** A certificate of another member, which it may use as that member, but not as a mandate of a third. */
  readonly other: Hand
  readonly assertion: (mandate: string, keyOf?: string) => Promise<string>
}

export async function keepStealing(field: Field): Promise<void> {
  const { replicas, chance } = field
  const stealing: Stealing = {
    field,
    chance: chance.fork(),
    own: await handOf(field, EXAMPLE_PATHS.organisation(THIEF)),
    other: await handOf(field, EXAMPLE_PATHS.organisation(LIAR)),
    worthless: await Promise.all(
      (['revoked', 'expired', 'wrong-name'] as const).map((name) => handOf(field, EXAMPLE_PATHS.hostile(name))),
    ),
    assertion: async (mandate, keyOf = mandate) => {
      const key = keyFor(await keysIn(replicas.folder, EXAMPLE_PATHS.mandate(keyOf)), 'assert')
      return makeAssertion({ mandateId: mandate, audience: replicas.audience, at: Date.now() }, key)
    },
  }
  const names = Object.keys(THEFTS)
  for (let index = 0; index === 0 || !field.sending.aborted; index += 1) {
    const name = names[index % names.length] ?? ''
    await steal(stealing, name)
    await sleep(EVERY_MS, undefined, { signal: field.sending }).catch(() => {})
  }
}

async function steal(stealing: Stealing, name: string): Promise<void> {
  const { refused, faults } = stealing.field.books
  const answer = await THEFTS[name]?.(stealing).catch(() => 'no answer' as const)
  if (answer === undefined) return
  if (answer === 'no answer') return count(refused, 'thief no answer')
  if (answer.status < 400) faults.push(`a theft was answered with ${answer.status}: ${name}`)
  else count(refused, `thief ${problemSchema.safeParse(jsonOf(answer)).data?.code ?? 'unknown'}`)
}

async function handOf({ replicas, chance }: Field, place: string): Promise<Hand> {
  const text = (...parts: readonly string[]): Promise<string> => readFile(join(replicas.folder, ...parts), 'utf8')
  const identity = {
    certificate: await text(place, EXAMPLE_PATHS.certificate),
    key: await text(place, EXAMPLE_PATHS.certificateKey),
    authority: await text(EXAMPLE_PATHS.root),
  }
  const clients = replicas.all.map(({ url }: OneReplica) => openClient({ url, ...identity }))
  return {
    any: () => {
      const client = clients[chance.below(clients.length)]
      if (client === undefined) throw new Error('a deployment without gateways')
      return client
    },
  }
}

const get = ({ any }: Hand, path: string, headers: Call['headers'] = {}): Promise<Answer> =>
  any().call({ method: 'GET', path, headers })

const bearer = (assertion: string): Record<string, string> => ({ authorization: `Bearer ${assertion}` })
const asMandate = (mandate: string, path = MAILBOX): string =>
  `${path}${path.includes('?') ? '&' : '?'}mandate=${mandate}`

const anyOf = <T>(chance: Chance, all: readonly T[]): T | undefined => all[chance.below(all.length)]
const aMandate = ({ chance, field: { network } }: Stealing): string => anyOf(chance, network.recipients)?.mandate ?? ''

const pageSchema = z.looseObject({ next: z.string().optional() })

/** By name; undefined: there is nothing to steal yet. */
const THEFTS: Readonly<Record<string, (stealing: Stealing) => Promise<Answer | undefined>>> = {
  'a mailbox, with a certificate that counts no more': async ({ worthless, chance }) => {
    const hand = anyOf(chance, worthless)
    return hand === undefined ? undefined : get(hand, MAILBOX)
  },
  'a submission, with a certificate that counts no more': async ({ worthless, chance, field: { books } }) => {
    const [hand, sent] = [anyOf(chance, worthless), anyOf(chance, books.sent)]
    if (hand === undefined || sent === undefined) return undefined
    const body = { body: sent.body, contentType: 'application/jose', headers: { 'idempotency-key': sent.key } }
    return hand.any().call({ method: 'POST', path: '/v1/submissions', ...body })
  },
  'the mailbox of another mandate, under the own key': async (stealing) => {
    const { own, assertion } = stealing
    const mandate = aMandate(stealing)
    return get(own, asMandate(mandate), bearer(await assertion(mandate, OWN_MANDATE)))
  },
  'the mailbox of another mandate, under its stolen key': async (stealing) => {
    const { own, assertion } = stealing
    const mandate = aMandate(stealing)
    return get(own, asMandate(mandate), bearer(await assertion(mandate)))
  },
  'the mailbox of another mandate, without proof': (stealing) => get(stealing.own, asMandate(aMandate(stealing))),
  'a delivery that it guessed': async ({ own, assertion }) =>
    get(own, asMandate(OWN_MANDATE, `${MAILBOX}/${randomUUID()}`), bearer(await assertion(OWN_MANDATE))),
  'a delivery of another, by its id': async ({ own, chance, assertion, field: { books } }) => {
    const id = anyOf(chance, [...books.opened.keys()])
    return id === undefined
      ? undefined
      : get(own, asMandate(OWN_MANDATE, `${MAILBOX}/${id}`), bearer(await assertion(OWN_MANDATE)))
  },
  'a delivery of another, as another organisation': async ({ other, chance, field: { books } }) => {
    const id = anyOf(chance, [...books.opened.keys()])
    return id === undefined ? undefined : get(other, `${MAILBOX}/${id}`)
  },
  'an acknowledgement of what another received': async ({ own, chance, assertion, field: { books } }) => {
    const id = anyOf(chance, [...books.opened.keys()])
    if (id === undefined) return undefined
    const path = asMandate(OWN_MANDATE, `${MAILBOX}/${id}/acknowledgement`)
    const headers = { ...bearer(await assertion(OWN_MANDATE)), 'idempotency-key': randomUUID() }
    return own.any().call({ method: 'POST', path, headers })
  },
  'the state of what another sent': async ({ own, chance, field: { books } }) => {
    const sent = anyOf(chance, books.sent)
    return sent === undefined ? undefined : get(own, `/v1/submissions/${sent.id}${chance.isHit(0.5) ? '/closure' : ''}`)
  },
  'an assertion that was used before': async ({ own, assertion }) => {
    const used = bearer(await assertion(OWN_MANDATE))
    const first = await get(own, asMandate(OWN_MANDATE), used)
    return first.status === 200 ? get(own, asMandate(OWN_MANDATE), used) : undefined
  },
  'a cursor that was altered': async ({ own, chance }) => get(own, `${MAILBOX}?cursor=${aCursor(chance)}`),
  'a cursor of another': async ({ own, field, chance }) => {
    const probation = await handOf(field, EXAMPLE_PATHS.organisation(at('probation', 1)))
    const { next } = pageSchema.parse(jsonOf(await get(probation, `${MAILBOX}?limit=1`)))
    if (next === undefined) return undefined
    const altered = chance.isHit(0.5) ? next : `${next.slice(0, -2)}AA`
    return get(own, `${MAILBOX}?cursor=${encodeURIComponent(altered)}`)
  },
}

const aCursor = (chance: Chance): string =>
  Buffer.from(Array.from({ length: 48 }, () => chance.below(256))).toString('base64url')
