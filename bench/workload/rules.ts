/** Sixty invented rules (forty permits, twenty limits) in our own language, and the same rules for ten or a hundred senders. */
import { parsePolicy } from '#policies/language/text.ts'
import { printPolicy } from '#policies/language/print.ts'
import type { Condition, Match, PolicySet, Rule } from '#policies/language/policy.ts'
import type { Level } from '#policies/language/level.ts'
import { SECTIONS } from '#gateway/core/vocabulary/sections.ts'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROJECT, SENDER } from './network.ts'

const GROUPS: readonly (readonly string[])[] = Array.from({ length: 12 }, (_, group) =>
  SECTIONS.filter(({ number }) => (number - 1) % 12 === group).map(({ id }) => id),
)
const TYPES = ['SP', 'JU', 'MJ', 'IN', 'PP', 'PS', 'MU', 'SN'] as const
const PURPOSES = ['release-preparation', 'probation-supervision', 'judicial-decision', 'public-security'] as const

const match = (attribute: string, ...values: readonly (string | boolean)[]): Match => ({
  attribute,
  values: [...new Set(values)],
})

interface Draft {
  readonly effect: Rule['effect']
  readonly upTo: Level
  readonly who: readonly Match[]
  readonly what: readonly Match[]
  readonly when?: readonly Condition[]
  readonly omission?: Rule['omission']
}

const typesFrom = (start: number, count: number): readonly string[] =>
  Array.from({ length: count }, (_, step) => TYPES[(start + step) % TYPES.length] ?? 'SP')

/** Three permits for each of twelve groups of sections, and four for all of them. */
function permits(): readonly Draft[] {
  const byGroup = GROUPS.flatMap((sections, group): readonly Draft[] => {
    const what = [match('item.section', ...sections)]
    const forPurpose = match('edge.purpose', PURPOSES[0], PURPOSES[group % 4] ?? PURPOSES[1])
    return [
      {
        effect: 'permit',
        upTo: 'full',
        who: [match('recipient.type', 'SP', ...typesFrom(group, 2)), forPurpose],
        what,
      },
      {
        effect: 'permit',
        upTo: 'current',
        who: [match('recipient.type', ...typesFrom(group + 3, 3)), match('recipient.regime', 'LED')],
        what: [...what, match('item.nature', 'fact', 'decision', 'statement-of-person')],
      },
      {
        effect: 'permit',
        upTo: 'summary',
        who: [match('recipient.type', ...TYPES.slice(0, 5))],
        what: [...what, match('item.nature', 'fact', 'decision'), match('item.disputed', false)],
      },
    ]
  })
  const informed: Condition = {
    attribute: 'case.informedSections',
    operator: 'includes',
    operand: { kind: 'attribute', name: 'item.section' },
  }
  return [
    ...byGroup,
    { effect: 'permit', upTo: 'current', who: [match('recipient.regime', 'GDPR')], what: [], when: [informed] },
    {
      effect: 'permit',
      upTo: 'full',
      who: [],
      what: [match('item.authorService', 'pairs-paris'), match('item.section', 'psychology', 'mediation')],
    },
    {
      effect: 'permit',
      upTo: 'existence',
      who: [match('recipient.type', 'MJ', 'IN')],
      what: [match('item.nature', 'assessment')],
    },
    {
      effect: 'permit',
      upTo: 'full',
      who: [match('recipient.clinician', true)],
      what: [match('item.specialCategories', 'health')],
    },
  ]
}

function limits(): readonly Draft[] {
  const byGroup = GROUPS.map((sections, group): Draft => ({
    effect: 'limit',
    upTo: group % 3 === 0 ? 'nothing' : 'summary',
    who: [match('recipient.type', ...typesFrom(group + 1, 2))],
    what: [match('item.section', ...sections), match('item.nature', 'assessment', 'opinion')],
    omission: group % 2 === 0 ? 'declared' : 'silent',
  }))
  return [
    ...byGroup,
    {
      effect: 'limit',
      upTo: 'existence',
      who: [match('recipient.clinician', false)],
      what: [match('item.specialCategories', 'health', 'genetic')],
    },
    {
      effect: 'limit',
      upTo: 'nothing',
      who: [match('recipient.type', 'MU', 'IN')],
      what: [match('item.specialCategories', 'religious-philosophical', 'political')],
    },
    {
      effect: 'limit',
      upTo: 'current',
      who: [match('recipient.regime', 'GDPR')],
      what: [match('item.subjectCategory', 'victim', 'child', 'family-member')],
    },
    {
      effect: 'limit',
      upTo: 'nothing',
      who: [match('recipient.regime', 'GDPR')],
      what: [match('item.nature', 'intelligence')],
    },
    {
      effect: 'limit',
      upTo: 'summary',
      who: [match('recipient.type', 'MJ')],
      what: [match('item.subjectCategory', 'other-contact', 'other-associate')],
    },
    { effect: 'limit', upTo: 'current', who: [match('edge.regime', 'GDPR')], what: [match('item.disputed', true)] },
    {
      effect: 'limit',
      upTo: 'summary',
      who: [match('recipient.type', 'JU', 'IN')],
      what: [match('item.secrecyRegime', 'medical', 'psychologist')],
    },
    {
      effect: 'limit',
      upTo: 'current',
      who: [match('case.minor', true)],
      what: [match('item.section', 'family', 'network')],
    },
  ]
}

const toRule = ({ effect, upTo, who, what, when = [], omission = 'silent' }: Draft, id: string): Rule => ({
  id,
  effect,
  who,
  what,
  when,
  upTo,
  omission,
  conditions: effect === 'permit' && upTo === 'full' ? ['no-onward'] : [],
  rungs: {},
  bases: effect === 'permit' ? ['eu.led.8'] : [],
  reason: 'a rule of the bench',
})

const shipped = (): PolicySet => parsed(readFileSync(join(PROJECT, 'policies/packs/france-prison-exit.json'), 'utf8'))

/** The pack as shipped: every cell of thirty-one sections and ten recipient types. */
export const packRules = shipped

/** Sixty rules, times `copies`: the first sixty speak of the bench's sender, the others of senders that never occur here. */
export function benchRules(copies = 1): PolicySet {
  const drafts = [...permits(), ...limits()]
  const senders = Array.from({ length: copies }, (_, copy) => (copy === 0 ? SENDER : `other-sender-${copy}`))
  const rules = senders.flatMap((sender) =>
    drafts.map((draft, index) =>
      toRule(
        { ...draft, who: [...draft.who, ...(copies === 1 ? [] : [match('edge.sender', sender)])] },
        `${sender}.${index}`,
      ),
    ),
  )
  return parsed(printPolicy({ ...shipped(), id: 'bench', statutes: [], rules }))
}

function parsed(text: string): PolicySet {
  const read = parsePolicy(text, 'bench')
  if (!read.ok) throw new Error(`a policy of the bench is faulty: ${JSON.stringify(read.faults[0])}`)
  return read.set
}
