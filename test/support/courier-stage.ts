/** A whole gateway that pushes over mutual TLS to a member's real server, which a test tells how to behave; and calls a webhook beside it. */
import { generateKeyPairSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { PATH_OPTIONS } from '#adapters/pki/chain-rules.ts'
import { openHttpsPush } from '#adapters/courier/https-push.ts'
import { openWebhooks } from '#adapters/courier/webhook-call.ts'
import { createTrust } from '#adapters/pki/trust.ts'
import { readRevocationLists } from '#adapters/pki/revocation.ts'
import { memberAsker } from '#cli/wire-couriers.ts'
import type { CarryWay, CourierEntry } from '#gateway/core/courier-ways.ts'
import { openTurnstile } from '#gateway/core/turnstile.ts'
import type { Carriers } from '#gateway/ports/courier.ts'
import type { Store } from '#gateway/ports/store.ts'
import type { Carry } from '#gateway/ports/carries.ts'
import type { DeliveryEntry, Job, JobStatus } from '#gateway/ports/stored.ts'
import { submissionAcceptedSchema, submissionSchema } from '#gateway/http/agency/schemas.ts'
import { addErrand } from '#gateway/rooms/plan-carries.ts'
import type { DeliveryId, MessageId } from '#gateway/core/ids.ts'
import { aServerIdentity, aTlsIdentity, revocationLists, TEST_BROKER_URI } from '#test/support/certificates.ts'
import type { TestAuthorities } from '#test/support/certificates.ts'
import { openPeer } from '#test/support/couriers.ts'
import type { Peer } from '#test/support/couriers.ts'
import { bootGateway, expectStatus } from '#test/support/gateway.ts'
import type { GatewayOptions, TestGateway } from '#test/support/gateway.ts'
import { aHandover } from '#test/support/messages.ts'

export const PRISON = 'prison-paris'
export const PROBATION = 'probation-paris'
/** Short, so that tests of who never answers are. */
const LIMIT_MS = 700
const SOON_MS = 2_000
/** Later than anything is looked for. */
const NOT_YET_MS = 30_000
const DAY_MS = 86_400_000

export interface CourierStage extends AsyncDisposable {
  readonly gateway: TestGateway
  /** Of probation-paris, behind its certificate. */
  readonly peer: Peer
  /** Where its webhooks go, plain, as in a demo. */
  readonly hook: Peer
  readonly webhookKey: KeyObject
  /** From now on that member is reached by these ways. */
  readonly reachBy: (organisation: string, couriers: readonly CourierEntry[]) => void
  readonly push: CourierEntry
  readonly webhook: CourierEntry
  /** A handover from prison to probation; answers the id of the message. */
  readonly handOver: (caseId: string, changes?: object) => Promise<MessageId>
  readonly deliveriesOf: (id: MessageId) => Promise<readonly DeliveryEntry[]>
  readonly errandsOf: (id: MessageId) => Promise<readonly (Carry & { readonly job: JobStatus | undefined })[]>
  readonly timelineOf: (id: MessageId, sender?: string) => Promise<readonly string[]>
  /** The clock of the gateway goes on, and what is due by then is done. */
  readonly later: (ms: number) => Promise<void>
}

export async function openCourierStage(
  options: GatewayOptions = {},
  change: (carriers: Carriers) => Carriers = (same) => same,
): Promise<CourierStage> {
  const { privateKey: webhookKey } = generateKeyPairSync('ed25519')
  let opened: Peer | undefined
  const hook = await openPeer()
  const gateway = await bootGateway({
    ...options,
    carriers: async (authorities) => {
      const identity = await aTlsIdentity(authorities, PROBATION, { usages: ['client', 'server'] })
      const asks = { ca: authorities.root.pem, requestCert: true, rejectUnauthorized: true, ...PATH_OPTIONS }
      opened = await openPeer({ tls: { ...identity, ...asks } })
      return change(await carriersOf(authorities, webhookKey))
    },
  })
  const peer = opened
  if (peer === undefined) throw new Error('the gateway was opened without carriers')
  const { read } = gateway.deps.store
  const reachBy: CourierStage['reachBy'] = (organisation, couriers) =>
    gateway.changeRegistry((old) => ({
      ...old,
      participants: old.participants.map((entry) => (entry.id === organisation ? { ...entry, couriers } : entry)),
    }))
  const push: CourierEntry = { way: 'https', url: `https://localhost:${peer.port}/parcels` }
  reachBy(PROBATION, [push])
  /** Also what comes back within a moment: not yet published, or no room. */
  const quiet = async (): Promise<void> => {
    for (;;) {
      await gateway.settled()
      const due = await read.outbox.nextDueAt()
      if (due === undefined || due - gateway.now() > SOON_MS) return
      await sleep(10)
    }
  }
  return {
    gateway,
    peer,
    hook,
    webhookKey,
    reachBy,
    push,
    webhook: { way: 'webhook', url: `http://127.0.0.1:${hook.port}/hook` },
    handOver: async (caseId, changes = {}) => {
      const sent = expectStatus(202, await gateway.send(PRISON, aHandover({ caseId, ...changes })))
      await quiet()
      return submissionAcceptedSchema.parse(sent.body).id as MessageId
    },
    deliveriesOf: (id) => read.deliveries.ofMessage(id),
    errandsOf: async (id) => {
      const deliveries = await read.deliveries.ofMessage(id)
      const jobs = await read.outbox.ofMessage(id)
      const carries = await Promise.all(deliveries.map((delivery) => read.carries.ofDelivery(delivery.id)))
      return carries.flat().map((carry) => ({ ...carry, job: jobs.find(({ job }) => job.id === carry.id) }))
    },
    timelineOf: async (id, sender = PRISON) => {
      const seen = expectStatus(200, await gateway.request(sender, 'get', `/v1/submissions/${id}`))
      return submissionSchema.parse(seen.body).edges.flatMap(({ timeline }) => timeline.map(({ state }) => state))
    },
    later: async (ms) => {
      gateway.advance(ms)
      // Officers sign a list each week.
      if (ms >= DAY_MS) await gateway.publishTrust((list) => list)
      await quiet()
    },
    [Symbol.asyncDispose]: async () => {
      await peer[Symbol.asyncDispose]()
      await hook[Symbol.asyncDispose]()
      await gateway.stop()
    },
  }
}

async function carriersOf(authorities: TestAuthorities, key: KeyObject): Promise<Carriers> {
  const [own, pems] = await Promise.all([aServerIdentity(authorities), revocationLists(authorities)])
  const context = () => ({ ...PATH_OPTIONS, ...own, ca: authorities.root.pem, crl: [...pems] })
  const lists = readRevocationLists(pems.join(''))
  // TLS keeps the machine's clock, whatever the gateway's says.
  const trust = createTrust({ revocation: () => lists, clock: Date.now })
  const reachable = { innerHosts: new Set(['localhost', '127.0.0.1']) }
  return {
    turnstile: openTurnstile({ most: 3, mostOfAKind: 2 }),
    random: () => 0.5,
    limitMs: LIMIT_MS,
    by: {
      https: openHttpsPush({
        reachable,
        tls: context,
        isMember: memberAsker({ tls: { context }, trust, clock: Date.now }),
      }),
      webhook: openWebhooks({
        reachable,
        key,
        source: TEST_BROKER_URI,
        clock: Date.now,
        roots: {},
        plain: 'demo',
      }),
    },
  }
}

/** An errand with that delivery by one way, which the gateway's own worker does not know of yet. */
export async function errandTo(
  { gateway: { deps } }: Pick<CourierStage, 'gateway'>,
  id: DeliveryId,
  way: CarryWay = 'https',
): Promise<Job> {
  const delivery = await deps.store.read.deliveries.get(id)
  if (delivery === undefined) throw new Error('there is no such delivery')
  const at = deps.clock() + NOT_YET_MS
  const given = { delivery, organisation: delivery.organisation, way, cause: 'delivery', at } as const
  const job = await deps.store.transaction((tx) => addErrand(deps, tx, given))
  const found = (await deps.store.read.outbox.ofMessage(delivery.messageId)).find((one) => one.job.id === job)
  if (found === undefined) throw new Error('the errand has no job')
  return { ...found.job, attempts: 1 }
}

/** A store that is gone after so many transactions. */
export const dyingAfter = (store: Store, most: number): Store => {
  let begun = 0
  return {
    ...store,
    transaction: (work, options) => {
      begun += 1
      return begun > most ? Promise.reject(new Error('killed')) : store.transaction(work, options)
    },
  }
}
