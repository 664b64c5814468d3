/** Runs the demo as a stranger would, from another folder, and opens what it left behind. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { openParcel, recipientOf } from '#adapters/agency-kit/open-parcel.ts'
import { openFileKeys } from '#adapters/keys/file-keys.ts'
import { readPrivateKeys } from '#adapters/keys/private-key-file.ts'
import { openSqliteStore } from '#adapters/store/open.ts'
import { sealStore } from '#adapters/vault/sealed/store.ts'
import { EXAMPLE_PATHS } from '#cli/certs.ts'
import { readRegistry } from '#cli/registry.ts'
import { TRUST_PATHS } from '#cli/trust-files.ts'
import { openConfiguredVault } from '#cli/vault.ts'
import { toCaseId } from '#gateway/core/ids.ts'
import type { DecisionRecord, Projection } from '#gateway/core/projection.ts'
import { readSignedTrustList } from '#gateway/core/trust-list/signed.ts'
import type { Store } from '#gateway/ports/store.ts'
import type { Delivery, StoredMessage } from '#gateway/ports/stored.ts'

const PROGRAM = resolve(import.meta.dirname, '../../passerelle')
const ELSEWHERE = tmpdir()
const RUN_LIMIT_MS = 300_000

/** The settings of whoever runs the tests are none of the demo's; where coverage is taken, the child's counts too. */
const INHERITED = {
  PATH: process.env['PATH'],
  NODE_V8_COVERAGE: process.env['NODE_V8_COVERAGE'],
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
}

export interface Run {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Started {
  readonly child: ChildProcess
  /** What was written until now. */
  readonly written: () => Pick<Run, 'stdout' | 'stderr'>
  readonly ended: Promise<Run>
}

export const freshFolder = (): string => mkdtempSync(join(tmpdir(), 'passerelle-demo-test-'))

/** Starts `passerelle …` from a folder that is not the repository; it is ended after `limitMs`. */
export function start(
  words: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  limitMs: number = RUN_LIMIT_MS,
): Started {
  const child = spawn('sh', [PROGRAM, ...words], {
    cwd: ELSEWHERE,
    env: { ...INHERITED, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: limitMs,
  })
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
  child.stdout.on('data', (chunk: Buffer) => chunks.stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => chunks.stderr.push(chunk))
  const written = (): Pick<Run, 'stdout' | 'stderr'> => ({
    stdout: Buffer.concat(chunks.stdout).toString('utf8'),
    stderr: Buffer.concat(chunks.stderr).toString('utf8'),
  })
  const ended = new Promise<Run>((answer, reject) => {
    child.once('error', reject)
    child.once('close', (exitCode) => answer({ exitCode, ...written() }))
  })
  return { child, written, ended }
}

/** The first match in what is written to standard error; throws when the program ends without it. */
export async function seen({ child, written, ended }: Started, pattern: RegExp): Promise<RegExpExecArray> {
  const found = (): RegExpExecArray | null => pattern.exec(written().stderr)
  while (found() === null && child.exitCode === null)
    await Promise.race([ended, new Promise((later) => setTimeout(later, 50))])
  const match = found()
  if (match === null) throw new Error(`the program never wrote ${pattern}: ${written().stderr.slice(-2000)}`)
  return match
}

export interface LeftBehind extends AsyncDisposable {
  readonly store: Store
  readonly messages: readonly StoredMessage[]
  readonly parcels: readonly OpenedParcel[]
}

export interface OpenedParcel {
  readonly delivery: Delivery
  readonly projection: Projection
  readonly record: DecisionRecord
  readonly stored: StoredMessage
}

/** Every parcel of the database, opened with the keys of its recipient, also those that were replaced before anyone read them. */
export async function openLeftBehind(folder: string, caseIds: readonly string[]): Promise<LeftBehind> {
  const database = join(folder, 'data/passerelle.db')
  const kek = join(folder, 'network', EXAMPLE_PATHS.kek)
  const vault = await openConfiguredVault({ database, kek, earlierKeks: [], keys: join(folder, 'data/keys.db') })
  const store = sealStore(await openSqliteStore(database), vault, { alarm: console.error })
  const keys = await keysOf(join(folder, 'network'))
  const gatewayKeys = (await openFileKeys(join(folder, 'network/broker/keys'))).publicKeys()
  const registry = await readRegistry(join(folder, 'network'))
  const listed = readSignedTrustList(await readFile(join(folder, 'network', TRUST_PATHS.list), 'utf8'))
  const organisations = listed.ok ? listed.value.list.organisations : []
  const typeOf = (id: string): string | undefined => registry.mandates.find((mandate) => mandate.id === id)?.type
  const believing = { gatewayKeys, organisations, typeOf }
  const messages: StoredMessage[] = []
  const parcels: OpenedParcel[] = []
  for (const id of caseIds.flatMap((text) => toCaseId(text) ?? [])) {
    messages.push(...(await store.read.messages.ofCase(id)))
    for (const entry of await store.read.deliveries.ofCase(id)) {
      const delivery = await store.read.deliveries.get(entry.id)
      if (delivery === undefined) throw new Error(`the delivery ${entry.id} is gone`)
      const kid = recipientOf(delivery.parcel)
      const key = kid.ok ? keys.get(kid.value) : undefined
      const opened = key === undefined ? undefined : await openParcel(delivery.parcel, key, believing)
      const record = await store.read.deliveries.recordOf(delivery.id)
      const stored = messages.find((message) => message.id === delivery.messageId)
      if (opened?.ok !== true || record === undefined || stored === undefined)
        throw new Error(`the parcel ${delivery.id} does not open`)
      parcels.push({ delivery, projection: opened.value.projection, record, stored })
    }
  }
  return { store, messages, parcels, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() }
}

async function keysOf(network: string): Promise<ReadonlyMap<string, CryptoKey>> {
  const folders = ['organisations', 'mandates'].flatMap((kind) =>
    readdirSync(join(network, kind)).map((name) => join(network, kind, name, 'keys')),
  )
  const all = (await Promise.all(folders.map((folder) => readPrivateKeys(folder)))).flat()
  return new Map(all.filter(({ use }) => use === 'seal').map(({ kid, key }) => [kid, key]))
}
