/** `check start`: everything a gateway needs to start, looked at one by one, before it is tried; nothing is changed. */
import { constants } from 'node:fs'
import { access, statfs } from 'node:fs/promises'
import { createServer } from 'node:http'
import { dirname, join, resolve } from 'node:path'
import { openFileKeys } from '#adapters/keys/file-keys.ts'
import { openLiveTls } from '#adapters/pki/live-tls.ts'
import { openFileKek } from '#adapters/vault/file-kek.ts'
import { isPkcs11Uri, openPkcs11Kek } from '#adapters/vault/pkcs11-kek.ts'
import { printDay, printInstant } from '#policies/language/instant.ts'
import { standingOf } from '#gateway/core/trust-list/standing.ts'
import type { Log } from '#gateway/ports/log.ts'
import { buildPolicy } from '#gateway/rooms/activate-policy.ts'
import { EXAMPLE_PATHS } from './certs.ts'
import type { Config } from './config.ts'
import { openForReading, placeOf } from './database.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { readText } from './files.ts'
import { close, listen } from './listening.ts'
import { readRegistry } from './registry.ts'
import { openGatewayTrust } from './wire-trust.ts'

/** What was looked at, and what was found: a fault in one line, or how it stands. */
export interface Finding {
  readonly what: string
  readonly isFault: boolean
  readonly found: string
}

const SILENT: Log = { info: () => {}, warn: () => {}, alarm: () => {} }
const MIB = 1024 * 1024
/** Below this a gateway would soon stand still. */
const LEAST_FREE_MIB = 512

/** Every check, in the order in which a start needs them; each is made whatever became of the others. */
export async function checkStart(config: Config): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const [what, look] of Object.entries(CHECKS)) {
    findings.push(
      await look(config).then(
        (found) => ({ what, isFault: false, found }),
        (cause: unknown) => ({ what, isFault: true, found: wordsOf(cause) }),
      ),
    )
  }
  return findings
}

const wordsOf = (cause: unknown): string => (cause instanceof Error ? cause.message : 'unknown fault')

const CHECKS: Readonly<Record<string, (config: Config) => Promise<string>>> = {
  network: async ({ network }) => {
    const { participants, mandates } = await readRegistry(network)
    return `${participants.length} organisations, ${mandates.length} mandates`
  },
  keys: async (config) => `${(await keysOf(config)).publicKeys().length} keys of this gateway`,
  door: async ({ network }) => {
    const at = Date.now()
    using tls = await openLiveTls({ files: tlsFiles(network), clock: Date.now, log: SILENT })
    const fault = tls.fault()
    if (fault !== undefined) throw new Error(fault)
    const first = tls.expiring().toSorted((one, other) => one.until - other.until)[0]
    return first === undefined || first.until < at
      ? 'opens'
      : `opens; first to run out: ${first.what}, on ${printDay(first.until)}`
  },
  trust: async (config) => {
    const { network } = config
    const [registry, keyRing] = [await readRegistry(network), await keysOf(config)]
    const listed = await openGatewayTrust({ network, registry, kept: undefined, keyRing, clock: Date.now, log: SILENT })
    await listed.watch.stop()
    const list = listed.client.highest()?.list
    if (list === undefined) throw new Error('no trust list is in force')
    return standingOf(list, Date.now()).en
  },
  kek: async ({ kek, earlierKeks, database, keys }) => {
    const folders = [database, keys].map((path) => dirname(resolve(path)))
    for (const one of [kek, ...earlierKeks])
      await (isPkcs11Uri(one) ? openPkcs11Kek(one) : openFileKek(resolve(one), folders))
    return earlierKeks.length === 0 ? 'opens' : `opens, and ${earlierKeks.length} of before`
  },
  policy: async ({ policy }) => {
    const built = await buildPolicy(await readText(policy), policy, Date.now())
    if (built.kind === 'built') return `${built.policy.set.id} ${built.policy.set.version}`
    const [first] = built.faults
    throw new Error(`${built.faults.length} faults; first: ${first?.at ?? ''} ${first?.code ?? ''}`)
  },
  database: async (config) => {
    if (config.databaseUrl === undefined && !(await isThere(config.database))) {
      await access(await nearestFolder(dirname(resolve(config.database))), constants.W_OK)
      return 'not there yet; it will be made'
    }
    await using store = await openForReading(placeOf(config))
    const [head, jobs, published] = [
      await store.read.audit.head(),
      await store.read.outbox.count(),
      await store.read.log.published(),
    ]
    const last = published === undefined ? 'nothing published' : `published ${printInstant(published.publishedAt)}`
    return `${head?.seq ?? 0} audit rows, ${jobs.waiting} jobs wait, ${jobs.stuck} are stuck, ${last}`
  },
  disk: async ({ databaseUrl, database }) => {
    if (databaseUrl !== undefined) return 'on its own server'
    const { bavail, bsize } = await statfs(await nearestFolder(dirname(resolve(database))))
    const free = Math.floor((bavail * bsize) / MIB)
    if (free < LEAST_FREE_MIB) throw new Error(`only ${free} MiB are free`)
    return `${free} MiB free`
  },
  ports: async ({ host, port, insideHost, insidePort }) => {
    for (const [at, number] of [
      [host, port],
      [insideHost, insidePort],
    ] as const)
      await close(await listen(createServer(), at, number))
    return `${host}:${port} and ${insideHost}:${insidePort} are free`
  },
}

const keysOf = ({ network, signsTwice }: Config): ReturnType<typeof openFileKeys> =>
  openFileKeys(join(network, EXAMPLE_PATHS.broker, EXAMPLE_PATHS.keys), { signsTwice })

const tlsFiles = (network: string): Parameters<typeof openLiveTls>[0]['files'] => ({
  certificate: join(network, EXAMPLE_PATHS.broker, EXAMPLE_PATHS.certificate),
  key: join(network, EXAMPLE_PATHS.broker, EXAMPLE_PATHS.certificateKey),
  root: join(network, EXAMPLE_PATHS.root),
  lists: join(network, EXAMPLE_PATHS.revocation),
})

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** The folder, or the first above it that is there. */
async function nearestFolder(folder: string): Promise<string> {
  if (await isThere(folder)) return folder
  const above = dirname(folder)
  if (above === folder) throw new CommandFailed(`${folder}: no such folder`, EXIT.unreachable)
  return nearestFolder(above)
}
