/** Policy texts that are refused, each with the faults that are found and where, as `code place`. */
import { aRule, aText } from './policy-texts.ts'
import type { Loose } from './policy-texts.ts'

/** The small text with another rule. */
export const withRule = (changed: Loose): Loose => aText({ rules: [aRule(changed)] })

const when = (...conditions: readonly unknown[]): Loose => withRule({ when: conditions })

interface RefusedText {
  readonly name: string
  readonly text: Loose
  readonly faults: readonly string[]
}

export const REFUSALS: readonly RefusedText[] = [
  { name: 'another format', text: aText({ format: 'passerelle-policy/2' }), faults: ['format-unknown /format'] },
  { name: 'a member that is not known', text: aText({ ruels: [] }), faults: ['member-unknown /ruels'] },
  { name: 'a rule without a reason', text: withRule({ reason: undefined }), faults: ['member-missing /rules/0'] },
  { name: 'an unknown member of a rule', text: withRule({ unless: [] }), faults: ['member-unknown /rules/0/unless'] },
  { name: 'a rule id used twice', text: aText({ rules: [aRule(), aRule()] }), faults: ['name-repeated /rules/1'] },
  { name: 'a permit without a basis', text: withRule({ bases: [] }), faults: ['basis-missing /rules/0'] },
  { name: 'an unknown basis', text: withRule({ bases: ['fr.x'] }), faults: ['basis-unknown /rules/0/bases/0'] },
  { name: 'a basis that is no name', text: withRule({ bases: [7] }), faults: ['type-wrong /rules/0/bases/0'] },
  { name: 'an unknown level', text: withRule({ upTo: 'all' }), faults: ['value-unknown /rules/0/upTo'] },
  { name: 'an unknown effect', text: withRule({ effect: 'forbid' }), faults: ['value-unknown /rules/0/effect'] },
  { name: '30 February', text: withRule({ from: '2027-02-30' }), faults: ['instant-invalid /rules/0/from'] },
  {
    name: 'a rule that ends before it begins',
    text: withRule({ from: '2027-02-03', until: '2027-02-03' }),
    faults: ['instant-invalid /rules/0/until'],
  },
  {
    name: 'an unknown attribute',
    text: withRule({ who: { 'recipient.kind': ['PS'] } }),
    faults: ['name-unknown /rules/0/who/recipient.kind'],
  },
  {
    name: 'an item attribute in who',
    text: withRule({ who: { 'item.section': ['family'] } }),
    faults: ['name-unknown /rules/0/who/item.section'],
  },
  {
    name: 'a recipient attribute in what',
    text: withRule({ what: { 'recipient.type': ['PS'] } }),
    faults: ['name-unknown /rules/0/what/recipient.type'],
  },
  {
    name: 'a section that the vocabulary lacks',
    text: withRule({ what: { 'item.section': ['famly'] } }),
    faults: ['name-unknown /rules/0/what/item.section/0'],
  },
  {
    name: 'a list that is not there',
    text: withRule({ who: { 'recipient.type': ['@cvil'] } }),
    faults: ['name-unknown /rules/0/who/recipient.type/0'],
  },
  {
    name: 'a list with a name that the vocabulary lacks',
    text: aText({ lists: { civil: ['XX'] }, rules: [aRule({ who: { 'recipient.type': ['@civil'] } })] }),
    faults: ['name-unknown /rules/0/who/recipient.type/0'],
  },
  {
    name: 'a list with something that is no value',
    text: aText({ lists: { civil: ['PS', null] } }),
    faults: ['type-wrong /lists/civil/1'],
  },
  {
    name: 'a match without a value',
    text: withRule({ who: { 'recipient.type': [] } }),
    faults: ['value-unknown /rules/0/who/recipient.type'],
  },
  {
    name: 'a text for a yes or no',
    text: withRule({ who: { 'recipient.clinician': ['true'] } }),
    faults: ['type-wrong /rules/0/who/recipient.clinician/0'],
  },
  {
    name: 'a condition without an operator',
    text: when({ attribute: 'case.minor' }),
    faults: ['member-missing /rules/0/when/0'],
  },
  {
    name: 'a condition with two operators',
    text: when({ attribute: 'edge.regime', is: 'LED', in: ['LED'] }),
    faults: ['member-missing /rules/0/when/0'],
  },
  {
    name: 'a negated condition, which the language has not',
    text: when({ attribute: 'case.minor', isNot: true }),
    faults: ['member-unknown /rules/0/when/0/isNot', 'member-missing /rules/0/when/0'],
  },
  {
    name: 'includes of something that is no list',
    text: when({ attribute: 'edge.regime', includes: 'LED' }),
    faults: ['type-wrong /rules/0/when/0'],
  },
  {
    name: 'an operand of another type',
    text: when({ attribute: 'request.sections', includes: { attribute: 'case.minor' } }),
    faults: ['type-wrong /rules/0/when/0/includes'],
  },
  {
    name: 'an operand that is no attribute',
    text: when({ attribute: 'request.sections', includes: { attribute: 'item.sectoin' } }),
    faults: ['name-unknown /rules/0/when/0/includes/attribute'],
  },
  {
    name: 'a list name as the operand of a condition',
    text: when({ attribute: 'edge.regime', in: ['@civil'] }),
    faults: ['value-unknown /rules/0/when/0/in/0'],
  },
  {
    name: 'a condition on nothing',
    text: when({ is: true }),
    faults: ['member-missing /rules/0/when/0'],
  },
  {
    name: 'a condition on an unknown attribute',
    text: when({ attribute: 'case.mino', is: true }),
    faults: ['name-unknown /rules/0/when/0/attribute'],
  },
  {
    name: 'a condition between two unknown attributes',
    text: when({ attribute: 'case.mino', is: { attribute: 'case.age' } }),
    faults: ['name-unknown /rules/0/when/0/attribute', 'name-unknown /rules/0/when/0/is/attribute'],
  },
  {
    name: 'an operand that names nothing',
    text: when({ attribute: 'case.minor', is: {} }),
    faults: ['member-missing /rules/0/when/0/is'],
  },
  {
    name: 'an empty operand',
    text: when({ attribute: 'edge.regime', is: '' }),
    faults: ['type-wrong /rules/0/when/0/is'],
  },
  {
    name: 'a number for a text',
    text: when({ attribute: 'edge.regime', is: 7 }),
    faults: ['type-wrong /rules/0/when/0/is'],
  },
  {
    name: 'an attribute that is no list after in',
    text: when({ attribute: 'edge.regime', in: { attribute: 'recipient.regime' } }),
    faults: ['type-wrong /rules/0/when/0/in'],
  },
  {
    name: 'a comparison by size of what has none',
    text: when(
      { attribute: 'edge.regime', atLeast: { attribute: 'case.minor' } },
      { attribute: 'case.minor', atMost: 3 },
    ),
    faults: [
      'type-wrong /rules/0/when/0/atLeast',
      'type-wrong /rules/0/when/0',
      'type-wrong /rules/0/when/1/atMost',
      'type-wrong /rules/0/when/1',
    ],
  },
  {
    name: 'a comparison of a text with a yes or no, at most',
    text: when({ attribute: 'edge.regime', atMost: { attribute: 'edge.basis' } }),
    faults: ['type-wrong /rules/0/when/0/atMost', 'type-wrong /rules/0/when/0'],
  },
  {
    name: 'a reach of both kinds',
    text: withRule({ reach: { months: 3, since: 'release' } }),
    faults: ['member-unknown /rules/0/reach'],
  },
  { name: 'half a month', text: withRule({ reach: { months: 0.5 } }), faults: ['type-wrong /rules/0/reach/months'] },
  {
    name: 'a condition that travels but is not named',
    text: withRule({ conditions: ['no-onwrad'] }),
    faults: ['name-unknown /rules/0/conditions/0'],
  },
  {
    name: 'an unknown rung',
    text: withRule({ rungs: { date: 'g5' } }),
    faults: ['value-unknown /rules/0/rungs/date'],
  },
  {
    name: 'a successor that is no basis',
    text: aText({ bases: [{ id: 'fr.law', title: 'A law', successor: 'fr.new' }] }),
    faults: ['basis-unknown /bases/0/successor'],
  },
  {
    name: 'a statute of an unknown kind',
    text: aText({ statutes: [{ kind: 'optional', id: 's', basis: 'fr.law' }] }),
    faults: [
      'value-unknown /statutes/0/kind',
      'member-missing /statutes/0',
      'member-missing /statutes/0',
      'member-missing /statutes/0',
    ],
  },
  {
    name: 'a window of an unknown section',
    text: aText({ currentWindowMonths: { default: 3, famly: 6 } }),
    faults: ['name-unknown /currentWindowMonths/famly'],
  },
  {
    name: 'no default window',
    text: aText({ currentWindowMonths: {} }),
    faults: ['member-missing /currentWindowMonths'],
  },
  { name: 'rules that are no array', text: aText({ rules: {} }), faults: ['type-wrong /rules'] },
]
