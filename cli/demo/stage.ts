/** The stage of the demo: an invented network on disk, the real gateway in this process, and its members behind mutual TLS. */
import { randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Refused, openMember } from '#adapters/agency-kit/member.ts'
import type { Member } from '#adapters/agency-kit/member.ts'
import type { ChoiceText, Depth } from '#gateway/core/choice.ts'
import { toCaseId, toDeliveryId } from '#gateway/core/ids.ts'
import type { Mandate } from '#gateway/core/participants.ts'
import type { DecisionRecord, Projection } from '#gateway/core/projection.ts'
import { MOST_LIST_DAYS } from '#gateway/core/trust-list/list.ts'
import { toNumericDate } from '#gateway/core/time.ts'
import type { Clock } from '#gateway/core/time.ts'
import { EXAMPLE_PATHS, makeExampleNetwork } from '#cli/certs.ts'
import { readConfig } from '#cli/config.ts'
import { PROJECT_ROOT } from '#cli/project-root.ts'
import { CommandFailed, EXIT } from '#cli/exit-codes.ts'
import { readJson } from '#cli/files.ts'
import { openDemoAccounts } from '#gateway/rooms/sign-in-demo.ts'
import { openGateway } from '#cli/wire.ts'
import type { Gateway } from '#cli/wire.ts'
import { openDemoClock } from './clock.ts'
import { readDemoCases } from './demo-case.ts'
import type { DemoCase } from './demo-case.ts'

/** A parcel as its recipient opened it, and why it looks as it does. */
export interface Opened {
  /** As the gateway knows the case: each recipient has its own name for it. */
  readonly caseId: string
  readonly mandate: Mandate
  readonly projection: Projection
  readonly record: DecisionRecord
}

export interface Stage extends AsyncDisposable {
  readonly gateway: Gateway
  /** Folder with network.json and every member's keys. */
  readonly home: string
  readonly cases: readonly DemoCase[]
  /** In the order in which they were opened. */
  readonly opened: readonly Opened[]
  readonly now: number
  /** Signs, seals and posts as the organisation of that mandate; answers the id that the gateway gave. */
  readonly send: (mandate: string, body: Readonly<Record<string, unknown>>) => Promise<string>
  /** The same, where a refusal is what the story tells of; answers the code of the problem. */
  readonly sendInVain: (mandate: string, body: Readonly<Record<string, unknown>>) => Promise<string>
  /** Without a case: the default. As `organisation`: the ceiling of all its mandates. */
  readonly choose: (mandate: string, choice: ChoiceText, as?: 'mandate' | 'organisation') => Promise<void>
  readonly pullUp: (mandate: string, request: PullUp) => Promise<void>
  /** Waits until nothing is queued, then every mandate collects, opens and acknowledges what is new to it. */
  readonly everyoneReads: () => Promise<void>
  /** The last message of that kind and case that the mandate opened. Throws where it opened none. */
  readonly lastRead: (mandate: string, kind: string, caseId: string) => Projection
}

export interface PullUp {
  readonly delivery: string
  readonly depth: Depth
  readonly reason: string
}

export interface StageOptions {
  /** An empty folder. */
  readonly folder: string
  readonly log: string
  /** What settings come from beside those that a demo fixes; absent: this process's environment. */
  readonly environment?: NodeJS.ProcessEnv
  /** Port of the pages, 0 for a free one; absent: no pages. */
  readonly webPort?: number
  /** Whoever sits at the pages wishes to begin anew. */
  readonly onReset?: () => void
}

/** Whose cases the invented reader reads. */
const DEMO_READER = 'pairs-social-worker'

/** Random questions at the start: enough to show the check, not to rely on it; `serve` asks far more. */
const DEMO_JUDGE_QUESTIONS = '500'
/** Nobody should wait for the log while a story is told. */
const PUBLISH_MS = 10
const WITNESS_EVERY_MS = 1_000
const SETTLE_LIMIT_MS = 30_000
const SETTLE_STEP_MS = 15

/** Makes the network, starts the gateway on ports of its own, opens a client for each mandate. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const { folder } = options
  const home = join(folder, 'network')
  const clock = openDemoClock()
  const now = clock.now()
  await makeExampleNetwork({
    folder: home,
    agencies: await readJson(join(PROJECT_ROOT, 'certs-example/agencies.json')),
    now,
    days: MOST_LIST_DAYS,
  })
  const gateway = await openGateway(demoConfig({ ...options, home }), {
    clock: clock.now,
    plain: 'demo',
    demo: { clock, onReset: options.onReset ?? (() => {}) },
  })
  await openDemoAccounts(gateway.deps, DEMO_READER)
  await tellAddress(home, gateway.agencyUrl)
  const cases = await readDemoCases(now)
  return stageOf({ gateway, home, cases, now, clock: clock.now, members: await openMembers(gateway, home, clock.now) })
}

function demoConfig({
  home,
  folder,
  log,
  webPort,
  environment,
}: StageOptions & { readonly home: string }): Parameters<typeof openGateway>[0] {
  const flags = {
    PASSERELLE_NETWORK: home,
    PASSERELLE_DATABASE: join(folder, 'data/passerelle.db'),
    PASSERELLE_KEK: join(home, EXAMPLE_PATHS.kek),
    PASSERELLE_HOST: '127.0.0.1',
    PASSERELLE_PORT: '0',
    PASSERELLE_INSIDE_HOST: '127.0.0.1',
    PASSERELLE_INSIDE_PORT: '0',
    PASSERELLE_WEB_PORT: webPort === undefined ? 'none' : String(webPort),
    PASSERELLE_JUDGE_QUESTIONS: DEMO_JUDGE_QUESTIONS,
    PASSERELLE_SAMPLE_ONE_IN: '8',
    PASSERELLE_LOG: log,
    PASSERELLE_PUBLISH_MS: String(PUBLISH_MS),
  }
  const read = readConfig(flags, environment)
  if (!read.ok) throw new CommandFailed(read.faults.join('\n'), EXIT.usage)
  return read.config
}

/** The port is known only now: with the address in network.json, `send` and `receive` need no --url. */
async function tellAddress(home: string, url: string): Promise<void> {
  const path = join(home, EXAMPLE_PATHS.registry)
  const network = JSON.parse(await readFile(path, 'utf8')) as { readonly broker: object }
  await writeFile(path, `${JSON.stringify({ ...network, broker: { ...network.broker, url } }, null, 2)}\n`)
}

async function openMembers(
  { deps, agencyUrl: url }: Gateway,
  home: string,
  clock: Clock,
): Promise<ReadonlyMap<string, Member>> {
  const { mandates, broker } = deps.registry()
  const opened = mandates.map(async ({ id, organisation }): Promise<[string, Member]> => [
    id,
    await openMember({ home, organisation, mandate: id, url, audience: broker.uri, clock }),
  ])
  return new Map(await Promise.all(opened))
}

interface Parts extends Pick<Stage, 'gateway' | 'home' | 'cases' | 'now'> {
  readonly members: ReadonlyMap<string, Member>
  readonly clock: Clock
}

function stageOf(parts: Parts): Stage {
  const { gateway, members } = parts
  const opened: Opened[] = []
  const registry = gateway.deps.registry()
  const mandateOf = (id: string): Mandate =>
    found(
      registry.mandates.find((mandate) => mandate.id === id),
      id,
    )
  const memberOf = (id: string): Member => found(members.get(id), id)
  const send = async (mandate: string, body: Readonly<Record<string, unknown>>): Promise<string> => {
    const { organisation } = mandateOf(mandate)
    const { uri } = found(
      registry.participants.find(({ id }) => id === organisation),
      organisation,
    )
    const head = { sch: 'passerelle/1', iss: uri, aud: registry.broker.uri, iat: toNumericDate(parts.clock()) }
    return (await memberOf(mandate).send({ ...head, jti: randomUUID(), ...body })).id
  }
  // Whoever tries the demo by hand has members that witness, as those of a network do.
  const witnessing = setInterval(() => void witness(parts, async () => false).catch(() => {}), WITNESS_EVERY_MS)
  return {
    ...parts,
    opened,
    send,
    sendInVain: async (mandate, body) => refusalOf(() => send(mandate, body)),
    choose: (mandate, choice, as = 'mandate') =>
      as === 'mandate'
        ? putChoice(memberOf(mandate), choice)
        : putOrganisationChoice(parts, mandateOf(mandate), choice),
    pullUp: async (mandate, { delivery, ...request }) => {
      const body = JSON.stringify(request)
      await memberOf(mandate).call({ method: 'POST', path: `/v1/deliveries/${delivery}/pull-up`, body })
    },
    everyoneReads: async () => {
      await settle(parts)
      await publish(parts)
      for (const mandate of registry.mandates) opened.push(...(await readNew(parts, mandate, memberOf(mandate.id))))
    },
    lastRead: (mandate, kind, caseId) =>
      found(
        opened.findLast(
          (entry) => entry.mandate.id === mandate && entry.projection.kind === kind && entry.caseId === caseId,
        ),
        `${kind} of ${caseId} for ${mandate}`,
      ).projection,
    [Symbol.asyncDispose]: async () => {
      clearInterval(witnessing)
      for (const member of members.values()) member[Symbol.dispose]()
      await gateway[Symbol.asyncDispose]()
    },
  }
}

/** What the story relies on is there, or the demo itself is wrong. */
function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the demo misses ${what}`)
  return value
}

async function refusalOf(work: () => Promise<string>): Promise<string> {
  try {
    await work()
  } catch (error) {
    if (error instanceof Refused) return error.code
    throw error
  }
  throw new Error('the demo expected a refusal')
}

async function putChoice(member: Member, choice: ChoiceText): Promise<void> {
  const path = '/v1/choices/default'
  const { headers } = await member.call({ method: 'GET', path })
  const body = JSON.stringify(choice)
  await member.call({ method: 'PUT', path, body, headers: { 'if-match': headers.etag ?? '"0"' } })
}

/** Nobody speaks for one mandate here: the organisation's own certificate is enough. */
async function putOrganisationChoice(
  { gateway, home, clock }: Parts,
  { organisation }: Mandate,
  choice: ChoiceText,
): Promise<void> {
  const audience = gateway.deps.registry().broker.uri
  using member = await openMember({ home, organisation, url: gateway.agencyUrl, audience, clock })
  await putChoice(member, choice)
}

/** Until no job of any case waits; a job that cannot end within the limit ends the demo. */
async function settle({ gateway, cases }: Parts): Promise<void> {
  const until = Date.now() + SETTLE_LIMIT_MS
  for (const { caseId } of cases) {
    const id = found(toCaseId(caseId), caseId)
    while ((await gateway.deps.store.read.outbox.waitingOfCase(id)).length > 0) {
      if (Date.now() > until) throw new Error(`deliveries of ${caseId} did not end`)
      await sleep(SETTLE_STEP_MS)
    }
  }
}

/** Until the log is published as far as it went: the witnesses of the members look at it, and enough of them cosign. */
async function publish(parts: Parts): Promise<void> {
  const { log } = parts.gateway.deps.store.read
  const until = Date.now() + SETTLE_LIMIT_MS
  const size = await log.size()
  const isPublished = async (): Promise<boolean> => ((await log.published())?.size ?? 0) >= size
  while (!(await isPublished())) {
    if (Date.now() > until) throw new Error('the log was not published')
    if ((await log.waiting()) === undefined) await sleep(SETTLE_STEP_MS)
    else await witness(parts, async () => (await log.waiting()) === undefined)
  }
}

/** One round of the witness of each organisation, until enough of them have cosigned. */
async function witness({ gateway, members }: Parts, isEnough: () => Promise<boolean>): Promise<void> {
  const ofOrganisation = new Map(gateway.deps.registry().mandates.map(({ id, organisation }) => [organisation, id]))
  for (const mandate of ofOrganisation.values()) {
    if (await isEnough()) return
    await members.get(mandate)?.witness()
  }
}

async function readNew({ gateway }: Parts, mandate: Mandate, member: Member): Promise<readonly Opened[]> {
  const waiting = (await member.list()).filter(
    ({ state, mandate: to }) => state !== 'acknowledged' && to === mandate.id,
  )
  const opened: Opened[] = []
  for (const { id } of waiting) {
    const projection = await member.open(id)
    await member.acknowledge(id)
    const deliveryId = toDeliveryId(id)
    const { deliveries } = gateway.deps.store.read
    const record = deliveryId === undefined ? undefined : await deliveries.recordOf(deliveryId)
    const delivery = deliveryId === undefined ? undefined : await deliveries.get(deliveryId)
    const { caseId } = found(delivery, `the delivery ${id}`)
    opened.push({ caseId, mandate, projection, record: found(record, `the decision record of ${id}`) })
  }
  return opened
}
