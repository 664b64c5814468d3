/** A decision about somebody as an example about nobody: what policy asks stays, what names a person, a place or an organisation is called by a number, days become months. */
import { monthsBefore } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { AttributeValue, Facts, LabelledItem } from '#policies/language/item.ts'
import type { Question } from '#policies/language/policy.ts'

export interface Asked {
  readonly question: Question
  readonly item: LabelledItem
}

/** Attributes whose values name somebody, somewhere or a paper: rules compare them, and need not know them. */
const NAMING: ReadonlySet<string> = new Set([
  'recipient.organisation',
  'recipient.mandate',
  'recipient.groups',
  'recipient.careTeams',
  'recipient.sites',
  'edge.sender',
  'edge.agreement',
  'edge.art9',
  'edge.consents',
  'case.careTeam',
  'case.site',
  'case.jurisdiction',
  'case.allowed',
  'item.authorService',
])

const MONTH_MS = (365.25 / 12) * 86_400_000

/** The same question with its instants counted in whole months from `at`, and without the value. Pure; the same names get the same numbers. */
export function withoutNames({ question, item }: Asked, at: Instant): Asked {
  const called = numbered()
  const moved = (instant: Instant): Instant => monthsBefore(at, Math.floor((question.at - instant) / MONTH_MS))
  const { releasableTo, originator, validUntil, ...marking } = item.marking
  return {
    question: {
      at,
      milestones: Object.fromEntries(
        Object.entries(question.milestones).map(([name, instant]) => [
          name,
          instant === undefined ? undefined : moved(instant),
        ]),
      ),
      facts: renamed(question.facts, '', called),
    },
    item: {
      id: 'example',
      observedAt: moved(item.observedAt),
      isPast: item.isPast,
      facts: renamed(item.facts, 'item.', called),
      marking: {
        ...marking,
        ...(releasableTo === undefined ? {} : { releasableTo: releasableTo.map(called) }),
        ...(originator === undefined ? {} : { originator: called(originator) }),
        ...(validUntil === undefined ? {} : { validUntil: moved(validUntil) }),
      },
      value: { ...item.value, exact: '', rungs: {} },
    },
  }
}

/** Each name gets the next number the first time it is met. */
function numbered(): (name: string) => string {
  const known = new Map<string, string>()
  return (name) => {
    const called = known.get(name) ?? `n${known.size + 1}`
    known.set(name, called)
    return called
  }
}

const renamed = (facts: Facts, prefix: string, called: (name: string) => string): Facts =>
  Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [
      name,
      NAMING.has(`${prefix}${name}`) ? callAll(value, called) : value,
    ]),
  )

function callAll(value: AttributeValue | undefined, called: (name: string) => string): AttributeValue | undefined {
  if (typeof value === 'string') return called(value)
  return typeof value === 'object' ? value.map(called) : value
}
