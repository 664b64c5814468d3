/** The plainest question of a mandatory flow: which limits and conditions close it, and which it never meets. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { checkStatutes } from '#policies/engine/statutes.ts'
import { parseInstant } from '#policies/language/instant.ts'
import type { Fault } from '#policies/language/policy.ts'
import { parsePolicy } from '#policies/language/text.ts'
import { aRule, aText, vocabularyWith, type Loose } from './policy-texts.ts'

const AT = parseInstant('2026-06-01') ?? assert.fail('instant')
const FLOW = {
  kind: 'mandatory',
  id: 'flow',
  recipientType: 'PS',
  section: 'family',
  atLeast: 'summary',
  basis: 'fr.law',
}

function faultsOf(changed: Loose, ...rules: readonly Loose[]): readonly Fault[] {
  const parsed = parsePolicy(JSON.stringify(aText({ statutes: [FLOW], rules, ...changed })), 'small.json')
  if (!parsed.ok) assert.fail(JSON.stringify(parsed.faults))
  return checkStatutes(parsed.set, 'small.json', AT)
}
const isOpen = (...rules: readonly Loose[]): boolean => faultsOf({}, ...rules).length === 0
const limit = (changed: Loose): Loose => ({ id: 'less', effect: 'limit', upTo: 'nothing', reason: 'Less.', ...changed })

/** Attributes as the plainest question states them, and a value that it never has. */
const STATED: readonly (readonly [name: string, plain: unknown, other: unknown])[] = [
  ['recipient.type', 'PS', 'SN'],
  ['recipient.regime', 'LED', 'GDPR'],
  ['recipient.clinician', false, true],
  ['edge.regime', 'LED', 'GDPR'],
  ['edge.senderRegime', 'LED', 'GDPR'],
  ['edge.basis', 'fr.law', 'fr.other'],
  ['case.measureActive', true, false],
  ['case.restricted', false, true],
  ['item.section', 'family', 'health'],
  ['item.kind', 'plain', 'date'],
  ['item.subjectCategory', 'convicted', 'victim'],
  ['item.secrecyRegime', 'none', 'medical'],
  ['item.subjectInformed', 'yes', 'no'],
  ['item.isPast', false, true],
  ['item.attested', 'originator', 'broker'],
]
const LISTS = ['edge.consents', 'request.sections', 'request.kinds', 'case.measureSections', 'case.informedSections']
const whereIs = (name: string, value: unknown): Loose => ({
  [name.startsWith('item.') ? 'what' : 'who']: { [name]: [value] },
})

describe('a mandatory flow', () => {
  for (const [name, plain, other] of STATED)
    it(`is asked with ${name} ${String(plain)}: a limit there closes it, a limit on ${String(other)} does not`, () => {
      assert.equal(isOpen(aRule(), limit(whereIs(name, plain))), false)
      assert.equal(isOpen(aRule(), limit(whereIs(name, other))), true)
      const { who, what } = aRule() as Readonly<Record<'who' | 'what', object>>
      const permit = (value: unknown): Loose => {
        const asked = whereIs(name, value)
        return aRule({ who: { ...who, ...Object(asked['who']) }, what: { ...what, ...Object(asked['what']) } })
      }
      assert.deepEqual([isOpen(permit(plain)), isOpen(permit(other))], [true, false])
    })

  for (const name of LISTS)
    it(`is asked without ${name}: a permit that needs one does not open it`, () => {
      const value = name.endsWith('ections') ? 'family' : 'anything'
      assert.equal(isOpen(aRule({ when: [{ attribute: name, includes: value }] })), false)
      assert.equal(isOpen(aRule(), limit({ who: { [name]: [value] } })), true)
    })

  it('is asked of its own statute', () => {
    assert.ok(isOpen(aRule({ who: { 'recipient.type': ['PS'], 'edge.statutory': ['flow'] } })))
    assert.ok(!isOpen(aRule({ who: { 'recipient.type': ['PS'], 'edge.statutory': ['other'] } })))
  })

  const NATURES = ['fact', 'assessment', 'opinion', 'intelligence', 'statement-of-person', 'decision']
  it('is open where every nature is permitted by name, and closed where one is not', () => {
    const only = (natures: readonly string[]): Loose =>
      aRule({ what: { 'item.section': ['family'], 'item.nature': natures } })
    assert.ok(isOpen(only(NATURES)))
    for (const nature of NATURES) assert.ok(!isOpen(only(NATURES.filter((other) => other !== nature))), nature)
  })
  for (const nature of NATURES)
    it(`is closed by a limit on a ${nature}`, () =>
      assert.equal(isOpen(aRule(), limit({ what: { 'item.nature': [nature] } })), false))

  it('is closed by a limit on minors or on adults, on what is disputed or on what is not', () => {
    for (const value of [true, false]) {
      assert.ok(!isOpen(aRule(), limit({ who: { 'case.minor': [value] } })))
      assert.ok(!isOpen(aRule(), limit({ what: { 'item.disputed': [value] } })))
    }
  })

  it('is open where it is open for one purpose of the vocabulary', () => {
    const vocabulary = vocabularyWith({ purposes: ['release', 'safety'] })
    const forPurpose = (...purposes: readonly string[]): Loose =>
      aRule({ who: { 'recipient.type': ['PS'], 'edge.purpose': purposes } })
    assert.deepEqual(faultsOf({ vocabulary }, forPurpose('safety')), [])
    assert.deepEqual(faultsOf({ vocabulary }, forPurpose('release')), [])
    const never = limit({ who: { 'edge.purpose': ['release', 'safety'] } })
    assert.equal(faultsOf({ vocabulary }, aRule(), never).length, 1)
  })

  it('is asked of items that stand, which no reach leaves out', () => {
    assert.ok(isOpen(aRule({ reach: { months: 1 } })))
    assert.ok(isOpen(aRule(), limit({ reach: { months: 1 } })))
  })

  it('is open at its level and above, and closed below', () => {
    for (const [upTo, open] of [
      ['existence', false],
      ['summary', true],
      ['current', true],
      ['full', true],
    ] as const)
      assert.equal(isOpen(aRule({ upTo })), open, upTo)
  })

  it('that is closed says which, to whom, what and how much, and where it stands', () => {
    const pull = { kind: 'pull-only', id: 'pull', recipientType: 'SN', basis: 'fr.law', never: [] }
    const [fault, ...others] = faultsOf({ statutes: [pull, FLOW] })
    assert.deepEqual(others, [])
    assert.deepEqual(fault, {
      file: 'small.json',
      at: '/statutes/1',
      code: 'mandatory-flow-removed',
      detail: 'flow: PS does not always receive family at summary',
    })
  })

  it('must stay open at each later turning point of a rule or a basis, and at none before', () => {
    assert.ok(!isOpen(aRule({ until: '2027-01-01' })))
    assert.ok(!isOpen(aRule(), limit({ from: '2027-01-01' })))
    assert.ok(!isOpen(aRule(), limit({ from: '2027-01-01', until: '2027-02-01' })))
    assert.ok(isOpen(aRule(), limit({ until: '2026-01-01' })))
    assert.ok(isOpen(aRule({ from: '2026-01-01' })))
    assert.ok(!isOpen(aRule({ from: '2026-07-01' })))
    const bases = [
      { id: 'fr.law', title: 'A law' },
      { id: 'fr.new', title: 'Another', from: '2027-01-01' },
    ]
    assert.deepEqual(faultsOf({ bases }, aRule()), [])
    const from2027 = [{ id: 'fr.law', title: 'A law', from: '2027-01-01' }]
    assert.equal(faultsOf({ bases: from2027 }).length, 1)
  })
})
