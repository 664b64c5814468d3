/** The network of the bench: the example agencies, with one prison that hands a case over to exactly five recipients. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readAgencies, toRegistry } from '#adapters/pki/example-agencies.ts'
import type { Agencies } from '#adapters/pki/example-agencies.ts'
import { UNNARROWED } from '#gateway/core/choice.ts'
import { registrySchema } from '#gateway/core/participants.ts'
import type { Registry } from '#gateway/core/participants.ts'
import { questionOf } from '#gateway/core/question.ts'
import { routesOf } from '#gateway/core/routing.ts'
import type { Choices, Route } from '#gateway/core/stages.ts'
import type { CaseId } from '#gateway/core/ids.ts'
import { messageSchema } from '#gateway/core/message.ts'
import type { Message } from '#gateway/core/message.ts'
import type { ToJudge } from '#gateway/rooms/judge.ts'
import { BENCH_AT, caseItems, handover } from './case-summary.ts'

export const PROJECT = join(import.meta.dirname, '../..')
export const SENDER = 'prison-paris'
export const RECIPIENTS = [
  'probation-counsellor',
  'sentence-judge',
  'ministry-desk',
  'prefecture-desk',
  'pairs-psychologist',
] as const

/** Five recipients of two types, so that two copies are made: `-2` and `-3` are like the one they are named after. */
export const OF_TWO_TYPES: readonly string[] = [
  'probation-counsellor',
  'probation-counsellor-2',
  'probation-counsellor-3',
  'sentence-judge',
  'sentence-judge-2',
]

/** The example agencies, their other mandates left out, and an agreed flow from the prison to the psychologist. */
export function benchAgencies(recipients: readonly string[] = RECIPIENTS): Agencies {
  const agencies = readAgencies(JSON.parse(readFileSync(join(PROJECT, 'certs-example/agencies.json'), 'utf8')))
  const pairs = agencies.edges.find(({ id }) => id === 'probation-to-pairs')
  if (pairs === undefined) throw new Error('the example network has no flow to PAIRS any more')
  return {
    ...agencies,
    edges: [...agencies.edges, { ...pairs, id: 'prison-to-pairs', from: SENDER, kinds: ['CaseHandover'] }],
    mandates: recipients.map((id) => {
      const mandate = agencies.mandates.find((one) => one.id === id.replace(/-\d$/, ''))
      if (mandate === undefined) throw new Error(`the example network has no ${id} any more`)
      return { ...mandate, id }
    }),
  }
}

/** The registry without keys, for what needs no cryptography. */
export const benchRegistry = (): Registry => registrySchema.parse(toRegistry(benchAgencies(), () => []))

/** Everything permitted is shown, so that nothing is saved by a choice. */
export const WIDEST: Choices = {
  organisation: UNNARROWED,
  practitioner: UNNARROWED,
  meetings: 0,
  lastReadAt: undefined,
}

export interface World {
  readonly registry: Registry
  /** As its sender signs it: the bytes of F. */
  readonly sent: string
  /** As the store keeps it, with what the schema filled in. */
  readonly stored: string
  readonly routes: readonly Route[]
  /** One recipient's question about the message. */
  readonly toJudge: (message: Message, route: Route) => ToJudge
}

/** A message of so many items as JSON, and its five recipients. */
export function benchWorld(items: number, seed = 1): World {
  const registry = benchRegistry()
  const sender = registry.participants.find(({ id }) => id === SENDER)
  if (sender === undefined) throw new Error('the example network has no prison any more')
  const issued = { caseId: 'bench-case-1', jti: '00000000-0000-4000-8000-000000000000', issuedAt: BENCH_AT }
  const message = handover({ items: caseItems(items, seed), from: sender.uri, to: registry.broker.uri, ...issued })
  const edges = registry.edges.filter(({ from, kinds }) => from === SENDER && kinds.includes('CaseHandover'))
  const place = { caseId: 'bench-case-1' as CaseId, site: undefined, assigned: [] }
  return {
    registry,
    sent: JSON.stringify(message),
    stored: JSON.stringify(messageSchema.parse(message)),
    routes: routesOf(registry, edges, place, BENCH_AT),
    toJudge: (read, route) => {
      const recipient = registry.participants.find(({ id }) => id === route.mandate.organisation)
      if (recipient === undefined) throw new Error('a mandate of the bench has no organisation')
      const facts = 'facts' in read ? (read.facts ?? {}) : {}
      const about = { at: BENCH_AT, sender, recipient, ...route, purpose: read.purpose, facts, grants: [], groups: [] }
      return {
        message: read,
        sender,
        route,
        question: questionOf(about),
        attested: 'originator',
        superseded: new Set(),
        recalled: new Set(),
      }
    },
  }
}
