/** Projected items back as the native document they came from: nothing is absent, existence is the mask, else the value. */
import type { ProjectedItem } from '#gateway/core/projection.ts'
import { isContainer, isList, parentOf, segmentsOf } from './json-tree.ts'
import type { Json } from './json-tree.ts'

/**
 * The document that the items describe, or undefined when its root did not pass. An item is printed only inside a container that
 * was itself printed; a masked container is the mask and nothing in it. Elements that are left close up.
 */
export function printTree(items: readonly ProjectedItem[], mask: string): unknown {
  const byPointer = new Map<string, ProjectedItem>()
  const inside = new Map<string, string[]>()
  for (const item of items) {
    if (item.at === undefined || byPointer.has(item.at)) continue
    byPointer.set(item.at, item)
    const parent = parentOf(item.at)
    if (parent === undefined) continue
    const siblings = inside.get(parent)
    if (siblings === undefined) inside.set(parent, [item.at])
    else siblings.push(item.at)
  }
  const print = (pointer: string): Json | undefined => {
    const item = byPointer.get(pointer)
    if (item === undefined) return undefined
    if (item.level === 'existence' || item.value === undefined) return mask
    return isContainer(item.value) ? printContainer(item.value, inside.get(pointer) ?? [], print) : item.value
  }
  return print('')
}

type Print = (pointer: string) => Json | undefined

function printContainer(shell: Json, pointers: readonly string[], print: Print): Json {
  const printed = pointers.flatMap((pointer) => {
    const value = print(pointer)
    return value === undefined ? [] : [{ name: segmentsOf(pointer).at(-1) ?? '', value }]
  })
  if (isList(shell)) return printed.toSorted((a, b) => Number(a.name) - Number(b.name)).map(({ value }) => value)
  // Object.fromEntries defines members: `__proto__` becomes a member like any other and no prototype is touched.
  return Object.fromEntries(printed.map(({ name, value }) => [name, value]))
}
