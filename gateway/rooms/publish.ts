/**
 * Side room: signs checkpoints of the log, puts each before the witnesses, and publishes it once enough of them have cosigned.
 * What a published checkpoint does not cover is not yet disclosed.
 */
import { signCheckpoint } from '#gateway/core/log/checkpoint.ts'
import { cosigners } from '#gateway/core/log/cosignature.ts'
import { readNote } from '#gateway/core/log/note.ts'
import type { NoteKey, NoteSigner } from '#gateway/core/log/note.ts'
import { isDue } from '#gateway/core/log/publication.ts'
import type { PublicationPace } from '#gateway/core/log/publication.ts'
import { printReceipt } from '#gateway/core/log/receipt.ts'
import { printWitnessRequest } from '#gateway/core/log/witness.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Clock } from '#gateway/core/time.ts'
import type { Log } from '#gateway/ports/log.ts'
import type { LogStore, PublishedCheckpoint, WaitingCheckpoint } from '#gateway/ports/log-store.ts'
import type { HeadKeeper, Witnesses } from '#gateway/ports/witnesses.ts'
import { consistencyIn, inclusionIn, rootIn } from './log-proofs.ts'

/** As much of the store as the log's rooms touch. */
export interface LogTransactions {
  readonly transaction: <T>(work: (tx: { readonly log: LogStore }) => Promise<T>) => Promise<T>
  readonly read: { readonly log: LogStore }
}

/** Who signs and cosigns, where the newest head is kept, how often. */
export interface Publication {
  readonly signer: NoteSigner
  readonly witnesses: Witnesses
  readonly heads: HeadKeeper
  readonly pace: PublicationPace
  /** Tells that something waits to be published; may resolve before it is. Never rejects. */
  readonly wanted: () => Promise<void>
}

export interface LogDeps {
  readonly clock: Clock
  readonly log: Log
  readonly store: LogTransactions
  readonly publication: Omit<Publication, 'wanted'>
}

/** Signs a checkpoint over all that is logged, where one is due and none waits; one that needs no witness is published at once. */
export async function checkpointIfDue(deps: LogDeps): Promise<'proposed' | 'published' | 'not-due'> {
  const { log: read } = deps.store.read
  if ((await read.waiting()) === undefined && !(await isDueIn(deps, read))) return 'not-due'
  const done = await deps.store.transaction(async ({ log }) => {
    const isProposed = (await log.waiting()) === undefined && (await isDueIn(deps, log))
    if (isProposed) await propose(deps, log)
    // Also what waited already: a new trust list may ask for fewer witnesses.
    const waiting = await log.waiting()
    const published = waiting === undefined ? 'kept' : await publishIfEnough(deps, log, waiting)
    return { isProposed, published }
  })
  if (done.published === 'kept') return done.isProposed ? 'proposed' : 'not-due'
  await deps.publication.heads.keep(done.published.note)
  return 'published'
}

async function isDueIn({ clock, publication: { pace } }: LogDeps, log: LogStore): Promise<boolean> {
  const published = await log.published()
  const state = {
    size: await log.size(),
    publishedSize: published?.size ?? 0,
    lastProposedAt: published?.publishedAt,
  }
  return isDue(state, pace, clock())
}

async function propose({ clock, publication: { signer } }: LogDeps, log: LogStore): Promise<void> {
  const size = await log.size()
  const note = await signCheckpoint({ size, root: await rootIn(log, size) }, signer)
  await log.propose({ size, note, proposedAt: clock() })
}

/**
 * What a witness that holds `from` entries is asked to cosign: the checkpoint that waits, or the newest published one. Problems:
 * `not-found` while there is none, `log-rolled-back` where the witness has seen more than there is.
 */
export async function requestFor(
  { store, log: events }: LogDeps,
  witness: string,
  from: number,
): Promise<Result<string>> {
  const { log } = store.read
  const newest = (await log.waiting()) ?? (await log.published())
  if (newest !== undefined && from <= newest.size)
    return ok(
      printWitnessRequest({
        from,
        proof: await consistencyIn(log, from, newest.size),
        checkpoint: asSigned(newest.note),
      }),
    )
  if (from === 0) return fail('not-found')
  events.alarm('a witness holds more of the log than there is', { witness, held: from, size: await log.size() })
  return fail('log-rolled-back')
}

/** The note with the log's own signature only: what was cosigned by others is not a witness's business. */
function asSigned(note: string): string {
  const end = note.indexOf('\n', note.lastIndexOf('\n\n') + 2)
  return note.slice(0, end + 1)
}

/** One signature line with its newline, and of how many entries the checkpoint is, where the witness says so. */
export interface GivenCosignature {
  readonly line: string
  readonly size?: number | undefined
}

/**
 * Takes a witness's cosignature, and publishes when it completes the quorum. One for what is published already is thanked for
 * and not kept, also where the log has gone on since: a slow witness is no fault. Problem `cosignature-invalid`.
 */
export async function takeCosignature(deps: LogDeps, given: GivenCosignature): Promise<Result<'kept' | 'published'>> {
  const taken = await deps.store.transaction(({ log }) => takeIn(deps, log, given))
  if (taken.ok && taken.value !== 'kept') await deps.publication.heads.keep(taken.value.note)
  return taken.ok ? ok(taken.value === 'kept' ? 'kept' : 'published') : taken
}

async function takeIn(
  deps: LogDeps,
  log: LogStore,
  { line, size }: GivenCosignature,
): Promise<Result<'kept' | PublishedCheckpoint>> {
  const { witnesses } = deps.publication
  const waiting = await log.waiting()
  const witness = waiting === undefined ? undefined : cosignerOf(witnesses, waiting.note, line)
  if (waiting === undefined || witness === undefined) {
    const past = await publishedAt(log, size)
    const isLate = past !== undefined && cosignerOf(witnesses, asSigned(past.note), line) !== undefined
    return isLate ? ok('kept') : fail('cosignature-invalid')
  }
  await log.cosign(Buffer.from(witness.publicKey).toString('hex'), line)
  return ok(await publishIfEnough(deps, log, (await log.waiting()) ?? waiting))
}

/** The published checkpoint of that size, or the newest where none is named. */
async function publishedAt(log: LogStore, size: number | undefined): Promise<PublishedCheckpoint | undefined> {
  if (size === undefined) return log.published()
  const [found] = await log.checkpoints(size - 1, 1)
  return found?.size === size ? found : undefined
}

/** The one known witness whose sound cosignature of the note the line is. */
function cosignerOf(witnesses: Witnesses, note: string, line: string): NoteKey | undefined {
  const read = line.endsWith('\n') && line.indexOf('\n') === line.length - 1 ? readNote(note + line) : undefined
  return read === undefined ? undefined : cosigners(read, witnesses.keys(), witnesses.verify)[0]
}

async function publishIfEnough(
  { clock, publication: { witnesses } }: LogDeps,
  log: LogStore,
  waiting: WaitingCheckpoint,
): Promise<'kept' | PublishedCheckpoint> {
  const note = cosigned(waiting)
  const read = readNote(note)
  // Counted anew from the keys of today: a witness that has left the network no longer counts.
  const count = read === undefined ? 0 : cosigners(read, witnesses.keys(), witnesses.verify).length
  if (count < witnesses.quorum()) return 'kept'
  const published = { size: waiting.size, note, publishedAt: clock() }
  await log.publish(published)
  return published
}

const cosigned = ({ note, cosignatures }: WaitingCheckpoint): string =>
  note + cosignatures.map(({ line }) => line).join('')

/** How long witnesses may take before the operator is told. */
const WITNESS_WAIT_MS = 60_000

/** Whether publication goes on. Problem `witnesses-silent` where a checkpoint has waited for more than a minute; deliveries wait with it. */
export async function publicationState({ clock, store }: Pick<LogDeps, 'clock' | 'store'>): Promise<Result<'goes-on'>> {
  const waiting = await store.read.log.waiting()
  const isWaiting = waiting !== undefined && clock() - waiting.proposedAt > WITNESS_WAIT_MS
  return isWaiting ? fail('witnesses-silent') : ok('goes-on')
}

/** The same, with an alarm. To be asked once a minute. */
export async function publicationStanding(deps: LogDeps): Promise<Result<'goes-on'>> {
  const state = await publicationState(deps)
  const cosigned = (await deps.store.read.log.waiting())?.cosignatures.length
  if (!state.ok) deps.log.alarm('the log waits for its witnesses; deliveries wait with it', { cosigned })
  return state
}

/** How many entries are published: an entry is visible when its index is below. */
export const publishedSize = async (log: Pick<LogStore, 'published'>): Promise<number> =>
  (await log.published())?.size ?? 0

/** The receipt of an entry (c2sp.org/tlog-proof). Problem `witnesses-silent` while no published checkpoint covers it. */
export async function receiptFor(log: LogStore, index: number): Promise<Result<string>> {
  const published = await log.published()
  if (published === undefined || index >= published.size) return fail('witnesses-silent')
  const proof = await inclusionIn(log, index, published.size)
  return ok(printReceipt({ index, proof, checkpoint: published.note }))
}
