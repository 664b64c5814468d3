/** Dialect `hmpps-record`: any JSON document of an HMPPS endpoint, one item per node with its pointer, and back again. Pure. */
import type { ItemText } from '#gateway/core/item.ts'
import { MAX_ITEMS } from '#gateway/core/message.ts'
import type { ProjectedItem } from '#gateway/core/projection.ts'
import type { Dialect, DialectInput, DialectResult } from '#gateway/ports/dialect.ts'
import { printInstant } from '#policies/language/instant.ts'
import { isContainer, isList, segmentsOf, walk } from './json-tree.ts'
import type { Json, Node } from './json-tree.ts'
import { printTree } from './print-tree.ts'
import mapping from './mappings/hmpps-record.json' with { type: 'json' }

/** A list whose elements get their section from the value of one member, so that a rule can tell them apart. */
interface ElementSections {
  readonly record: string
  /** Pointer of the list. */
  readonly list: string
  readonly member: string
  readonly sections: Readonly<Record<string, string>>
  readonly otherwise: string
}
const ELEMENTS: readonly ElementSections[] = mapping.elements

const MAX_TERM_CHARS = 120

/**
 * Reads and prints native documents. A container is an item too, whose value is `{}` or `[]`: so emptiness, order and digits as
 * member names survive, and what its container lacks is never printed. Nothing is left unmapped.
 */
export const hmppsRecord: Dialect = {
  id: 'hmpps-record',
  records: mapping.records,
  read,
  print: (items: readonly ProjectedItem[], record: string): unknown =>
    printTree(
      items.filter((item) => item.record === record),
      mapping.mask,
    ),
}

function read(input: DialectInput): DialectResult {
  const walked = walk(input.document)
  if (!walked.ok) return walked
  if (walked.nodes.length > MAX_ITEMS) return refused('', `more than ${MAX_ITEMS} values`)
  const long = walked.nodes.find((node) => (node.name ?? '').length > MAX_TERM_CHARS)
  if (long !== undefined) return refused('', `a member name of more than ${MAX_TERM_CHARS} characters`)
  const sectionOf = sectionsOf(input.record, walked.nodes)
  const items = walked.nodes.map((node) => itemOf(node, sectionOf(node), input))
  return { ok: true, reading: { items, unmapped: [] } }
}

const refused = (pointer: string, reason: string): DialectResult => ({ ok: false, faults: [{ pointer, reason }] })

function itemOf(node: Node, section: string, { idOf, record, service, readAt }: DialectInput): ItemText {
  return {
    itemId: idOf(node.pointer),
    section,
    term: node.name ?? mapping.rootTerm,
    value: shell(node.value),
    nature: 'fact',
    subjectCategory: 'convicted',
    author: { role: mapping.authorRole, service },
    // A native document says how the record stood when it was read; its own dates are values among others.
    observedAt: printInstant(readAt),
    recordedAt: printInstant(readAt),
    record,
    at: node.pointer,
  }
}

/** A container without what it holds: its members are items of their own. */
const shell = (value: Json): ItemText['value'] => (!isContainer(value) ? value : isList(value) ? [] : {})

/** The section of a node: that of the list element it stands in, where the mapping names the list, else the common one. */
function sectionsOf(record: string, nodes: readonly Node[]): (node: Node) => string {
  const rows = ELEMENTS.filter((row) => row.record === record)
  const byElement = new Map<string, string>()
  for (const row of rows)
    for (const { pointer, value } of nodes)
      if (isElementOf(row.list, pointer)) byElement.set(pointer, sectionBy(row, value))
  const depths = new Set(rows.map((row) => segmentsOf(row.list).length + 1))
  return ({ pointer }) => {
    for (const depth of depths) {
      const found = byElement.get(
        pointer
          .split('/')
          .slice(0, depth + 1)
          .join('/'),
      )
      if (found !== undefined) return found
    }
    return mapping.section
  }
}

const isElementOf = (list: string, pointer: string): boolean =>
  pointer.startsWith(`${list}/`) && /^\d+$/.test(pointer.slice(list.length + 1))

function sectionBy(row: ElementSections, element: Json): string {
  if (!isContainer(element) || isList(element)) return row.otherwise
  const code = Object.hasOwn(element, row.member) ? element[row.member] : undefined
  return typeof code === 'string' && Object.hasOwn(row.sections, code)
    ? (row.sections[code] ?? row.otherwise)
    : row.otherwise
}
