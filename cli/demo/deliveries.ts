/** What the demo shows of each parcel that its recipient opened: one row, ready for JSON or a table. */
import { rankOf } from '#policies/language/level.ts'
import { SECTIONS } from '#gateway/core/vocabulary/sections.ts'
import type { WithheldEntry } from '#gateway/core/projection.ts'
import { table } from '#cli/output.ts'
import type { Opened } from './read-new.ts'

export interface DeliveryRow {
  /** Mandate that opened it. */
  readonly recipient: string
  /** Column of the policy matrix. */
  readonly recipientType: string
  readonly kind: string
  readonly case: string
  readonly depth: string
  /** Sections of which something is there, at least that it exists. */
  readonly sections: readonly string[]
  readonly items: number
  /** What the recipient was told is missing. */
  readonly declared: readonly WithheldEntry[]
  /** SHA-256 of the policy text that judged it. */
  readonly policyVersion: string
  /** Ids of the rules that fixed the level of what passed, from the record of the decision. */
  readonly rules: readonly string[]
  readonly delivery: string
}

export const rowOf = ({ caseId, mandate, projection, record }: Opened): DeliveryRow => ({
  recipient: mandate.id,
  recipientType: mandate.type,
  kind: projection.kind,
  case: caseId,
  depth: projection.depth,
  sections: unique(projection.items.map(({ section }) => section)),
  items: projection.items.length,
  declared: projection.withheld,
  policyVersion: record.policy.digest,
  rules: unique(record.items.filter(({ outcome }) => outcome !== 'withheld').flatMap(({ rules }) => rules)),
  delivery: projection.jti,
})

/** One case side by side: for each section the most that each recipient was shown of it, and `told` where it knows of an omission. */
export function sideBySide(opened: readonly Opened[], caseId: string): readonly string[] {
  const own = opened.filter((entry) => entry.caseId === caseId && entry.projection.items.length > 0)
  const recipients = [...new Map(own.map(({ mandate }) => [mandate.id, mandate.type])).keys()]
  const rows = SECTIONS.map(({ id }) => [
    id,
    ...recipients.map((recipient) =>
      shownOf(
        own.filter(({ mandate }) => mandate.id === recipient),
        id,
      ),
    ),
  ])
  return table([
    [caseId, ...recipients.map((recipient) => recipient.replace(/^pairs-/, ''))],
    ...rows.filter(([, ...cells]) => cells.some((cell) => cell !== '·')),
  ])
}

function shownOf(own: readonly Opened[], section: string): string {
  const levels = own.flatMap(({ projection }) => projection.items.filter((item) => item.section === section))
  const best = levels.toSorted((a, b) => rankOf(b.level) - rankOf(a.level))[0]
  if (best !== undefined) return best.level
  return own.some(({ projection }) => projection.withheld.some((entry) => entry.section === section)) ? 'told' : '·'
}

/** Every parcel with something in it, one line each. */
export const linesOf = (rows: readonly DeliveryRow[]): readonly string[] => [
  ...table([
    ['recipient', 'type', 'case', 'message', 'depth', 'items', 'sections', 'declared'],
    ...rows.map((row) => [
      row.recipient,
      row.recipientType,
      row.case,
      row.kind,
      row.depth,
      String(row.items),
      String(row.sections.length),
      row.declared.map(({ section }) => section).join(' '),
    ]),
  ]),
]

/** For each recipient: which sections it saw of which, over all its parcels. */
export const summaryOf = (rows: readonly DeliveryRow[]): readonly string[] => {
  const recipients = [...Map.groupBy(rows, ({ recipient }) => recipient)].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return table([
    ['recipient', 'type', 'depth', 'parcels', 'items', 'sections seen'],
    ...recipients.map(([recipient, own]) => [
      recipient,
      own[0]?.recipientType ?? '',
      unique(own.map(({ depth }) => depth)).join(' '),
      String(own.length),
      String(own.reduce((sum, { items }) => sum + items, 0)),
      `${unique(own.flatMap(({ sections }) => sections)).length} of 31`,
    ]),
  ])
}

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)].toSorted()
