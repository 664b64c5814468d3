/** P5 and the other engines: the same sixty rules, the same five recipients, the same two hundred items, the same levels. */
import { openJudge } from '#policies/engine/enforcer.ts'
import { compilePlan } from '#policies/engine/plan.ts'
import type { LabelledItem } from '#policies/language/item.ts'
import type { Level } from '#policies/language/level.ts'
import type { PolicySet, Question } from '#policies/language/policy.ts'
import { label } from '#gateway/core/label.ts'
import type { Message } from '#gateway/core/message.ts'
import { itemsOf } from '#gateway/core/message.ts'
import { askNaiveCasbin } from '#bench/engines/naive-casbin.ts'
import { askCasl } from '#bench/engines/casl.ts'
import { askCedar } from '#bench/engines/cedar.ts'
import { median, meanMs, msOf, short, yardstickMs } from '#bench/measure.ts'
import type { Plan, Row, Section } from '#bench/measure.ts'
import { benchWorld } from '#bench/workload/network.ts'
import type { World } from '#bench/workload/network.ts'
import { benchRules } from '#bench/workload/rules.ts'

export const enginesSection: Section = { name: 'engines', measure: measureEngines }

/** Answers the level of each item for one question. */
export type Ask = (question: Question, items: readonly LabelledItem[]) => readonly Level[]

interface Asked {
  readonly question: Question
  readonly items: readonly LabelledItem[]
}

const ITEMS = 200

async function measureEngines(plan: Plan): Promise<readonly Row[]> {
  const world = benchWorld(ITEMS)
  const set = benchRules()
  const asked = askedOf(world, set)
  const fMs = yardstickMs(world.sent)
  const ours: Ask = (question, items) => items.map((item) => compiled(set, question, item))
  const wanted = levelsOf(ours, asked)
  const planned = planOf(set)
  same('the plan', levelsOf(planned, asked), wanted)
  const planMs = meanMs(() => levelsOf(planned, asked), plan.isQuick ? 100 : 600)
  const engines = [
    { id: 'P5', name: 'casbin as our judge asks it (enforceEx, a fixed matcher)', ask: await judgeOf(set) },
    { id: 'P5 naive', name: 'casbin with a matcher text per rule (eval)', ask: await askNaiveCasbin(set) },
    { id: 'cedar', name: 'cedar-wasm, preparsed policies', ask: askCedar(set) },
    { id: 'casl', name: '@casl/ability, one ability a recipient', ask: askCasl(set) },
  ]
  const rows = engines.map(({ id, name, ask }): Row => {
    const few = plan.isQuick ? asked.map(({ question, items }) => ({ question, items: items.slice(0, 20) })) : asked
    same(name, levelsOf(ask, few), few === asked ? wanted : levelsOf(planned, few))
    const share = few === asked ? 1 : ITEMS / 20
    const ms = median(Array.from({ length: Math.min(plan.rounds, 3) }, () => msOf(() => levelsOf(ask, few)) * share))
    const detail = `${short(ms)} ms, ${short(ms / fMs)} F, ${short((ms * 1000) / wanted.length)} µs a decision; all levels equal`
    return { id, what: `${name}: plan this many times faster`, value: ms / planMs, unit: 'x', detail }
  })
  const detail = `${short(planMs)} ms, ${short((planMs * 1000) / wanted.length)} µs a decision, compiled for each recipient`
  return [{ id: 'plan', what: 'our plan, the same decisions', value: planMs / fMs, unit: 'F', detail }, ...rows]
}

const compiled = (set: PolicySet, question: Question, item: LabelledItem): Level =>
  compilePlan(set, question)(item).level

const planOf =
  (set: PolicySet): Ask =>
  (question, items) => {
    const plan = compilePlan(set, question)
    return items.map((item) => plan(item).level)
  }

async function judgeOf(set: PolicySet): Promise<Ask> {
  const judge = await openJudge(set)
  return (question, items) => items.map((item) => judge.levelOf(question, item).level)
}

const levelsOf = (ask: Ask, asked: readonly Asked[]): readonly Level[] =>
  asked.flatMap(({ question, items }) => ask(question, items))

function same(name: string, found: readonly Level[], wanted: readonly Level[]): void {
  const index = wanted.findIndex((level, at) => found[at] !== level)
  if (found.length !== wanted.length || index !== -1)
    throw new Error(
      `${name} decides otherwise at ${index}: ${String(found[index])} instead of ${String(wanted[index])}`,
    )
}

function askedOf(world: World, set: PolicySet): readonly Asked[] {
  const message = JSON.parse(world.stored) as Message
  return world.routes.map((route) => {
    const { question } = world.toJudge(message, route)
    const situation = {
      at: question.at,
      isSuperseded: false,
      windowMonths: set.currentWindowMonths,
      attested: 'originator',
    } as const
    return { question, items: itemsOf(message).map((item) => label(item, situation)) }
  })
}
