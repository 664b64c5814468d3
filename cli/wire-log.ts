/** The gateway's log at work: its key, its witnesses out of the trust list, the start that is refused, and publication while it runs. */
import { createHash, X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { openNoteKey, verifyEd25519 } from '#adapters/keys/note-key.ts'
import { openHeadFile } from '#adapters/log/head-file.ts'
import { openTimeStamps } from '#adapters/timestamp/http.ts'
import { DEFAULT_GRACE } from '#gateway/core/log/grace.ts'
import type { Grace } from '#gateway/core/log/grace.ts'
import { printNoteKey } from '#gateway/core/log/note.ts'
import { DEFAULT_PACE } from '#gateway/core/log/publication.ts'
import type { LogTrust } from '#gateway/core/log/receipt.ts'
import { fail } from '#gateway/core/problem.ts'
import type { Clock } from '#gateway/core/time.ts'
import type { TrustList } from '#gateway/core/trust-list/list.ts'
import { logTrustOf } from '#gateway/core/trust-list/log-trust.ts'
import type { Log } from '#gateway/ports/log.ts'
import type { Store } from '#gateway/ports/store.ts'
import type { TimeStamps } from '#gateway/ports/time-stamps.ts'
import type { HeadKeeper } from '#gateway/ports/witnesses.ts'
import { checkOwnLog } from '#gateway/rooms/check-log.ts'
import { pruneCheckpoints } from '#gateway/rooms/prune-checkpoints.ts'
import { checkpointIfDue, publicationStanding } from '#gateway/rooms/publish.ts'
import type { LogDeps, Publication } from '#gateway/rooms/publish.ts'
import { stampIfDue, stampStanding } from '#gateway/rooms/stamp-log.ts'
import { EXAMPLE_PATHS } from './certs.ts'
import type { Config } from './config.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { readText } from './files.ts'
import { refused, TRUST_PATHS } from './trust-files.ts'

export interface LogWiring {
  readonly config: Pick<
    Config,
    'network' | 'database' | 'logHead' | 'publishMs' | 'witnessHeads' | 'stampingAuthorities' | 'stampCheckMs'
  >
  /** The highest trust list that was taken. */
  readonly list: () => TrustList | undefined
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  /** Whether this gateway is the one that publishes now; the others keep what it published. */
  readonly publishes: () => boolean
}

export interface GatewayLog {
  readonly publication: Publication
  readonly grace: Grace | undefined
  /** Publishes and stamps what is due until it is stopped. */
  readonly start: () => { readonly stop: () => Promise<void> }
}

/** Throws CommandFailed where the key is not the one of the trust list, and where the log is not the one that others hold a head of. */
export async function openGatewayLog(wiring: LogWiring): Promise<GatewayLog> {
  const { config, store, clock, log } = wiring
  // Where the process is confined, the folder is there already.
  if (config.database !== ':memory:' && !existsSync(dirname(config.logHead)))
    await mkdir(dirname(config.logHead), { recursive: true, mode: 0o700 })
  const keepPublished = keeperOf(store, () => publication.heads)
  const turn = openTurn(
    () => (wiring.publishes() ? checkpointIfDue(deps) : keepPublished()),
    log,
    'the log could not be published; it is tried again',
  )
  const publication: Publication = {
    ...(await believedIn(wiring)),
    heads: config.database === ':memory:' ? headInMemory() : openHeadFile(config.logHead),
    pace: { ...DEFAULT_PACE, everyMs: config.publishMs },
    wanted: async () => turn.soon(),
  }
  const deps: LogDeps = { clock, log, store, publication }
  const checked = await checkOwnLog(deps, await Promise.all(config.witnessHeads.map(readText)))
  if (!checked.ok) throw refused(config.database, checked.problem)
  const timeStamps = await openStamps(wiring)
  const grace = timeStamps === undefined ? undefined : DEFAULT_GRACE
  return {
    publication,
    grace,
    start: () => {
      const { publishes } = wiring
      return keepPublishing(deps, { turn, timeStamps, grace, stampCheckMs: config.stampCheckMs, publishes })
    },
  }
}

/** Keeps the newest head that another gateway published, so that a log that is rolled back is seen by each of them at its next start. */
function keeperOf(store: Pick<Store, 'read'>, heads: () => HeadKeeper): () => Promise<void> {
  let kept = 0
  return async () => {
    const published = await store.read.log.published()
    if (published === undefined || published.size <= kept) return
    await heads().keep(published.note)
    kept = published.size
  }
}

/** The log's own key, which the officers have listed, and the witnesses that they list now. */
async function believedIn({ config, list, clock }: LogWiring): Promise<Pick<Publication, 'signer' | 'witnesses'>> {
  const path = join(config.network, EXAMPLE_PATHS.logKey)
  const signer = await openNoteKey(path).catch((cause: unknown) => {
    throw new CommandFailed(`${path}: ${cause instanceof Error ? cause.message : 'cannot be read'}`, EXIT.found)
  })
  const believed = (): LogTrust | undefined => {
    const now = list()
    return now === undefined ? undefined : logTrustOf(now, clock())
  }
  const listed = believed()
  if (listed === undefined || printNoteKey(listed.log) !== printNoteKey(signer.key)) {
    const place = { pointer: '/gateway/logKey', code: 'not-the-key-of-this-gateway' }
    throw refused(join(config.network, TRUST_PATHS.list), fail('trust-list-disagrees', [place]).problem)
  }
  const witnesses = {
    keys: () => believed()?.witnesses ?? [],
    // Without a list nothing is published.
    quorum: () => believed()?.quorum ?? Number.POSITIVE_INFINITY,
    verify: verifyEd25519,
  }
  return { signer, witnesses }
}

/** Of a database that is gone when it is closed. */
function headInMemory(): HeadKeeper {
  let kept: string | undefined
  return {
    read: async () => kept,
    keep: async (note) => {
      kept = note
    },
  }
}

/** Undefined where nobody stamps this log: no authority is set, and the trust list names none. */
async function openStamps({ config, list }: LogWiring): Promise<TimeStamps | undefined> {
  const listed = list()?.timestamping ?? []
  const authorities = await Promise.all(
    config.stampingAuthorities.map(async ({ url, file }) => ({ url, certificate: await readText(file), file })),
  )
  for (const { certificate, file } of authorities)
    if (!listed.includes(digestOfCertificate(certificate, file)))
      throw refused(
        file,
        fail('trust-list-disagrees', [{ pointer: '/timestamping', code: 'not-in-the-trust-list' }]).problem,
      )
  return authorities.length === 0 && listed.length === 0 ? undefined : openTimeStamps(authorities)
}

function digestOfCertificate(pem: string, file: string): string {
  try {
    return createHash('sha256').update(new X509Certificate(pem).raw).digest('hex')
  } catch {
    throw new CommandFailed(`${file}: not a certificate`, EXIT.found)
  }
}

/** One piece of work at a time; asked for while it is done, it is done once more. */
interface Turn {
  /** In the next moment, with whatever else asks in this one. */
  readonly soon: () => void
  /** Begins no more; resolves when nothing is in hand. */
  readonly stop: () => Promise<void>
}

const SOON_MS = 5

function openTurn(work: () => Promise<unknown>, log: Pick<Log, 'alarm'>, failed: string): Turn {
  let last: Promise<unknown> = Promise.resolve()
  let isAsked = false
  let isStopped = false
  const begin = (): void => {
    isAsked = false
    if (isStopped) return
    last = last.then(work).catch(() => log.alarm(failed, {}))
  }
  return {
    soon: () => {
      if (isAsked) return
      isAsked = true
      setTimeout(begin, SOON_MS).unref()
    },
    stop: async () => {
      isStopped = true
      await last
    },
  }
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const MOST_EVERY_MS = 1_000

interface Publishing {
  readonly turn: Turn
  readonly timeStamps: TimeStamps | undefined
  readonly grace: Grace | undefined
  readonly stampCheckMs: number
  readonly publishes: () => boolean
}

function keepPublishing(
  deps: LogDeps,
  { turn, timeStamps, grace, stampCheckMs, publishes }: Publishing,
): { readonly stop: () => Promise<void> } {
  const stamp = async (): Promise<void> => {
    if (timeStamps !== undefined && grace !== undefined && publishes()) await stampIfDue({ ...deps, timeStamps, grace })
  }
  const standing = async (): Promise<void> => {
    if (grace !== undefined) await stampStanding({ ...deps, grace })
  }
  // One look at a time: an authority that answers slowly is not asked twice.
  const stamps = openTurn(stamp, deps.log, 'whether a time-stamp is due could not be read; it is looked at again')
  const quietly = (work: () => Promise<unknown>) => (): void =>
    void work().catch(() => deps.log.alarm('the standing of the log could not be read', {}))
  const timers = [
    setInterval(turn.soon, Math.min(deps.publication.pace.everyMs, MOST_EVERY_MS)),
    setInterval(
      quietly(() => publicationStanding(deps)),
      MINUTE_MS,
    ),
    setInterval(stamps.soon, stampCheckMs),
    setInterval(quietly(standing), HOUR_MS),
    setInterval(
      quietly(() => pruneCheckpoints(deps)),
      DAY_MS,
    ),
  ]
  for (const timer of timers) timer.unref()
  stamps.soon()
  quietly(standing)()
  return {
    stop: async () => {
      for (const timer of timers) clearInterval(timer)
      await Promise.all([turn.stop(), stamps.stop()])
    },
  }
}
