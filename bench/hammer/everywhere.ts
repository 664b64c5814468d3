/** Members at every gateway of a deployment: each call goes to another one, and again until it is answered. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Refused } from '#adapters/agency-kit/member.ts'
import type { Member } from '#adapters/agency-kit/member.ts'
import type { Replicas } from '#test/support/replicas.ts'
import type { Books } from './books.ts'
import type { Chance } from './chance.ts'
import type { HammerNetwork } from './network.ts'

const PATIENCE_MS = 150_000
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
  /** Throws Refused where the gateway refuses for good, and an Error where nobody answered for two minutes and a half. */
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
    ask: (attempt) =>
      untilAnswered(
        () => attempt(any()),
        () => (books.retries += 1),
      ),
  }
}

/** A refusal that may pass (5xx, too many requests) is asked again like a connection that was lost. */
async function untilAnswered<T>(attempt: () => Promise<T>, again: () => void): Promise<T> {
  const until = Date.now() + PATIENCE_MS
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await attempt()
    } catch (error) {
      if (isFinal(error)) throw error
      if (Date.now() > until) throw new Error('no answer in time', { cause: error })
      again()
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
