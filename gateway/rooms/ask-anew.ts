/** Jobs that judge again what was sent before: after a choice, a grant, an accepted referral, a meeting, another fact of the case. */
import type { Instant } from '#policies/language/instant.ts'
import type { CaseId, MessageId, OrganisationId } from '#gateway/core/ids.ts'
import { isInForce } from '#gateway/core/participants.ts'
import type { Mandate } from '#gateway/core/participants.ts'
import { carriesGrants, carriesWhole, covers } from '#gateway/core/routing.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { StoredMessage } from '#gateway/ports/stored.ts'
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
  /** Not this one, which has its jobs. */
  readonly except?: MessageId
  readonly dueAt: Instant
  readonly cause: string
}

/** Adds a job per message, edge and mandate. Nothing is opened by it: the job asks the policy, the flow and the choices of its time. */
export async function askAnew(deps: Pick<Deps, 'registry' | 'newId'>, tx: Tx, anew: Anew): Promise<void> {
  const { caseId, organisation, mandate, issuer, except, dueAt, cause } = anew
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
    if (stored.id === except || !('items' in stored.message)) continue
    if (issuer !== undefined && stored.issuer !== issuer) continue
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

/**
 * The same for everyone along the edges of a case: another fact may open or shut what was sent before, and what nobody fetched
 * goes from the list of whom it shuts out, whether or not the case still falls to them.
 */
export async function askEveryoneAnew(
  deps: Pick<Deps, 'registry' | 'newId'>,
  tx: Tx,
  { caseId, except, dueAt, cause }: Pick<Anew, 'caseId' | 'dueAt' | 'cause'> & { readonly except: MessageId },
): Promise<void> {
  const earlier = (await tx.messages.ofCase(caseId)).filter(({ id }) => id !== except)
  const issuers = new Set(earlier.map(({ issuer }) => issuer))
  const ends = deps.registry().edges.filter(({ from }) => issuers.has(from))
  for (const organisation of new Set(ends.map(({ to }) => to)))
    await askAnew(deps, tx, { caseId, organisation, except, dueAt, cause })
  const unread = (await tx.deliveries.ofCase(caseId)).filter(({ state }) => state === 'in-mailbox')
  const again = unread.map(({ messageId, edge, mandate }) => ({ messageId, caseId, edge, mandate, dueAt, cause }))
  await tx.outbox.add(again.map((job) => ({ id: deps.newId(), ...job })))
}

/** A correction goes wherever its originals went, whomever it names. */
const addresseesOf = async (tx: Tx, { message }: StoredMessage): Promise<readonly OrganisationId[] | undefined> =>
  message.kind === 'Correction' ? undefined : addressees(tx, message)
