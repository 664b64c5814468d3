/** Elements as members of JSON objects: names by the mapping's own prefixes, repeated elements as lists, references followed once. Pure. */
import { escapeSegment, isContainer, isList } from '#adapters/dialects/json-tree.ts'
import type { Json, TreeFault } from '#adapters/dialects/json-tree.ts'
import type { XmlSettings } from './mapping-file.ts'
import { refusedSource } from './source.ts'
import type { ReadSource } from './source.ts'

interface XmlAttributeNode {
  readonly uri: string
  readonly name: string
  readonly value: string
}

export interface XmlElementNode {
  readonly uri: string
  readonly name: string
  readonly attributes: readonly XmlAttributeNode[]
  readonly children: readonly XmlElementNode[]
  readonly text: string
}

const XSI = 'http://www.w3.org/2001/XMLSchema-instance'
type Members = Readonly<Record<string, Json>>

/** The tree below the one element at which the mapping starts; its pointers begin at the root of the file. */
export function treeOf(root: XmlElementNode, settings: XmlSettings): ReadSource {
  const naming = namesBy(settings)
  const faults: TreeFault[] = []
  const document = jsonOf({ node: root, pointer: '', naming, settings, faults })
  if (faults.length > 0) return { ok: false, faults }
  const starts = placesOf(root, settings, naming)
  const [start] = starts
  if (start === undefined) return refusedSource(`no element ${settings.start}`)
  if (starts.length > 1) return refusedSource(`more than one element ${settings.start}`)
  const copies = new Map<string, string>()
  const followed = settings.references === undefined ? document : follow(document, settings.references, copies)
  return { ok: true, document: followed, start, bad: [], copies }
}

interface Naming {
  readonly of: (uri: string, name: string) => string
}

/** `prefix:name` by URI, whatever prefix the file uses; `Q{uri}name` for a namespace that the mapping does not name. */
function namesBy({ namespaces, same }: XmlSettings): Naming {
  const byUri = new Map(Object.entries(namespaces).map(([prefix, uri]) => [uri, prefix]))
  return {
    of: (uri, name) => {
      const prefix = byUri.get(uri)
      const full = uri === '' ? name : prefix === undefined ? `Q{${uri}}${name}` : `${prefix}:${name}`
      return Object.hasOwn(same, full) ? (same[full] ?? full) : full
    },
  }
}

interface Reading {
  readonly node: XmlElementNode
  readonly pointer: string
  readonly naming: Naming
  readonly settings: XmlSettings
  readonly faults: TreeFault[]
}

/** Text alone is a text, nothing at all is null, anything else an object with `@attribute`, `#text` and its elements. `xsi:nil` adds nothing to that. */
function jsonOf({ node, pointer, naming, settings, faults }: Reading): Json {
  const attributes = node.attributes
    .filter(({ uri, name }) => !(uri === XSI && name === 'nil'))
    .map(({ uri, name, value }) => [`@${naming.of(uri, name)}`, value] as const)
  if (new Set(attributes.map(([name]) => name)).size < attributes.length)
    faults.push({ pointer, reason: 'two attributes that source.same gives one name' })
  const text = node.children.length > 0 ? node.text.trim() : node.text
  if (attributes.length === 0 && node.children.length === 0) return text.trim() === '' ? null : text
  const members = childrenOf({ node, pointer, naming, settings, faults })
  return Object.fromEntries([...attributes, ...(text.trim() === '' ? [] : [['#text', text] as const]), ...members])
}

function childrenOf({ node, pointer, naming, settings, faults }: Reading): readonly (readonly [string, Json])[] {
  const groups = new Map<string, XmlElementNode[]>()
  for (const child of node.children) {
    const name = naming.of(child.uri, child.name)
    groups.set(name, [...(groups.get(name) ?? []), child])
  }
  return [...groups].map(([name, nodes]) => {
    const at = `${pointer}/${escapeSegment(name)}`
    const read = (child: XmlElementNode, place: string): Json =>
      jsonOf({ node: child, pointer: place, naming, settings, faults })
    if (settings.repeated.includes(name)) return [name, nodes.map((child, index) => read(child, `${at}/${index}`))]
    if (nodes.length > 1)
      faults.push({ pointer: at, reason: `stands ${nodes.length} times: name it under source.repeated` })
    return [name, nodes[0] === undefined ? null : read(nodes[0], at)]
  })
}

/** Pointers of all elements of that name. */
function placesOf(root: XmlElementNode, settings: XmlSettings, naming: Naming): readonly string[] {
  const found: string[] = []
  const visit = (node: XmlElementNode, pointer: string): void => {
    if (naming.of(node.uri, node.name) === settings.start) {
      found.push(pointer)
      return
    }
    const counts = new Map<string, number>()
    for (const child of node.children) {
      const name = naming.of(child.uri, child.name)
      const index = counts.get(name) ?? 0
      counts.set(name, index + 1)
      visit(child, `${pointer}/${escapeSegment(name)}${settings.repeated.includes(name) ? `/${index}` : ''}`)
    }
  }
  visit(root, '')
  return found
}

/** References beyond these are not followed, and what they point at is listed as unmapped: a few small notes are what they are for. */
const MAX_COPIES = 10_000
const MAX_COPIED = 200
const sizeOf = (value: Json): number =>
  isContainer(value) ? Object.values(value).reduce<number>((sum, member) => sum + sizeOf(member), 1) : 1

/** What an attribute refers to becomes a member of the element that refers to it: one step, so that no chain can grow. */
function follow(document: Json, references: NonNullable<XmlSettings['references']>, copies: Map<string, string>): Json {
  const targets = new Map<string, { readonly pointer: string; readonly value: Json }>()
  const collect = (value: Json, pointer: string): void => {
    if (!isContainer(value)) return
    const id = isList(value) ? undefined : value[references.to]
    if (typeof id === 'string') targets.set(id, { pointer, value })
    for (const [name, member] of Object.entries(value)) collect(member, `${pointer}/${escapeSegment(name)}`)
  }
  collect(document, '')
  const copy = (value: Json, pointer: string): Json => {
    if (!isContainer(value)) return value
    const inside = Object.entries(value).map(
      ([name, member]) => [name, copy(member, `${pointer}/${escapeSegment(name)}`)] as const,
    )
    if (isList(value)) return inside.map(([, member]) => member)
    return { ...Object.fromEntries(inside), ...referred(value, pointer) }
  }
  const referred = (value: Members, pointer: string): Members => {
    const named = value[references.from]
    const found = typeof named === 'string' ? named.split(/\s+/).flatMap((id) => targets.get(id) ?? []) : []
    if (found.length === 0 || Object.hasOwn(value, references.as)) return {}
    const at = `${pointer}/${escapeSegment(references.as)}`
    if (copies.size + found.length > MAX_COPIES || found.some((target) => sizeOf(target.value) > MAX_COPIED)) return {}
    found.forEach((target, index) => copies.set(`${at}/${index}`, target.pointer))
    return { [references.as]: found.map((target) => target.value) }
  }
  return copy(document, '')
}
