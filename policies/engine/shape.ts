/** Shapes of values: what is expected, what is wrong without ever quoting the value, and a copy that keeps known members only. */

export interface Shape {
  /** What is expected, in words that hold no data. */
  readonly expects: string
  /** A copy with known members only, in a fixed order; undefined where the value does not have the shape. */
  readonly keep: (value: unknown) => unknown
  /** Where and what is wrong; undefined where the value has the shape and nothing else. Never holds the value. */
  readonly fault: (value: unknown, at: string) => string | undefined
}

export type Members = Readonly<Record<string, Shape>>

const scalar = (expects: string, holds: (value: unknown) => boolean): Shape => ({
  expects,
  keep: (value) => (holds(value) ? value : undefined),
  fault: (value, at) => (holds(value) ? undefined : expected(at, expects)),
})

const expected = (at: string, what: string): string => `expected ${what} at ${at === '' ? '/' : at}`

/** Text that is not empty. */
export const text: Shape = scalar('text', (value) => typeof value === 'string' && value.trim() !== '')

export const flag: Shape = scalar('true or false', (value) => typeof value === 'boolean')

/** A whole number from 0. */
export const count: Shape = scalar(
  'a whole number from 0',
  (value) => Number.isSafeInteger(value) && Number(value) >= 0,
)

/** A finite number. */
export const quantity: Shape = scalar('a number', (value) => typeof value === 'number' && Number.isFinite(value))

/** A finite number from 0. */
export const sum: Shape = scalar(
  'a number from 0',
  (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
)

/** Any JSON value: what has no ladder has no shape either. */
export const anything: Shape = scalar('a value', (value) => value !== undefined)

/** Text that passes a test. */
export const textThat = (expects: string, holds: (value: string) => boolean): Shape =>
  scalar(expects, (value) => typeof value === 'string' && holds(value))

export const oneOf = (names: readonly string[]): Shape =>
  textThat(`one of ${names.join(', ')}`, (value) => names.includes(value))

/** A list of one shape, in its order. */
export const listOf = (shape: Shape): Shape => ({
  expects: `a list of ${shape.expects}`,
  keep: (value) => {
    if (!Array.isArray(value)) return undefined
    const kept = value.map((entry: unknown) => shape.keep(entry))
    return kept.includes(undefined) ? undefined : kept
  },
  fault: (value, at) => {
    if (!Array.isArray(value)) return expected(at, `a list of ${shape.expects}`)
    return firstFault(value.map((entry: unknown, index) => () => shape.fault(entry, `${at}/${index}`)))
  },
})

/** An object with these members, the optional ones where present. At least one member, so that `{}` says nothing. */
export const record = (required: Members, optional: Members = {}): Shape => {
  const names = [...Object.keys(required), ...Object.keys(optional)]
  const members: readonly Member[] = [
    ...Object.entries(required).map(([name, shape]) => ({ name, shape, isRequired: true })),
    ...Object.entries(optional).map(([name, shape]) => ({ name, shape, isRequired: false })),
  ]
  const expects = `an object with ${names.join(', ')}`
  return {
    expects,
    keep: (value) => keepMembers(value, members),
    fault: (value, at) => memberFault({ value, at, required, optional, expects }),
  }
}

/** The first of these shapes that the value has. */
export const either = (...shapes: readonly [Shape, ...Shape[]]): Shape => {
  const expects = shapes.map((shape) => shape.expects).join(' or ')
  return {
    expects,
    keep: (value) => {
      for (const shape of shapes) {
        const kept = shape.keep(value)
        if (kept !== undefined) return kept
      }
      return undefined
    },
    fault: (value, at) =>
      shapes.some((shape) => shape.fault(value, at) === undefined) ? undefined : expected(at, expects),
  }
}

/** The member of that name, where the value is an object that has it as its own. */
export const memberOf = (value: unknown, name: string): unknown =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined

/** That member where it is text. */
export const textOf = (value: unknown, name: string): string | undefined => {
  const found = memberOf(value, name)
  return typeof found === 'string' ? found : undefined
}

/** That member where it is a number. */
export const numberOf = (value: unknown, name: string): number | undefined => {
  const found = memberOf(value, name)
  return typeof found === 'number' ? found : undefined
}

/** That member where it is a list. */
export const listIn = (value: unknown, name: string): readonly unknown[] | undefined => {
  const found = memberOf(value, name)
  return Array.isArray(found) ? found : undefined
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const firstFault = (checks: readonly (() => string | undefined)[]): string | undefined => {
  for (const check of checks) {
    const fault = check()
    if (fault !== undefined) return fault
  }
  return undefined
}

interface Member {
  readonly name: string
  readonly shape: Shape
  readonly isRequired: boolean
}

/** Names come from the shape, never from the value, so that none of them can be `__proto__`. */
function keepMembers(value: unknown, members: readonly Member[]): unknown {
  if (!isObject(value)) return undefined
  const kept: Record<string, unknown> = {}
  let isEmpty = true
  for (const { name, shape, isRequired } of members) {
    const member = Object.hasOwn(value, name) ? shape.keep(value[name]) : undefined
    if (member === undefined && isRequired) return undefined
    if (member === undefined) continue
    kept[name] = member
    isEmpty = false
  }
  return isEmpty ? undefined : kept
}

interface MemberCheck {
  readonly value: unknown
  readonly at: string
  readonly required: Members
  readonly optional: Members
  readonly expects: string
}

function memberFault({ value, at, required, optional, expects }: MemberCheck): string | undefined {
  if (!isObject(value)) return expected(at, expects)
  const known = { ...required, ...optional }
  const present = Object.keys(value)
  if (present.length === 0) return expected(at, expects)
  // The name of an unknown member may itself be content, so it is not quoted.
  if (present.some((name) => !Object.hasOwn(known, name))) return `an unknown member at ${at === '' ? '/' : at}`
  return firstFault(
    Object.entries(known).map(([name, shape]) => () => {
      if (Object.hasOwn(value, name)) return shape.fault(value[name], `${at}/${name}`)
      return Object.hasOwn(required, name) ? expected(`${at}/${name}`, shape.expects) : undefined
    }),
  )
}
