/** A draft of policy replayed over the deliveries of 90 days: 211,000 projections, of which it touches one recipient type, or all. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openSqliteStore } from '#adapters/store/open.ts'
import { verifyEvidence } from '#adapters/sign-in/passkeys.ts'
import { printPolicy } from '#policies/language/text.ts'
import type { PolicySet, Rule } from '#policies/language/policy.ts'
import type { Message } from '#gateway/core/message.ts'
import type { Store } from '#gateway/ports/store.ts'
import { draftSet, openDraft, putEdit } from '#gateway/rooms/change-policy.ts'
import { beginEffect, workOnEffects } from '#gateway/rooms/replay-policy.ts'
import type { ReplayDeps } from '#gateway/rooms/replay-policy.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { short } from '#bench/measure.ts'
import type { Row, Section } from '#bench/measure.ts'
import { benchRegistry, benchWorld, RECIPIENTS } from '#bench/workload/network.ts'
import { packRules } from '#bench/workload/rules.ts'
import { acceptOne } from './durable.ts'
import { fill, finishAll } from './stored-cases.ts'

const PROJECTIONS = 211_000
const ITEMS = 60
const OFFICER = { id: 'officer', name: 'Officer' }
const REASON = 'To see how long it takes on this machine.'

export const replaySection: Section = {
  name: 'replay',
  measure: ({ isQuick }) => measureReplay(isQuick ? 100 : PROJECTIONS),
}

async function measureReplay(projections: number): Promise<readonly Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'passerelle-bench-'))
  const path = join(folder, 'bench.db')
  try {
    await using store = await openSqliteStore(path)
    await fillWith(store, path, projections / RECIPIENTS.length)
    const deps: ReplayDeps = {
      store,
      clock: Date.now,
      newId: randomUUID,
      log: { info: () => {}, warn: () => {}, alarm: () => {} },
      registry: benchRegistry,
      changing: {
        judgeApart: () => Promise.reject(new Error('nothing is judged here')),
        shipped: async () => [],
        shippedPack: async () => undefined,
        verifyEvidence,
        inventedCases: async () => [],
      },
    }
    await putPack(store)
    return [await replay(deps, 'one type', oneType(benchRegistry())), await replay(deps, 'all', everybody)]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function fillWith(store: Store, path: string, messages: number): Promise<void> {
  const world = benchWorld(ITEMS)
  const model = await acceptOne(store, JSON.parse(world.stored) as Message)
  using database = new DatabaseSync(path, { timeout: 10_000 })
  for (const { edge, mandate } of world.routes)
    database.prepare('UPDATE outbox SET edge = ? WHERE mandate = ?').run(edge.id, mandate.id)
  await finishAll(store, model)
  fill(database, model, { from: 2, upTo: messages })
  // Copies are put beside the model; a store of a gateway counts them as it adds them.
  database.exec('UPDATE outbox SET "endedAt" = (SELECT max("endedAt") FROM outbox)')
}

async function putPack(store: Store): Promise<void> {
  const set = packRules()
  const text = printPolicy(set)
  const { id, version } = set
  await store.transaction((tx) =>
    tx.policies.activate({ digest: sha256Hex(text), id, version, text, activatedAt: Date.now() }),
  )
}

const LIMIT: Omit<Rule, 'id' | 'who'> = {
  effect: 'limit',
  what: [{ attribute: 'item.section', values: ['family', 'health'] }],
  when: [],
  upTo: 'existence',
  omission: 'silent',
  conditions: [],
  rungs: {},
  bases: [],
  reason: 'Measured on the bench.',
}

type Draft = (set: PolicySet) => PolicySet

/** As most edits are: of one recipient type, here that of the first recipient. */
const oneType =
  ({ mandates }: ReturnType<typeof benchRegistry>): Draft =>
  (set) => {
    const values = [mandates.find(({ id }) => id === RECIPIENTS[0])?.type ?? '']
    return withRule(set, { ...LIMIT, id: 'bench.one', who: [{ attribute: 'recipient.type', values }] })
  }

const everybody: Draft = (set) => withRule(set, { ...LIMIT, id: 'bench.all', who: [] })

const withRule = (set: PolicySet, rule: Rule): PolicySet => ({ ...set, rules: [...set.rules, rule] })

async function replay(deps: ReplayDeps, name: string, draft: Draft): Promise<Row> {
  const opened = await openDraft(deps, { officer: OFFICER, title: name })
  if (opened.kind !== 'done') throw new Error('the bench has no draft')
  const set = await draftSet(deps.store.read, opened.change)
  if (set === undefined) throw new Error('the draft of the bench cannot be made')
  const said = { recipientType: 'all', section: 'all', was: { en: '', fr: '' }, is: { en: '', fr: '' }, reason: REASON }
  const put = await putEdit(deps, opened.change, { officer: OFFICER, set: draft(set), edit: said })
  if (put.kind !== 'done') throw new Error('the draft of the bench cannot be written')
  const begun = await beginEffect(deps, put.change.id, { officer: OFFICER, scope: 'real', reason: REASON })
  if (begun.kind !== 'begun') throw new Error('the replay of the bench does not begin')
  const delays = monitorEventLoopDelay({ resolution: 5 })
  delays.enable()
  const start = performance.now()
  await workOnEffects(deps)
  const seconds = (performance.now() - start) / 1000
  delays.disable()
  const effect = await deps.store.read.changes.effect(begun.effect.id)
  const { replayed = 0, different = 0 } = effect?.counts ?? {}
  return {
    id: `replay ${name}`,
    what: `projections a second replayed under two versions that differ for ${name}`,
    value: replayed / seconds,
    unit: '/s',
    detail: `${replayed} of ${ITEMS} items each in ${short(seconds)} s, ${different} differ; others wait ${short(delays.percentile(99) / 1e6)} ms at p99`,
  }
}
