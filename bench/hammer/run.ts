/** One run: everybody at work on a deployment that is being broken, then a drain, then the account of it all. */
import { setTimeout as sleep } from 'node:timers/promises'
import { percentile } from '#bench/measure.ts'
import { discrepancies } from './account.ts'
import { emptyBooks } from './books.ts'
import type { Books } from './books.ts'
import { chanceFrom } from './chance.ts'
import type { Chance } from './chance.ts'
import { openDeployment } from './deployment.ts'
import type { Deployment, DeploymentName } from './deployment.ts'
import { everywhere } from './everywhere.ts'
import type { Field } from './everywhere.ts'
import { keepLying } from './liar.ts'
import { hammerNetwork, LIAR, WITNESSES } from './network.ts'
import { checkReceipts } from './receipts.ts'
import { keepReceiving } from './recipient.ts'
import { openJobs, readStore, unpublished, unread } from './store-view.ts'
import type { StoreView } from './store-view.ts'
import { keepStealing } from './thief.ts'
import { keepSending, openDesks } from './traffic.ts'

export interface HammerOptions {
  readonly deployment: DeploymentName
  readonly seconds: number
  readonly seed: number
  /** Of the network: two senders and five recipients each, on average; 10 where absent. */
  readonly places?: number
  /** Between two messages of one agency, on average. */
  readonly paceMs?: number
  /** Between two faults, on average. */
  readonly faultEveryMs?: number
  /** Told now and then how far it is. */
  readonly progress?: (line: string) => void
}

export interface Latency {
  readonly p50Ms: number
  readonly p99Ms: number
}

export interface HammerReport {
  readonly deployment: DeploymentName
  readonly seed: number
  readonly seconds: number
  readonly drainSeconds: number
  readonly submissions: number
  readonly byKind: Readonly<Record<string, number>>
  readonly deliveries: number
  readonly opened: number
  readonly acknowledged: number
  readonly perSecond: number
  /** From the first attempt to the receipt, and to each opened delivery of the message itself. */
  readonly accepted: Latency
  readonly delivered: Latency
  readonly retries: number
  readonly choices: number
  readonly pullUps: number
  readonly faultsMade: Readonly<Record<string, number>>
  /** By `who code`. */
  readonly refused: Readonly<Record<string, number>>
  readonly auditRows: number
  readonly audit: string
  /** What does not add up. */
  readonly discrepancies: readonly string[]
}

/** What a run left, for whoever looks closer. */
export interface Hammered {
  readonly report: HammerReport
  readonly books: Books
  readonly store: StoreView
}

/** Without anything getting done while it is waited for the last. */
const DRAIN_MS = 150_000
const LONGEST_DRAIN_MS = 1_200_000
const WITNESS_EVERY_MS = 150

export async function hammer(options: HammerOptions): Promise<Hammered> {
  const { seconds, seed, paceMs = 1_000, faultEveryMs = 6_000 } = options
  const chance = chanceFrom(seed)
  const network = hammerNetwork(options.places)
  await using deployment = await openDeployment(options.deployment, network, chance.fork())
  const [sending, receiving] = [new AbortController(), new AbortController()]
  const books = emptyBooks()
  const field: Field = {
    network,
    replicas: deployment.replicas,
    books,
    chance: chance.fork(),
    sending: sending.signal,
    receiving: receiving.signal,
  }
  const { recipients: receivers, senders } = network
  const desks = await openDesks(field, [
    ...new Set([...senders, ...receivers].map(({ organisation }) => organisation)),
    LIAR,
  ])
  const deskOf = (organisation: string): NonNullable<ReturnType<typeof desks.get>> => {
    const desk = desks.get(organisation)
    if (desk === undefined) throw new Error(`${organisation} has no desk`)
    return desk
  }
  let phase = 'meeting the gateway'
  const told = setInterval(() => options.progress?.(`${phase}: ${progressOf(books)}`), PROGRESS_MS)
  const guarded = (work: Promise<void>): Promise<void> => work.catch((error: unknown) => noteFault(books, error))
  const resting = [
    ...WITNESSES.map((organisation) => guarded(keepWitnessing(field, organisation))),
    ...receivers.map((recipient) => guarded(keepReceiving(field, deskOf(recipient.organisation), recipient))),
  ]
  while (books.ready < receivers.length && books.faults.length === 0) await sleep(50)
  phase = 'under fire'
  const startedAt = performance.now()
  const busy = [
    ...senders.map((sender) => guarded(keepSending(field, deskOf(sender.organisation), sender, paceMs))),
    guarded(keepLying(field, deskOf(LIAR))),
    guarded(keepStealing(field)),
  ]
  const faultsMade = await breakThings({ deployment, chance: chance.fork(), seconds, faultEveryMs, books })
  phase = 'sending the last'
  sending.abort()
  await Promise.all(busy)
  const sentSeconds = (performance.now() - startedAt) / 1000
  const drainedAt = performance.now()
  phase = 'draining'
  await drain(deployment, books, () => [...desks.values()].some((desk) => desk.isBusy()))
  receiving.abort()
  await Promise.all(resting)
  noteEnds(deployment, books)
  const drainSeconds = (performance.now() - drainedAt) / 1000
  phase = 'checking receipts'
  await checkReceipts(field, desks)
  clearInterval(told)
  const store = await readStore(deployment.ask)
  const audit = await deployment.checkAudit()
  if (!audit.isWhole) books.faults.push(`check audit: ${audit.text}`)
  const found = discrepancies(books, store)
  return {
    books,
    store,
    report: {
      ...figuresOf(books),
      deployment: options.deployment,
      seed,
      seconds: round(sentSeconds),
      drainSeconds: round(drainSeconds),
      deliveries: store.deliveries.length,
      perSecond: round(books.sent.length / sentSeconds),
      faultsMade,
      auditRows: store.auditRows,
      audit: audit.text,
      discrepancies: found,
    },
  }
}

const PROGRESS_MS = 5_000

const progressOf = ({ sent, opened, acknowledged, retries, faults, refused }: Books): string =>
  `${sent.length} sent, ${opened.size} opened, ${acknowledged.size} acknowledged, ${[...refused.values()].reduce((sum, one) => sum + one, 0)} refused, ${retries} retries, ${faults.length} faults${faults.length === 0 ? '' : `: ${faults.at(-1) ?? ''}`}`

const round = (value: number): number => Math.round(value * 10) / 10

const noteFault = (books: Books, error: unknown): void => {
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : ''
  books.faults.push(`${error instanceof Error ? error.message : 'something else was thrown'}${cause}`)
}

/** A gateway that ended although nobody killed it is a fault, whatever else adds up. */
function noteEnds({ replicas }: Deployment, { faults }: Books): void {
  const ends = replicas.all.flatMap((one) => one.endedItself()).map((how) => `a gateway ${how}`)
  faults.push(...ends.filter((end) => !faults.includes(end)))
}

interface Breaking {
  readonly deployment: Deployment
  readonly chance: Chance
  readonly seconds: number
  readonly faultEveryMs: number
  readonly books: Books
}

/** Faults at random until the time is over, in which repairs do not count; ends with everything running. */
async function breakThings({
  deployment,
  chance,
  seconds,
  faultEveryMs,
  books,
}: Breaking): Promise<Readonly<Record<string, number>>> {
  const made: Record<string, number> = {}
  let left: string[] = []
  for (let restMs = seconds * 1000; restMs > 0 && books.faults.length === 0;) {
    const pauseMs = Math.min(faultEveryMs / 2 + chance.below(faultEveryMs), restMs)
    await sleep(pauseMs)
    restMs -= pauseMs
    if (restMs <= 0) break
    // Each kind once before any comes again.
    if (left.length === 0) left = Object.keys(deployment.faults)
    const name = left.splice(chance.below(left.length), 1)[0] ?? ''
    await deployment.faults[name]?.()
    noteEnds(deployment, books)
    made[name] = (made[name] ?? 0) + 1
  }
  return made
}

/**
 * Resolves when nothing is due, nothing unread or unpublished and nobody at work, several times in a row; or when nothing was done for
 * too long: a slow machine is waited for, one that stands still is not.
 */
async function drain(deployment: Deployment, books: Books, isBusy: () => boolean): Promise<void> {
  const last = Date.now() + LONGEST_DRAIN_MS
  let until = Date.now() + DRAIN_MS
  let least = Infinity
  let most = 0
  for (let quiet = 0; quiet < 3 && Date.now() < Math.min(until, last);) {
    await sleep(400)
    const open = (await openJobs(deployment.ask)) + (await unread(deployment.ask)) + (await unpublished(deployment.ask))
    const done = books.sent.length + books.opened.size + books.acknowledged.size
    if (open < least || done > most) until = Date.now() + DRAIN_MS
    least = Math.min(least, open)
    most = Math.max(most, done)
    quiet = open === 0 && !isBusy() ? quiet + 1 : 0
  }
}

/** What a member's gateway does all day: without two of them nothing is shown to anybody. */
async function keepWitnessing(field: Field, organisation: string): Promise<void> {
  const every = await everywhere(field, organisation)
  while (!field.receiving.aborted) {
    const witnessed = await every.ask((member) => member.witness())
    if (witnessed?.kind === 'refused')
      throw new Error(`witness of ${organisation} refused the log: ${witnessed.problem}`)
    await sleep(WITNESS_EVERY_MS)
  }
}

type Figures = Pick<
  HammerReport,
  | 'submissions'
  | 'byKind'
  | 'opened'
  | 'acknowledged'
  | 'accepted'
  | 'delivered'
  | 'retries'
  | 'choices'
  | 'pullUps'
  | 'refused'
>

function figuresOf(books: Books): Figures {
  const { sent, opened, acknowledged, retries, choices, pullUps, refused } = books
  const byName = new Map(
    sent.flatMap((message) => [message.id, ...Object.values(message.names)].map((name) => [name, message] as const)),
  )
  const seen = new Set<string>()
  const delivered = [...opened.values()].flatMap(({ messageName, mandate, openedAt }) => {
    const message = byName.get(messageName)
    if (message === undefined || seen.has(`${messageName} ${mandate}`)) return []
    seen.add(`${messageName} ${mandate}`)
    return [openedAt - message.begunAt]
  })
  return {
    submissions: sent.length,
    byKind: Object.fromEntries([...Map.groupBy(sent, ({ kind }) => kind)].map(([kind, all]) => [kind, all.length])),
    opened: opened.size,
    acknowledged: acknowledged.size,
    accepted: latencyOf(sent.map(({ begunAt, answeredAt }) => answeredAt - begunAt)),
    delivered: latencyOf(delivered),
    retries,
    choices,
    pullUps,
    refused: Object.fromEntries([...refused].toSorted(([one], [other]) => one.localeCompare(other))),
  }
}

const latencyOf = (times: readonly number[]): Latency => ({
  p50Ms: Math.round(percentile(times, 0.5)),
  p99Ms: Math.round(percentile(times, 0.99)),
})
