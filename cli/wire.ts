/** The socket board: which adapter sits in which port, for this Config; and the gateway as one thing that starts and stops. */
import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { openLocalInbox } from '#adapters/courier/local-inbox.ts'
import { DIALECTS } from '#adapters/dialects/registered.ts'
import { openFileKeys } from '#adapters/keys/file-keys.ts'
import { openJsonLog } from '#adapters/log/json-lines.ts'
import { openMetrics } from '#adapters/log/metrics.ts'
import type { Metrics } from '#adapters/log/metrics.ts'
import { openTraces } from '#adapters/log/traces.ts'
import type { LiveTls } from '#adapters/pki/live-tls.ts'
import { createTrust } from '#adapters/pki/trust.ts'
import { SALT_BYTES } from '#gateway/core/log/leaf.ts'
import type { Clock } from '#gateway/core/time.ts'
import type { TrustList } from '#gateway/core/trust-list/list.ts'
import type { JobQueue } from '#gateway/ports/job-queue.ts'
import type { Changing } from '#gateway/rooms/change-outcome.ts'
import type { Deps, PolicyInForce } from '#gateway/rooms/deps.ts'
import { openObserving } from '#gateway/rooms/observe-change.ts'
import { work } from '#gateway/rooms/walk.ts'
import { EXAMPLE_PATHS } from './certs.ts'
import type { Config } from './config.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { openEnding } from './listening.ts'
import { keepOwnCertificate } from './renew-own.ts'
import { readRegistry } from './registry.ts'
import { openIssuer } from './wire-authority.ts'
import type { OpenIssuer } from './wire-authority.ts'
import { openChanging } from './wire-changes.ts'
import { openCouriers } from './wire-couriers.ts'
import { openDoors, openTls } from './wire-doors.ts'
import type { Urls } from './wire-doors.ts'
import { openExpiry } from './wire-expiry.ts'
import { openGatewayLog } from './wire-log.ts'
import type { GatewayLog } from './wire-log.ts'
import { openPolicy } from './wire-policy.ts'
import type { WiredPolicy } from './wire-policy.ts'
import { openQueue, openQuota } from './wire-redis.ts'
import { openReplica } from './wire-replica.ts'
import type { Replica } from './wire-replica.ts'
import { startRounds } from './wire-rounds.ts'
import { openGatewayStore } from './wire-store.ts'
import type { GatewayStore } from './wire-store.ts'
import { openGatewayTrust } from './wire-trust.ts'
import type { GatewayTrust } from './wire-trust.ts'
import { demoControls } from './wire-web.ts'
import type { DemoHandles } from './wire-web.ts'

/** A gateway that listens and works until it is disposed of. */
export interface Gateway extends AsyncDisposable, Urls {
  readonly deps: Deps
  readonly queue: JobQueue
  readonly policy: PolicyInForce
}

interface GatewayOptions {
  /** The machine's where absent. */
  readonly clock?: Clock
  readonly plain?: 'refused' | 'demo'
  /** What the pages of a demo move and begin anew. */
  readonly demo?: DemoHandles
}

/** Everything that is open before anything works or listens. */
interface Parts extends GatewayStore, Required<Pick<Deps, 'log' | 'keyRing' | 'carriers' | 'trust'>> {
  readonly metrics: Metrics
  readonly tls: LiveTls
  /** Absent where this gateway issues no certificates. */
  readonly issuing: OpenIssuer | undefined
  readonly replica: Replica
  readonly queue: JobQueue
  readonly listed: GatewayTrust
  readonly logged: GatewayLog
  readonly changing: Changing
  readonly policy: WiredPolicy
  /** Told after another trust list was taken; to be put in place. */
  readonly onList: { taken: () => void }
}

const POLL_MS = 1000

/** Opens everything, puts the policy in force, listens. Throws CommandFailed, with what is wrong in one line, and then nothing is left open. */
export async function openGateway(config: Config, options: GatewayOptions = {}): Promise<Gateway> {
  const parts = await openParts(config, options)
  const { log, metrics, store, time, tls, issuing, replica, queue, listed, logged, changing } = parts
  const clock = time.now
  const deps = depsOf(config, parts)
  const stopping = new AbortController()
  const working = queue.work((job) => work(deps, job), stopping.signal)
  const list = (): TrustList | undefined => highestOf(listed)
  const ends = openExpiry({ metrics, clock, log, certificates: tls.expiring, list })
  const rounds = startRounds({ ...deps, changing }, parts.vault, {
    warnOfEnds: ends.warn,
    isMine: () => replica.isMine('rounds'),
  })
  replica.onTaken = rounds.taken
  parts.onList.taken = rounds.meet
  const publishing = logged.start()
  const quota = openQuota(config, log)
  const ending = openEnding()
  const stopWork = async (last?: () => Promise<void>): Promise<void> => {
    tls[Symbol.dispose]()
    issuing?.[Symbol.dispose]()
    stopping.abort()
    await Promise.all([working, rounds.stop(), listed.watch.stop(), publishing.stop(), last?.()])
    quota?.close()
    await replica.leave()
    await store[Symbol.asyncDispose]()
  }
  const doors = await openDoors(config, {
    deps,
    counting: { requestsPerMinute: config.requestsPerMinute, ...(quota === undefined ? {} : { quota }) },
    pages: { changing, expiring: ends.expiring },
    plain: options.plain ?? 'refused',
    ...(options.demo === undefined ? {} : { demo: demoControls(options.demo, deps, rounds.taken) }),
    ...(options.demo?.vouch === undefined ? {} : { vouch: options.demo.vouch }),
    tls,
    ending,
    metricsText: metrics.text,
  }).catch(async (fault: unknown) => {
    // Nobody is served: what works already must not keep this process, and its duties from others.
    await stopWork()
    throw fault
  })
  const ownCertificate = issuing && keepOwnCertificate({ open: issuing.open, folder: ownFolder(config), clock, log })
  const stop = async (): Promise<void> => {
    await ownCertificate?.[Symbol.asyncDispose]()
    await ending.begin(config.drainMs)
    tls[Symbol.dispose]()
    await doors.close()
    await stopWork(doors.closeInside)
  }
  return { deps, queue, policy: parts.policy.first, ...doors.urls, [Symbol.asyncDispose]: stop }
}

/** Throws CommandFailed; what was open by then is closed again. */
async function openParts(
  config: Config,
  { clock: machineClock = Date.now, plain = 'refused' }: GatewayOptions,
): Promise<Parts> {
  await using opened = new AsyncDisposableStack()
  const log = openJsonLog(config.log, process.stderr)
  const metrics = openMetrics()
  const registry = await readRegistry(config.network)
  const keyRing = await openKeys(config)
  const kept = await openGatewayStore(config, log, machineClock)
  const store = opened.use(kept.store)
  const clock = kept.time.now
  const tls = opened.use(await openTls(config, clock, log))
  const trust = createTrust({ revocation: tls.revocation, clock })
  const carriers = await openCouriers({ config, registry, tls, trust, clock, plain })
  const issuing = config.authority && opened.use(await openIssuer(config.authority))
  const replica = await openReplica(config, { store, clock, log })
  opened.defer(replica.leave)
  const { leaseMs } = replica
  const queue = openQueue(config, { store, clock, leaseMs, concurrency: config.workers, pollMs: POLL_MS, log })
  const onList = { taken: (): void => {} }
  const listed = await openGatewayTrust({
    onTaken: () => onList.taken(),
    network: config.network,
    registry,
    kept: config.database === ':memory:' ? undefined : `${config.database}.trust-lists`,
    keyRing,
    clock,
    log,
  })
  opened.defer(listed.watch.stop)
  const list = (): TrustList | undefined => highestOf(listed)
  metrics.gauge(
    'trust_list_expires_timestamp_seconds',
    'When the trust list expires, Unix time; past it nothing is taken or sent',
    () => seconds(list()?.expires),
  )
  const publishes = (): boolean => replica.isMine('publication')
  const logged = await openGatewayLog({ config, list, store, clock, log, publishes })
  const changing = openChanging(config)
  const policy = await openPolicy(config, { store, clock, log, changing }, replica)
  opened.move() // From here on the gateway closes all of it, in an order of its own.
  return {
    ...kept,
    log,
    metrics,
    keyRing,
    tls,
    trust,
    carriers,
    issuing,
    replica,
    queue,
    listed,
    logged,
    changing,
    policy,
    onList,
  }
}

/** What the rooms are given of it. */
const depsOf = (config: Config, parts: Parts): Deps => ({
  clock: parts.time.now,
  isClockReliable: parts.time.isReliable,
  doorFault: parts.tls.fault,
  newId: randomUUID,
  newSecrets: () => ({ salt: randomBytes(SALT_BYTES), secret: randomBytes(SALT_BYTES) }),
  publication: parts.logged.publication,
  ...(parts.logged.grace === undefined ? {} : { grace: parts.logged.grace }),
  store: parts.store,
  queue: parts.queue,
  courier: openLocalInbox(),
  carriers: parts.carriers,
  keyRing: parts.keyRing,
  ...(config.envelope === 'hybrid' ? { envelope: 'hybrid' } : {}),
  trust: parts.trust,
  ...(parts.issuing === undefined ? {} : { issuer: parts.issuing.issuer }),
  log: parts.log,
  meter: parts.metrics,
  trace: openTraces(),
  dialects: DIALECTS,
  registry: parts.listed.registry,
  trustLists: parts.listed.client,
  ...parts.policy.deps,
  observing: openObserving({ store: parts.store, clock: parts.time.now, log: parts.log }),
  isOneOfMany: parts.replica.isOneOfMany,
  limits: {
    maxBodyBytes: config.maxBodyBytes,
    sampleOneIn: config.sampleOneIn,
    recallDueMs: config.recallHours * 3_600_000,
  },
  kept: parts.kept,
  // Of all gateways that share these keys: a list that one began another goes on with.
  cursorSecret: parts.vault.blind('case', 'cursors of lists'),
})

/** The list in force or, past its end, the last that was. */
const highestOf = ({ client }: GatewayTrust): TrustList | undefined => client.highest()?.list

const seconds = (instant: number | undefined): number | undefined =>
  instant === undefined ? undefined : Math.floor(instant / 1000)

/** Throws CommandFailed where a switch is on and there is no key for it. */
const openKeys = ({ network, signsTwice }: Config): Promise<Deps['keyRing']> =>
  openFileKeys(join(network, EXAMPLE_PATHS.broker, EXAMPLE_PATHS.keys), { signsTwice }).catch((cause: unknown) => {
    throw new CommandFailed(cause instanceof Error ? cause.message : 'the keys cannot be read', EXIT.found)
  })

/** Where the gateway's own certificate and keys lie. */
const ownFolder = ({ network }: Pick<Config, 'network'>): string => join(network, EXAMPLE_PATHS.broker)
