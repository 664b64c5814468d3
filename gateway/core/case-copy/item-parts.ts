/**
 * An item as parts, each for whoever may see it: whatever `projectItem` can show at any level and rung is a choice among them.
 * What its existence says is open in the element; all else is a part. And back.
 */
import { rungsOf } from '#policies/engine/ladders.ts'
import { RUNGS } from '#policies/language/level.ts'
import type { Item } from '#gateway/core/item.ts'
import { valueOf } from '#gateway/core/label.ts'
import { sectionById, termIn } from '#gateway/core/vocabulary/sections.ts'
import { isSameJson, membersOf, pickMembers } from './json-members.ts'
import type { Members } from './json-members.ts'
import { ITEM_PARTS } from './schema.ts'
import type { ItemPart } from './schema.ts'

export interface ItemParts {
  /** Seen by everyone who learns that the item exists. */
  readonly element: Members
  readonly parts: Readonly<Partial<Record<ItemPart, unknown>>>
}

const MARKING = ['classification', 'handling', 'tlp', 'conditions', 'originator', 'releaseUntil'] as const
const QUALITY = ['completeness', 'source', 'information'] as const
const PLACE = ['record', 'at'] as const
const NAME = ['itemId', 'term', 'nature', 'subjectCategory', 'disputed', 'lang'] as const
const DETAIL = ['method', 'evidenceFor', 'evidenceAgainst', 'missingInformation', 'subjectStatement'] as const
const LABELS = [
  'specialCategories',
  'secrecyRegime',
  'receivedInConfidence',
  'handlingNote',
  'releasableTo',
  'purposes',
  'legalBasisIds',
  'retentionId',
  'subjectInformed',
  'derivedFrom',
  'recordedAt',
] as const

const YEAR_CHARACTERS = 4
const MONTH_CHARACTERS = 7

/** `index` is its place among the items of its message. */
export function partsOf(item: Item, index: number): ItemParts {
  const isNative = sectionById(item.section) === undefined
  const detail = pickMembers(item, DETAIL)
  const said = rungsOf(valueOf(item, termIn(item.section, item.term)))
  return {
    element: {
      section: item.section,
      role: item.author.role,
      ...datesOf(item, YEAR_CHARACTERS),
      ...pickMembers(item, QUALITY),
      ...pickMembers(item, MARKING),
      // A pointer into a record that was mapped says what it is that exists; only a native record's is a place in a published form.
      ...(isNative ? pickMembers(item, PLACE) : {}),
    },
    parts: {
      name: { ...pickMembers(item, NAME), service: item.author.service },
      month: datesOf(item, MONTH_CHARACTERS),
      exact: datesOf(item),
      ...(Object.keys(detail).length === 0 ? {} : { detail }),
      ...Object.fromEntries(said.map(({ rung, value }) => [rung, value])),
      ...(item.supersedes === undefined ? {} : { supersedes: item.supersedes }),
      labels: {
        index,
        ...pickMembers(item, LABELS),
        ...(isNative ? {} : pickMembers(item, PLACE)),
        ...writtenOf(item, said),
      },
    },
  }
}

/** Cut at a fixed place of a fixed format: the day, the month or the year. */
const datesOf = ({ observedAt, recordedAt, validUntil }: Item, characters?: number): Members => ({
  observedAt: observedAt.slice(0, characters),
  asOf: (recordedAt ?? observedAt).slice(0, characters),
  ...(validUntil === undefined ? {} : { validUntil: validUntil.slice(0, characters) }),
})

/** Which rungs the sender supplied, and those of them that the ladder says otherwise than they were written. */
function writtenOf(item: Item, said: ReturnType<typeof rungsOf>): Members {
  const supplied: Members = { ...(item.value === undefined ? {} : { g0: item.value }), ...item.rungs }
  const given = RUNGS.filter((rung) => supplied[rung] !== undefined)
  const otherwise = given.filter((rung) => {
    const found = said.find((one) => one.rung === rung)
    return found === undefined || !isSameJson(found.value, supplied[rung])
  })
  return { given, ...(otherwise.length === 0 ? {} : { written: pickMembers(supplied, otherwise) }) }
}

/** The item as its sender wrote it, as far as its parts are there; unread, for the schema of a message to judge. */
export function itemTextOf({ element, parts }: { readonly element: Members; readonly parts: Members }): Members {
  const part = (name: ItemPart): Members => membersOf(parts[name])
  const [name, exact, labels] = [part('name'), part('exact'), part('labels')]
  return {
    ...pickMembers(element, ['section', ...QUALITY, ...MARKING, ...PLACE]),
    ...pickMembers(name, NAME),
    author: { ...pickMembers(element, ['role']), ...pickMembers(name, ['service']) },
    ...pickMembers(exact, ['observedAt', 'validUntil']),
    ...pickMembers(part('detail'), DETAIL),
    ...pickMembers(parts, ['supersedes']),
    ...pickMembers(labels, [...LABELS, ...PLACE]),
    ...valueTextOf(parts, labels),
  }
}

/** Where a rung that was supplied is held back, the others have to stand for themselves. */
function valueTextOf(parts: Members, labels: Members): Members {
  const written = membersOf(labels['written'])
  const given: readonly unknown[] = Array.isArray(labels['given']) ? labels['given'] : []
  const isWhole = given.every((rung) => typeof rung === 'string' && (rung in written || parts[rung] !== undefined))
  const names = RUNGS.filter((rung) => (isWhole ? given.includes(rung) : parts[rung] !== undefined))
  const supplied = pickMembers({ ...parts, ...written }, names)
  const { g0: value, ...rungs } = supplied
  return {
    ...(value === undefined ? {} : { value }),
    ...(Object.keys(rungs).length === 0 ? {} : { rungs }),
  }
}

/** How the sender wrote its rungs is read, and decides nothing that the rungs themselves do not say. */
const withoutWriting = (part: unknown): Members => ({ ...membersOf(part), given: undefined, written: undefined })

/**
 * The first part that is not what the item makes of it, or undefined: a date that is another's month, a rung that the published
 * function does not give, one that is missing, or a member that nobody knows.
 */
export function wrongPart(
  item: Item,
  found: { readonly element: Members; readonly parts: Members },
): string | undefined {
  const labels = membersOf(found.parts['labels'])
  const { element, parts } = partsOf(item, Number(labels['index']))
  if (!isSameJson(element, found.element)) return 'element'
  const unknown = Object.keys(found.parts).some((name) => !ITEM_PARTS.some((part) => part === name))
  if (unknown) return 'unknown'
  return ITEM_PARTS.find((name) =>
    name === 'labels'
      ? !isSameJson(withoutWriting(parts.labels), withoutWriting(labels))
      : !isSameJson(parts[name], found.parts[name]),
  )
}
