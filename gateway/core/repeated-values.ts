/** Values of one section that stand again inside the free text of another: redaction goes by item, and would not see them. */
import type { Item } from './item.ts'

/** Two places of a summary, as indexes of its items; never the value. */
export interface RepeatedValue {
  /** The item whose value is repeated. */
  readonly of: { readonly index: number; readonly section: string }
  /** The text that repeats it. */
  readonly within: { readonly index: number; readonly section: string }
}

const LEAST_CHARACTERS = 5

/** For the sender before it signs: each text that repeats a value of another section (H06B). Case and accents do not hide one. */
export function repeatedValues(items: readonly Item[]): readonly RepeatedValue[] {
  const entries = items.map((item, index) => ({ index, section: item.section, texts: textsOf(item.value).map(folded) }))
  return entries.flatMap((own) => {
    const values = own.texts.filter((text) => text.length >= LEAST_CHARACTERS)
    return entries
      .filter(
        (other) =>
          other.section !== own.section && other.texts.some((text) => values.some((value) => repeats(text, value))),
      )
      .map((other) => ({
        of: { index: own.index, section: own.section },
        within: { index: other.index, section: other.section },
      }))
  })
}

/** A longer text that holds the value as whole words. */
const repeats = (text: string, value: string): boolean =>
  text.length > value.length && ` ${text} `.includes(` ${value} `)

/** Lower case, without accents, punctuation as spaces. */
const folded = (text: string): string =>
  text
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsOf)
}
