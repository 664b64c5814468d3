/** Room 3, second half: every name that a message uses is one of the vocabulary in force, and every value has the shape of its kind. */
import { isInTime } from '#policies/engine/applies.ts'
import { contradictionOf, shapeFault } from '#policies/engine/ladders.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { Rung } from '#policies/language/level.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import type { Item } from '#gateway/core/item.ts'
import { factsOf, itemsOf } from '#gateway/core/message.ts'
import type { Message } from '#gateway/core/message.ts'
import { MAX_PLACES } from '#gateway/core/places.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { ProblemPlace, Result } from '#gateway/core/problem.ts'
import { termIn } from '#gateway/core/vocabulary/sections.ts'

/** Purpose, basis, sections, terms and value shapes against the vocabulary in force. */
export function checkNames(
  { set, now }: { readonly set: PolicySet; readonly now: Instant },
  message: Message,
): Result<Message> {
  if (!set.vocabulary.purposes.includes(message.purpose))
    return fail('message-malformed', [{ pointer: '/purpose', code: 'name-unknown' }])
  const basis = set.bases.find(({ id }) => id === message.legalBasisId)
  if (basis === undefined || !isInTime(basis, now)) {
    const hint = basis?.successor === undefined ? {} : { expected: basis.successor }
    return fail('basis-invalid', [
      { pointer: '/legalBasisId', code: basis === undefined ? 'unknown' : 'not-valid-now', ...hint },
    ])
  }
  const items = itemsOf(message)
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
  return all.length === 0 ? ok(message) : fail('message-malformed', all.slice(0, MAX_PLACES))
}

/** Sections that a measure or an information notice names: one that is not known would shut the whole case, for everyone. */
function factFaults({ vocabulary }: PolicySet, message: Message): readonly ProblemPlace[] {
  const facts = factsOf(message) ?? {}
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
  if (item.retentionId !== undefined && set.retention.every(({ id }) => id !== item.retentionId))
    faults.push({ pointer: '/retentionId', code: 'name-unknown' })
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
