/** Expressions of a mapping (JSONata), compiled once and evaluated with limits. Runs in the mapping child and nowhere else. */
import jsonata from 'jsonata'
import type { Json } from '#adapters/dialects/json-tree.ts'
import type { Evaluated } from '#adapters/dialects/shape-value.ts'

const LIMITS = { timeout: 500, stack: 200, sequence: 100_000 }
/** More than this is no value of an item. */
const MAX_RESULT_CHARS = 64 * 1024
/** Evaluates texts, or gives another answer each time: the same record must give the same items. */
const FORBIDDEN = ['eval', 'now', 'millis', 'random', 'shuffle']

/** Why an expression cannot be used, or undefined. Names a code of JSONata and a place in the expression, never a value. */
export function expressionFault(text: string): string | undefined {
  const compiled = compile(text)
  return compiled.ok ? undefined : compiled.reason
}

type Compiled =
  { readonly ok: true; readonly expression: jsonata.Expression } | { readonly ok: false; readonly reason: string }

function compile(text: string): Compiled {
  try {
    const expression = jsonata(text, LIMITS)
    const named = forbiddenIn(expression.ast(), new Set())
    if (named !== undefined) return { ok: false, reason: `$${named} is not for mappings` }
    for (const name of FORBIDDEN) expression.assign(name, null)
    return { ok: true, expression }
  } catch (cause) {
    const position = memberOf(cause, 'position')
    return {
      ok: false,
      reason: `not an expression (${codeOf(cause)})${typeof position === 'number' ? ` at character ${position}` : ''}`,
    }
  }
}

/** The first forbidden name that stands anywhere in the tree of an expression. */
function forbiddenIn(node: unknown, seen: Set<unknown>): string | undefined {
  if (typeof node !== 'object' || node === null || seen.has(node)) return undefined
  seen.add(node)
  const name = memberOf(node, 'type') === 'variable' ? memberOf(node, 'value') : undefined
  if (typeof name === 'string' && FORBIDDEN.includes(name)) return name
  for (const member of Object.values(node)) {
    const found = forbiddenIn(member, seen)
    if (found !== undefined) return found
  }
  return undefined
}

export interface Expressions {
  /** In a first pass every question is noted and answered with nothing; after `work`, with what came out. */
  readonly evaluate: (expression: string, given: Json) => Evaluated
  /** True where something was asked that has no answer yet. */
  readonly work: () => Promise<boolean>
}

/** Expressions are asked for synchronously and evaluated together: the interpreter of rows stays the same for all dialects. */
export function expressionsOf(): Expressions {
  const compiled = new Map<string, Compiled>()
  const answers = new Map<string, Evaluated>()
  const asked = new Map<string, { readonly expression: string; readonly given: Json }>()
  return {
    evaluate: (expression, given) => {
      const key = JSON.stringify([expression, given])
      const answer = answers.get(key)
      if (answer !== undefined) return answer
      asked.set(key, { expression, given })
      return { ok: true, value: undefined }
    },
    work: async () => {
      if (asked.size === 0) return false
      answers.clear()
      for (const [key, { expression, given }] of asked) {
        const known = compiled.get(expression) ?? compile(expression)
        compiled.set(expression, known)
        answers.set(key, known.ok ? await evaluated(known.expression, given) : known)
      }
      asked.clear()
      return true
    },
  }
}

async function evaluated(expression: jsonata.Expression, given: Json): Promise<Evaluated> {
  try {
    const result: unknown = await expression.evaluate(given)
    const text = result === undefined ? undefined : JSON.stringify(result)
    if (text === undefined) return { ok: true, value: undefined }
    if (text.length > MAX_RESULT_CHARS) return { ok: false, reason: 'an expression gave too much' }
    return { ok: true, value: JSON.parse(text) as Json }
  } catch (cause) {
    return { ok: false, reason: `an expression failed (${codeOf(cause)})` }
  }
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (Reflect.get(value, name) as unknown) : undefined

const codeOf = (cause: unknown): string => {
  const code = memberOf(cause, 'code')
  return typeof code === 'string' && /^[A-Z]\d{4}$/.test(code) ? code : 'no code'
}
