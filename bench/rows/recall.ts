/** R1, R2: a recall of what a thousand organisations hold, through the real rooms: taken, routed by the ledger, judged, sealed and delivered. */
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openLocalInbox } from '#adapters/courier/local-inbox.ts'
import { toRegistry } from '#adapters/pki/example-agencies.ts'
import type { Agencies } from '#adapters/pki/example-agencies.ts'
import { openInProcessQueue } from '#adapters/queue/in-process.ts'
import { openSqliteStore } from '#adapters/store/open.ts'
import { kekOf } from '#adapters/vault/file-kek.ts'
import { openVault } from '#adapters/vault/open.ts'
import { sealStore } from '#adapters/vault/sealed/store.ts'
import { UNNARROWED } from '#gateway/core/choice.ts'
import type { MandateId, MessageId, OrganisationId } from '#gateway/core/ids.ts'
import { SALT_BYTES } from '#gateway/core/log/leaf.ts'
import { registrySchema, thumbprintOf } from '#gateway/core/participants.ts'
import type { Participant, PublicJwk, Registry, RegistryText } from '#gateway/core/participants.ts'
import { ok } from '#gateway/core/problem.ts'
import { buildPolicy } from '#gateway/rooms/activate-policy.ts'
import { lookUpClosure } from '#gateway/rooms/closure.ts'
import type { Deps, PolicyInForce } from '#gateway/rooms/deps.ts'
import { ingest, work } from '#gateway/rooms/walk.ts'
import { short } from '#bench/measure.ts'
import type { Plan, Row, Section } from '#bench/measure.ts'
import { openKeptWork } from '#gateway/rooms/kept-work.ts'
import { caseItems, handover } from '#bench/workload/case-summary.ts'
import { PROJECT, SENDER, benchAgencies } from '#bench/workload/network.ts'
import { makeNetworkFolder } from '#bench/workload/network-folder.ts'
import type { NetworkFolder } from '#bench/workload/network-folder.ts'
import { sealedForBroker } from './crypto.ts'

export const recallSection: Section = { name: 'recall', measure: measureRecall }

const HOLDERS = 1000
const HOLDERS_QUICK = 20
const ITEMS = 20
const WORKERS = 8

async function measureRecall({ isQuick }: Plan): Promise<readonly Row[]> {
  const holders = isQuick ? HOLDERS_QUICK : HOLDERS
  await using network = await makeNetworkFolder()
  await using bench = await openBench(network, holders)
  const { deps, send, sender } = bench
  const items = caseItems(ITEMS, 1)
  const about = { from: sender.uri, to: deps.registry().broker.uri, caseId: 'BENCH-RECALL', issuedAt: Date.now() }
  await send(handover({ items, ...about, jti: randomUUID() }))
  await collectAll(deps)
  const {
    items: _,
    facts: __,
    ...envelope
  } = handover({ items: [], ...about, jti: randomUUID() }) as Record<string, unknown>
  const recalled = items.map(({ itemId }) => itemId)
  const [start, before] = [performance.now(), process.cpuUsage()]
  const id = await send({ ...envelope, kind: 'Recall', recalled, reason: 'inaccurate' })
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(before)
  const notices = await deps.store.read.deliveries.ofMessage(id)
  if (notices.length !== holders) throw new Error(`${notices.length} notices for ${holders} holders`)
  const asked = performance.now()
  const closure = await lookUpClosure(deps, sender, id)
  const closureMs = performance.now() - asked
  if (!closure.ok || closure.value.organisations.length !== holders) throw new Error('the closure names too few')
  return [
    {
      id: 'R1',
      what: `a recall of ${ITEMS} items to ${holders} recipients, from the sealed message to the last notice in its mailbox`,
      value: seconds,
      unit: 's',
      detail: `${short((user + system) / 1000 / holders)} ms of CPU a recipient; every item was held by each, by ledger`,
    },
    {
      id: 'R2',
      what: `the closure report of that recall, ${holders} lines`,
      value: closureMs,
      unit: 'ms',
      detail: 'wall, in the process of the gateway',
    },
  ]
}

export interface Bench extends AsyncDisposable {
  readonly deps: Deps
  readonly sender: Participant
  /** Takes the message and resolves when nothing is left to do. */
  readonly send: (message: unknown) => Promise<MessageId>
  readonly idle: () => Promise<void>
}

export async function openBench(network: NetworkFolder, holders: number): Promise<Bench> {
  const registry = registryOf(network, holders)
  const sender = registry.participants.find(({ id }) => id === SENDER)
  if (sender === undefined) throw new Error('the network of the bench has no sender')
  const vault = await openVault({ path: join(network.path, 'recall.keys'), keks: [kekOf(randomBytes(32))] })
  const store = sealStore(await openSqliteStore(join(network.path, 'recall.db')), vault, SILENT)
  const queue = openInProcessQueue({
    store,
    clock: Date.now,
    leaseMs: 600_000,
    concurrency: WORKERS,
    pollMs: 50,
    log: SILENT,
  })
  const policy = await francePack()
  const deps: Deps = {
    clock: Date.now,
    newId: randomUUID,
    newSecrets: () => ({ salt: randomBytes(SALT_BYTES), secret: randomBytes(SALT_BYTES) }),
    store,
    queue,
    courier: openLocalInbox(),
    keyRing: network.keyRing,
    trust: { identityOf: () => ok(sender.uri), isRevoked: () => false, revocationLists: () => '' },
    // Of publication the rooms of the walk only ask that it come soon.
    publication: { wanted: async () => {} } as unknown as Deps['publication'],
    log: SILENT,
    meter: { count: () => {}, observe: () => {} },
    dialects: [],
    registry: () => registry,
    policy: () => policy,
    limits: { maxBodyBytes: 2 ** 21, sampleOneIn: 1000, recallDueMs: 86_400_000, takesPlainItems: true },
    kept: openKeptWork(),
    cursorSecret: '',
  }
  await showEverything(deps)
  const stopping = new AbortController()
  const working = queue.work((job) => work(deps, job), stopping.signal)
  return {
    deps,
    sender,
    idle: () => queue.idle(),
    send: async (message) => {
      const bytes = new TextEncoder().encode(await sealedForBroker(network, message))
      const raw = { bytes, contentType: 'application/jose', idempotencyKey: randomUUID() }
      const accepted = await ingest(deps, { raw: new Uint8Array(), serialNumber: '' }, raw)
      if (!accepted.ok) throw new Error(`the bench was refused: ${JSON.stringify(accepted.problem)}`)
      await queue.idle()
      return accepted.value.messageId
    },
    [Symbol.asyncDispose]: async () => {
      stopping.abort()
      await working
      await store[Symbol.asyncDispose]()
    },
  }
}

const SILENT = { info: () => {}, warn: () => {}, alarm: () => {} } as const

/** The sender of the bench, and so many courts of one judge each. */
function registryOf({ registry }: NetworkFolder, holders: number): Registry {
  const agencies = benchAgencies()
  const [court, judge] = [
    agencies.participants.find(({ id }) => id === 'court-paris'),
    agencies.mandates.find(({ id }) => id === 'sentence-judge'),
  ]
  const flow = agencies.edges.find(({ id }) => id === 'prison-to-court')
  if (court === undefined || judge === undefined || flow === undefined) throw new Error('the bench has no court')
  const numbers = Array.from({ length: holders }, (_, index) => String(index + 1).padStart(4, '0'))
  const many: Agencies = {
    ...agencies,
    participants: [
      ...agencies.participants.filter(({ id }) => id === SENDER),
      ...numbers.map((number) => ({ ...court, id: `court-${number}` as OrganisationId })),
    ],
    edges: numbers.map((number) => ({ ...flow, id: `to-court-${number}`, to: `court-${number}` as OrganisationId })),
    mandates: numbers.map((number) => ({
      ...judge,
      id: `judge-${number}` as MandateId,
      organisation: `court-${number}` as OrganisationId,
    })),
  }
  const keyed = toRegistry(many, (holder) => (holder.startsWith('judge-') ? [aSealingKey()] : []))
  const read = registrySchema.parse(keyed)
  const keys = registry.participants.find(({ id }) => id === SENDER)?.keys ?? []
  return { ...read, participants: read.participants.map((one) => (one.id === SENDER ? { ...one, keys } : one)) }
}

function aSealingKey(): RegistryText['mandates'][number]['keys'][number] {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = publicKey.export({ format: 'jwk' }) as PublicJwk
  return { kid: thumbprintOf(jwk), use: 'seal', jwk, from: '2020-01-01', until: '2040-01-01' }
}

async function francePack(): Promise<PolicyInForce> {
  const text = readFileSync(join(PROJECT, 'policies/packs/france-prison-exit.json'), 'utf8')
  const built = await buildPolicy(text, 'policy', Date.now())
  if (built.kind === 'built') return built.policy
  throw new Error('the pack has faults')
}

const showEverything = ({ store, registry }: Deps): Promise<void> =>
  store.transaction(async (tx) => {
    for (const { id, organisation } of registry().mandates)
      await tx.choices.put({ organisation, mandate: id }, UNNARROWED, 0, Date.now())
  })

/** As if everyone had fetched what there is: a copy that was never handed out is withdrawn and not recalled. */
const collectAll = ({ store }: Deps): Promise<void> =>
  store.transaction(async (tx) => {
    for (const organisation of await tx.deliveries.organisations())
      for (const { id } of await tx.deliveries.everOf({ organisation, after: 0, limit: 100 }))
        await tx.deliveries.setState(id, 'collected', Date.now())
  })
