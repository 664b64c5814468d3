/** Strict JSON: what JSON.parse takes in silence and two readers could take differently is refused (RFC 8259 §4, RFC 7493 I-JSON). */

export interface Limits {
  /** Containers inside one another, the outermost counted. */
  readonly maxDepth: number
  /** Object members and array entries in the whole text; an empty container counts as one. */
  readonly maxKeys: number
}

/** `at` is an offset in UTF-16 units of the text; it is 0 where the bytes or the grammar are wrong as a whole. No reason quotes the text. */
export type StrictJson =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly at: number; readonly reason: string }

const DEFAULT_LIMITS: Limits = { maxDepth: 32, maxKeys: 20_000 }
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])
const MAX_SAFE_DIGITS = 15
/** Up to here a list is searched faster than a set is made. */
const FEW_KEYS = 32

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const MINUS = 0x2d
const DIGIT_0 = 0x30
const DIGIT_9 = 0x39
const BRACKET_OPEN = 0x5b
const BRACKET_CLOSE = 0x5d
const BRACE_OPEN = 0x7b
const BRACE_CLOSE = 0x7d

const refuse = (at: number, reason: string): StrictJson => ({ ok: false, at, reason })

/** Reads one JSON text, or says where and why not. Linear in the length, without recursion; never throws. The caller bounds the length. */
export function readStrictJson(input: string | Uint8Array, limits: Partial<Limits> = {}): StrictJson {
  const text = typeof input === 'string' ? input : decodeUtf8(input)
  if (text === undefined) return refuse(0, 'not UTF-8')
  if (!text.isWellFormed()) return refuse(0, 'lone surrogate')
  const parsed = parseGrammar(text)
  if (!parsed.ok) return parsed
  return findLaxness(text, { ...DEFAULT_LIMITS, ...limits }) ?? parsed
}

/** A byte order mark stays in the text, where the grammar refuses it. */
function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** JSON.parse proves the grammar, without recursion in V8; what it is lax about is looked for afterwards. */
function parseGrammar(text: string): StrictJson {
  try {
    const value: unknown = JSON.parse(text)
    return { ok: true, value }
  } catch {
    return refuse(0, 'not JSON')
  }
}

/** The names an object being scanned has so far; `many` is made when they are many. An array has none. */
interface Names {
  readonly few: string[]
  many: Set<string> | undefined
}

/** One pass over a text whose grammar is proven; undefined when nothing is lax. */
function findLaxness(text: string, limits: Limits): StrictJson | undefined {
  const open: (Names | undefined)[] = []
  const nextEscape = finder(text, '\\')
  const nextUnicodeEscape = finder(text, '\\u')
  let names: Names | undefined
  let expectsKey = false
  let count = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      const end = endOfString(text, at)
      const isPlain = (expectsKey ? nextEscape(at) : nextUnicodeEscape(at)) > end
      const read = isPlain ? (expectsKey ? text.slice(at + 1, end) : '') : spelled(text, at, end)
      const reason = (isPlain ? undefined : textReason(read)) ?? (expectsKey ? keyReason(names, read) : undefined)
      if (reason !== undefined) return refuse(at, reason)
      expectsKey = false
      at = end
    } else if (code === COMMA) {
      if (++count > limits.maxKeys) return refuse(at, 'too many members')
      expectsKey = names !== undefined
    } else if (code === BRACE_OPEN || code === BRACKET_OPEN) {
      if (open.length >= limits.maxDepth) return refuse(at, 'too deep')
      if (++count > limits.maxKeys) return refuse(at, 'too many members')
      open.push(names)
      expectsKey = code === BRACE_OPEN
      names = expectsKey ? { few: [], many: undefined } : undefined
    } else if (code === BRACE_CLOSE || code === BRACKET_CLOSE) {
      names = open.pop()
      expectsKey = false
    } else if (code === MINUS || isDigit(code)) {
      const end = endOfNumber(text, at)
      if (!isExactNumber(text, at, end)) return refuse(at, 'number out of range')
      at = end - 1
    }
  }
  return undefined
}

/** Where a mark next stands at or after a place; the places asked for only grow, so that all asking together is linear. */
function finder(text: string, mark: string): (from: number) => number {
  let next = -1
  return (from) => {
    if (next < from) {
      const found = text.indexOf(mark, from)
      next = found === -1 ? text.length : found
    }
    return next
  }
}

/** The quote that closes the string opened at `start`: the first with an even run of backslashes before it. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let run = end
    while (text.charCodeAt(run - 1) === BACKSLASH) run -= 1
    if ((end - run) % 2 === 0) return end
  }
}

/** What a string literal with escapes spells. */
const spelled = (text: string, start: number, end: number): string => String(JSON.parse(text.slice(start, end + 1)))

/** Why a string cannot be trusted to come out of another system as it went in. */
function textReason(value: string): string | undefined {
  if (!value.isWellFormed()) return 'lone surrogate'
  return value.includes('\0') ? 'NUL' : undefined
}

/** Why a member may not have this name; a name is kept so that its second is found. */
function keyReason(names: Names | undefined, key: string): string | undefined {
  if (names === undefined) return 'not JSON'
  if (FORBIDDEN_KEYS.has(key)) return 'forbidden key'
  const { few } = names
  if (names.many === undefined && few.length >= FEW_KEYS) names.many = new Set(few)
  if (names.many?.has(key) ?? few.includes(key)) return 'duplicate key'
  if (names.many === undefined) few.push(key)
  else names.many.add(key)
  return undefined
}

const isDigit = (code: number): boolean => code >= DIGIT_0 && code <= DIGIT_9
const NUMBER_MARKS: ReadonlySet<string> = new Set(['.', '+', '-', 'e', 'E'])

function endOfNumber(text: string, start: number): number {
  let end = start + 1
  while (end < text.length && (isDigit(text.charCodeAt(end)) || NUMBER_MARKS.has(text.charAt(end)))) end += 1
  return end
}

/** False for -0, a whole number beyond 2^53, infinity, and a number other than zero that became zero (RFC 7493 §2.2). */
function isExactNumber(text: string, start: number, end: number): boolean {
  const literal = text.slice(start, end)
  const value = Number(literal)
  if (value === 0) return !Object.is(value, -0) && !/^[^eE]*[1-9]/.test(literal)
  if (end - start <= MAX_SAFE_DIGITS && Number.isSafeInteger(value)) return true
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
}
