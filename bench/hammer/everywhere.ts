/** Members at every gateway of a deployment: each call goes to another one, and again until it is answered. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Refused } from '#adapters/agency-kit/member.ts'
import type { Member } from '#adapters/agency-kit/member.ts'
import type { Replicas } from '#test/support/replicas.ts'
import type { Books } from './books.ts'
import type { Chance } from './chance.ts'
import type { HammerNetwork } from './network.ts'

/** For so long nobody at all may be answered: a slow machine is waited for, one that answers nobody is not. */
const PATIENCE_MS = 150_000
/** And for so long one call may go unanswered, whoever else is answered. */
const LONGEST_CALL_MS = 600_000
const FIRST_PAUSE_MS = 40
const LONGEST_PAUSE_MS = 600

/** What all who take part in a run share. */
export interface Field {
  readonly network: HammerNetwork
  readonly replicas: Replicas
  readonly books: Books
  readonly chance: Chance
  /** Aborted when no more is sent. */
  readonly sending: AbortSignal
  /** Aborted when all is drained. */
  readonly receiving: AbortSignal
}

/** As that organisation, at any gateway. */
export interface Everywhere {
  /** Throws Refused where the gateway refuses for good, and an Error where it answers nobody for two minutes and a half, or not this for ten. */
  readonly ask: <T>(attempt: (member: Member) => Promise<T>) => Promise<T>
}

export async function everywhere(field: Field, organisation: string, mandate?: string): Promise<Everywhere> {
  const { replicas, chance, books } = field
  const members = await Promise.all(replicas.all.map((one) => replicas.member(one, organisation, mandate)))
  const any = (): Member => {
    const member = members[chance.below(members.length)]
    if (member === undefined) throw new Error('a deployment without gateways')
    return member
  }
  return {
    ask: (attempt) => untilAnswered(() => attempt(any()), books),
  }
}

/** A refusal that may pass (5xx, too many requests) is asked again like a connection that was lost. */
async function untilAnswered<T>(attempt: () => Promise<T>, books: Books): Promise<T> {
  const begunAt = Date.now()
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      const answer = await attempt()
      books.answeredAt = Date.now()
      return answer
    } catch (error) {
      if (isFinal(error)) throw error
      const now = Date.now()
      const until = Math.min(Math.max(begunAt, books.answeredAt) + PATIENCE_MS, begunAt + LONGEST_CALL_MS)
      if (now > until) throw new Error('no answer in time', { cause: error })
      books.retries += 1
      await sleep(pauseMs)
    }
  }
}

/** What would be the same at any other time. */
const isFinal = (error: unknown): boolean =>
  error instanceof Refused
    ? error.status < 500 && error.status !== 429 && error.status !== 408
    : error instanceof Error && error.message.startsWith('the parcel')

/** The code of a refusal; throws anything else again. */
export function codeOf(error: unknown): string {
  if (error instanceof Refused) return error.code
  throw error
}
