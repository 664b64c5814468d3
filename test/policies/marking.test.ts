/** The marking algebra: each limit by itself, met and not met. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { limitOf, travelling } from '#policies/engine/marking.ts'
import type { AttributeValue, Marking } from '#policies/language/item.ts'
import type { Level } from '#policies/language/level.ts'
import type { Question } from '#policies/language/policy.ts'
import { AT, asked, marked } from '#test/support/markings.ts'

interface Row {
  readonly name: string
  readonly marking: Partial<Marking>
  readonly facts?: Readonly<Record<string, AttributeValue>>
  readonly level: Level
  readonly because: readonly string[]
  readonly omission?: 'silent' | 'declared'
}

const judicial = { 'edge.purpose': 'judicial-decision' }
const LIMITS: readonly Row[] = [
  {
    name: 'Diffusion Restreinte to who is not cleared',
    marking: { classification: 'diffusion-restreinte' },
    level: 'nothing',
    because: ['marking:classification'],
  },
  {
    name: 'Diffusion Restreinte to who is cleared by a text',
    marking: { classification: 'diffusion-restreinte' },
    facts: { 'recipient.clearedForDr': 'true' },
    level: 'nothing',
    because: ['marking:classification'],
  },
  { name: 'releasable to nobody', marking: { releasableTo: [] }, level: 'nothing', because: ['marking:releasable-to'] },
  {
    name: 'releasable to another organisation',
    marking: { releasableTo: ['court-paris'] },
    level: 'nothing',
    because: ['marking:releasable-to'],
  },
  {
    name: 'let out until this very instant',
    marking: { validUntil: AT },
    level: 'nothing',
    because: ['marking:expired'],
  },
  {
    name: 'received in confidence',
    marking: { receivedInConfidence: true },
    level: 'nothing',
    because: ['marking:received-in-confidence'],
  },
  {
    name: 'received in confidence under another secrecy',
    marking: { receivedInConfidence: true, secrecyRegime: 'spip' },
    facts: { 'recipient.secrecies': ['social-work'] },
    level: 'nothing',
    because: ['marking:received-in-confidence'],
  },
  {
    name: 'H1 for a judicial decision',
    marking: { handling: ['H1'] },
    facts: judicial,
    level: 'nothing',
    because: ['marking:no-judicial-use'],
  },
  {
    name: 'the condition no-judicial-use for a judicial decision',
    marking: { conditions: ['no-judicial-use'] },
    facts: judicial,
    level: 'nothing',
    because: ['marking:no-judicial-use'],
  },
  {
    name: 'H2 from who is not the provider',
    marking: { handling: ['H2'], originator: 'prison-intelligence' },
    level: 'nothing',
    because: ['marking:originator-control'],
  },
  {
    name: 'H2 to an association, even from the provider',
    marking: { handling: ['H2'] },
    facts: { 'recipient.regime': 'GDPR' },
    level: 'nothing',
    because: ['marking:originator-control'],
  },
  {
    name: 'H3 to an association',
    marking: { handling: ['H3'], conditions: ['no-onward'] },
    facts: { 'recipient.regime': 'GDPR' },
    level: 'nothing',
    because: ['marking:originator-control'],
  },
  {
    name: 'originator control by condition',
    marking: { conditions: ['originator-consent'], originator: 'court-paris' },
    level: 'nothing',
    because: ['marking:originator-control'],
  },
  { name: 'TLP:RED that names nobody', marking: { tlp: 'TLP:RED' }, level: 'nothing', because: ['marking:tlp-red'] },
  {
    name: 'TLP:RED that names the organisation and no person of it',
    marking: { tlp: 'TLP:RED', releasableTo: ['probation-paris'] },
    level: 'nothing',
    because: ['marking:tlp-red'],
  },
  {
    name: 'a lawyer’s secret',
    marking: { secrecyRegime: 'lawyer' },
    level: 'nothing',
    because: ['marking:secrecy-lawyer'],
  },
  {
    name: 'a cleric’s secret',
    marking: { secrecyRegime: 'clergy' },
    level: 'nothing',
    because: ['marking:secrecy-clergy'],
  },
  {
    name: 'a medical secret',
    marking: { secrecyRegime: 'medical' },
    level: 'existence',
    because: ['marking:secrecy-medical'],
    omission: 'declared',
  },
  {
    name: 'a psychologist’s secret',
    marking: { secrecyRegime: 'psychologist' },
    level: 'existence',
    because: ['marking:secrecy-psychologist'],
    omission: 'declared',
  },
  {
    name: 'two secrecies of which the recipient shares one',
    marking: { secrecyRegime: 'medical+psychologist' },
    facts: { 'recipient.secrecies': ['medical'] },
    level: 'existence',
    because: ['marking:secrecy-psychologist'],
    omission: 'declared',
  },
  {
    name: 'two limits, of which the lower counts and both are told',
    marking: { secrecyRegime: 'medical', releasableTo: [] },
    level: 'nothing',
    because: ['marking:releasable-to', 'marking:secrecy-medical'],
  },
  { name: 'no marking', marking: {}, level: 'full', because: [] },
  {
    name: 'Diffusion Restreinte to who is cleared',
    marking: { classification: 'diffusion-restreinte' },
    facts: { 'recipient.clearedForDr': true },
    level: 'full',
    because: [],
  },
  {
    name: 'releasable to this organisation',
    marking: { releasableTo: ['probation-paris'] },
    level: 'full',
    because: [],
  },
  {
    name: 'releasable to this mandate',
    marking: { releasableTo: ['probation-counsellor'] },
    level: 'full',
    because: [],
  },
  { name: 'let out a while longer', marking: { validUntil: AT + 1 }, level: 'full', because: [] },
  {
    name: 'received in confidence, by one bound by the same secrecy',
    marking: { receivedInConfidence: true, secrecyRegime: 'spip' },
    facts: { 'recipient.secrecies': ['spip'] },
    level: 'full',
    because: [],
  },
  { name: 'H1 for another purpose', marking: { handling: ['H1'] }, level: 'full', because: [] },
  {
    name: 'H1 for a judicial decision with the sender’s consent',
    marking: { handling: ['H1'] },
    facts: { ...judicial, 'edge.consents': ['prison-paris'] },
    level: 'full',
    because: [],
  },
  {
    name: 'H1 for a judicial decision by statute',
    marking: { handling: ['H1'] },
    facts: { ...judicial, 'edge.statutory': ['judicial-use'] },
    level: 'full',
    because: [],
  },
  {
    name: 'H2 from the provider',
    marking: { handling: ['H2'], originator: 'prison-paris' },
    level: 'full',
    because: [],
  },
  { name: 'H2 from the sender who names no provider', marking: { handling: ['H2'] }, level: 'full', because: [] },
  {
    name: 'H2 with the provider’s consent',
    marking: { handling: ['H2'], originator: 'prison-intelligence' },
    facts: { 'edge.consents': ['prison-intelligence'], 'recipient.regime': 'GDPR' },
    level: 'full',
    because: [],
  },
  {
    name: 'H0 alone',
    marking: { handling: ['H0'] },
    facts: { 'recipient.regime': 'GDPR', ...judicial },
    level: 'full',
    because: [],
  },
  {
    name: 'TLP:RED that names the mandate',
    marking: { tlp: 'TLP:RED', releasableTo: ['probation-counsellor'] },
    level: 'full',
    because: [],
  },
  { name: 'TLP:AMBER+STRICT', marking: { tlp: 'TLP:AMBER+STRICT' }, level: 'full', because: [] },
  {
    name: 'a medical secret, to one bound by it',
    marking: { secrecyRegime: 'medical' },
    facts: { 'recipient.secrecies': ['medical'] },
    level: 'full',
    because: [],
  },
  {
    name: 'the secrecy of the probation service, which the matrix handles',
    marking: { secrecyRegime: 'spip' },
    level: 'full',
    because: [],
  },
  { name: 'no secrecy by name', marking: { secrecyRegime: 'none' }, level: 'full', because: [] },
]

describe('limitOf', () => {
  for (const { name, marking, facts, level, because, omission = 'silent' } of LIMITS)
    it(`${name}: ${level}`, () => {
      const limit = limitOf(marked(marking), asked(facts))
      assert.deepEqual([limit.level, limit.because, limit.omission], [level, because, omission])
    })

  it('takes a missing fact about the recipient for the worst', () => {
    const nobody: Question = { at: AT, milestones: {}, facts: {} }
    for (const marking of [
      { releasableTo: [''] },
      { tlp: 'TLP:RED', releasableTo: ['x'] },
      { secrecyRegime: 'medical' },
    ] as const)
      assert.notEqual(limitOf(marked(marking), nobody).level, 'full')
  })
})

describe('travelling', () => {
  const ROWS: readonly (readonly [string, Partial<Marking>, readonly string[]])[] = [
    ['nothing asked', {}, []],
    [
      'conditions as written, sorted and once',
      { conditions: ['no-onward', 'destroy-by', 'no-onward'] },
      ['destroy-by', 'no-onward'],
    ],
    ['H1', { handling: ['H1'] }, ['no-judicial-use']],
    ['H2', { handling: ['H2'] }, ['originator-consent']],
    ['H0 and H3', { handling: ['H0', 'H3'] }, []],
    ['TLP:RED', { tlp: 'TLP:RED' }, ['named-person-only', 'no-onward', 'no-onward-outside-organisation']],
    ['TLP:AMBER+STRICT', { tlp: 'TLP:AMBER+STRICT' }, ['no-onward', 'no-onward-outside-organisation']],
    ['TLP:AMBER', { tlp: 'TLP:AMBER' }, ['no-onward-outside-organisation']],
    ['TLP:GREEN', { tlp: 'TLP:GREEN' }, []],
  ]
  for (const [name, marking, conditions] of ROWS)
    it(`${name}`, () => assert.deepEqual(travelling(marked(marking)), conditions))

  it('goes with the limit', () =>
    assert.deepEqual(limitOf(marked({ handling: ['H1'] }), asked()).conditions, ['no-judicial-use']))
})
