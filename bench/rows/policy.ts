/** P1, P2, P3, P6 and the number of rules: what one message costs the policy rooms for its five recipients. */
import { openJudge } from '#policies/engine/enforcer.ts'
import { compilePlan } from '#policies/engine/plan.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import { labeller } from '#gateway/core/label.ts'
import { newMemory } from '#gateway/core/message-memory.ts'
import type { MessageMemory } from '#gateway/core/message-memory.ts'
import type { Message } from '#gateway/core/message.ts'
import { printProjection } from '#gateway/core/print-projection.ts'
import { itemsOf } from '#gateway/core/message.ts'
import type { Route, Shaped } from '#gateway/core/stages.ts'
import { judge } from '#gateway/rooms/judge.ts'
import type { PolicyInForce } from '#gateway/rooms/deps.ts'
import { shape } from '#gateway/rooms/shape.ts'
import { againstF, median, msOf, short } from '#bench/measure.ts'
import type { Plan, Row, Section } from '#bench/measure.ts'
import { WIDEST, benchWorld } from '#bench/workload/network.ts'
import type { World } from '#bench/workload/network.ts'
import { benchRules, packRules } from '#bench/workload/rules.ts'

export const policySection: Section = { name: 'policy', measure: measurePolicy }

const FEW = 200
const MANY = 2000

async function measurePolicy(plan: Plan): Promise<readonly Row[]> {
  const small = benchWorld(FEW)
  const large = benchWorld(MANY)
  const sixty = await inForce(benchRules())
  const pack = await inForce(packRules())
  const whole = againstF(small.sent, () => project(small, sixty), plan)
  const alone = againstF(small.sent, () => projectAlone(small, sixty), plan)
  const shipped = againstF(small.sent, () => project(small, pack), plan)
  const decided = decideAgainstF(small, sixty.set, plan)
  const decidedMany = decideAgainstF(large, sixty.set, plan)
  const wholeMany = againstF(large.sent, () => project(large, sixty), plan)
  const recipients = `${small.routes.length} recipients`
  const msAndF = ({ ms, fMs }: { readonly ms: number; readonly fMs: number }): string =>
    `${short(ms)} ms, F ${short(fMs)} ms`
  return [
    {
      id: 'F',
      what: `JSON.parse and JSON.stringify of ${small.sent.length} characters: the unit, to convert by`,
      value: whole.fMs,
      unit: 'ms',
      detail: 'CPU of the thread, median of the rounds of P1',
    },
    {
      id: 'P1',
      what: `read, judge, redact for ${recipients}, serialise: 60 rules, ${FEW} items`,
      value: whole.ratio,
      unit: 'F',
      detail: msAndF(whole),
    },
    {
      id: 'P1 jobs',
      what: 'the same, each recipient by itself, the message read anew for each, as where nothing is kept',
      value: alone.ratio,
      unit: 'F',
      detail: msAndF(alone),
    },
    {
      id: 'P1 pack',
      what: `the same with the French pack, ${pack.set.rules.length} rules`,
      value: shipped.ratio,
      unit: 'F',
      detail: msAndF(shipped),
    },
    {
      id: 'P2',
      what: `compile the plan and decide for ${recipients}: 60 rules, ${FEW} items`,
      value: decided.ratio,
      unit: 'F',
      detail: msAndF(decided),
    },
    {
      id: 'P3',
      what: `P2 with ${MANY} items against ${FEW}`,
      value: decidedMany.ms / decided.ms,
      unit: 'x',
      detail: `${short(decidedMany.ms)} ms against ${short(decided.ms)} ms; P1 at ${MANY} items: ${short(wholeMany.ratio)} F`,
    },
    blockRow(large, sixty, plan),
    ...scaleRows(small, plan),
  ]
}

export const inForce = async (set: PolicySet): Promise<PolicyInForce> => ({
  set,
  digest: 'bench',
  judge: await openJudge(set),
})

/** One message read once, and what its recipients may see alike made once; between store and seal, without casbin's sample. */
function project(world: World, policy: PolicyInForce): readonly string[] {
  const message = JSON.parse(world.stored) as Message
  const memory = newMemory()
  return world.routes.map((route) => projectFor(world, policy, { message, memory }, route))
}

/** What a job costs that comes alone, or after what was kept of its message was let go of. */
const projectAlone = (world: World, policy: PolicyInForce): readonly string[] =>
  world.routes.map((route) => projectFor(world, policy, { message: JSON.parse(world.stored) as Message }, route))

interface Read {
  readonly message: Message
  readonly memory?: MessageMemory
}

const projectFor = (world: World, policy: PolicyInForce, read: Read, route: Route): string =>
  printProjection(shapeFor(world, policy, read, route).projection, read.memory?.printed).text

/** Judged and redacted for one recipient. */
export function shapeFor(world: World, policy: PolicyInForce, { message, memory }: Read, route: Route): Shaped {
  const { judged } = judge(policy, { ...world.toJudge(message, route), memory }, 0)
  const { id, version } = policy.set
  return shape({
    judged,
    choices: WIDEST,
    policy: { id, version, digest: policy.digest },
    messageId: 'bench-message',
    deliveryId: 'bench-delivery',
    broker: world.registry.broker.uri,
    receivedAt: judged.question.at,
    shownBefore: new Set(),
    memory,
  })
}

/** Labels are read beforehand, once for all recipients as in P1: P2 is the plan alone. */
function decideAgainstF(world: World, set: PolicySet, plan: Plan): ReturnType<typeof againstF> {
  const message = JSON.parse(world.stored) as Message
  const { labels } = newMemory()
  const asked = world.routes.map((route) => {
    const { question } = world.toJudge(message, route)
    const situation = { at: question.at, windowMonths: set.currentWindowMonths, attested: 'originator' } as const
    const labelOf = labeller(situation, labels)
    return { question, items: itemsOf(message).map((item) => labelOf(item, false)) }
  })
  return againstF(world.sent, () => asked.map(({ question, items }) => items.map(compilePlan(set, question))), plan)
}

/** A recipient is one job: between two of them the event loop turns. */
function blockRow(world: World, policy: PolicyInForce, { rounds }: Plan): Row {
  const message = JSON.parse(world.stored) as Message
  const worst = Array.from({ length: rounds + 2 }, () =>
    Math.max(
      msOf(() => JSON.parse(world.stored)),
      ...world.routes.map((route) => msOf(() => projectFor(world, policy, { message }, route))),
    ),
  )
  const detail = `read, or judged and redacted for one recipient; worst of ${worst.length} rounds ${short(Math.max(...worst))} ms`
  return {
    id: 'P6',
    what: `longest event-loop block on ${MANY} items (CPU of the thread)`,
    value: median(worst),
    unit: 'ms',
    detail,
  }
}

/** The other senders' rules are settled by the question and cost their compilation alone. */
function scaleRows(world: World, plan: Plan): readonly Row[] {
  return [1, 10, 100].map((copies) => {
    const set = benchRules(copies)
    const { ratio, ms } = decideAgainstF(world, set, { ...plan, rounds: Math.min(plan.rounds, 3) })
    return {
      id: `rules ${set.rules.length}`,
      what: `P2 with ${set.rules.length} rules`,
      value: ratio,
      unit: 'F',
      detail: `${short(ms)} ms`,
    }
  })
}
