/** How often anybody may try the door for people: by address, by passkey, by link, by account. Whoever floods it spends their own share (H131). */
import { isIPv6 } from 'node:net'
import type { IncomingMessage } from 'node:http'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import type { Quota } from '#gateway/ports/quota.ts'

const WINDOW_MS = 60_000

/** What a route of the sign-in spends. `look`: a page that asks for a proof; `proof`: one that is given; `leave`: away to whoever vouches. */
export type Spent = 'look' | 'proof' | 'leave'

/** Most of each in a minute. An organisation behind one address signs in together on a Monday morning. */
export const DOOR_LIMITS = {
  look: { address: 120 },
  proof: { address: 60 },
  // Each is kept in the store until it comes back or ends: all of them together, too.
  leave: { address: 30, door: 600 },
  /** Tries of one passkey, one link or one account. */
  one: 10,
} as const

export interface Try {
  readonly name: string
  readonly most: number
}

/** By the address, before anything of the request is read. */
export function triesFrom(spent: Spent, address: string): readonly Try[] {
  const ofAddress = { name: `web ${spent} from ${networkOf(address)}`, most: DOOR_LIMITS[spent].address }
  return spent === 'leave' ? [ofAddress, { name: 'web leave', most: DOOR_LIMITS.leave.door }] : [ofAddress]
}

/** Of one passkey, link or account, by a name that says nothing of it. */
export const triesOf = (kind: 'passkey' | 'link' | 'account', id: string): Try => ({
  name: `web ${kind} ${sha256Hex(id)}`,
  most: DOOR_LIMITS.one,
})

/** Counts them all; seconds to wait where one of them is too many. Never rejects. */
export type CountTries = (tries: readonly Try[]) => Promise<number | undefined>

const MOST_NAMES = 50_000

/** Every process counts for itself all the while; what all count together is asked too, and the greater number holds. */
export function openDoorCount(quota: Quota | undefined, now: () => number = () => performance.now()): CountTries {
  const own = new Map<string, { hits: number; endsAt: number }>()
  const countOwn = (name: string): { readonly hits: number; readonly waitMs: number } => {
    const at = now()
    const before = own.get(name)
    const counted = before === undefined || before.endsAt <= at ? { hits: 0, endsAt: at + WINDOW_MS } : before
    counted.hits += 1
    // Names in the order of their windows: what has ended stands first, and so does whoever goes where there are too many.
    if (counted !== before) own.delete(name)
    own.set(name, counted)
    for (const [old, { endsAt }] of own) {
      if (endsAt > at && own.size <= MOST_NAMES) break
      own.delete(old)
    }
    return { hits: counted.hits, waitMs: counted.endsAt - at }
  }
  const waitFor = async ({ name, most }: Try): Promise<number> => {
    const mine = countOwn(name)
    const shared = await quota?.count(name, WINDOW_MS)
    const isOver = mine.hits > most || (shared?.hits ?? 0) > most
    return isOver ? Math.max(1, Math.ceil(mine.waitMs / 1000)) : 0
  }
  return async (tries) => {
    const waits = await Promise.all(tries.map(waitFor))
    const longest = Math.max(0, ...waits)
    return longest === 0 ? undefined : longest
  }
}

/** Half of an address of version 6 is its owner's to change (RFC 6177 §2). */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  if (address.startsWith('::ffff:')) return address.slice('::ffff:'.length)
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::')
  const groups = head === '' ? [] : head.split(':')
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length)
  return [...groups, ...Array.from({ length: missing }, () => '0')]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}

/** Whose request it is: of the connection, or as what stands before the pages on this machine adds it at the end of X-Forwarded-For. */
export function addressOf({ socket, headers }: IncomingMessage, isForwarded: boolean): string {
  const own = socket.remoteAddress ?? ''
  const told = headers['x-forwarded-for']
  const last = isForwarded && typeof told === 'string' ? told.split(',').at(-1)?.trim() : undefined
  return last === undefined || last === '' ? own : last.slice(0, 45)
}
