/** Room 3: the sender's form becomes a message of the catalogue, with every name known and nothing above the ceiling. */
import { z } from 'zod'
import { contradictionOf, shapeFault } from '#policies/engine/ladders.ts'
import { isInTime } from '#policies/engine/applies.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { Rung } from '#policies/language/level.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import { CLASSIFICATIONS } from '#policies/language/item.ts'
import { CARRIED_KINDS, MESSAGE_KINDS } from '#gateway/core/message-kinds.ts'
import { envelopeSchema, messageSchema } from '#gateway/core/message.ts'
import type { CaseFacts, Message } from '#gateway/core/message.ts'
import { itemSchema } from '#gateway/core/item.ts'
import type { Item } from '#gateway/core/item.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { ProblemPlace, Result } from '#gateway/core/problem.ts'
import type { Participant, Vouch } from '#gateway/core/participants.ts'
import type { UnderstoodMessage, VerifiedSubmission } from '#gateway/core/stages.ts'
import { termIn } from '#gateway/core/vocabulary/sections.ts'
import { readNative } from './read-native.ts'
import type { NativeDeps } from './read-native.ts'

export interface UnderstandDeps extends NativeDeps {
  readonly set: PolicySet
}

/** Refuses with the pointer and kind of each fault, never with a value. At most 50 faults are told. */
export function understand(deps: UnderstandDeps, verified: VerifiedSubmission): Result<UnderstoodMessage> {
  const native = readNative(deps, verified)
  if (!native.ok) return native
  const { payload, attested } = native.value
  const tooHigh = classificationPlaces(payload)
  if (tooHigh.length > 0) return fail('classification-too-high', tooHigh)
  const read = readMessage(payload)
  if (!read.ok) return read
  const message = read.value
  const checked = checkNames(deps, message)
  if (!checked.ok) return checked
  const vouched = mayState(verified.sender, message)
  if (!vouched.ok) return vouched
  return ok({ sender: verified.sender, message, bytesDigest: verified.bytesDigest, attested, receivedAt: deps.now })
}

const MAX_FAULTS = 50

/** A message of a carried kind. The other kinds of the catalogue are read, checked, and refused with their own problem. */
export function readMessage(payload: unknown): Result<Message> {
  const kind: unknown = typeof payload === 'object' && payload !== null && 'kind' in payload ? payload.kind : undefined
  if (isOneOf(MESSAGE_KINDS, kind) && !isOneOf(CARRIED_KINDS, kind)) {
    const body = z.looseObject(envelopeSchema.shape).safeParse(payload)
    return body.success
      ? fail('message-not-carried', [{ pointer: '/kind', code: 'not-yet-carried' }])
      : malformed(body.error)
  }
  const parsed = messageSchema.safeParse(payload)
  return parsed.success ? ok(parsed.data) : malformed(parsed.error)
}

const malformed = (error: z.ZodError): Result<never> => fail('message-malformed', placesOf(error))

/** Where a schema was not met, as JSON Pointers with the kind of fault. */
export const placesOf = (error: z.ZodError): readonly ProblemPlace[] =>
  error.issues.slice(0, MAX_FAULTS).map((issue) => ({
    pointer: `/${issue.path.map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`.replace(
      /^\/$/,
      '',
    ),
    code: issue.code === 'unrecognized_keys' ? 'member-unknown' : issue.code,
    ...('expected' in issue && typeof issue.expected === 'string' ? { expected: issue.expected } : {}),
  }))

const isOneOf = <Name extends string>(names: readonly Name[], value: unknown): value is Name =>
  typeof value === 'string' && (names as readonly string[]).includes(value)

/** Looked at before anything else of an item is read: what is above the ceiling must not be stored or described. */
function classificationPlaces(payload: unknown): readonly ProblemPlace[] {
  const items =
    typeof payload === 'object' && payload !== null && 'items' in payload && Array.isArray(payload.items)
      ? payload.items
      : []
  return items.flatMap((item: unknown, index) => {
    const classification =
      typeof item === 'object' && item !== null && 'classification' in item ? item.classification : undefined
    const isHigher =
      typeof classification === 'string' &&
      !isOneOf(CLASSIFICATIONS, classification) &&
      isOneOf(itemSchema.unwrap().shape.classification.unwrap().options, classification)
    return isHigher ? [{ pointer: `/items/${index}/classification`, code: 'above-ceiling' }] : []
  })
}

/** Purpose, basis, sections, terms and value shapes against the vocabulary in force. */
function checkNames({ set, now }: UnderstandDeps, message: Message): Result<Message> {
  if (!set.vocabulary.purposes.includes(message.purpose))
    return fail('message-malformed', [{ pointer: '/purpose', code: 'name-unknown' }])
  const basis = set.bases.find(({ id }) => id === message.legalBasisId)
  if (basis === undefined || !isInTime(basis, now)) {
    const hint = basis?.successor === undefined ? {} : { expected: basis.successor }
    return fail('basis-invalid', [
      { pointer: '/legalBasisId', code: basis === undefined ? 'unknown' : 'not-valid-now', ...hint },
    ])
  }
  const items = 'items' in message && message.items !== undefined ? message.items : []
  const places = items.flatMap((item, index) =>
    [...itemFaults(set, item), ...useFaults(set, item, { purpose: message.purpose, now })].map((fault) => ({
      ...fault,
      pointer: `/items/${index}${fault.pointer}`,
    })),
  )
  const repeated = repeatedIds(items)
  const sections = 'sections' in message ? message.sections : 'granted' in message ? message.granted : []
  const unknown = sections.filter((section) => !set.vocabulary.sections.includes(section))
  const all = [
    ...factFaults(set, message),
    ...places,
    ...repeated,
    ...(unknown.length === 0 ? [] : [{ pointer: '/sections', code: 'name-unknown' }]),
  ]
  return all.length === 0 ? ok(message) : fail('message-malformed', all.slice(0, MAX_FAULTS))
}

/** Sections that a measure or an information notice names: one that is not known would shut the whole case, for everyone. */
function factFaults({ vocabulary }: PolicySet, message: Message): readonly ProblemPlace[] {
  const facts = ('facts' in message ? message.facts : undefined) ?? {}
  return (['measures', 'informed'] as const).flatMap((member) =>
    (facts[member] ?? []).flatMap(({ sections }, index) =>
      sections.every((section) => vocabulary.sections.includes(section))
        ? []
        : [{ pointer: `/facts/${member}/${index}/sections`, code: 'name-unknown' }],
    ),
  )
}

function itemFaults(set: PolicySet, item: Item): readonly ProblemPlace[] {
  const { sections, terms, records } = set.vocabulary
  const term = termIn(item.section, item.term)
  const faults: ProblemPlace[] = []
  if (!sections.includes(item.section)) faults.push({ pointer: '/section', code: 'name-unknown' })
  if (terms.length > 0 && !terms.includes(item.term)) faults.push({ pointer: '/term', code: 'name-unknown' })
  if (term !== undefined && term.section !== item.section)
    faults.push({ pointer: '/term', code: 'other-section', expected: term.section })
  if (item.record !== undefined && records.length > 0 && !records.includes(item.record))
    faults.push({ pointer: '/record', code: 'name-unknown' })
  faults.push(...shapeFaults(item, term?.kind ?? 'plain'))
  if (item.value === undefined && item.rungs === undefined)
    faults.push({ pointer: '/value', code: 'value-or-rungs-missing' })
  if (item.handling.includes('H3') && item.conditions.length === 0)
    faults.push({ pointer: '/conditions', code: 'h3-needs-conditions' })
  if (item.nature === 'intelligence' && item.source === undefined)
    faults.push({ pointer: '/source', code: 'grading-missing' })
  return faults
}

/** What an item says of its own use holds for its sender too: a message for another purpose, or without a basis in force, may not carry it. */
function useFaults(
  set: PolicySet,
  { purposes, legalBasisIds }: Item,
  { purpose, now }: { readonly purpose: string; readonly now: Instant },
): readonly ProblemPlace[] {
  const inForce = (id: string): boolean => set.bases.some((basis) => basis.id === id && isInTime(basis, now))
  const isOfPurpose = purposes === undefined || purposes.includes(purpose)
  const isGrounded = legalBasisIds === undefined || legalBasisIds.some(inForce)
  return [
    ...(isOfPurpose ? [] : [{ pointer: '/purposes', code: 'not-for-this-purpose' }]),
    ...(isGrounded ? [] : [{ pointer: '/legalBasisIds', code: 'not-valid-now' }]),
  ]
}

/** Value and supplied rungs, each in the shape of its kind; a rung that contradicts what the ladder computes is refused. */
function shapeFaults(item: Item, kind: string): readonly ProblemPlace[] {
  const supplied = [['g0', item.value], ...Object.entries(item.rungs ?? {})] as readonly (readonly [Rung, unknown])[]
  const wrong = supplied.filter(([rung, value]) => value !== undefined && shapeFault(kind, value, rung) !== undefined)
  if (wrong.length > 0)
    return wrong.map(([rung]) => ({
      pointer: rung === 'g0' ? '/value' : `/rungs/${rung}`,
      code: 'shape',
      expected: kind,
    }))
  const exact = item.value === undefined ? {} : { exact: item.value }
  const contradiction = contradictionOf({ kind, rungs: item.rungs ?? {}, summaryRung: 'g4', ...exact })
  return contradiction === undefined ? [] : [{ pointer: `/rungs/${contradiction}`, code: 'contradicts-ladder' }]
}

function repeatedIds(items: readonly Item[]): readonly ProblemPlace[] {
  const seen = new Set<string>()
  return items.flatMap(({ itemId }, index) => {
    const isRepeated = seen.has(itemId)
    seen.add(itemId)
    return isRepeated ? [{ pointer: `/items/${index}/itemId`, code: 'repeated' }] : []
  })
}

const VOUCH_FOR: Readonly<Record<keyof CaseFacts, Vouch>> = {
  measures: 'measures',
  informed: 'informed',
  careTeam: 'care-team',
  milestones: 'milestones',
  site: 'site',
  jurisdiction: 'site',
  minor: 'measures',
  restrictedTo: 'restriction',
  excludedFrom: 'restriction',
}

/** A fact of the case opens or closes flows for others: only a member that may vouch for it can state it. */
function mayState(sender: Participant, message: Message): Result<Message> {
  const facts = 'facts' in message ? message.facts : undefined
  const stated = Object.keys(facts ?? {}) as (keyof typeof VOUCH_FOR)[]
  const beyond = stated.filter((member) => !sender.vouches.includes(VOUCH_FOR[member]))
  return beyond.length === 0
    ? ok(message)
    : fail(
        'not-competent',
        beyond.map((member) => ({ pointer: `/facts/${member}`, code: 'not-vouched-for' })),
      )
}
