/** The stage of the demo: an invented network on disk, the real gateway in this process, and its members behind mutual TLS. */
import { randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Refused, openMember } from '#adapters/agency-kit/member.ts'
import type { Member } from '#adapters/agency-kit/member.ts'
import type { ChoiceText, Depth } from '#gateway/core/choice.ts'
import type { Mandate } from '#gateway/core/participants.ts'
import type { Projection } from '#gateway/core/projection.ts'
import { MOST_LIST_DAYS } from '#gateway/core/trust-list/list.ts'
import { toNumericDate } from '#gateway/core/time.ts'
import type { Clock } from '#gateway/core/time.ts'
import { EXAMPLE_PATHS, makeExampleNetwork } from '#cli/certs.ts'
import { PROJECT_ROOT } from '#cli/project-root.ts'
import { readJson } from '#cli/files.ts'
import { openDemoAccounts } from '#gateway/rooms/sign-in-demo.ts'
import { openGateway } from '#cli/wire.ts'
import type { Gateway } from '#cli/wire.ts'
import { openDemoClock } from './clock.ts'
import { readDemoCases } from './demo-case.ts'
import type { DemoCase } from './demo-case.ts'
import { demoConfig } from './demo-config.ts'
import type { DemoSettings } from './demo-config.ts'
import { found } from './found.ts'
import { demoProvider } from './provider.ts'
import type { DemoProvider } from './provider.ts'
import { readNew } from './read-new.ts'
import type { Opened } from './read-new.ts'
import { publish, settle, witness } from './settling.ts'

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

export interface StageOptions extends DemoSettings {
  /** Whoever sits at the pages wishes to begin anew. */
  readonly onReset?: () => void
}

/** Whose cases the invented reader reads. */
const DEMO_READER = 'pairs-social-worker'

const WITNESS_EVERY_MS = 1_000

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
  const provider = demoProvider()
  const gateway = await openGateway(demoConfig(options, home), {
    clock: clock.now,
    plain: 'demo',
    demo: { clock, onReset: options.onReset ?? (() => {}), vouch: provider.vouch },
  }).catch(async (fault: unknown) => {
    await provider[Symbol.asyncDispose]()
    throw fault
  })
  await openDemoAccounts(gateway.deps, DEMO_READER, provider.subjectOf)
  await tellAddress(home, gateway.agencyUrl)
  const cases = await readDemoCases(now)
  return stageOf({
    gateway,
    provider,
    home,
    cases,
    now,
    clock: clock.now,
    members: await openMembers(gateway, home, clock.now),
  })
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
  readonly provider: DemoProvider
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
      await parts.provider[Symbol.asyncDispose]()
    },
  }
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
