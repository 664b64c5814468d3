/** The socket board: which adapter sits in which port, for this Config; and the gateway as one thing that starts and stops. */
import { randomBytes, randomUUID } from 'node:crypto'
import { createServer as createPlainServer } from 'node:http'
import { createServer } from 'node:https'
import type { Server } from 'node:https'
import { join } from 'node:path'
import { openLocalInbox } from '#adapters/courier/local-inbox.ts'
import { DIALECTS } from '#adapters/dialects/registered.ts'
import { openFileKeys } from '#adapters/keys/file-keys.ts'
import { openJsonLog } from '#adapters/log/json-lines.ts'
import { openMetrics } from '#adapters/log/metrics.ts'
import { openTraces } from '#adapters/log/traces.ts'
import { openLiveTls } from '#adapters/pki/live-tls.ts'
import type { LiveTls } from '#adapters/pki/live-tls.ts'
import { createTrust } from '#adapters/pki/trust.ts'
import { openStore } from '#adapters/store/open-postgres.ts'
import type { OpenedVault } from '#adapters/vault/open.ts'
import { sealStore } from '#adapters/vault/sealed/store.ts'
import { parseInstant } from '#policies/language/instant.ts'
import { SALT_BYTES } from '#gateway/core/log/leaf.ts'
import { openMonotonicClock } from '#gateway/core/monotonic-clock.ts'
import type { Clock } from '#gateway/core/time.ts'
import type { AgencyDeps } from '#gateway/http/agency/operation.ts'
import { createAgencyApp, createInsideApp } from '#gateway/http/app.ts'
import { KEY_EXCHANGES, serverLimits, limitServer } from '#gateway/http/shell/server-limits.ts'
import type { JobQueue } from '#gateway/ports/job-queue.ts'
import type { Deps, PolicyInForce } from '#gateway/rooms/deps.ts'
import { CHANGES_EVERY_MS, tendChanges } from '#gateway/rooms/change-rounds.ts'
import { openObserving } from '#gateway/rooms/observe-change.ts'
import { workOnEffects } from '#gateway/rooms/replay-policy.ts'
import type { ReplayDeps } from '#gateway/rooms/replay-policy.ts'
import { openKeptWork } from '#gateway/rooms/kept-work.ts'
import { REMIND_EVERY_MS, remindUnread } from '#gateway/rooms/remind-unread.ts'
import { REPORT_EVERY_MS, reportErasures } from '#gateway/rooms/report-erasures.ts'
import { makeRound, meetMembers, ROUND_EVERY_MS } from '#gateway/rooms/round.ts'
import { work } from '#gateway/rooms/walk.ts'
import { EXAMPLE_PATHS } from './certs.ts'
import type { Config } from './config.ts'
import { placeOf } from './database.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { readText } from './files.ts'
import { addressOf, close, listen, openEnding } from './listening.ts'
import { openCouriers } from './wire-couriers.ts'
import { keepOwnCertificate } from './renew-own.ts'
import { openGatewayTrust } from './wire-trust.ts'
import { openGatewayLog } from './wire-log.ts'
import { openChanging } from './wire-changes.ts'
import { openPolicy } from './wire-policy.ts'
import { openQueue, openQuota } from './wire-redis.ts'
import { openReplica } from './wire-replica.ts'
import { demoControls, openWeb } from './wire-web.ts'
import type { DemoHandles } from './wire-web.ts'
import { openEnrolmentDoor, openIssuer } from './wire-authority.ts'
import { openExpiry } from './wire-expiry.ts'
import { readRegistry } from './registry.ts'
import { openConfiguredVault } from './vault.ts'

/** A gateway that listens and works until it is disposed of. */
export interface Gateway extends AsyncDisposable {
  readonly deps: Deps
  readonly queue: JobQueue
  /** `https://…` of the agency door. */
  readonly agencyUrl: string
  /** `http://…` of health and metrics. */
  readonly insideUrl: string
  /** `https://…` of the door of enrolment, where there is one. */
  readonly enrolmentUrl: string | undefined
  /** Of the pages for people, where there are any. */
  readonly webUrl: string | undefined
  readonly policy: PolicyInForce
}

const POLL_MS = 1000

/** Opens everything, puts the policy in force, listens. Throws CommandFailed, with what is wrong in one line, before anything listens. */
export async function openGateway(
  config: Config,
  options: {
    readonly clock?: Clock
    readonly plain?: 'refused' | 'demo'
    /** What the pages of a demo move and begin anew. */
    readonly demo?: DemoHandles
  } = {},
): Promise<Gateway> {
  const log = openJsonLog(config.log, process.stderr)
  const metrics = openMetrics()
  const registry = await readRegistry(config.network)
  const keyRing = await openKeys(config)
  const kept = openKeptWork()
  const vault = await openConfiguredVault(config, () => kept.forget())
  const store = sealStore(await openStore(placeOf(config)), vault, log)
  await refuseWithoutKeys(config, store, vault)
  const time = openMonotonicClock({
    clock: options.clock ?? Date.now,
    from: await lastAuditedAt(store),
    onStepBack: (byMs) => log.alarm('the clock went backwards', { byMs }),
  })
  const clock = time.now
  const tls = await openTls(config, clock, log)
  const trust = createTrust({ revocation: tls.revocation, clock })
  const { plain = 'refused' } = options
  const carriers = await openCouriers({ config, registry, tls, trust, clock, plain }).catch(async (cause: unknown) => {
    tls[Symbol.dispose]()
    await store[Symbol.asyncDispose]()
    throw cause
  })
  const issuing = config.authority === undefined ? undefined : await openIssuer(config.authority)
  const replica = await openReplica(config, { store, clock, log })
  const { leaseMs, isOneOfMany } = replica
  const queue = openQueue(config, { store, clock, leaseMs, concurrency: config.workers, pollMs: POLL_MS, log })
  let onTaken = (): void => {}
  const listed = await openGatewayTrust({
    onTaken: () => onTaken(),
    network: config.network,
    registry,
    kept: config.database === ':memory:' ? undefined : `${config.database}.trust-lists`,
    keyRing,
    clock,
    log,
  }).catch(async (cause: unknown) => {
    await store[Symbol.asyncDispose]()
    throw cause
  })
  metrics.gauge(
    'trust_list_expires_timestamp_seconds',
    'When the trust list expires, Unix time; past it nothing is taken or sent',
    () => seconds(listed.client.highest()?.list.expires),
  )
  const logged = await openGatewayLog({
    config,
    list: () => listed.client.highest()?.list,
    store,
    clock,
    log,
    publishes: () => replica.isMine('publication'),
  }).catch(async (cause: unknown) => {
    await listed.watch.stop()
    await store[Symbol.asyncDispose]()
    throw cause
  })
  const changing = openChanging(config)
  const policy = await openPolicy(config, { store, clock, log, changing }, replica)
  const observing = openObserving({ store, clock, log })
  const deps: Deps = {
    clock,
    isClockReliable: time.isReliable,
    doorFault: tls.fault,
    newId: randomUUID,
    newSecrets: () => ({ salt: randomBytes(SALT_BYTES), secret: randomBytes(SALT_BYTES) }),
    publication: logged.publication,
    ...(logged.grace === undefined ? {} : { grace: logged.grace }),
    store,
    queue,
    courier: openLocalInbox(),
    carriers,
    keyRing,
    ...(config.envelope === 'hybrid' ? { envelope: 'hybrid' } : {}),
    trust,
    ...(issuing === undefined ? {} : { issuer: issuing.issuer }),
    log,
    meter: metrics,
    trace: openTraces(),
    dialects: DIALECTS,
    registry: listed.registry,
    trustLists: listed.client,
    ...policy.deps,
    observing,
    isOneOfMany,
    limits: {
      maxBodyBytes: config.maxBodyBytes,
      sampleOneIn: config.sampleOneIn,
      recallDueMs: config.recallHours * 3_600_000,
    },
    kept,
    // Of all gateways that share these keys: a list that one began another goes on with.
    cursorSecret: vault.blind('case', 'cursors of lists'),
  }
  const stopping = new AbortController()
  const working = queue.work((job) => work(deps, job), stopping.signal)
  const ends = openExpiry({
    metrics,
    clock,
    log,
    certificates: tls.expiring,
    list: () => listed.client.highest()?.list,
  })
  const rounds = startRounds({ ...deps, changing }, vault, {
    warnOfEnds: ends.warn,
    isMine: () => replica.isMine('rounds'),
  })
  replica.onTaken = rounds.taken
  onTaken = rounds.meet
  const publishing = logged.start()
  const quota = openQuota(config, log)
  const ending = openEnding()
  const limited = { ...deps, requestsPerMinute: config.requestsPerMinute, ...(quota === undefined ? {} : { quota }) }
  const agency = await listen(ending.follow(agencyServer(limited, tls)), config.host, config.port)
  const inside = await listen(
    createPlainServer(createInsideApp({ ...deps, isEnding: ending.isBegun, metricsText: metrics.text })),
    config.insideHost,
    config.insidePort,
  )
  const enrolment =
    config.authority === undefined
      ? undefined
      : await openEnrolmentDoor(deps, tls, { host: config.host, port: config.authority.enrolmentPort })
  const web =
    config.web === undefined
      ? undefined
      : await openWeb({ ...deps, changing, expiring: ends.expiring }, config.web, {
          plain,
          ...(options.demo === undefined ? {} : { demo: demoControls(options.demo, deps, rounds.taken) }),
        })
  const ownCertificate =
    issuing === undefined
      ? undefined
      : keepOwnCertificate({ open: issuing.open, folder: ownFolder(config), clock, log })
  const stop = async (): Promise<void> => {
    await ownCertificate?.[Symbol.asyncDispose]()
    await ending.begin(config.drainMs)
    tls[Symbol.dispose]()
    await Promise.all([close(agency), enrolment?.stop(), web?.stop()])
    issuing?.[Symbol.dispose]()
    stopping.abort()
    await Promise.all([working, rounds.stop(), listed.watch.stop(), publishing.stop(), close(inside)])
    quota?.close()
    await replica.leave()
    await store[Symbol.asyncDispose]()
  }
  return {
    deps,
    queue,
    policy: policy.first,
    agencyUrl: `https://${addressOf(agency)}`,
    insideUrl: `http://${addressOf(inside)}`,
    enrolmentUrl: enrolment?.url,
    webUrl: web?.url,
    [Symbol.asyncDispose]: stop,
  }
}

const seconds = (instant: number | undefined): number | undefined =>
  instant === undefined ? undefined : Math.floor(instant / 1000)

/** One round now, and one every hour until they are stopped; what was erased is told soon after. `meet` looks at the members at once. */
function startRounds(
  deps: Deps & ReplayDeps,
  vault: OpenedVault,
  { warnOfEnds, isMine }: { readonly warnOfEnds: () => void; readonly isMine: () => boolean },
): { readonly meet: () => void; readonly taken: () => void; readonly stop: () => Promise<void> } {
  let meeting = Promise.resolve()
  const ofMine = (work: () => Promise<void>) => async (): Promise<void> => {
    if (isMine()) await work()
  }
  const round = ofMine(() => makeRound(deps))
  let isStopping = false
  const [rounds, reports, ...others] = [
    every(ROUND_EVERY_MS, () => {
      warnOfEnds()
      return round()
    }),
    every(REPORT_EVERY_MS, () => reportErasures(deps, vault, isMine)),
    every(
      REMIND_EVERY_MS,
      ofMine(() => remindUnread(deps)),
    ),
    every(
      CHANGES_EVERY_MS,
      ofMine(() => tendChanges(deps)),
    ),
    // By itself: a replay takes minutes, and a change that is due does not wait for it.
    every(
      CHANGES_EVERY_MS,
      ofMine(() => workOnEffects(deps, () => isStopping || !isMine())),
    ),
    // Each gateway counts what it delivers.
    every(CHANGES_EVERY_MS, async () => deps.observing?.turn()),
  ]
  return {
    stop: async () => {
      isStopping = true
      await Promise.all([rounds.stop(), reports.stop(), ...others.map(({ stop }) => stop()), meeting])
    },
    meet: () => {
      meeting = meeting.then(() => meetMembers(deps))
    },
    // Whoever had it before may have gone long ago.
    taken: () => {
      meeting = meeting.then(round)
    },
  }
}

/** Now and then again, one after another, until it is stopped. */
function every(ms: number, work: () => Promise<void>): { readonly stop: () => Promise<void> } {
  let turn = work()
  const timer = setInterval(() => {
    turn = turn.then(work)
  }, ms)
  timer.unref()
  return {
    stop: () => {
      clearInterval(timer)
      return turn
    },
  }
}

/** Throws CommandFailed where a switch is on and there is no key for it. */
const openKeys = ({ network, signsTwice }: Config): Promise<Deps['keyRing']> =>
  openFileKeys(join(network, EXAMPLE_PATHS.broker, EXAMPLE_PATHS.keys), { signsTwice }).catch((cause: unknown) => {
    throw new CommandFailed(cause instanceof Error ? cause.message : 'the keys cannot be read', EXIT.found)
  })

/** A database with something in it and a key file with nothing are not of one another: whatever was lost, nothing may be written over it. */
async function refuseWithoutKeys(
  config: Config,
  store: Deps['store'],
  { isNew }: { readonly isNew: boolean },
): Promise<void> {
  const fault =
    isNew && (await store.read.audit.head()) !== undefined
      ? 'no keys are in it, but the database holds rows: put its backup in place'
      : await lastAuditedAt(store).then(
          () => undefined,
          () => 'its keys do not open what the database holds: one of them is of another gateway or another day',
        )
  if (fault === undefined) return
  await store[Symbol.asyncDispose]()
  throw new CommandFailed(`${config.keys}: ${fault}`, EXIT.found)
}

/** When the last thing was audited before this start: time has not run backwards since. */
async function lastAuditedAt({ read }: Deps['store']): Promise<number | undefined> {
  const head = await read.audit.head()
  const [last] = head === undefined ? [] : await read.audit.rows(head.seq, 1)
  return last === undefined ? undefined : parseInstant(last.event.at)
}

/** Where the gateway's own certificate and keys lie. */
const ownFolder = ({ network }: Pick<Config, 'network'>): string => join(network, EXAMPLE_PATHS.broker)

/** Certificates and lists as the files are now and as they change (D5). Throws CommandFailed. */
async function openTls(config: Config, clock: Clock, log: Deps['log']): Promise<LiveTls> {
  const file = (...path: readonly string[]): string => join(config.network, ...path)
  const files = {
    certificate: file(EXAMPLE_PATHS.broker, EXAMPLE_PATHS.certificate),
    key: file(EXAMPLE_PATHS.broker, EXAMPLE_PATHS.certificateKey),
    root: file(EXAMPLE_PATHS.root),
    lists: file(EXAMPLE_PATHS.revocation),
  }
  await Promise.all(Object.values(files).map(readText))
  return openLiveTls({ files, clock, log, fixed: KEY_EXCHANGES[config.keyExchange] }).catch((cause: unknown) => {
    throw new CommandFailed(`TLS: ${cause instanceof Error ? cause.message : 'cannot be used'}`, EXIT.found)
  })
}

/** TLS 1.3 only, a client certificate required, every list of revoked certificates checked by OpenSSL (D5, D7). */
function agencyServer(deps: AgencyDeps, tls: LiveTls): Server {
  const options = { ...serverLimits, ...tls.context(), requestCert: true, rejectUnauthorized: true }
  const server = createServer(options, createAgencyApp(deps))
  limitServer(server, deps)
  tls.attach(server)
  return server
}
