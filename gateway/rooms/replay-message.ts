/** One message judged under two versions for each recipient that it went to: levels by section, never what it says, and nothing of what anybody chose. */
import type { Instant } from '#policies/language/instant.ts'
import type { Example } from '#policies/engine/case-text.ts'
import { sectionChanges } from '#gateway/core/effect-counts.ts'
import type { SectionChange } from '#gateway/core/effect-counts.ts'
import type { InventedCase } from '#gateway/core/invented-case.ts'
import { itemsOf } from '#gateway/core/message.ts'
import { newMemory } from '#gateway/core/message-memory.ts'
import { touchOf } from '#gateway/core/policy-touch.ts'
import type { Touch } from '#gateway/core/policy-touch.ts'
import { mandateOf } from '#gateway/core/routing.ts'
import type { JudgedItem } from '#gateway/core/stages.ts'
import type { Difference, Effect } from '#gateway/ports/changes.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { Job, JobStatus, StoredMessage } from '#gateway/ports/stored.ts'
import { judgeableOf, readingOnce } from './circumstances.ts'
import type { Judgeable } from './circumstances.ts'
import type { Deps, PolicyInForce } from './deps.ts'
import { judge } from './judge.ts'
import { CARRY_CAUSE } from './plan-carries.ts'

/** Two versions, and what else is asked of both. */
export interface Both {
  readonly before: PolicyInForce
  readonly after: PolicyInForce
  readonly examples: readonly Example[]
  readonly cases: readonly InventedCase[]
  readonly at: Instant
}

/** What came of one message. */
export interface Replayed {
  readonly replayed: number
  readonly leftOut: readonly string[]
  readonly differences: readonly Omit<Difference, 'effectId' | 'position'>[]
  readonly errors: readonly { readonly messageId: string; readonly code: string }[]
}

const NOTHING: Replayed = { replayed: 0, leftOut: [], differences: [], errors: [] }

const touches = new WeakMap<Both, Touch>()

function touchOfBoth(both: Both): Touch {
  const known = touches.get(both) ?? touchOf(both.before.set, both.after.set)
  touches.set(both, known)
  return known
}

type ReplayDeps = Pick<Deps, 'registry' | 'store'>

/** All recipients at once, with the first job of the message in the time that is looked at; nothing with its other jobs. */
export async function replayMessage(
  deps: ReplayDeps,
  both: Both,
  { effect, job }: { readonly effect: Pick<Effect, 'from'>; readonly job: Pick<Job, 'id' | 'messageId'> },
): Promise<Replayed> {
  const { read } = deps.store
  const known = await read.outbox.ofMessage(job.messageId)
  if (known.length === 0) return { ...NOTHING, leftOut: ['case-erased'] }
  const judged = known.filter(
    (status) => status.state === 'done' && status.at >= effect.from && status.job.cause !== CARRY_CAUSE,
  )
  if (judged[0]?.job.id !== job.id) return NOTHING
  const routes = routesOf(judged)
  const touch = touchOfBoth(both)
  const registry = deps.registry()
  const touched = routes.filter(({ job: { mandate } }) => {
    const type = mandateOf(registry, mandate)?.type
    return type === undefined || touch.isType(type)
  })
  const same = routes.length - touched.length
  if (touched.length === 0) return { ...NOTHING, replayed: same }
  const stored = await read.messages.get(job.messageId)
  if (stored === undefined) return { ...NOTHING, replayed: same, leftOut: touched.map(() => 'case-erased') }
  const isTouched = itemsOf(stored.message).some(({ section }) => touch.isSection(section))
  if (!isTouched) return { ...NOTHING, replayed: routes.length }
  return together(same, await Promise.all(askAll(deps, both, stored, touched)))
}

/** The first of each, whatever was judged of it again since. */
function routesOf(judged: readonly JobStatus[]): readonly JobStatus[] {
  const routes = new Map<string, JobStatus>()
  for (const status of judged) {
    const key = `${status.job.edge} ${status.job.mandate}`
    if (!routes.has(key)) routes.set(key, status)
  }
  return [...routes.values()]
}

const together = (same: number, all: readonly Replayed[]): Replayed => ({
  replayed: all.reduce((sum, { replayed }) => sum + replayed, same),
  leftOut: all.flatMap(({ leftOut }) => leftOut),
  differences: all.flatMap(({ differences }) => differences),
  errors: all.flatMap(({ errors }) => errors),
})

function askAll(
  deps: ReplayDeps,
  both: Both,
  stored: StoredMessage,
  routes: readonly JobStatus[],
): readonly Promise<Replayed>[] {
  const memory = { before: newMemory(), after: newMemory() }
  const read = readingOnce(deps.store.read)
  return routes.map(async ({ job, at }) => {
    try {
      return await askOne({ deps, both, stored, job, at, read, memory })
    } catch {
      return { ...NOTHING, errors: [{ messageId: stored.id, code: 'internal-fault' }] }
    }
  })
}

interface ToAsk {
  readonly deps: ReplayDeps
  readonly both: Both
  readonly stored: StoredMessage
  readonly job: Job
  readonly at: Instant
  readonly read: Tx
  readonly memory: { readonly [Name in 'before' | 'after']: ReturnType<typeof newMemory> }
}

async function askOne({ deps, both, stored, job, at, read, memory }: ToAsk): Promise<Replayed> {
  const before = await judgeableOf(deps, read, { job, policy: both.before, stored, at })
  const after = await judgeableOf(deps, read, { job, policy: both.after, stored, at })
  if (typeof before === 'string' || typeof after === 'string')
    return { ...NOTHING, leftOut: [typeof before === 'string' ? before : 'edge-missing'] }
  const was = judgedBy(both.before, stored, before, memory.before)
  const is = judgedBy(both.after, stored, after, memory.after)
  const errors = newErrors(was, is).map((code) => ({ messageId: stored.id, code }))
  const sections = changesOf(was, is)
  const { mandate } = before.stands.route
  const difference = {
    direction: sections.some(({ direction }) => direction === 'more') ? ('more' as const) : ('less' as const),
    messageId: stored.id,
    caseId: stored.caseId,
    at,
    sender: before.stands.sender.id,
    recipient: mandate.organisation,
    mandate: mandate.id,
    recipientType: mandate.type,
    sections,
  }
  return { replayed: 1, leftOut: [], differences: sections.length === 0 ? [] : [difference], errors }
}

/** Without the second opinion of casbin, which every version had before it may begin. */
const judgedBy = (
  policy: PolicyInForce,
  { message, attested }: StoredMessage,
  { stands, question, superseded, recalled, uncarried }: Judgeable,
  memory: ReturnType<typeof newMemory>,
): readonly JudgedItem[] =>
  judge(
    policy,
    {
      message,
      attested,
      question,
      sender: stands.sender,
      route: stands.route,
      superseded,
      recalled,
      uncarried,
      memory,
    },
    0,
  ).judged.items

/** Both lists are of the same items in the same order. */
export function changesOf(was: readonly JudgedItem[], is: readonly JudgedItem[]): readonly SectionChange[] {
  return sectionChanges(
    was.flatMap(({ item, ceiling }, index) => {
      const after = is[index]?.ceiling
      return after === undefined ? [] : [{ section: item.section, before: ceiling, after }]
    }),
  )
}

/** Conditions that end in an error under the draft and did not before. */
function newErrors(was: readonly JudgedItem[], is: readonly JudgedItem[]): readonly string[] {
  const errorsOf = (items: readonly JudgedItem[]): ReadonlySet<string> =>
    new Set(items.flatMap(({ ceiling }) => ceiling.because).filter((reason) => reason.startsWith('error:')))
  const before = errorsOf(was)
  return [...errorsOf(is)].filter((error) => !before.has(error))
}
