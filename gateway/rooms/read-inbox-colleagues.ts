/** Side room: who else reads at a hosted inbox, and whom a case can be taken on by. */
import { closedBy } from '#gateway/core/entitled.ts'
import { isInForce } from '#gateway/core/participants.ts'
import type { Mandate } from '#gateway/core/participants.ts'
import type { Deps } from './deps.ts'
import type { HostedReader } from './read-inbox-reader.ts'

/** A person of the organisation who reads now. */
export interface Colleague {
  /** Id of the account. */
  readonly id: string
  readonly name: string
  readonly mandate: string
}

/** By name, the reader among them. */
export async function colleaguesHere(
  { store: { read }, registry, clock }: Pick<Deps, 'store' | 'registry' | 'clock'>,
  { participant }: Pick<HostedReader, 'participant'>,
): Promise<readonly Colleague[]> {
  const [known, at] = [registry(), clock()]
  const accounts = await read.people.accounts()
  return accounts.flatMap((account) => {
    const { id, name, role, organisation, mandate } = account
    const isHere = role === 'reader' && organisation === participant.id && closedBy(account, known, at) === undefined
    return isHere && mandate !== undefined ? [{ id, name, mandate }] : []
  })
}

/** Whether others read for the same mandate: what one of them chooses or opens is then chosen and opened for all. */
export const isShared = ({ account, mandate }: HostedReader, colleagues: readonly Colleague[]): boolean =>
  colleagues.some((one) => one.id !== account && one.mandate === mandate.id)

/** Mandates of the organisation that may take a case on now. */
export function mandatesHere(
  { registry, clock }: Pick<Deps, 'registry' | 'clock'>,
  { participant }: HostedReader,
): readonly Mandate[] {
  const at = clock()
  return registry().mandates.filter((mandate) => mandate.organisation === participant.id && isInForce(mandate, at))
}
