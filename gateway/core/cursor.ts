/** Opaque list cursors: a position bound to its owner and a day, signed so that no other position can be asked for. */
import type { Instant } from '#policies/language/instant.ts'
import { hmacHex } from './canonical-json.ts'

const LIFE_MS = 24 * 60 * 60 * 1000
/** A position of the mailbox has up to 16 digits, as many as an exact whole number can have. */
const CURSOR = /^(\d{1,16})\.(\d{1,15})\.([0-9a-f]{32})$/

export interface CursorBinding {
  readonly secret: string
  /** Whose list it is; a cursor of another list is refused. */
  readonly owner: string
  readonly now: Instant
}

/** A cursor that opens for 24 hours. */
export function printCursor({ secret, owner, now }: CursorBinding, position: number): string {
  const ends = now + LIFE_MS
  return `${position}.${ends}.${tag(secret, owner, position, ends)}`
}

/** The position, or undefined for a cursor that is not ours, not of this list, or too old. */
export function readCursor({ secret, owner, now }: CursorBinding, text: string): number | undefined {
  const [, position, ends, signature] = CURSOR.exec(text) ?? []
  if (position === undefined || ends === undefined || Number(ends) < now) return undefined
  return signature === tag(secret, owner, Number(position), Number(ends)) ? Number(position) : undefined
}

const tag = (secret: string, owner: string, position: number, ends: number): string =>
  hmacHex(secret, `cursor ${owner} ${position} ${ends}`).slice(0, 32)
