/** The value of one item out of a native record, by the shape its row asks for, and which scalars went into it. */
import { isContainer } from './json-tree.ts'
import type { Json, TreeFault } from './json-tree.ts'
import type { RecordMapping, ValueShape } from './mapping.ts'
import type { DateReader } from './native-date.ts'
import { at, isSaid, kindOf, leavesOf, selectWithin } from './select.ts'
import type { Leaf, Selected } from './select.ts'

export type Shaped =
  | {
      readonly kind: 'value'
      readonly value: Json
      readonly used: readonly string[]
      /** An expression or a code list made it: what was said may not stand in it. */
      readonly isChanged?: boolean
    }
  /** Null, blank or empty: there is nothing to say. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'fault'; readonly fault: TreeFault }

const NOTHING: Shaped = { kind: 'nothing' }

/** What an expression gives for a value, or why it gives nothing; the reason never quotes the value. */
export type Evaluated =
  { readonly ok: true; readonly value: Json | undefined } | { readonly ok: false; readonly reason: string }

/** What a reader can do beside taking values as they are. */
export interface Abilities {
  readonly dates: DateReader
  readonly evaluate: (expression: string, given: Json) => Evaluated
}

/** For readers of mappings that hold no expression. */
export const NO_EXPRESSIONS: Abilities['evaluate'] = () => ({ ok: false, reason: 'no expressions here' })

export interface Shaping {
  readonly document: Json
  readonly mapping: RecordMapping
  readonly abilities: Abilities
}

/** Shapes a node; a fault names the place and what was expected, never the value. */
export function shapeValue(shaping: Shaping, row: Selected, shape: ValueShape): Shaped {
  const { document, abilities } = shaping
  const node = 'at' in shape && shape.at !== undefined ? at(document, shape.at, row.bound) : row
  if (node === undefined) return NOTHING
  switch (shape.as) {
    case 'json':
      return used(node.value, leavesOf(node.pointer, node.value))
    case 'lines':
      return linesOf(node, shape.only)
    case 'record':
      return recordOf(document, node, shape)
    case 'text':
      return scalarOf(node, 'a text, number or boolean', (value) => String(value))
    case 'day':
      return scalarOf(node, 'a day', (value) => abilities.dates.dayOf(String(value)))
    case 'time':
      return scalarOf(node, 'a date or time', (value) => abilities.dates.isoOf(String(value)))
    case 'code':
      return codeOf(shaping, node, shape.list)
    case 'expression':
      return expressed(shaping, node, shape)
    default:
      return never(shape)
  }
}

const used = (value: Json, leaves: readonly Leaf[]): Shaped =>
  leaves.length === 0 ? NOTHING : { kind: 'value', value, used: leaves.map(({ pointer }) => pointer) }

const faultAt = (node: Selected, expected: string, found: string): Shaped => ({
  kind: 'fault',
  fault: { pointer: node.pointer, reason: `expected ${expected}, found ${found}` },
})

function scalarOf(
  node: Selected,
  expected: string,
  say: (value: string | number | boolean) => string | undefined,
): Shaped {
  const { value, pointer } = node
  if (isContainer(value)) return faultAt(node, expected, kindOf(value))
  if (!isSaid(value)) return NOTHING
  const said = say(value)
  return said === undefined ? faultAt(node, expected, 'another text') : { kind: 'value', value: said, used: [pointer] }
}

/** One line a scalar, `member: value`; an element of a plain list is its value alone. */
function linesOf(node: Selected, only: readonly string[] | undefined): Shaped {
  const leaves = leavesOf(node.pointer, node.value).filter(
    ({ names }) => only === undefined || isAmong(only, names.join('.')),
  )
  const lines = leaves.map(({ names, value }) =>
    names.length === 0 ? String(value) : `${names.join('.')}: ${String(value)}`,
  )
  return used(lines, leaves)
}

const isAmong = (only: readonly string[], name: string): boolean =>
  only.some((wanted) => name === wanted || name.startsWith(`${wanted}.`))

type RecordShape = Extract<ValueShape, { readonly as: 'record' }>

function recordOf(document: Json, node: Selected, shape: RecordShape): Shaped {
  const members: [string, Json][] = []
  const pointers: string[] = []
  for (const [name, patterns] of Object.entries(shape.members)) {
    const found = patterns.flatMap((pattern) => selectWithin(document, pattern, node.bound).found)
    const container = found.find(({ value }) => isContainer(value))
    if (container !== undefined) return faultAt(container, 'a text, number or boolean', kindOf(container.value))
    const said = found.flatMap(({ value, pointer }) => (isSaid(value) ? [{ value, pointer }] : []))
    const first = said[0]
    if (first === undefined) continue
    const isNumber = shape.numbers?.includes(name) === true && typeof first.value === 'number'
    // A number takes no other with it.
    pointers.push(...(isNumber ? [first] : said).map(({ pointer }) => pointer))
    members.push([name, isNumber ? first.value : said.map(({ value }) => String(value)).join(shape.joint ?? ', ')])
  }
  if (pointers.length === 0) return NOTHING
  return {
    kind: 'value',
    // What the record says stands before what the mapping would say in its place.
    value: {
      ...Object.fromEntries([...members, ...Object.entries(shape.constants ?? {})]),
      ...Object.fromEntries(members),
    },
    used: pointers,
  }
}

function codeOf({ mapping }: Shaping, node: Selected, name: string): Shaped {
  if (isContainer(node.value)) return faultAt(node, 'a code', kindOf(node.value))
  if (!isSaid(node.value)) return NOTHING
  const list = mapping.lists?.[name] ?? {}
  const code = String(node.value)
  const text = Object.hasOwn(list, code) ? list[code]?.text : undefined
  return text === undefined
    ? faultAt(node, 'a code of its list', 'another')
    : { kind: 'value', value: text, used: [node.pointer], isChanged: true }
}

type Expression = Extract<ValueShape, { readonly as: 'expression' }>

function expressed({ document, abilities }: Shaping, node: Selected, { expression, take }: Expression): Shaped {
  const taken = take === undefined ? [['', node] as const] : takenBy(document, node, take)
  const leaves = taken.flatMap(([, { pointer, value }]) => leavesOf(pointer, value))
  if (leaves.length === 0) return NOTHING
  const given = take === undefined ? node.value : Object.fromEntries(taken.map(([name, { value }]) => [name, value]))
  const evaluated = abilities.evaluate(expression, given)
  if (!evaluated.ok) return { kind: 'fault', fault: { pointer: node.pointer, reason: evaluated.reason } }
  if (evaluated.value === undefined || evaluated.value === null || evaluated.value === '') return NOTHING
  return { kind: 'value', value: evaluated.value, used: leaves.map(({ pointer }) => pointer), isChanged: true }
}

/** What the expression asked for and is there. */
const takenBy = (
  document: Json,
  node: Selected,
  take: Readonly<Record<string, string>>,
): readonly (readonly [string, Selected])[] =>
  Object.entries(take).flatMap(([name, pattern]) => {
    const found = at(document, pattern, node.bound)
    return found === undefined ? [] : [[name, found] as const]
  })

const never = (value: never): never => {
  throw new Error('unreachable alternative', { cause: value })
}
