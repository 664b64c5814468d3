/** Side room: a member that lost its note of what it sent last of a case learns it here, of its own copies alone. */
import type { CaseId } from '#gateway/core/ids.ts'
import type { Participant } from '#gateway/core/participants.ts'
import { caseMeant } from './case-names.ts'
import type { Deps } from './deps.ts'

export interface LastCopies {
  /** Of the copies, as the next ones name it in `prev`; empty where the member sent none. */
  readonly digest: string
  /** The highest by audience class. */
  readonly versions: Readonly<Record<string, number>>
}

/** By any name that the member has for the case. The same members whether or not there is such a case, and whoever else sent of it. */
export async function lastCopies(
  { store, registry }: Pick<Deps, 'store' | 'registry'>,
  { id }: Participant,
  name: CaseId,
): Promise<LastCopies> {
  const caseId = await caseMeant(store.read, registry(), id, name)
  const { digest, versions } = (await store.read.cases.seenCopies(caseId, id)) ?? { digest: '', versions: {} }
  return { digest, versions }
}
