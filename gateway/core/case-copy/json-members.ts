/** Members of unknown JSON: taken by name, compared by value, and left out where there are none. */

export type Members = Readonly<Record<string, unknown>>

export const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The members of an object; none of anything else. */
export const membersOf = (value: unknown): Members => (isMembers(value) ? value : {})

/** Those of the named members that are there, in that order. */
export function pickMembers(from: Members, names: readonly string[]): Members {
  const picked: Record<string, unknown> = {}
  for (const name of names) if (from[name] !== undefined) picked[name] = from[name]
  return picked
}

/** Same JSON, whatever the order of members; a member that is undefined is none. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((entry, index) => isSameJson(entry, b[index]))
  if (!isMembers(a) || !isMembers(b)) return false
  return (
    Object.keys(a).every((name) => isSameJson(a[name], b[name])) &&
    Object.keys(b).every((name) => b[name] === undefined || a[name] !== undefined)
  )
}
