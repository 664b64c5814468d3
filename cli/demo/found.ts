/** What the story relies on. */

/** The value. Throws where it is absent: what the story relies on is there, or the demo itself is wrong. */
export function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the demo misses ${what}`)
  return value
}
