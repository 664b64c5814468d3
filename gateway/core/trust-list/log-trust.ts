/** Whom the trust list has believed about the log: its key, the witnesses that are members, and how many of them it takes. */
import type { Instant } from '#policies/language/instant.ts'
import { LOG_KEY, readNoteKey, WITNESS_KEY } from '#gateway/core/log/note.ts'
import type { NoteKey, NoteKeyType } from '#gateway/core/log/note.ts'
import type { LogTrust } from '#gateway/core/log/receipt.ts'
import type { TrustList } from './list.ts'

/** Undefined where the list names no key of a log. A witness of an organisation that is out no longer counts. */
export function logTrustOf({ gateway, organisations, witnesses }: TrustList, now: Instant): LogTrust | undefined {
  const log = keyOf(gateway.logKey, LOG_KEY)
  if (log === undefined) return undefined
  const members = organisations.filter(({ revokedAt }) => revokedAt === undefined || now < revokedAt)
  return {
    log,
    witnesses: members.flatMap(({ witnessKey }) => keyOf(witnessKey, WITNESS_KEY) ?? []),
    quorum: witnesses.quorum,
    mayBeUnwitnessed: witnesses.quorum === 0,
  }
}

function keyOf(text: string | undefined, type: NoteKeyType): NoteKey | undefined {
  const key = text === undefined ? undefined : readNoteKey(text)
  return key?.type === type ? key : undefined
}
