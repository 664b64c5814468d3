/** One condition of a rule, asked of the attributes of a question: it holds, fails, lacks an attribute, or is in error. */
import { attributeNamed } from '#policies/language/attributes.ts'
import type { AttributeType } from '#policies/language/attributes.ts'
import type { AttributeValue } from '#policies/language/item.ts'
import type { Condition, Operand } from '#policies/language/policy.ts'

/** `missing` is no error and never helps: a permit that meets it does not apply, a limit does. */
export type Verdict = 'holds' | 'fails' | 'missing' | 'error'

/** The value of an attribute by its full name. */
export type Read = (name: string) => unknown

/** Evaluates one condition. Total: whatever the attributes hold, there is no fifth answer and nothing is thrown. */
export function evaluate(condition: Condition, read: Read): Verdict {
  const value = typedValue(condition.attribute, read)
  const operand = operandValue(condition.operand, read)
  if (value === 'error' || operand === 'error') return 'error'
  if (value === 'missing' || operand === 'missing') return 'missing'
  return compare(condition.operator, value.is, operand.is)
}

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

function compare(operator: Condition['operator'], value: AttributeValue, operand: AttributeValue): Verdict {
  switch (operator) {
    case 'is':
      return isScalar(value) && typeof value === typeof operand ? said(value === operand) : 'error'
    case 'in':
      return isScalar(value) && isList(operand) ? said(operand.some((entry) => entry === value)) : 'error'
    case 'includes':
      return isList(value) && typeof operand === 'string' ? said(value.includes(operand)) : 'error'
    case 'atLeast':
      return isInteger(value) && isInteger(operand) ? said(value >= operand) : 'error'
    case 'atMost':
      return isInteger(value) && isInteger(operand) ? said(value <= operand) : 'error'
    default:
      return never(operator)
  }
}

const said = (holds: boolean): Verdict => (holds ? 'holds' : 'fails')
const isList = (value: AttributeValue): value is readonly string[] => Array.isArray(value)
const isScalar = (value: AttributeValue): value is string | number | boolean => !isList(value)
const isInteger = (value: AttributeValue): value is number => Number.isSafeInteger(value)
const never = (value: never): never => {
  throw new Error('unreachable alternative', { cause: value })
}
