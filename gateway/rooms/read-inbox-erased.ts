/** Side room: what somebody at a hosted inbox held of cases that were erased since, and the certificate of each erasure. */
import type { Instant } from '#policies/language/instant.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { ErasedDelivery } from '#gateway/ports/stored.ts'
import type { Tx } from '#gateway/ports/store.ts'
import { certifyErasure } from './certify-erasure.ts'
import type { ErasureCertificate } from './certify-erasure.ts'
import type { Deps } from './deps.ts'
import { isPublished } from './own-delivery.ts'
import { publishedSize } from './publish.ts'
import type { HostedReader } from './read-inbox-reader.ts'

/** One erased case: what first came of it, without a name, which is gone with the rest. */
export interface ErasedRow extends Pick<ErasedDelivery, 'kind' | 'erasure'> {
  /** Undefined where the flow that brought it is agreed no more. */
  readonly sender: string | undefined
  readonly receivedAt: Instant
}

export interface ErasedPage {
  readonly rows: readonly ErasedRow[]
  /** Erased before that instant: the next page. */
  readonly next?: Instant
}

const PAGE_ROWS = 25

/** The last erased first; only what this mandate was sent. */
export async function erasedHere(deps: Deps, reader: HostedReader, before?: Instant): Promise<ErasedPage> {
  const { read } = deps.store
  const found = await erasedFor(read, reader, { limit: PAGE_ROWS, ...(before === undefined ? {} : { before }) })
  const size = await publishedSize(read.log)
  // The next page begins after the last that was found, whether or not it is shown.
  const last = found.at(-1)
  const { edges } = deps.registry()
  return {
    rows: readable(found, size).map(({ kind, edge, createdAt, erasure }) => ({
      kind,
      erasure,
      receivedAt: createdAt,
      sender: edges.find(({ id }) => id === edge)?.from,
    })),
    ...(last === undefined || found.length < PAGE_ROWS ? {} : { next: last.erasure.erasedAt }),
  }
}

/** Only what was published could ever be read here. */
const readable = (found: readonly ErasedDelivery[], size: number): readonly ErasedDelivery[] =>
  found.filter((row) => isPublished(row, size))

const erasedFor = (
  read: Tx,
  { participant, mandate }: HostedReader,
  page: { readonly before?: Instant; readonly limit: number },
): Promise<readonly ErasedDelivery[]> =>
  read.deliveries.erased({ organisation: participant.id, mandate: mandate.id, ...page })

/**
 * Made out anew each time. Problems `not-found` for an erasure of nothing that this mandate was sent, `clock-unreliable`.
 */
export async function certificateFor(
  deps: Deps,
  reader: HostedReader,
  { commitment, erasedAt }: { readonly commitment: string; readonly erasedAt: Instant },
): Promise<Result<ErasureCertificate>> {
  if (deps.isClockReliable?.() === false) return fail('clock-unreliable')
  const { read } = deps.store
  const found = await erasedFor(read, reader, { before: erasedAt + 1, limit: 1 })
  const one = readable(found, await publishedSize(read.log)).find(
    ({ erasure }) => erasure.commitment === commitment && erasure.erasedAt === erasedAt,
  )
  if (one === undefined) return fail('not-found')
  const said = { issuer: deps.registry().broker.uri, at: deps.clock() }
  return ok(await certifyErasure(deps.keyRing, one.erasure, said))
}
