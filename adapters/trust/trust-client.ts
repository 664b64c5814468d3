/** A client's view of the trust list: takes what is newer and well signed, keeps the highest it has seen, and stops when it expires. */
import type { Pinned } from '#gateway/core/trust-list/list.ts'
import { ageOf, verifyKeptList, verifyTrustList } from '#gateway/core/trust-list/verify.ts'
import type { ListAge, VerifiedTrustList } from '#gateway/core/trust-list/verify.ts'
import { readSignedTrustList } from '#gateway/core/trust-list/signed.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Clock } from '#gateway/core/time.ts'
import type { TrustLists } from '#gateway/ports/trust.ts'
import { verifyJws } from '#gateway/rooms/open-envelope.ts'
import { openKeptLists } from './kept-lists.ts'
import type { KeptLists } from './kept-lists.ts'

export interface TrustClientOptions {
  readonly pinned: Pinned
  readonly clock: Clock
  /** Where the highest list is kept; absent: in memory only. */
  readonly folder?: string | undefined
}

export interface TrustClient extends TrustLists {
  /** Takes a published list. `known` where it is the one in force. Problems: those of verifyTrustList. */
  readonly take: (text: string) => Promise<Result<'taken' | 'known'>>
  /** The highest list, whatever its age; undefined where none was ever seen. */
  readonly highest: () => VerifiedTrustList | undefined
  readonly age: () => ListAge | 'missing'
}

/** Throws where what was kept cannot be read any more: without it an older list could come back. */
export async function openTrustClient({ pinned, clock, folder }: TrustClientOptions): Promise<TrustClient> {
  const kept = folder === undefined ? undefined : openKeptLists(folder)
  let current = await readKept(kept, pinned, folder)
  const takeOne = async (text: string): Promise<Result<'taken' | 'known'>> => {
    // Another process of this member may have seen a higher one since; a folder that was put back to an older day takes nothing back.
    const onDisk = await readKept(kept, pinned, folder)
    if (onDisk !== undefined && onDisk.list.version >= (current?.list.version ?? 0)) current = onDisk
    if (text === current?.text) return ok('known')
    const verified = await verifyTrustList(text, {
      before: current ?? pinned,
      now: clock(),
      verifySignature: verifyJws,
    })
    if (!verified.ok) return verified
    const { list, digest } = verified.value
    if (digest === current?.digest) return ok('known')
    const standing = (await kept?.keep(list.version, text)) ?? text
    if (standing !== text && digestOfKept(standing) !== digest) return fail('trust-list-forked')
    current = verified.value
    return ok('taken')
  }
  let last: Promise<unknown> = Promise.resolve()
  return {
    highest: () => current,
    age: () => (current === undefined ? 'missing' : ageOf(current.list, clock())),
    inForce: () => {
      if (current === undefined) return fail('trust-list-missing')
      return ageOf(current.list, clock()) === 'expired' ? fail('trust-list-expired') : ok(current)
    },
    // One after the other: of two lists that come at once, the second is judged by the first.
    take: (text) => {
      const taking = last.then(() => takeOne(text))
      last = taking.catch(() => {})
      return taking
    },
  }
}

function digestOfKept(text: string): string | undefined {
  const read = readSignedTrustList(text)
  return read.ok ? read.value.digest : undefined
}

/** What was kept was verified before; here it is seen to be whole still, by the signatures of its own officers. */
async function readKept(
  kept: KeptLists | undefined,
  { network }: Pinned,
  folder: string | undefined,
): Promise<VerifiedTrustList | undefined> {
  const text = await kept?.highest()
  if (text === undefined) return undefined
  const verified = await verifyKeptList(text, { network, verifySignature: verifyJws })
  if (verified.ok) return verified.value
  throw new Error(
    `${folder ?? ''}: the highest trust list seen is damaged (${verified.problem.code}); restore this folder`,
  )
}
