/** One condition of a rule, asked of the attributes of a question: it holds, fails, lacks an attribute, or is in error. */
import { attributeNamed } from '#policies/language/attributes.ts'
import type { AttributeType } from '#policies/language/attributes.ts'
import type { AttributeValue } from '#policies/language/item.ts'
import type { Condition, Operand, Operator } from '#policies/language/policy.ts'

/** `missing` is no error and never helps: a permit that meets it does not apply, a limit does. */
export type Verdict = 'holds' | 'fails' | 'missing' | 'error'

/** The value of an attribute by its full name. */
export type Read = (name: string) => unknown

/** Evaluates one condition. Total: whatever the attributes hold, there is no fifth answer. An error outweighs what is missing. */
export function evaluate(condition: Condition, read: Read): Verdict {
  const [leftFits, rightFits] = FITS[condition.operator]
  const value = typedValue(condition.attribute, read)
  const operand = operandValue(condition.operand, read)
  if (isOff(value, leftFits) || isOff(operand, rightFits)) return 'error'
  if (value === 'missing' || operand === 'missing' || value === 'error' || operand === 'error') return 'missing'
  return compare(condition.operator, value.is, operand.is)
}

const isList = (value: AttributeValue): value is readonly string[] => Array.isArray(value)
const isScalar = (value: AttributeValue): boolean => !isList(value)
const isName = (value: AttributeValue): boolean => typeof value === 'string' && value !== ''
const isInteger = (value: AttributeValue): boolean => Number.isSafeInteger(value)

/** What each operator takes on its left and right. A list holds names only, so only a name can be looked for in one. */
const FITS: Readonly<
  Record<Operator, readonly [(value: AttributeValue) => boolean, (value: AttributeValue) => boolean]>
> = {
  is: [isScalar, isScalar],
  in: [isName, isList],
  includes: [isList, isName],
  atLeast: [isInteger, isInteger],
  atMost: [isInteger, isInteger],
}

const isOff = (typed: Typed, fits: (value: AttributeValue) => boolean): boolean =>
  typed === 'error' || (typed !== 'missing' && !fits(typed.is))

/** True for a value that the attribute type can hold; an empty string or null is missing, not a value. */
export function fits(type: AttributeType, value: unknown): value is AttributeValue {
  switch (type) {
    case 'string':
      return typeof value === 'string' && value !== ''
    case 'boolean':
      return typeof value === 'boolean'
    case 'integer':
      return Number.isSafeInteger(value)
    case 'list':
      return Array.isArray(value) && value.every((entry) => typeof entry === 'string' && entry !== '')
    default:
      return never(type)
  }
}

export const isMissing = (value: unknown): boolean => value === undefined || value === null || value === ''

type Typed = { readonly is: AttributeValue } | 'missing' | 'error'

function typedValue(name: string, read: Read): Typed {
  const attribute = attributeNamed(name)
  if (attribute === undefined) return 'error'
  const value = read(name)
  if (isMissing(value)) return 'missing'
  return fits(attribute.type, value) ? { is: value } : 'error'
}

const operandValue = (operand: Operand, read: Read): Typed =>
  operand.kind === 'literal' ? { is: operand.value } : typedValue(operand.name, read)

/** Both sides fit the operator; two scalars of different types are an error all the same. */
function compare(operator: Operator, value: AttributeValue, operand: AttributeValue): Verdict {
  switch (operator) {
    case 'is':
      return typeof value === typeof operand ? said(value === operand) : 'error'
    case 'in':
      return said(isList(operand) && operand.some((entry) => entry === value))
    case 'includes':
      return said(isList(value) && value.some((entry) => entry === operand))
    case 'atLeast':
      return said(value >= operand)
    case 'atMost':
      return said(value <= operand)
    default:
      return never(operator)
  }
}

const said = (holds: boolean): Verdict => (holds ? 'holds' : 'fails')
const never = (value: never): never => {
  throw new Error('unreachable alternative', { cause: value })
}
