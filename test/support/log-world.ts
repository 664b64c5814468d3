/** A log in memory with its tables, its key, witnesses that can be told to be silent, and a clock to move. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { Kysely } from 'kysely'
import { verifyEd25519 } from '#adapters/keys/note-key.ts'
import { logIn } from '#adapters/store/log.ts'
import type { LogSchema } from '#adapters/store/log.ts'
import { up } from '#adapters/store/migrations/002-log.ts'
import { controlsOf, executorOf, openDatabase, sqliteDialect } from '#adapters/store/sqlite.ts'
import { createTransactions } from '#adapters/store/transactions.ts'
import { cosign } from '#gateway/core/log/cosignature.ts'
import { LOG_KEY, WITNESS_KEY } from '#gateway/core/log/note.ts'
import type { NoteKeyType, NoteSigner } from '#gateway/core/log/note.ts'
import { DEFAULT_PACE } from '#gateway/core/log/publication.ts'
import type { LogTrust } from '#gateway/core/log/receipt.ts'
import { judgeRequest, NOTHING_YET } from '#gateway/core/log/witness.ts'
import type { WitnessedHead, WitnessOutcome } from '#gateway/core/log/witness.ts'
import { toNumericDate } from '#gateway/core/time.ts'
import type { LogStore } from '#gateway/ports/log-store.ts'
import { takeCosignature, requestFor } from '#gateway/rooms/publish.ts'
import type { LogDeps, LogTransactions } from '#gateway/rooms/publish.ts'

export const ORIGIN = 'net.test/audit'
export const LOG_TIME = Date.UTC(2026, 10, 21, 10, 30)

/** An Ed25519 key of that name, in memory. */
export function aNoteSigner(name: string, type: NoteKeyType = LOG_KEY): NoteSigner {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const { x = '' } = publicKey.export({ format: 'jwk' })
  return {
    key: { name, type, publicKey: Buffer.from(x, 'base64url') },
    sign: async (message) => sign(null, message, privateKey),
  }
}

/** A witness in memory: it judges with the real state machine, and what it accepts it cosigns. */
export interface TestWitness {
  readonly signer: NoteSigner
  readonly held: () => WitnessedHead
  /** Judges a request and keeps what it accepts. */
  readonly judge: (body: string) => WitnessOutcome
  /** One round with the gateway's rooms; answers what the gateway made of it. */
  readonly round: (deps: LogDeps) => Promise<string>
}

export function aWitness(name: string, logSigner: NoteSigner): TestWitness {
  const signer = aNoteSigner(name, WITNESS_KEY)
  let head = NOTHING_YET
  const judge = (body: string): WitnessOutcome => {
    const outcome = judgeRequest({ held: head, body, log: logSigner.key }, verifyEd25519)
    if (outcome.kind === 'accepted') head = outcome.next
    return outcome
  }
  return {
    signer,
    held: () => head,
    judge,
    round: async (deps) => {
      const request = await requestFor(deps, name, head.size)
      if (!request.ok) return request.problem.code
      const outcome = judge(request.value)
      if (outcome.kind !== 'accepted') return outcome.kind === 'refused' ? outcome.problem : outcome.kind
      const line = await cosign(outcome.text, signer, toNumericDate(deps.clock()))
      const taken = await takeCosignature(deps, { line, size: outcome.next.size })
      return taken.ok ? taken.value : taken.problem.code
    },
  }
}

/** The log's tables in a database of their own. */
export async function openLogTables(path = ':memory:'): Promise<LogTransactions & { readonly close: () => void }> {
  const database = openDatabase(path, 'write')
  const execute = executorOf(database)
  const dialect = sqliteDialect(async (query) => execute(query))
  const tables = new Kysely<LogSchema>({ dialect })
  const isNew = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'log_leaves'").get() === undefined
  if (isNew) await up(new Kysely<unknown>({ dialect }))
  const transactions = createTransactions(controlsOf(database))
  const log = logIn(tables)
  return {
    transaction: (work) => transactions.run(() => work({ log })),
    read: { log },
    close: () => database.close(),
  }
}

/** A first entry, as if it were published: for what is about deliveries and not about the log. */
export async function publishOne(log: LogStore): Promise<void> {
  const at = LOG_TIME
  const index = await log.append('an entry')
  await log.propose({ size: index + 1, note: 'a note', proposedAt: at })
  await log.publish({ size: index + 1, note: 'a note', publishedAt: at })
}

export interface LogWorld {
  readonly deps: LogDeps
  readonly log: LogStore
  readonly witnesses: readonly TestWitness[]
  readonly trust: LogTrust
  readonly alarms: readonly string[]
  /** Moves the clock. */
  readonly wait: (ms: number) => void
  readonly append: (...leaves: readonly string[]) => Promise<void>
  /** The note that was kept apart from the database. */
  readonly kept: () => string | undefined
}

/** A log with three witnesses of which two must cosign. */
export async function aLogWorld(
  changes: Partial<Pick<LogDeps, 'store'> & LogDeps['publication']> = {},
): Promise<LogWorld> {
  const signer = changes.signer ?? aNoteSigner(ORIGIN)
  const witnesses = ['a', 'b', 'c'].map((name) => aWitness(`${name}.net.test/witness`, signer))
  const keys = witnesses.map((witness) => witness.signer.key)
  const store = changes.store ?? (await openLogTables())
  const alarms: string[] = []
  let now = LOG_TIME
  let kept: string | undefined
  const deps: LogDeps = {
    clock: () => now,
    log: { info: () => {}, warn: (event) => alarms.push(`warn: ${event}`), alarm: (event) => alarms.push(event) },
    store,
    publication: {
      signer,
      witnesses: { keys: () => keys, quorum: () => 2, verify: verifyEd25519 },
      heads: {
        read: async () => kept,
        keep: async (note) => {
          kept = note
        },
      },
      pace: DEFAULT_PACE,
      ...changes,
    },
  }
  return {
    deps,
    log: store.read.log,
    witnesses,
    trust: { log: signer.key, witnesses: keys, quorum: 2 },
    alarms,
    wait: (ms) => {
      now += ms
    },
    append: (...leaves) =>
      store.transaction(async ({ log }) => {
        for (const leaf of leaves) await log.append(leaf)
      }),
    kept: () => kept,
  }
}
