/** Boots a whole gateway in this process, or two as one: real doors with mutual TLS, real rooms, SQLite in memory, the France pack; and plays its members. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Server } from 'node:https'
import { resolve } from 'node:path'
import supertest from 'supertest'
import type { Response } from 'supertest'
import type { z } from 'zod'
import type { Instant } from '#policies/language/instant.ts'
import type { ChoiceText } from '#gateway/core/choice.ts'
import { printNoteKey } from '#gateway/core/log/note.ts'
import type { LogTrust } from '#gateway/core/log/receipt.ts'
import type { Registry } from '#gateway/core/participants.ts'
import type { Projection } from '#gateway/core/projection.ts'
import { openMonotonicClock } from '#gateway/core/monotonic-clock.ts'
import { toNumericDate } from '#gateway/core/time.ts'
import { logTrustOf } from '#gateway/core/trust-list/log-trust.ts'
import { problemSchema } from '#gateway/http/agency/schemas.ts'
import type { AgencyDeps } from '#gateway/http/agency/operation.ts'
import type { LimitTimes } from '#gateway/http/shell/server-limits.ts'
import type { Carriers } from '#gateway/ports/courier.ts'
import type { JobQueue } from '#gateway/ports/job-queue.ts'
import type { LogFields } from '#gateway/ports/log.ts'
import { buildPolicy } from '#gateway/rooms/activate-policy.ts'
import type { Limits, PolicyInForce } from '#gateway/rooms/deps.ts'
import type { DeliverySummary } from '#gateway/rooms/read-mailbox.ts'
import { makeAssertion } from '#adapters/agency-kit/assertion.ts'
import { openParcel, recipientOf } from '#adapters/agency-kit/open-parcel.ts'
import type { OpenedParcel } from '#adapters/agency-kit/open-parcel.ts'
import { proveDelivery } from '#adapters/agency-kit/prove-delivery.ts'
import type { Believing } from '#adapters/agency-kit/believe-content.ts'
import type { CopyKeys } from '#adapters/agency-kit/sign-copies.ts'
import { sealMessage } from '#adapters/agency-kit/sign-message.ts'
import { normalSerial, readCertificate } from '#adapters/pki/certificate.ts'
import { readRevocationLists } from '#adapters/pki/revocation.ts'
import { aBroker, aTlsIdentity, makeAuthorities, revocationLists } from '#test/support/certificates.ts'
import type { TestAuthorities, TestBroker, TlsIdentity } from '#test/support/certificates.ts'
import { aCopySender } from '#test/support/copy-sender.ts'
import type { SealedPayload } from '#test/support/copy-sender.ts'
import { aTestNetwork } from '#test/support/example-network.ts'
import type { TestNetwork } from '#test/support/example-network.ts'
import { openSeats } from '#test/support/gateway-seats.ts'
import type { World } from '#test/support/gateway-seats.ts'
import { aNoteSigner } from '#test/support/log-world.ts'
import { openOwnWitnesses } from '#test/support/own-witnesses.ts'
import { aTestTrust } from '#test/support/trust-list.ts'
import type { TestTrust } from '#test/support/trust-list.ts'

const FRANCE_PACK = resolve(import.meta.dirname, '../../policies/packs/france-prison-exit.json')
const QUORUM = 2
const DAY_MS = 86_400_000

export interface GatewayOptions {
  /** Policy text; the France pack where absent. */
  readonly policy?: string
  /** What to change in the example network before it starts. */
  readonly registry?: (registry: Registry) => Registry
  readonly limits?: Partial<Limits>
  readonly times?: LimitTimes
  readonly requestsPerMinute?: number
  readonly quota?: AgencyDeps['quota']
  /** `:memory:` where absent. */
  readonly database?: string
  /** `paused`: the second walk waits for `walk()`. */
  readonly worker?: 'running' | 'paused'
  /** `asked`: refuses what holds items and was not signed in copies, as every gateway but those of tests does; and `send` makes copies. */
  readonly copies?: 'asked'
  /** `silent`: nothing is published until `letWitness`. */
  readonly witnesses?: 'working' | 'silent'
  /** Nothing is decided before two officers adopt the policy; whatever is in force decides where absent. */
  readonly approval?: 'adopted'
  /** What carries onward; nothing where absent. */
  readonly carriers?: (authorities: TestAuthorities) => Carriers | Promise<Carriers>
}

/** Who asks: an organisation, and the mandate of it that proves itself. */
export interface Asking {
  readonly organisation: string
  readonly mandate?: string
}

export interface LogLine {
  readonly level: 'info' | 'warn' | 'alarm'
  readonly event: string
  readonly fields: LogFields
}

export interface RestOfRequest {
  readonly headers?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly body?: string | object
}

type Method = 'get' | 'post' | 'put' | 'head' | 'delete' | 'patch' | 'options'

export interface TestGateway extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly server: Server
  readonly deps: AgencyDeps
  readonly queue: JobQueue
  readonly network: TestNetwork
  readonly broker: TestBroker
  /** Everything that was logged, in order. */
  readonly log: readonly LogLine[]
  /** What a collector reads at /metrics. */
  readonly metrics: () => Promise<string>
  readonly now: () => Instant
  /** Moves the clock of the gateway; TLS keeps the machine's. */
  readonly advance: (ms: number) => void
  readonly officers: TestTrust['officers']
  /** The officers sign the next trust list, and the gateway takes it: `taken`, or the code it is refused with. */
  readonly publishTrust: TestTrust['publish']
  readonly changeRegistry: (change: (registry: Registry) => Registry) => void
  /** Another policy in force from now on; undefined: none. */
  readonly putPolicy: (text: string | undefined) => Promise<void>
  /** The certificate of that organisation counts as revoked from now on. */
  readonly revoke: (organisation: string) => void
  /** The organisation's certificate and key, and whom it trusts, for any TLS client. */
  readonly tlsOf: (organisation: string) => TlsIdentity & { readonly ca: string }
  /** A request of that organisation by supertest; add headers, body and expectations. */
  readonly request: (organisation: string, method: Method, path: string) => supertest.Test
  /** Sends one with ?mandate= and its assertion, where it names a mandate. */
  readonly ask: (asking: Asking, method: Method, path: string, rest?: RestOfRequest) => Promise<Response>
  /** An `Authorization` value of that mandate, good once. */
  readonly authorization: (mandate: string) => Promise<string>
  /** A whole message: the sender's envelope members filled in around what is given. */
  readonly message: (organisation: string, body: object) => Readonly<Record<string, unknown>>
  /** A message signed by the organisation and sealed to this gateway. */
  readonly envelope: (organisation: string, message: object) => Promise<string>
  /** Posts a message; `key` is the Idempotency-Key, a new one where absent. */
  readonly send: (organisation: string, body: object, key?: string) => Promise<Response>
  /** Posts these bytes as an envelope. */
  readonly post: (organisation: string, bytes: string | Buffer, key?: string) => Promise<Response>
  readonly deliveries: (asking: Asking) => Promise<readonly DeliverySummary[]>
  readonly collect: (asking: Asking, id: string) => Promise<Response>
  /** The projection in a parcel, opened with the key it was sealed to and checked against the gateway's key and, once collected, its log. */
  readonly open: (parcel: string) => Promise<Projection>
  /** The same with its evidence; whether it stands in the log is not asked. */
  readonly openParcel: (parcel: string) => Promise<OpenedParcel>
  /** Collects and opens all that waits. */
  readonly receive: (asking: Asking) => Promise<readonly Projection[]>
  readonly acknowledge: (asking: Asking, id: string) => Promise<Response>
  /** Sets a choice, by default or for a case, whatever was chosen before. Throws where it is refused. */
  readonly choose: (asking: Asking, choice: ChoiceText, caseId?: string) => Promise<void>
  /** Whom the members believe about the log. */
  readonly logTrust: () => LogTrust
  /** From now on the witnesses do, or do not, what they are there for; resolves when they have caught up. */
  readonly letWitness: (isAllowed: boolean) => Promise<void>
  /** Resolves when nothing is due and nothing in hand. */
  readonly settled: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** One gateway, listening on a free port of 127.0.0.1. Stop it, or `await using` it. */
export async function bootGateway(options: GatewayOptions = {}): Promise<TestGateway> {
  const startedAt = Date.now()
  let ahead = 0
  const log: LogLine[] = []
  const time = openMonotonicClock({
    clock: () => Date.now() + ahead,
    onStepBack: (byMs) => log.push({ level: 'alarm', event: 'the clock went backwards', fields: { byMs } }),
  })
  const { now } = time
  const [network, broker, authorities] = await Promise.all([
    aTestNetwork(startedAt),
    aBroker(),
    makeAuthorities(startedAt),
  ])
  const members = options.registry?.(network.registry) ?? network.registry
  const signer = aNoteSigner('net.test/log')
  const witnesses = openOwnWitnesses(members.participants.map(({ id }) => id))
  const listedLog = { logKey: printNoteKey(signer.key), witnessKeys: witnesses.keys, quorum: QUORUM }
  const trust = await aTestTrust(members, broker, { clock: now, log: listedLog })
  let registry = trust.keyed(members)
  let policy: PolicyInForce | undefined = await policyOf(options.policy)
  const period = { from: startedAt - DAY_MS / 24, until: startedAt + 300 * DAY_MS }
  let lists = readRevocationLists((await revocationLists(authorities, [], period)).join(''))
  const write =
    (level: LogLine['level']) =>
    (event: string, fields: LogFields = {}): void => {
      log.push({ level, event, fields })
    }
  const logger = { info: write('info'), warn: write('warn'), alarm: write('alarm') }
  const trustOfLog = (): LogTrust => {
    const list = trust.client.highest()?.list
    const believed = list === undefined ? undefined : logTrustOf(list, now())
    if (believed === undefined) throw new Error('the list names no log')
    return believed
  }
  let areSilent = options.witnesses === 'silent'
  const world: World = {
    options,
    now,
    isReliable: time.isReliable,
    broker,
    authorities,
    carriers: options.carriers === undefined ? undefined : await options.carriers(authorities),
    trustLists: trust.client,
    registry: () => registry,
    lists: () => lists,
    policyText: options.policy ?? readFileSync(FRANCE_PACK, 'utf8'),
    policy: () => policy,
    log: logger,
    signer,
    logTrust: trustOfLog,
    // Called once there are seats.
    publish: oneAfterAnother(async () => {
      if (!areSilent) await seats.publish((deps, at) => witnesses.publish(deps, at))
    }),
  }
  const seats = await openSeats(world)
  const { first } = seats
  const { deps } = first
  const identities = await identitiesOf(authorities, registry)
  const tlsOf: TestGateway['tlsOf'] = (organisation) => {
    const identity = identities.get(organisation)
    if (identity === undefined) throw new Error(`${organisation} is no member of the example network`)
    return { ...identity, ca: authorities.root.pem }
  }
  const request: TestGateway['request'] = (organisation, method, path) =>
    supertest.agent(seats.next().url, tlsOf(organisation))[method](path)
  const seat = { network, broker, deps, request, logTrust: trustOfLog }
  return {
    ...seat,
    ...membersOf(seat),
    url: first.url,
    port: first.port,
    server: first.server,
    queue: first.queue,
    log,
    metrics: seats.metrics,
    now,
    tlsOf,
    stop: seats.stop,
    letWitness: (isAllowed) => {
      areSilent = !isAllowed
      return world.publish()
    },
    advance: (ms) => {
      ahead += ms
      seats.nudge()
    },
    changeRegistry: (change) => {
      registry = change(registry)
    },
    putPolicy: async (text) => {
      policy = text === undefined ? undefined : await policyOf(text)
      if (text !== undefined) await seats.activate(text)
    },
    revoke: (organisation) => {
      const facts = readCertificate(tlsOf(organisation).cert)
      lists = { ...lists, serials: new Set([...lists.serials, normalSerial(facts?.serial ?? '')]) }
    },
    officers: trust.officers,
    publishTrust: async (change, how) => {
      const outcome = await trust.publish(change, how)
      if (outcome === 'taken') registry = trust.keyed(registry)
      return outcome
    },
    settled: seats.settled,
    [Symbol.asyncDispose]: seats.stop,
  }
}

/** The work, never twice at once; who asks meanwhile is served by the next turn. It may fail: whatever it is for waits. */
function oneAfterAnother(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined
  return () => {
    next ??= running.then(() => {
      next = undefined
      running = work().catch(() => {})
      return running
    })
    return next
  }
}

let francePack: Promise<PolicyInForce> | undefined

const policyOf = (text: string | undefined): Promise<PolicyInForce> =>
  text === undefined ? (francePack ??= built(readFileSync(FRANCE_PACK, 'utf8'))) : built(text)

async function built(text: string): Promise<PolicyInForce> {
  const result = await buildPolicy(text, 'policy', Date.now())
  if (result.kind === 'built') return result.policy
  throw new Error(`the policy has faults: ${JSON.stringify(result.faults.slice(0, 3))}`)
}

/** One certificate for each organisation. */
async function identitiesOf(
  authorities: TestAuthorities,
  { participants }: Registry,
): Promise<ReadonlyMap<string, TlsIdentity>> {
  const period = { from: authorities.at - DAY_MS / 24, until: authorities.at + 300 * DAY_MS }
  const made = participants.map(async ({ id }) => [id, await aTlsIdentity(authorities, id, { period })] as const)
  return new Map(await Promise.all(made))
}

type Seat = Pick<TestGateway, 'network' | 'broker' | 'deps' | 'request' | 'logTrust'>
type Members = Pick<
  TestGateway,
  | 'ask'
  | 'authorization'
  | 'message'
  | 'envelope'
  | 'send'
  | 'post'
  | 'deliveries'
  | 'collect'
  | 'open'
  | 'openParcel'
  | 'receive'
  | 'acknowledge'
  | 'choose'
>

/** What members do at the door, in the order in which they would. */
function membersOf({ network, broker, deps, request, logTrust }: Seat): Members {
  const receipts = new Map<string, string>()
  const authorization: Members['authorization'] = async (mandate) =>
    `Bearer ${await makeAssertion({ mandateId: mandate, audience: broker.uri, at: deps.clock() }, network.keyOf(mandate, 'assert'))}`
  const ask: Members['ask'] = async ({ organisation, mandate }, method, path, { headers, query, body } = {}) => {
    const asked = request(organisation, method, path)
      .query({ ...query, ...(mandate === undefined ? {} : { mandate }) })
      .set({ ...(mandate === undefined ? {} : { Authorization: await authorization(mandate) }), ...headers })
      .buffer(true)
    return body === undefined ? asked : asked.send(body)
  }
  const message: Members['message'] = (organisation, body) => ({
    sch: 'passerelle/1',
    iss: deps.registry().participants.find(({ id }) => id === organisation)?.uri,
    aud: broker.uri,
    iat: toNumericDate(deps.clock()),
    jti: randomUUID(),
    ...body,
  })
  const copies = aCopySender(deps.registry)
  const keysOf = (organisation: string): CopyKeys => ({
    signing: network.keyOf(organisation, 'sign'),
    sealing: broker.sealKey,
    presenting: broker.presentKey,
  })
  const sealed = async (organisation: string, payload: object): Promise<SealedPayload> =>
    (deps.limits.takesPlainItems === true
      ? undefined
      : await copies.seal(organisation, payload, keysOf(organisation))) ?? {
      jwe: await sealMessage(payload, network.keyOf(organisation, 'sign'), broker.sealKey),
      names: {},
      taken: () => {},
    }
  const envelope: Members['envelope'] = async (organisation, payload) => (await sealed(organisation, payload)).jwe
  const post: Members['post'] = async (organisation, bytes, key = randomUUID()) =>
    request(organisation, 'post', '/v1/submissions')
      .set('Content-Type', 'application/jose')
      .set('Idempotency-Key', key)
      .send(bytes)
  let turn: Promise<unknown> = Promise.resolve()
  const sendInTurn: Members['send'] = async (organisation, body, key) => {
    const { jwe, taken } = await sealed(organisation, message(organisation, body))
    const response = await post(organisation, jwe, key)
    if (response.status === 202) taken()
    return response
  }
  const send: Members['send'] = (...given) => {
    if (deps.limits.takesPlainItems === true) return sendInTurn(...given)
    // Each copy names the one before.
    const sent = turn.then(() => sendInTurn(...given))
    turn = sent.catch(() => {})
    return sent
  }
  const deliveries: Members['deliveries'] = async (asking) => {
    const found: DeliverySummary[] = []
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const query: Readonly<Record<string, string>> = cursor === '' ? {} : { cursor }
      const response: Response = expectStatus(200, await ask(asking, 'get', '/v1/deliveries', { query }))
      const page = response.body as { readonly items: readonly DeliverySummary[]; readonly next?: string }
      found.push(...page.items)
      cursor = page.next
    }
    return found
  }
  const collect: Members['collect'] = async (asking, id) => {
    const response = await ask(asking, 'get', `/v1/deliveries/${id}`)
    const receipt = response.headers['passerelle-log-receipt']
    if (typeof receipt === 'string') receipts.set(response.text, Buffer.from(receipt, 'base64url').toString('utf8'))
    return response
  }
  const believing = (): Believing => {
    const listed = deps.trustLists?.inForce()
    const organisations = listed?.ok === true ? listed.value.list.organisations : []
    const typeOf = (id: string): string | undefined =>
      deps.registry().mandates.find((mandate) => mandate.id === id)?.type
    return { gatewayKeys: broker.keyRing.publicKeys(), organisations, typeOf }
  }
  const openWhole: Members['openParcel'] = async (parcel) => {
    const kid = recipientOf(parcel)
    const key = kid.ok ? network.byKid(kid.value) : undefined
    if (key === undefined) throw new Error('nobody here holds the key of this parcel')
    const opened = await openParcel(parcel, key.key, believing())
    if (!opened.ok) throw new Error(`the parcel does not open: ${opened.problem.code}`)
    return opened.value
  }
  const open: Members['open'] = async (parcel) => {
    const opened = await openWhole(parcel)
    const { projection } = opened
    const receipt = receipts.get(parcel)
    if (receipt === undefined) return projection
    // What came over the door has to stand in the log.
    const proven = proveDelivery(opened, { id: projection.jti, log: logTrust(), receipt })
    if (!proven.ok) throw new Error(`the delivery is not in the log: ${proven.problem.code}`)
    return projection
  }
  return {
    authorization,
    ask,
    message,
    envelope,
    post,
    send,
    deliveries,
    collect,
    open,
    openParcel: openWhole,
    receive: async (asking) => {
      const projections: Projection[] = []
      for (const { id } of await deliveries(asking)) {
        const response = await collect(asking, id)
        if (response.status === 200) projections.push(await open(response.text))
      }
      return projections
    },
    acknowledge: (asking, id) =>
      ask(asking, 'post', `/v1/deliveries/${id}/acknowledgement`, { headers: { 'Idempotency-Key': randomUUID() } }),
    choose: async (asking, choice, caseId = 'default') => {
      const path = `/v1/choices/${caseId}`
      const { headers } = expectStatus(200, await ask(asking, 'get', path))
      const match = { 'If-Match': String(headers['etag']) }
      expectStatus(200, await ask(asking, 'put', path, { headers: match, body: choice }))
    },
  }
}

/** The response, or an error that names the problem it was refused with. */
export function expectStatus(status: number, response: Response): Response {
  if (response.status === status) return response
  throw new Error(`${status} was expected, ${response.status} came: ${response.text}`)
}

/** The problem that a response carries, whole and well formed, or an error where it carries none. */
export const refusal = (status: number, response: Response): z.output<typeof problemSchema> =>
  problemSchema.parse(expectStatus(status, response).body)
