/** A draft against the version in force on the invented cases: what each recipient would be shown otherwise of each, at full depth, for any purpose. */
import type { InventedCase } from '#gateway/core/invented-case.ts'
import { touchOf } from '#gateway/core/policy-touch.ts'
import type { JudgedItem } from '#gateway/core/stages.ts'
import type { CaseDifference } from '#gateway/ports/changes.ts'
import { imaginedWorld } from './imagined-world.ts'
import { judge } from './judge.ts'
import type { PolicyInForce } from './deps.ts'
import { changesOf } from './replay-message.ts'
import type { Both } from './replay-message.ts'

/** What came of one case for one recipient type. */
export interface CaseReplayed {
  readonly caseId: string
  readonly recipientType: string
  /** Each section once: what would disclose more before what would disclose less, without a request before with one. */
  readonly differences: readonly CaseDifference[]
}

/** Each case as each type that the draft can touch. */
export function* replayCases(both: Both, cases: readonly InventedCase[]): Generator<CaseReplayed> {
  const { isType, isSection } = touchOf(both.before.set, both.after.set)
  const types = both.before.set.vocabulary.recipientTypes.filter(isType)
  for (const one of cases) {
    const touched = { ...one, items: one.items.filter(({ section }) => isSection(section)) }
    for (const recipientType of types) {
      const differences = onceEach([...asked(both, touched, recipientType)])
      yield { caseId: one.id, recipientType, differences }
    }
  }
}

/** As a practitioner of the first role and as a clinician, for each purpose, without a request and with one for everything. */
function* asked(both: Both, one: InventedCase, recipientType: string): Generator<CaseDifference> {
  const { roles, purposes, sections } = both.before.set.vocabulary
  const named = [roles[0] ?? 'none', ...roles.filter((role) => role === 'psychologist')]
  if (one.items.length === 0) return
  for (const requested of [[], sections])
    for (const practitioner of new Set(named))
      for (const purpose of purposes) {
        const ask = { recipient: recipientType, requested, purpose, practitioner }
        const [was, is] = [judged(both.before, both, one, ask), judged(both.after, both, one, ask)]
        for (const change of changesOf(was, is))
          yield {
            ...change,
            caseId: one.id,
            recipientType,
            purpose,
            role: practitioner,
            isOnRequest: requested.length > 0,
          }
      }
}

interface Ask {
  readonly recipient: string
  readonly requested: readonly string[]
  readonly purpose: string
  readonly practitioner: string
}

/** Without the second opinion of casbin, which every version had before it may begin. */
const judged = (
  policy: PolicyInForce,
  { before, at }: Both,
  { id, items, facts }: InventedCase,
  ask: Ask,
): readonly JudgedItem[] =>
  judge(policy, imaginedWorld({ policy: before, summary: { items, facts, rest: { caseId: id } }, at, ...ask }), 0)
    .judged.items

/** The first of each section, those that would disclose more before others. */
function onceEach(found: readonly CaseDifference[]): readonly CaseDifference[] {
  const bySection = new Map<string, CaseDifference>()
  for (const one of [...found].toSorted((a, b) => Number(b.direction === 'more') - Number(a.direction === 'more')))
    if (!bySection.has(one.section)) bySection.set(one.section, one)
  return [...bySection.values()]
}
