/** A booted gateway with its members in their seats, and the moves that journeys are made of. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Response } from 'supertest'
import { z } from 'zod'
import type { ChoiceText, Depth } from '#gateway/core/choice.ts'
import type { ItemText } from '#gateway/core/item.ts'
import { toCaseId } from '#gateway/core/ids.ts'
import type { CaseId } from '#gateway/core/ids.ts'
import type { ProjectedItem, Projection } from '#gateway/core/projection.ts'
import { submissionSchema } from '#gateway/http/agency/schemas.ts'
import { bootGateway, expectStatus } from '#test/support/gateway.ts'
import type { Asking, GatewayOptions, TestGateway } from '#test/support/gateway.ts'
import { anItemText } from '#test/support/messages.ts'

export const PRISON = { organisation: 'prison-paris', mandate: 'prison-registry' } as const
export const PROBATION = { organisation: 'probation-paris', mandate: 'probation-counsellor' } as const
export const COURT = { organisation: 'court-paris', mandate: 'sentence-judge' } as const
export const MINISTRY = { organisation: 'justice-ministry', mandate: 'ministry-desk' } as const
export const INTERIOR = { organisation: 'interior-ministry', mandate: 'prefecture-desk' } as const
export const INTELLIGENCE = { organisation: 'prison-intelligence', mandate: 'intelligence-desk' } as const
export const SOCIAL_WORKER = { organisation: 'pairs-paris', mandate: 'pairs-social-worker' } as const
export const PSYCHOLOGIST = { organisation: 'pairs-paris', mandate: 'pairs-psychologist' } as const
export const MEDIATOR = { organisation: 'pairs-paris', mandate: 'pairs-mediator' } as const
export const HOUSING = { organisation: 'city-paris', mandate: 'housing-officer' } as const
export const EVERYONE: readonly Asking[] = [
  PRISON,
  PROBATION,
  COURT,
  MINISTRY,
  INTERIOR,
  INTELLIGENCE,
  SOCIAL_WORKER,
  PSYCHOLOGIST,
  MEDIATOR,
  HOUSING,
]

export const DAY_MS = 86_400_000

const acceptedSchema = z.object({ id: z.uuid() })
export type SubmissionState = z.output<typeof submissionSchema>

export interface Stage extends AsyncDisposable {
  readonly gateway: TestGateway
  /** Sends, expects 202, waits until the second walk is done; answers the id of the message. */
  readonly send: (from: Asking, body: object) => Promise<string>
  /** Opens what waits for that mandate of the case, in order, without acknowledging. */
  readonly inbox: (asking: Asking, caseId: string) => Promise<readonly Projection[]>
  /** The same, and acknowledges each. */
  readonly read: (asking: Asking, caseId: string) => Promise<readonly Projection[]>
  /** What the sender is told of its message. */
  readonly stateOf: (from: Asking, id: string) => Promise<SubmissionState>
  readonly pullUp: (asking: Asking, delivery: string, depth: Depth) => Promise<Response>
  /** Another day by the gateway's clock, with what falls due on the way done. */
  readonly pass: (ms: number) => Promise<void>
}

/** Everyone wants all they may have, unless told otherwise. */
export async function openStage(options: GatewayOptions = {}, choice: ChoiceText = { depth: 'D4' }): Promise<Stage> {
  const gateway = await bootGateway({ copies: 'asked', ...options })
  for (const asking of EVERYONE) await gateway.choose(asking, choice)
  const inbox: Stage['inbox'] = async (asking, caseId) => {
    const called = await namesOf(gateway, caseId)
    const waiting = (await gateway.deliveries(asking)).filter((delivery) => called.has(delivery.caseId))
    const opened: Projection[] = []
    for (const { id } of waiting) {
      const response = await gateway.collect(asking, id)
      if (response.status === 200) opened.push(await gateway.open(response.text))
    }
    return opened
  }
  return {
    gateway,
    inbox,
    send: async (from, body) => {
      const { id } = acceptedSchema.parse(expectStatus(202, await gateway.send(from.organisation, body)).body)
      await gateway.settled()
      return id
    },
    read: async (asking, caseId) => {
      const opened = await inbox(asking, caseId)
      for (const { jti } of opened) expectStatus(200, await gateway.acknowledge(asking, jti))
      return opened
    },
    stateOf: async ({ organisation }, id) => {
      const response = await gateway.ask({ organisation }, 'get', `/v1/submissions/${id}`)
      return submissionSchema.parse(expectStatus(200, response).body)
    },
    pullUp: (asking, delivery, depth) =>
      gateway.ask(asking, 'post', `/v1/deliveries/${delivery}/pull-up`, {
        headers: { 'Idempotency-Key': randomUUID() },
        body: { depth, reason: 'The next interview needs it.' },
      }),
    pass: async (ms) => {
      gateway.advance(ms)
      await gateway.settled()
    },
    [Symbol.asyncDispose]: () => gateway.stop(),
  }
}

/** What anybody calls the case. */
export async function namesOf({ deps }: TestGateway, caseId: string): Promise<ReadonlySet<string>> {
  const names = await deps.store.read.cases.names(found(toCaseId(caseId)))
  return new Set([caseId, ...names.map(({ name }) => name)])
}

const found = (caseId: CaseId | undefined): CaseId => {
  assert.ok(caseId !== undefined)
  return caseId
}

let cases = 0
/** A case that nobody has heard of. */
export const aCaseId = (): string => `DEMO-J-${String((cases += 1)).padStart(4, '0')}`

/** The last thing that came, or a failure that says that nothing did. */
export function last(projections: readonly Projection[]): Projection {
  const projection = projections.at(-1)
  assert.ok(projection !== undefined, 'nothing came')
  return projection
}

/** What is shown of each item, in the order of the items: term or section, level, value. */
export const shownOf = ({ items }: Projection): readonly (readonly unknown[])[] =>
  items.map(({ term, section, level, value }: ProjectedItem) =>
    level === 'existence' ? [section, level] : [term, level, value],
  )

export const employment = (changes: Partial<ItemText> = {}): ItemText =>
  anItemText({ section: 'employment', term: 'employment-status', value: 'apprentice-baker', ...changes })
export const housing = (changes: Partial<ItemText> = {}): ItemText =>
  anItemText({ section: 'accommodation', term: 'accommodation-type', value: 'hostel-room', ...changes })
export const identity = (changes: Partial<ItemText> = {}): ItemText =>
  anItemText({ section: 'identity', term: 'full-name', value: 'Alix DEMO-MARTIN', ...changes })
export const incident = (changes: Partial<ItemText> = {}): ItemText =>
  anItemText({ section: 'incidents', term: 'incident-type', value: 'broken-chair', ...changes })
/** Of the safety floor. */
export const ban = (changes: Partial<ItemText> = {}): ItemText =>
  anItemText({
    section: 'measures',
    term: 'prohibition-contact',
    value: 'No contact with the neighbour of the bakery.',
    rungs: { g2: ['contact-ban'] },
    ...changes,
  })

export const ON_SENTENCE = { purpose: 'sentence-execution', legalBasisId: 'fr.cpen.r113-49' } as const
export const ON_SUPPORT = { purpose: 'disengagement-support', legalBasisId: 'eu.led.9-2' } as const
export const BY_PAIRS = { purpose: 'disengagement-support', legalBasisId: 'eu.gdpr.6-1-e' } as const
export const ON_SECURITY = { purpose: 'national-security', legalBasisId: 'fr.csi.863-2' } as const

export const handover = (caseId: string, items: readonly ItemText[], rest: object = {}): object => ({
  kind: 'CaseHandover',
  caseId,
  ...ON_SENTENCE,
  facts: { minor: false },
  items,
  ...rest,
})
export const referral = (caseId: string, items: readonly ItemText[], rest: object = {}): object => ({
  kind: 'Referral',
  caseId,
  ...ON_SUPPORT,
  to: ['pairs-paris'],
  facts: { minor: false },
  items,
  ...rest,
})
export const correction = (caseId: string, items: readonly ItemText[], rest: object = {}): object => ({
  kind: 'Correction',
  caseId,
  ...ON_SENTENCE,
  reason: 'inaccurate',
  items,
  ...rest,
})
export const recall = (caseId: string, items: readonly ItemText[], rest: object = {}): object => ({
  kind: 'Recall',
  caseId,
  ...ON_SENTENCE,
  reason: 'unlawfully-transmitted',
  recalled: items.map(({ itemId }) => itemId),
  ...rest,
})
