/** One rule of a policy text, read from unknown JSON: its names are held to the catalogue and to the set's own vocabulary. */
import { parseInstant, type Instant } from './instant.ts'
import { LEVELS, RUNGS } from './level.ts'
import { OPERATORS, type Condition, type Match, type Operand, type Operator, type Reach, type Rule } from './policy.ts'
import type { Attribute } from './attributes.ts'
import { basisIn, nameIn, readAttribute, readMatched, readValueOf, type Names, type Subject } from './names.ts'
import { arrayOf, below, distinct, note, oneOf, openMembers, readId, readKey, readMonths } from './reading.ts'
import { readPairs, readText, recordOf, type Members, type Place, type Reader } from './reading.ts'

const RULE_MEMBERS = 'id effect who what when upTo reach omission conditions rungs bases from until reason'.split(' ')

/** A day or a UTC time (`instant.ts`). */
export const readInstant: Reader<Instant> = (value, place) => {
  const instant = typeof value === 'string' ? parseInstant(value) : undefined
  if (instant === undefined) note(place, 'instant-invalid', 'expected YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ')
  return instant ?? 0
}

/** The time in which something holds; `until` must come after `from`. */
export function readSpan(members: Members, place: Place): { readonly from?: Instant; readonly until?: Instant } {
  const from = members.optional('from', readInstant)
  const until = members.optional('until', readInstant)
  if (from !== undefined && until !== undefined && until <= from) {
    note(below(place, 'until'), 'instant-invalid', 'until is not after from')
  }
  return { ...(from === undefined ? {} : { from }), ...(until === undefined ? {} : { until }) }
}

/** Reads a rule; what is missing or wrong is noted and stood in for, so that every fault of the rule is found. */
export const readRule =
  (names: Names): Reader<Rule> =>
  (value, place) => {
    const members = openMembers(value, place, RULE_MEMBERS)
    const reach = members.optional('reach', readReach)
    const rule: Rule = {
      id: members.required('id', readId),
      effect: members.required('effect', oneOf(['permit', 'limit'])),
      who: members.optional('who', readMatches('who', names)) ?? [],
      what: members.optional('what', readMatches('what', names)) ?? [],
      when: members.optional('when', arrayOf(readCondition(names))) ?? [],
      upTo: members.required('upTo', oneOf(LEVELS)),
      ...(reach === undefined ? {} : { reach }),
      omission: members.optional('omission', oneOf(['silent', 'declared'])) ?? 'silent',
      conditions: members.optional('conditions', distinct(nameIn(names, 'conditions'), String)) ?? [],
      rungs: members.optional('rungs', recordOf(readKey, oneOf(RUNGS))) ?? {},
      bases: members.optional('bases', distinct(basisIn(names), String)) ?? [],
      ...readSpan(members, place),
      reason: members.required('reason', readText),
    }
    if (rule.effect === 'permit' && rule.upTo !== 'nothing' && rule.bases.length === 0) {
      note(place, 'basis-missing', `permit ${rule.id}`)
    }
    return rule
  }

const readReach: Reader<Reach> = (value, place) => {
  const members = openMembers(value, place, ['months', 'since'])
  if (members.has('months') && members.has('since')) note(place, 'member-unknown', 'either months or since, not both')
  if (members.has('since')) return { kind: 'since', milestone: members.required('since', readKey) }
  return { kind: 'months', months: members.required('months', readMonths) }
}

const readMatches =
  (subject: Subject, names: Names): Reader<Match[]> =>
  (value, place) =>
    readPairs(value, place).map(([name, values]) => {
      const at = below(place, name)
      const attribute = readAttribute(name, subject, at)
      if (attribute === undefined) return { attribute: name, values: [] }
      const read = distinct((element, where) => readMatched(attribute, names, element, where), String)(values, at)
      if (Array.isArray(values) && read.length === 0) note(at, 'value-unknown', 'expected at least one value')
      return { attribute: name, values: read }
    })

const readCondition =
  (names: Names): Reader<Condition> =>
  (value, place) => {
    const members = openMembers(value, place, ['attribute', ...OPERATORS])
    const asked = OPERATORS.filter((operator) => members.has(operator))
    const operator = asked[0] ?? 'is'
    if (asked.length !== 1) note(place, 'member-missing', `exactly one of ${OPERATORS.join(', ')}`)
    const name = members.required('attribute', readText)
    const attribute = name === '' ? undefined : readAttribute(name, 'when', below(place, 'attribute'))
    const operand = members.optional(operator, readOperand(attribute, operator, names))
    if (attribute !== undefined && !LEFT[operator].includes(attribute.type)) {
      note(place, 'type-wrong', `${operator} may not ask about ${name}, a ${attribute.type}`)
    }
    return { attribute: name, operator, operand: operand ?? { kind: 'literal', value: '' } }
  }

/** The types of attribute that each operator may ask about. */
const LEFT: Readonly<Record<Operator, readonly Attribute['type'][]>> = {
  is: ['string', 'boolean', 'integer'],
  in: ['string'],
  includes: ['list'],
  atLeast: ['integer'],
  atMost: ['integer'],
}

/** The type of the operand, given the type of the attribute. */
const RIGHT: Readonly<Record<Operator, (left: Attribute['type']) => Attribute['type']>> = {
  is: (left) => left,
  in: () => 'list',
  includes: () => 'string',
  atLeast: () => 'integer',
  atMost: () => 'integer',
}

const readOperand =
  (attribute: Attribute | undefined, operator: Operator, names: Names): Reader<Operand> =>
  (value, place) => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return readOther(attribute, operator, value, place)
    if (attribute === undefined) return { kind: 'literal', value: '' }
    const scalar: Reader<string | number | boolean> = (element, where) => readLiteral(attribute, names, element, where)
    if (operator !== 'in') return { kind: 'literal', value: scalar(value, place) }
    return { kind: 'literal', value: distinct(scalar, String)(value, place).map(String) }
  }

/** An operand that names another attribute of the same question. */
function readOther(attribute: Attribute | undefined, operator: Operator, value: unknown, place: Place): Operand {
  const name = openMembers(value, place, ['attribute']).required('attribute', readText)
  const other = name === '' ? undefined : readAttribute(name, 'when', below(place, 'attribute'))
  const expected = attribute === undefined ? undefined : RIGHT[operator](attribute.type)
  if (other !== undefined && expected !== undefined && other.type !== expected) {
    note(place, 'type-wrong', `${operator} needs a ${expected}, ${name} is a ${other.type}`)
  }
  return { kind: 'attribute', name }
}

function readLiteral(attribute: Attribute, names: Names, value: unknown, place: Place): string | number | boolean {
  if (typeof value !== 'string' || !value.startsWith('@')) return readValueOf(attribute, names, value, place)
  note(place, 'value-unknown', 'a list may be named in who and what only')
  return ''
}
