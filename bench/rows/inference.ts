/** H071, H072: what somebody can infer who measures: sizes and orders of what a recipient holds, and the time in which a sender is answered. */
import { createHash, randomInt, randomUUID } from 'node:crypto'
import { UNNARROWED } from '#gateway/core/choice.ts'
import { present } from '#gateway/core/case-copy/present.ts'
import { readyRevealed } from '#gateway/core/case-copy/ready-copy.ts'
import { ingest } from '#gateway/rooms/walk.ts'
import { short } from '#bench/measure.ts'
import type { Plan, Row, Section } from '#bench/measure.ts'
import { caseItems, handover } from '#bench/workload/case-summary.ts'
import { makeNetworkFolder } from '#bench/workload/network-folder.ts'
import { aCopiedMessage, seenUnder } from '#test/support/arbitrary-messages.ts'
import { copyFor, oneCopy, revealed } from '#test/support/case-copies.ts'
import { sealedForBroker } from './crypto.ts'
import { openBench } from './recall.ts'

export const inferenceSection: Section = {
  name: 'inference',
  measure: async (plan) => [measureGuesses(plan), await measureAnswers(plan)],
}

const PAIRS = 10_000
const SHOWN = 3
const MOST_WITHHELD = 12

/** Two cases that differ in what is withheld in silence: whoever compares sizes and orders guesses which withholds more. */
function measureGuesses({ isQuick }: Plan): Row {
  const pairs = isQuick ? 20 : PAIRS
  const right = new Map<string, number>()
  for (let pair = 0; pair < pairs; pair += 1) {
    const fewer = randomInt(MOST_WITHHELD)
    const [one, other] = [featuresOf(fewer), featuresOf(randomInt(fewer + 1, MOST_WITHHELD + 1))]
    for (const [name, value] of one) {
      const more = other.get(name) ?? 0
      const isGuessed = more === value ? randomInt(2) === 1 : more > value
      right.set(name, (right.get(name) ?? 0) + (isGuessed ? 1 : 0))
    }
  }
  const rates = [...right].map(([name, count]) => ({ name, percent: (100 * count) / pairs }))
  const worst = Math.max(...rates.map(({ percent }) => Math.abs(percent - 50)))
  return {
    id: 'H071',
    what: `how far from a coin a guess is at which of two cases withholds more, by its best feature, ${pairs} pairs`,
    value: worst,
    unit: 'points',
    detail: rates.map(({ name, percent }) => `${name} ${short(percent)} %`).join(', '),
  }
}

const itemId = (index: number): string => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`
const digestOf = (disclosure: string): string => createHash('sha256').update(disclosure).digest('base64url')

/** All that a recipient can measure of a case of three items that it sees and so many that it must not know of. */
function featuresOf(withheld: number): ReadonlyMap<string, number> {
  const items = Array.from({ length: SHOWN + withheld }, (_, index) => ({
    itemId: itemId(index),
    section: 'custody',
    term: 'sentence-end-date',
    value: '2027-03-14',
    nature: 'fact',
    subjectCategory: 'convicted',
    author: { role: 'registrar', service: 'prison-paris' },
    observedAt: '2026-11-01',
  }))
  const message = aCopiedMessage({ kind: 'QuarterlyReport', quarter: '2026-Q4', items })
  const copy = oneCopy(message)
  const ceilings = items.map((_, index) => ({
    level: index < SHOWN ? ('full' as const) : ('nothing' as const),
    omission: 'silent' as const,
    conditions: [],
    rungs: {},
  }))
  const seen = seenUnder(message, { ceilings, choice: UNNARROWED, hasSeenOld: false }, copyFor('PS').caseHandle)
  const { disclosures, annotations } = present(
    readyRevealed(revealed(copy, copy.disclosures)),
    seen.projection,
    seen.itemIds,
  )
  const texts = disclosures.map((disclosure) => Buffer.from(disclosure, 'base64url').toString())
  const inside = [copy.payload, ...texts].join('\n')
  return new Map([
    ['payload', copy.payload.length],
    ['disclosures', disclosures.join('~').length],
    ['annotations', JSON.stringify(annotations).length],
    ['order of disclosures', texts.findIndex((text) => text.includes(itemId(0)))],
    ['order of digests', inside.indexOf(digestOf(disclosures.at(-1) ?? ''))],
  ])
}

const SAMPLES = 10_000

/** A sender is answered before anybody is judged: Welch's t of the times for a recipient that gets all, and for one that gets nothing. */
async function measureAnswers({ isQuick }: Plan): Promise<Row> {
  await using network = await makeNetworkFolder()
  await using bench = await openBench(network, 2)
  const { sender } = bench
  const registry = bench.deps.registry()
  const denied = registry.mandates[1]
  if (denied === undefined) throw new Error('the bench has no second recipient')
  // Of a type that no rule of the policy names: default deny.
  const mandates = registry.mandates.map((one) => (one === denied ? { ...one, type: 'nobody' } : one))
  const deps = { ...bench.deps, registry: () => ({ ...registry, mandates }) }
  const items = caseItems(10, 1)
  const times: Readonly<Record<'allowed' | 'denied', number[]>> = { allowed: [], denied: [] }
  const samples = isQuick ? 40 : SAMPLES
  for (let count = 0; count < samples; count += 1) {
    const which = randomInt(2) === 1 ? 'allowed' : 'denied'
    const to = mandates[which === 'allowed' ? 0 : 1]?.organisation ?? ''
    const about = { from: sender.uri, to: registry.broker.uri, caseId: `BENCH-I-${count}`, issuedAt: Date.now() }
    const message = { ...(handover({ items, ...about, jti: randomUUID() }) as object), to: [to] }
    const bytes = new TextEncoder().encode(await sealedForBroker(network, message))
    await bench.idle()
    const start = performance.now()
    const raw = { bytes, contentType: 'application/jose', idempotencyKey: randomUUID() }
    const accepted = await ingest(deps, { raw: new Uint8Array(), serialNumber: '' }, raw)
    times[which].push(performance.now() - start)
    if (!accepted.ok) throw new Error(`the bench was refused: ${JSON.stringify(accepted.problem)}`)
  }
  const [one, other] = [momentsOf(times.allowed), momentsOf(times.denied)]
  const t = (one.mean - other.mean) / Math.sqrt(one.variance / one.count + other.variance / other.count)
  return {
    id: 'H072',
    what: `Welch’s t of the time to be answered, for a recipient that gets all and one that gets nothing, ${samples} messages`,
    value: Math.abs(t),
    unit: '|t|',
    detail: `${short(one.mean)} and ${short(other.mean)} ms; the slowest hundredth is left out of both`,
  }
}

/** Without the slowest hundredth, which is the machine's. */
function momentsOf(all: readonly number[]): {
  readonly count: number
  readonly mean: number
  readonly variance: number
} {
  const kept = all.toSorted((a, b) => a - b).slice(0, Math.max(2, Math.ceil(all.length * 0.99)))
  const count = kept.length
  const mean = kept.reduce((sum, value) => sum + value, 0) / count
  const variance = kept.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, count - 1)
  return { count, mean, variance }
}
