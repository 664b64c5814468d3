/** The value of one item out of a native record, by the shape its row asks for, and which scalars went into it. */
import { isContainer } from './json-tree.ts'
import type { Json, TreeFault } from './json-tree.ts'
import type { ValueShape } from './mapping.ts'
import { isoOf, readNativeDay } from './native-date.ts'
import { at, isSaid, kindOf, leavesOf } from './select.ts'
import type { Leaf, Selected } from './select.ts'

export type Shaped =
  | { readonly kind: 'value'; readonly value: Json; readonly used: readonly string[] }
  /** Null, blank or empty: there is nothing to say. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'fault'; readonly fault: TreeFault }

const NOTHING: Shaped = { kind: 'nothing' }

/** Shapes a node; a fault names the place and what was expected, never the value. */
export function shapeValue(document: Json, node: Selected, shape: ValueShape): Shaped {
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
      return scalarOf(node, 'a day', (value) => readNativeDay(String(value)))
    case 'time':
      return scalarOf(node, 'a date or time', (value) => isoOf(String(value)))
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
    const found = patterns.flatMap((pattern) => at(document, pattern, node.bound) ?? [])
    const container = found.find(({ value }) => isContainer(value))
    if (container !== undefined) return faultAt(container, 'a text, number or boolean', kindOf(container.value))
    const said = found.flatMap(({ value, pointer }) => (isSaid(value) ? [{ value, pointer }] : []))
    const first = said[0]
    if (first === undefined) continue
    pointers.push(...said.map(({ pointer }) => pointer))
    const isNumber = shape.numbers?.includes(name) === true && typeof first.value === 'number'
    members.push([name, isNumber ? first.value : said.map(({ value }) => String(value)).join(shape.joint ?? ', ')])
  }
  if (pointers.length === 0) return NOTHING
  return {
    kind: 'value',
    value: Object.fromEntries([...members, ...Object.entries(shape.constants ?? {})]),
    used: pointers,
  }
}

const never = (value: never): never => {
  throw new Error('unreachable alternative', { cause: value })
}
