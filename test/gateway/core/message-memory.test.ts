/** What is kept of a message between its recipients: each gets what it would get were it the only one, in whatever order they come. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { openJudge } from '#policies/engine/enforcer.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import { label, labeller } from '#gateway/core/label.ts'
import { newMemory } from '#gateway/core/message-memory.ts'
import type { MessageMemory } from '#gateway/core/message-memory.ts'
import { itemsOf } from '#gateway/core/message.ts'
import type { Message } from '#gateway/core/message.ts'
import { projectItem } from '#gateway/core/project-item.ts'
import { printProjection } from '#gateway/core/print-projection.ts'
import { DEPTHS } from '#gateway/core/choice.ts'
import type { Choice } from '#gateway/core/choice.ts'
import type { Route } from '#gateway/core/stages.ts'
import { judge } from '#gateway/rooms/judge.ts'
import { shape } from '#gateway/rooms/shape.ts'
import { WIDEST, benchWorld } from '#bench/workload/network.ts'
import { packRules } from '#bench/workload/rules.ts'
import { lawRuns } from '#test/support/law-runs.ts'

/** By turns, so that recipients are granted different rungs of the same kind. */
const RUNGS_IN_TURN: readonly PolicySet['rules'][number]['rungs'][] = [
  {},
  { date: 'g2', 'free-text': 'g2' },
  { date: 'g1', address: 'g2' },
]
const WORLD = benchWorld(60)
const PACK = packRules()
const RULES = PACK.rules.map((rule, index) => ({ ...rule, rungs: RUNGS_IN_TURN[index % 3] ?? {} }))
const POLICY = { set: { ...PACK, rules: RULES }, digest: 'test', judge: await openJudge(PACK) }

/** One recipient's turn: its route, its choice, what it was shown and what the case says meanwhile. */
interface Turn {
  readonly route: Route
  readonly depth: Choice['depth']
  readonly attested: 'originator' | 'broker'
  readonly laterMonths: number
  readonly superseded: readonly number[]
  readonly wasShown: boolean
}

const aTurn: fc.Arbitrary<Turn> = fc.record({
  route: fc.constantFrom(...WORLD.routes),
  depth: fc.constantFrom(...DEPTHS),
  attested: fc.constantFrom('originator', 'broker'),
  laterMonths: fc.integer({ min: 0, max: 12 }),
  superseded: fc.array(fc.integer({ min: 0, max: 59 }), { maxLength: 10 }),
  wasShown: fc.boolean(),
})

describe('MessageMemory', () => {
  it('a recipient gets the same text, record and ledger lines after others as it gets alone', () => {
    const message = readMessage()
    fc.assert(
      fc.property(fc.array(aTurn, { minLength: 2, maxLength: 6 }), (turns) => {
        const memory = newMemory()
        for (const turn of turns) assert.deepEqual(told(message, turn, memory), told(message, turn))
      }),
      { numRuns: lawRuns(25) },
    )
  })

  it('recipients who may see the same of an item share it, and its text', () => {
    const [route] = WORLD.routes
    assert.ok(route !== undefined)
    const memory = newMemory()
    const turn: Turn = { route, depth: 'D4', attested: 'originator', laterMonths: 0, superseded: [], wasShown: false }
    const message = readMessage()
    told(message, turn, memory)
    const kept = [memory.labels.size, memory.shown.size, memory.printed.size]
    told(message, turn, memory)
    assert.deepEqual([memory.labels.size, memory.shown.size, memory.printed.size], kept)
    assert.ok(
      kept.every((size) => size > 20),
      kept.join(),
    )
  })
})

describe('labeller, with what was read before', () => {
  it('tells whom an item comes from, and whether it is past, in each situation anew', () => {
    const [item] = itemsOf(readMessage())
    assert.ok(item !== undefined)
    const { labels } = newMemory()
    for (const attested of ['originator', 'broker', 'originator'] as const)
      for (const isSuperseded of [false, true, false]) {
        const situation = { at: 0, windowMonths: {}, attested }
        assert.deepEqual(labeller(situation, labels)(item, isSuperseded), label(item, { ...situation, isSuperseded }))
      }
  })
})

describe('projectItem, with what was shown before', () => {
  it('shows the value that it is given, not the one that it was given before', () => {
    const item = itemsOf(readMessage()).find(({ value }) => typeof value === 'string')
    assert.ok(item !== undefined)
    const labelled = label(item, { at: 0, windowMonths: {}, attested: 'originator', isSuperseded: false })
    const ceiling = {
      level: 'full',
      omission: 'silent',
      rules: [],
      conditions: [],
      bases: [],
      rungs: {},
      because: [],
    } as const
    const { shown } = newMemory()
    const values = ['one', 'another'].map((exact) => {
      const value = { ...labelled.value, kind: 'plain', exact }
      return projectItem({ item, labelled: { ...labelled, value }, ceiling, level: 'full', shown })?.value
    })
    assert.deepEqual(values, ['one', 'another'])
  })
})

/** The items in two versions, the later ones naming what they replace. */
function readMessage(): Message {
  const read = JSON.parse(WORLD.stored) as Message
  const items = itemsOf(read)
  const later = items.map((item, index) => {
    const before = index % 3 === 0 ? items[index - 1] : undefined
    return before === undefined ? item : { ...item, supersedes: before.itemId }
  })
  return { ...read, items: later } as Message
}

function told(message: Message, turn: Turn, memory?: MessageMemory): unknown {
  const { question, ...toJudge } = WORLD.toJudge(message, turn.route)
  const ids = itemsOf(message).map(({ itemId }) => itemId)
  const at = question.at + turn.laterMonths * MONTH_MS
  const superseded = new Set(turn.superseded.flatMap((index) => ids[index] ?? []))
  const asked = { ...toJudge, question: { ...question, at }, attested: turn.attested, superseded, memory }
  const { judged } = judge(POLICY, asked, 0)
  const shaped = shape({
    judged,
    choices: { ...WIDEST, practitioner: { ...WIDEST.practitioner, depth: turn.depth } },
    policy: { id: 'test', version: '1', digest: 'test' },
    messageId: 'message',
    deliveryId: 'delivery',
    broker: WORLD.registry.broker.uri,
    receivedAt: at,
    shownBefore: new Set(turn.wasShown ? ids : []),
    memory,
  })
  return { ...printProjection(shaped.projection, memory?.printed), record: shaped.record, disclosed: shaped.disclosed }
}

const MONTH_MS = 30 * 86_400_000
