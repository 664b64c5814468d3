/**
 * The gateway, or the two gateways, that a test boots: each with rooms, caches, worker and door of its own. Two where the run is on replicas
 * (`PASSERELLE_TEST_DATABASE=replicas`): over one PostgreSQL and one Redis, with one policy and one publication duty, wired as `serve` does.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { Server } from 'node:https'
import { SALT_BYTES } from '#gateway/core/log/leaf.ts'
import type { NoteSigner } from '#gateway/core/log/note.ts'
import type { LogTrust } from '#gateway/core/log/receipt.ts'
import type { Registry } from '#gateway/core/participants.ts'
import type { Clock } from '#gateway/core/time.ts'
import type { AgencyDeps } from '#gateway/http/agency/operation.ts'
import { createAgencyApp } from '#gateway/http/app.ts'
import { limitServer, serverLimits, serverLimitsOf } from '#gateway/http/shell/server-limits.ts'
import type { LimitTimes } from '#gateway/http/shell/server-limits.ts'
import type { Carriers } from '#gateway/ports/courier.ts'
import type { JobQueue } from '#gateway/ports/job-queue.ts'
import type { Log } from '#gateway/ports/log.ts'
import type { Store } from '#gateway/ports/store.ts'
import type { TrustLists } from '#gateway/ports/trust.ts'
import type { HeadKeeper } from '#gateway/ports/witnesses.ts'
import { activatePolicy } from '#gateway/rooms/activate-policy.ts'
import type { Deps, PolicyInForce } from '#gateway/rooms/deps.ts'
import { openDuties, RENEW_EVERY_MS } from '#gateway/rooms/duties.ts'
import type { Duties } from '#gateway/rooms/duties.ts'
import { openKeptWork } from '#gateway/rooms/kept-work.ts'
import { sharePolicy } from '#gateway/rooms/policy-now.ts'
import { work } from '#gateway/rooms/walk.ts'
import { openLocalInbox } from '#adapters/courier/local-inbox.ts'
import { DIALECTS } from '#adapters/dialects/registered.ts'
import { openMetrics } from '#adapters/log/metrics.ts'
import { openTraces } from '#adapters/log/traces.ts'
import { verifyEd25519 } from '#adapters/keys/note-key.ts'
import type { RevocationLists } from '#adapters/pki/revocation.ts'
import { createTrust } from '#adapters/pki/trust.ts'
import { isPostgresUrl } from '#adapters/postgres/connection.ts'
import { openBullmqQueue } from '#adapters/queue/bullmq.ts'
import { openInProcessQueue } from '#adapters/queue/in-process.ts'
import { openSharedQuota } from '#adapters/redis/shared-quota.ts'
import type { SharedQuota } from '#adapters/redis/shared-quota.ts'
import { openStore } from '#adapters/store/open-postgres.ts'
import { kekOf } from '#adapters/vault/file-kek.ts'
import { openVault } from '#adapters/vault/open.ts'
import type { OpenedVault } from '#adapters/vault/open.ts'
import { sealStore } from '#adapters/vault/sealed/store.ts'
import { verifyEvidence } from '#adapters/sign-in/passkeys.ts'
import { decidingBy } from '#cli/policy-approval.ts'
import { aServerIdentity } from '#test/support/certificates.ts'
import type { TestAuthorities, TestBroker } from '#test/support/certificates.ts'
import type { GatewayOptions } from '#test/support/gateway.ts'
import { databaseFor, isOnReplicas } from '#test/support/postgres-server.ts'
import { startRedis } from '#test/support/redis-server.ts'
import type { RedisServer } from '#test/support/redis-server.ts'

const LEASE_MS = 60_000
const POLL_MS = 20
const DAY_MS = 86_400_000
/** One for all gateways of this process, so that one may open again what another left. */
const KEK = randomBytes(32)

/** The vault of a gateway whose database is that file, opened beside it as an operator does. */
export const vaultBeside = (database: string): Promise<OpenedVault> =>
  openVault({ path: keysOf(database), keks: [kekOf(Buffer.from(KEK))] })

const keysOf = (database: string): string => `${database}.keys`

/** What all gateways of a test have in common: files and clock in life. */
export interface World {
  readonly options: GatewayOptions
  readonly now: Clock
  readonly isReliable: () => boolean
  readonly broker: TestBroker
  readonly authorities: TestAuthorities
  readonly carriers: Carriers | undefined
  readonly trustLists: TrustLists
  readonly registry: () => Registry
  readonly lists: () => RevocationLists
  /** With which it begins. */
  readonly policyText: string
  /** Undefined: none is in force, whatever is stored. */
  readonly policy: () => PolicyInForce | undefined
  readonly log: Log
  readonly signer: NoteSigner
  readonly logTrust: () => LogTrust
  readonly publish: () => Promise<void>
}

/** One gateway of one or two. */
export interface Seat {
  readonly deps: AgencyDeps
  readonly queue: JobQueue
  readonly server: Server
  readonly port: number
  readonly url: string
}

export interface Seats {
  readonly first: Seat
  /** Whose turn it is to be asked: of two, now one and now the other, without a pattern that a test could fall in step with. */
  readonly next: () => Seat
  /** Puts it in force at the first, where there are two; the other has to find out. */
  readonly activate: (policy: string) => Promise<void>
  /** As whoever has the duty, asked by witnesses at either. */
  readonly publish: (by: (holder: Deps, at: () => Deps) => Promise<void>) => Promise<void>
  readonly nudge: () => void
  readonly settled: () => Promise<void>
  readonly metrics: () => Promise<string>
  readonly stop: () => Promise<void>
}

/** Where the two of a pair meet, and what only a pair has. */
interface Shared {
  readonly database: string
  readonly redisUrl: string | undefined
}

interface WholeSeat extends Seat {
  readonly duties: Duties | undefined
  readonly metrics: () => Promise<string>
  /** Jobs begun so far, and those in hand. */
  readonly worked: { begun: number; inHand: number }
  readonly stop: () => Promise<void>
}

/** Whatever was not stopped ends with this process. */
const running = new Set<RedisServer>()
process.once('exit', () => running.forEach((redis) => void redis.kill()))

export async function openSeats(world: World): Promise<Seats> {
  const { database: own } = world.options
  const areTwo = own === undefined && isOnReplicas
  const redis = areTwo ? await startRedis() : undefined
  if (redis !== undefined) running.add(redis)
  const shared = { database: own ?? (await databaseFor(':memory:')), redisUrl: redis?.url }
  const first = await openSeat(world, shared)
  const all = areTwo ? [first, await openSeat(world, shared)] : [first]
  if (areTwo || world.options.approval !== undefined) await activateAt(first, world.policyText)
  let turns = 0
  return {
    first,
    next: () => all[parityOf(turns++) % all.length] ?? first,
    activate: (policy) => (areTwo ? activateAt(first, policy) : Promise.resolve()),
    publish: async (by) => by((await holderIn(all)).deps, () => (all[parityOf(turns++) % all.length] ?? first).deps),
    nudge: () => all.forEach(({ queue }) => queue.nudge()),
    settled: () => settle(all),
    metrics: async () => (await Promise.all(all.map(({ metrics }) => metrics()))).join('\n'),
    stop: async () => {
      for (const seat of all) await seat.stop()
      if (redis === undefined) return
      running.delete(redis)
      await redis[Symbol.asyncDispose]()
    },
  }
}

/** How many bits of it are set, modulo two (Thue and Morse). */
const parityOf = (turn: number): number => turn.toString(2).replaceAll('0', '').length % 2

async function activateAt({ deps }: Seat, policy: string): Promise<void> {
  const judgeApart = async () => ({ asked: 0, levels: {}, errors: 0, disagreements: [] })
  const activated = await activatePolicy({ ...deps, judgeApart }, policy, 'policy', 'operator')
  if (activated.kind !== 'in-force') throw new Error(`the policy is ${activated.kind}`)
}

/** The clock of a test leaps: leases end between two words of their holder. */
async function holderIn(all: readonly WholeSeat[]): Promise<WholeSeat> {
  const isHolder = ({ duties }: WholeSeat): boolean => duties?.isMine('publication') ?? true
  for (const { duties } of all) await duties?.renew()
  const [holder, ...others] = all.filter(isHolder)
  if (holder === undefined || others.length > 0) throw new Error('publication is not the duty of one')
  return holder
}

/** Nothing is due, nothing in hand, and nothing was begun while each was asked. */
async function settle(all: readonly WholeSeat[]): Promise<void> {
  const begun = (): number => all.reduce((sum, { worked }) => sum + worked.begun, 0)
  for (let quiet = 0; quiet < all.length;) {
    const before = begun()
    for (const { queue } of all) await queue.idle()
    quiet = begun() === before && all.every(({ worked }) => worked.inHand === 0) ? quiet + 1 : 0
  }
}

async function openSeat(world: World, { database, redisUrl }: Shared): Promise<WholeSeat> {
  const { options, now, log, broker, authorities } = world
  const isOneOfMany = redisUrl !== undefined
  const metrics = openMetrics()
  const kept = openKeptWork()
  const path = database === ':memory:' || isPostgresUrl(database) ? database : keysOf(database)
  const vault = await openVault({ path, keks: [kekOf(Buffer.from(KEK))], onErased: () => kept.forget() })
  const store = sealStore(await openStore(database), vault, log)
  const queueOptions = { store, clock: now, leaseMs: LEASE_MS, concurrency: 4, pollMs: POLL_MS, log }
  const queue =
    redisUrl === undefined ? openInProcessQueue(queueOptions) : openBullmqQueue({ ...queueOptions, url: redisUrl })
  const quota = redisUrl === undefined ? undefined : openSharedQuota({ url: redisUrl, log })
  const duties = isOneOfMany ? openDuties({ store, clock: now, log, holder: randomUUID() }) : undefined
  const renewing = setInterval(() => void duties?.renew(), RENEW_EVERY_MS).unref()
  const deps: AgencyDeps = {
    clock: now,
    isClockReliable: world.isReliable,
    newId: randomUUID,
    newSecrets: () => ({ salt: randomBytes(SALT_BYTES), secret: randomBytes(SALT_BYTES) }),
    publication: {
      signer: world.signer,
      witnesses: {
        keys: () => world.logTrust().witnesses,
        quorum: () => world.logTrust().quorum,
        verify: verifyEd25519,
      },
      heads: headInMemory(),
      pace: { everyEntries: 1, everyMs: 0 },
      wanted: world.publish,
    },
    store,
    queue,
    courier: openLocalInbox(),
    ...(world.carriers === undefined ? {} : { carriers: world.carriers }),
    keyRing: broker.keyRing,
    trust: createTrust({ revocation: world.lists, clock: now }),
    log,
    meter: metrics,
    trace: openTraces(),
    dialects: DIALECTS,
    registry: world.registry,
    trustLists: world.trustLists,
    policy: world.policy,
    limits: {
      maxBodyBytes: 2 * 1024 * 1024,
      sampleOneIn: 10,
      recallDueMs: 3 * DAY_MS,
      takesPlainItems: options.copies !== 'asked',
      ...options.limits,
    },
    kept,
    cursorSecret: isOneOfMany ? vault.blind('case', 'cursors of lists') : randomUUID(),
    ...(options.requestsPerMinute === undefined ? {} : { requestsPerMinute: options.requestsPerMinute }),
    ...quotaOf(options, quota),
    ...(isOneOfMany || options.approval !== undefined ? onePolicy(world, store) : {}),
    isOneOfMany,
  }
  const stopping = new AbortController()
  const worked = { begun: 0, inHand: 0 }
  const isPaused = options.worker === 'paused'
  const working = isPaused
    ? Promise.resolve()
    : queue.work(
        counted(worked, (job) => work(deps, job)),
        stopping.signal,
      )
  const server = await listen(deps, authorities, world.lists().pems, options.times)
  const port = portOf(server)
  return {
    deps,
    queue,
    server,
    port,
    url: `https://127.0.0.1:${port}`,
    duties,
    metrics: metrics.text,
    worked,
    stop: async () => {
      server.closeAllConnections()
      server.close()
      stopping.abort()
      clearInterval(renewing)
      await working
      quota?.close()
      await store[Symbol.asyncDispose]()
    },
  }
}

const quotaOf = ({ quota: own }: GatewayOptions, quota: SharedQuota | undefined): Pick<AgencyDeps, 'quota'> =>
  own !== undefined ? { quota: own } : quota === undefined ? {} : { quota }

/** What was put in force at either is, for both; as `serve` does, also where officers have to adopt it. */
function onePolicy(
  { policy, now, log, options }: World,
  store: Store,
): Pick<Deps, 'policy' | 'policyIn' | 'mayDecide'> {
  const first = policy()
  if (first === undefined) throw new Error('a pair begins with a policy')
  const mayDecide = decidingBy(options.approval ?? 'off', { store, changing: { verifyEvidence } })
  const shared = sharePolicy({ clock: now, log }, mayDecide === undefined ? first : undefined, mayDecide)
  return {
    ...(mayDecide === undefined ? {} : { mayDecide }),
    policy: () => (policy() === undefined ? undefined : shared.met()),
    policyIn: async (read) => (policy() === undefined ? undefined : shared.now(read)),
  }
}

function counted<Job>(worked: WholeSeat['worked'], handle: (job: Job) => Promise<void>): (job: Job) => Promise<void> {
  return async (job) => {
    worked.begun += 1
    worked.inHand += 1
    await handle(job).finally(() => (worked.inHand -= 1))
  }
}

function headInMemory(): HeadKeeper {
  let kept: string | undefined
  return {
    read: async () => kept,
    keep: async (note) => {
      kept = note
    },
  }
}

async function listen(
  deps: AgencyDeps,
  authorities: TestAuthorities,
  crl: readonly string[],
  times: LimitTimes | undefined,
): Promise<Server> {
  const server = createServer(
    {
      ...(times === undefined ? serverLimits : serverLimitsOf(times)),
      ...(await aServerIdentity(authorities)),
      ca: authorities.root.pem,
      crl: [...crl],
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.3',
    },
    createAgencyApp(deps),
  )
  limitServer(server, deps)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server does not listen')
  return address.port
}
