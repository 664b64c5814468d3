/** Sends the rows of a register one by one: each under an id that is on disk before it leaves, so that however often it is begun again, each is taken once. */
import { canonicalise, uuidFrom } from '#gateway/core/canonical-json.ts'
import { isRetryable, PROBLEMS } from '#gateway/core/problem.ts'
import type { ProblemCode } from '#gateway/core/problem.ts'
import { toNumericDate } from '#gateway/core/time.ts'
import type { Clock } from '#gateway/core/time.ts'
import type { Begun, ImportJournal, RowEnd } from './import-journal.ts'
import type { Pace } from './import-pace.ts'
import { NotBelieved } from './member-sends.ts'
import type { Accepted } from './member-sends.ts'
import { Refused } from './refused.ts'

/** One row, numbered from 1: a message without its id and date, or why it is none. */
export type ImportRow = { readonly number: number } & (
  | { readonly kind: 'case'; readonly caseId: string; readonly payload: Readonly<Record<string, unknown>> }
  | { readonly kind: 'bad'; readonly code: string }
)

export interface ImportOptions {
  readonly rows: AsyncIterable<ImportRow>
  readonly journal: ImportJournal
  readonly send: (payload: Readonly<Record<string, unknown>>) => Promise<Accepted>
  readonly pace: Pace
  readonly clock: Clock
  /** Rows under way at once; those of one case go one after another, in the order of the file. */
  readonly concurrency: number
  /** For how long nothing may be answered before it is given up. */
  readonly patienceMs: number
  readonly onEnded: () => void
}

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 30_000
const MOST_STALE = 5

/** Resolves when each row has ended. Rejects with what kept it from going on, where that lasted, or at once with what was not believed; begun again, it goes on there. */
export async function importRows(options: ImportOptions): Promise<void> {
  const rows = options.rows[Symbol.asyncIterator]()
  const cases = new Map<string, Promise<void>>()
  const stopping = new AbortController()
  const worker = async (): Promise<void> => {
    for (;;) {
      const next = await rows.next()
      if (next.done === true || stopping.signal.aborted) return
      const row = next.value
      if (options.journal.isEnded(row.number)) continue
      if (row.kind === 'bad') {
        await ended(options, row.number, { kind: 'refused', code: row.code })
        continue
      }
      const before = cases.get(row.caseId) ?? Promise.resolve()
      const done = before.then(() => sendRow(options, row, stopping.signal))
      cases.set(row.caseId, done)
      await done
      if (cases.get(row.caseId) === done) cases.delete(row.caseId)
    }
  }
  const workers = Array.from({ length: options.concurrency }, () =>
    worker().catch((cause: unknown) => {
      stopping.abort()
      throw cause
    }),
  )
  const outcomes = await Promise.allSettled(workers)
  await rows.return?.()
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

async function ended({ journal, onEnded }: ImportOptions, number: number, how: RowEnd): Promise<void> {
  await journal.end(number, how)
  onEnded()
}

type CaseRow = Extract<ImportRow, { readonly kind: 'case' }>

async function sendRow(options: ImportOptions, row: CaseRow, stopping: AbortSignal): Promise<void> {
  const { journal, pace, clock, patienceMs } = options
  let begun = journal.begunAs(row.number) ?? (await beginAnew(options, row))
  let [waited, staleLeft, since] = [FIRST_WAIT_MS, MOST_STALE, clock()]
  while (!stopping.aborted) {
    await pace.turn()
    const outcome = await tried(options, { ...row.payload, ...begun })
    if (outcome.kind === 'ended') return ended(options, row.number, outcome.how)
    if (outcome.kind === 'stale') {
      // Refused as too old, it was not taken; but a clock that is wrong would make it too old for ever.
      staleLeft -= 1
      if (staleLeft === 0) return ended(options, row.number, { kind: 'refused', code: 'submission-stale' })
      begun = await beginAnew(options, row)
      since = clock()
      continue
    }
    if (clock() - since > patienceMs) throw outcome.cause
    pace.rest(outcome.afterMs ?? waited)
    waited = Math.min(waited * 2, LONGEST_WAIT_MS)
  }
}

/** The id says what the row says: the same row is the same message, also where the journal is lost. */
async function beginAnew({ journal, clock }: ImportOptions, { number, payload }: CaseRow): Promise<Begun> {
  const own = payload['jti']
  const jti = typeof own === 'string' ? own : uuidFrom(`passerelle import ${canonicalise(payload)}`)
  const begun = { jti, iat: toNumericDate(clock()) }
  await journal.begin(number, begun)
  return begun
}

type Tried =
  | { readonly kind: 'ended'; readonly how: RowEnd }
  | { readonly kind: 'stale' }
  | { readonly kind: 'later'; readonly afterMs: number | undefined; readonly cause: unknown }

async function tried({ send, pace }: ImportOptions, payload: Readonly<Record<string, unknown>>): Promise<Tried> {
  try {
    const { id, quota } = await send(payload)
    if (quota !== undefined) pace.heed(quota)
    return { kind: 'ended', how: { kind: 'taken', id } }
  } catch (cause) {
    if (cause instanceof NotBelieved) throw cause
    if (!(cause instanceof Refused)) return { kind: 'later', afterMs: undefined, cause }
    const { code, retryAfterSeconds: seconds } = cause
    if (code === 'submission-stale') return { kind: 'stale' }
    if (code === 'submission-repeated') return { kind: 'ended', how: { kind: 'before' } }
    const isPassing = isKnown(code) ? isRetryable(code) : cause.status >= 500
    return isPassing
      ? { kind: 'later', afterMs: seconds === undefined ? undefined : seconds * 1000, cause }
      : { kind: 'ended', how: { kind: 'refused', code } }
  }
}

const isKnown = (code: string): code is ProblemCode => Object.hasOwn(PROBLEMS, code)
