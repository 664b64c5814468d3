/** Jobs that judge again what was sent before, for one organisation: after a choice, a grant, an accepted referral, a meeting. */
import type { Instant } from '#policies/language/instant.ts'
import type { CaseId, OrganisationId } from '#gateway/core/ids.ts'
import { isInForce } from '#gateway/core/participants.ts'
import type { Mandate } from '#gateway/core/participants.ts'
import { carriesGrants, carriesWhole, covers } from '#gateway/core/routing.ts'
import type { StoredMessage, Tx } from '#gateway/ports/store.ts'
import type { Deps } from './deps.ts'
import { addressees } from './route.ts'
import { placeOf } from './situation.ts'

export interface Anew {
  readonly caseId: CaseId
  readonly organisation: OrganisationId
  /** Only this mandate; absent: each of the organisation that the case falls to. */
  readonly mandate?: Mandate | undefined
  /** Only what this member sent; absent: all. */
  readonly issuer?: OrganisationId
  readonly dueAt: Instant
  readonly cause: string
}

/** Adds a job per message, edge and mandate. Nothing is opened by it: the job asks the policy, the flow and the choices of its time. */
export async function askAnew(deps: Pick<Deps, 'registry' | 'newId'>, tx: Tx, anew: Anew): Promise<void> {
  const { caseId, organisation, mandate, issuer, dueAt, cause } = anew
  const { edges, mandates } = deps.registry()
  const place = await placeOf(tx, caseId)
  const readers = mandates.filter(
    (entry) =>
      entry.organisation === organisation &&
      (mandate === undefined || entry.id === mandate.id) &&
      isInForce(entry, dueAt) &&
      covers(entry, place, dueAt),
  )
  const holders = new Set((await tx.requests.inForce(organisation, caseId, dueAt)).map(({ holder }) => holder))
  for (const stored of await tx.messages.ofCase(caseId)) {
    if (!('items' in stored.message) || (issuer !== undefined && stored.issuer !== issuer)) continue
    const carried = { kind: stored.kind, addressees: await addresseesOf(tx, stored) }
    const along = edges.filter(
      (edge) =>
        edge.from === stored.issuer &&
        edge.to === organisation &&
        (carriesWhole(edge, carried) || (carriesGrants(edge) && holders.has(stored.issuer))),
    )
    const jobs = along.flatMap((edge) =>
      readers.map((reader) => ({
        id: deps.newId(),
        messageId: stored.id,
        caseId,
        edge: edge.id,
        mandate: reader.id,
        dueAt,
        cause,
      })),
    )
    await tx.outbox.add(jobs)
  }
}

/** A correction goes wherever its originals went, whomever it names. */
const addresseesOf = async (tx: Tx, { message }: StoredMessage): Promise<readonly OrganisationId[] | undefined> =>
  message.kind === 'Correction' ? undefined : addressees(tx, message)
