/** An XML file as a tree of JSON values: DOCTYPE refused before parsing, names by namespace URI, nothing loaded, nothing dropped. */
import {
  ParseOption,
  XmlDocument,
  XmlElement,
  XmlLibError,
  XmlSimpleNode,
  XmlComment,
  XsdValidator,
} from 'libxml2-wasm'
import type { XmlTreeNode } from 'libxml2-wasm'
import { MAX_DEPTH } from '#adapters/dialects/json-tree.ts'
import { utf8Of } from './content-kind.ts'
import type { XmlSettings } from './mapping-file.ts'
import { refusedSource } from './source.ts'
import type { ReadSource } from './source.ts'
import { treeOf } from './xml-tree.ts'
import type { XmlElementNode } from './xml-tree.ts'

const MAX_ELEMENTS = 200_000
const MAX_ATTRIBUTES = 64
const XINCLUDE = 'http://www.w3.org/2001/XInclude'
const OPTIONS = ParseOption.XML_PARSE_NO_XXE | ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_SYS_CATALOG

/** Reads an XML file by its mapping's settings; `schema` is the text of an XSD that it must fit. Faults name lines and places only. */
export function readXml(bytes: Uint8Array, settings: XmlSettings, schema: string | undefined): ReadSource {
  const text = textOf(bytes)
  if (!text.ok) return refusedSource(text.reason)
  try {
    using document = XmlDocument.fromString(text.text, { option: OPTIONS })
    const misfit = schema === undefined ? undefined : schemaFault(document, schema)
    if (misfit !== undefined) return refusedSource(misfit)
    return treeOf(elementOf(document.root, { elements: 0 }, 0), settings)
  } catch (cause) {
    if (cause instanceof Refusal) return refusedSource(cause.message)
    return refusedSource(`not well-formed XML${placeOf(cause)}`)
  }
}

class Refusal extends Error {}

type Text = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: string }

const DECLARATION = /^\s*<\?xml\s[^>]*\?>/
const FORBIDDEN: readonly (readonly [RegExp, string])[] = [
  [/<!\s*DOCTYPE/i, 'a document type declaration (DOCTYPE), which is never read'],
  [/<!\s*ENTITY/i, 'an entity declaration, which is never read'],
  [/<\?(?!xml\s)/i, 'a processing instruction, which is never read'],
]

/** The text in our own decoding, without its declaration: the parser is told nothing about encodings that it could be fooled by. */
function textOf(bytes: Uint8Array): Text {
  const head = Buffer.from(bytes.subarray(0, 200)).toString('latin1')
  const named =
    /^(?:ï»¿)?\s*<\?xml\s[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']/.exec(head)?.[1]?.toLowerCase() ?? 'utf-8'
  const isLatin = ['iso-8859-1', 'latin1', 'us-ascii'].includes(named)
  if (!isLatin && named !== 'utf-8') return { ok: false, reason: 'an encoding other than UTF-8 and ISO-8859-1' }
  const decoded = isLatin ? Buffer.from(bytes).toString('latin1') : utf8Of(bytes)
  if (decoded === undefined) return { ok: false, reason: 'not UTF-8' }
  const text = decoded.replace(DECLARATION, '')
  const forbidden = FORBIDDEN.find(([pattern]) => pattern.test(text))
  return forbidden === undefined ? { ok: true, text } : { ok: false, reason: forbidden[1] }
}

/** The line of a fault; messages of the parser and of schemas quote what they found, and are not told. */
function placeOf(cause: unknown): string {
  const detail = cause instanceof XmlLibError ? cause.details[0] : undefined
  return detail === undefined || detail.line === 0 ? '' : ` at line ${detail.line}`
}

function schemaFault(document: XmlDocument, schema: string): string | undefined {
  using parsed = XmlDocument.fromString(schema, { option: OPTIONS })
  using validator = XsdValidator.fromDoc(parsed)
  try {
    validator.validate(document)
    return undefined
  } catch (cause) {
    const lines = cause instanceof XmlLibError ? [...new Set(cause.details.map(({ line }) => line))] : []
    return `does not fit its schema${lines.length === 0 ? '' : ` in line ${lines.slice(0, 20).join(', ')}`}`
  }
}

/** Why a schema cannot be used, or undefined. Whatever it imports or includes is not loaded, and so is a fault. */
export function schemaTextFault(schema: string): string | undefined {
  if (FORBIDDEN.slice(0, 2).some(([pattern]) => pattern.test(schema))) return 'a schema with a DOCTYPE'
  if (/<(?:[\w-]+:)?(?:import|include|redefine)\b[^>]*schemaLocation/.test(schema))
    return 'a schema that loads another: name one file that holds all'
  try {
    using parsed = XmlDocument.fromString(schema.replace(DECLARATION, ''), { option: OPTIONS })
    using validator = XsdValidator.fromDoc(parsed)
    return validator instanceof XsdValidator ? undefined : 'not an XML Schema'
  } catch {
    return 'not an XML Schema'
  }
}

interface Count {
  elements: number
}

/** Elements, attributes and text as plain values; comments say nothing. */
function elementOf(element: XmlElement, count: Count, depth: number): XmlElementNode {
  count.elements += 1
  if (count.elements > MAX_ELEMENTS) throw new Refusal(`more than ${MAX_ELEMENTS} elements`)
  if (depth > MAX_DEPTH) throw new Refusal(`nested more than ${MAX_DEPTH} deep`)
  if (element.namespaceUri === XINCLUDE) throw new Refusal('an XInclude element, which is never followed')
  const attributes = element.attrs
  if (attributes.length > MAX_ATTRIBUTES) throw new Refusal(`more than ${MAX_ATTRIBUTES} attributes`)
  const children: XmlElementNode[] = []
  let text = ''
  for (let node: XmlTreeNode | null = element.firstChild; node !== null; node = node.next) {
    if (node instanceof XmlElement) children.push(elementOf(node, count, depth + 1))
    else if (node instanceof XmlSimpleNode && !(node instanceof XmlComment)) text += node.content
    else if (!(node instanceof XmlComment)) throw new Refusal('an entity reference or instruction')
  }
  return {
    uri: element.namespaceUri,
    name: element.name,
    attributes: attributes.map(({ namespaceUri, name, value }) => ({ uri: namespaceUri, name, value })),
    children,
    text,
  }
}
