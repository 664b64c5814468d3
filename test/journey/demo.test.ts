/** The demo, told from another folder and looked at from all sides: its output, its parcels, its ledger, its logs and its metrics. */
import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { z } from 'zod'
import { readDemoCases } from '#cli/demo/demo-case.ts'
import { CHOICES } from '#cli/demo/story.ts'
import { SECTION_IDS } from '#gateway/core/vocabulary/section.ts'
import type { Item } from '#gateway/core/item.ts'
import { itemsOf } from '#gateway/core/message.ts'
import { projectionSchema } from '#gateway/core/projection.ts'
import { affectedItems } from '#gateway/rooms/route.ts'
import { fixturesDir, needsFixturesHere } from '#test/support/fixtures.ts'
import { storedBytes, wordsIn } from '#test/support/stored-bytes.ts'
import { textOf } from '#test/architecture/tracked-files.ts'
import { freshFolder, openLeftBehind, seen, start } from './demo-run.ts'
import type { LeftBehind, OpenedParcel, Run, Started } from './demo-run.ts'

const rowSchema = z.object({
  recipient: z.string(),
  recipientType: z.string(),
  kind: z.string(),
  case: z.string(),
  depth: z.string(),
  sections: z.array(z.string()),
  items: z.int(),
  declared: z.array(z.object({ section: z.string(), kind: z.string(), reason: z.string() })),
  policyVersion: z.string().regex(/^[0-9a-f]{64}$/),
  rules: z.array(z.string()),
  delivery: z.string(),
})
type Row = z.output<typeof rowSchema>

const TYPES = ['IN', 'JU', 'MJ', 'PM', 'PP', 'PR', 'PS', 'SN', 'SP']

/** Shorter ones, as `fr`, stand anywhere. */
const SHORTEST = 5

/** Every string of a value, at any depth. */
const stringsIn = (value: unknown): readonly string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(stringsIn)
      : []

describe('demo', function () {
  this.timeout(600_000)
  const folder = freshFolder()
  const tried = freshFolder()
  let up: Started
  let run: Run
  let rows: readonly Row[]
  let left: LeftBehind

  before(async () => {
    run = await start(['demo', '--once', '--json', '--log', 'info', '--state', folder]).ended
    assert.equal(run.exitCode, 0, run.stderr)
    up = start(['demo', '--state', tried])
    rows = z.array(rowSchema).parse(JSON.parse(run.stdout))
    left = await openLeftBehind(
      folder,
      (await readDemoCases(0)).map(({ caseId }) => caseId),
    )
  })
  after(async () => {
    await left?.[Symbol.asyncDispose]()
    up?.child.kill()
    await up?.ended
    for (const made of [folder, tried]) rmSync(made, { recursive: true, force: true })
  })

  const sectionsOf = (matches: (row: Row) => boolean): readonly string[] =>
    [...new Set(rows.filter(matches).flatMap(({ sections }) => sections))].toSorted()

  it('H081 the files of the whole demo hold no string of any message that is not public', () => {
    const isPublic =
      textOf('policies/packs/france-prison-exit.json') + readFileSync(join(folder, 'network/network.json'), 'utf8')
    // Ids that the gateway gave, to which senders then answered, and the code of an answered recall; SQLite's own page of tables has
    // `table` behind any byte that ends a row.
    const ours: ReadonlySet<string> = new Set([...left.messages.map(({ id }) => id), 'deleted', 'stable'])
    const words = new Set(left.messages.flatMap(({ message }) => stringsIn(message)))
    const isSecret = (word: string): boolean => word.length >= SHORTEST && !isPublic.includes(word) && !ours.has(word)
    // A postcode stands in some hash or id by chance.
    const secret = [...words].filter((word) => isSecret(word) && !/^[0-9a-f]{1,8}$/.test(word))
    console.log(`    looked for ${secret.length} strings`)
    assert.ok(secret.length > 1000)
    const bytes = storedBytes(['data/passerelle.db', 'data/keys.db'].map((name) => join(folder, name)))
    assert.deepEqual(wordsIn(bytes, secret), [])
    assert.deepEqual(wordsIn(bytes, ['probation-counsellor']), ['probation-counsellor'])
  })

  it('tells its story, and in how many seconds', () => {
    const [, seconds] = /story told in ([\d.]+) s/.exec(run.stderr) ?? []
    assert.ok(Number(seconds) > 0)
    console.log(`    story told in ${seconds} s`)
  })

  it('holds twelve cases of 12 to 60 items, six in each language, that cover all 31 sections with what is written about them', async () => {
    const cases = await readDemoCases(Date.now())
    assert.equal(cases.length, 12)
    for (const { caseId, items } of cases) assert.ok(items.length >= 12 && items.length <= 60, caseId)
    const french = cases.filter(({ items }) => items.some(({ lang }) => lang === 'fr')).length
    const english = cases.filter(({ items }) => items.some(({ lang }) => lang === 'en')).length
    assert.deepEqual([french, english], [6, 6])
    const written = left.messages.flatMap(({ message }) => itemsOf(message).map(({ section }) => section))
    assert.deepEqual([...new Set(written)].toSorted(), SECTION_IDS.toSorted())
  })

  it('reaches every type of recipient, each with sections of its own', () => {
    assert.deepEqual([...new Set(rows.map(({ recipientType }) => recipientType))].toSorted(), TYPES)
    const views = TYPES.map((type) => sectionsOf(({ recipientType }) => recipientType === type).join(' '))
    // Probation and judge both come to see every section over the whole story, at other levels.
    assert.ok(new Set(views).size >= TYPES.length - 1, views.join('\n'))
    const handover = (type: string): readonly string[] =>
      sectionsOf((row) => row.recipientType === type && row.kind === 'CaseHandover' && row.case === 'DEMO-010')
    assert.equal(new Set(['SP', 'JU', 'MJ', 'IN'].map((type) => handover(type).join(' '))).size, 4)
  })

  it('shows each recipient at the depth it chose, and the one who pulled up at the deeper one after it', () => {
    for (const [recipient, { depth }] of Object.entries(CHOICES)) {
      const depths = rows.filter((row) => row.recipient === recipient).map((row) => row.depth)
      const expected = recipient === 'pairs-social-worker' ? [depth, 'D3'] : [depth]
      assert.deepEqual([...new Set(depths)], expected, recipient)
    }
    const pulled = rows.filter((row) => row.recipient === 'pairs-social-worker' && row.case === 'DEMO-006')
    const items = pulled.filter(({ kind }) => kind === 'Referral').map((row) => row.items)
    assert.equal(items.length, 2)
    assert.ok((items[1] ?? 0) > (items[0] ?? 0))
  })

  it('gives the three mandates of PAIRS three views of one referral', () => {
    const views = ['pairs-social-worker', 'pairs-psychologist', 'pairs-mediator'].map((recipient) =>
      left.parcels.find(
        ({ delivery, projection }) =>
          delivery.mandate === recipient && projection.kind === 'Referral' && delivery.caseId === 'DEMO-001',
      ),
    )
    const levels = views.map((parcel) => parcel?.projection.items.map(({ section, level }) => `${section} ${level}`))
    assert.equal(new Set(levels.map((list) => list?.join())).size, 3)
    const clinical = views.map((parcel) => parcel?.projection.items.filter(({ term }) => term === 'bereavement').length)
    assert.deepEqual(clinical, [0, 1, 0])
  })

  it('sends prison intelligence nothing before it asked, and then one case only', () => {
    const asked = rows.findIndex(({ recipientType, kind }) => recipientType === 'PR' && kind === 'IntelligenceRequest')
    const answered = rows.findIndex(({ recipientType }) => recipientType === 'SN')
    assert.ok(asked >= 0 && answered > asked)
    const own = rows.filter(({ recipientType }) => recipientType === 'SN')
    assert.deepEqual([...new Set(own.map((row) => row.case))], ['DEMO-003'])
    assert.ok(!own.some(({ sections }) => sections.includes('employment')))
  })

  it('keeps a case of limited access to the two mandates that it names', () => {
    const readers = rows.filter((row) => row.case === 'DEMO-011' && row.items > 0).map(({ recipient }) => recipient)
    assert.deepEqual(readers.toSorted(), ['probation-counsellor', 'sentence-judge'])
  })

  it('refuses the handover with an item marked SECRET, and stores nothing of it', () => {
    assert.match(run.stderr, /"code":"classification-too-high"/)
    const handovers = left.messages.filter(({ kind, caseId }) => kind === 'CaseHandover' && caseId === 'DEMO-006')
    assert.equal(handovers.length, 1)
  })

  it('names for what passed the rules that let it pass', () => {
    for (const row of rows.filter(({ items }) => items > 0)) assert.ok(row.rules.length > 0, row.delivery)
  })

  it('Law 13: the ledger is complete: whatever a recipient could read is in the ledger, and a recall reaches exactly those recipients', async () => {
    const { ledger, recalls } = left.store.read
    for (const { delivery, projection } of left.parcels) {
      const entries = await ledger.ofDelivery(delivery.id)
      assert.equal(entries.length, projection.items.length, delivery.id)
      const written = new Set<string>(entries.map(({ itemId }) => itemId))
      assert.ok(projection.items.every(({ itemId }) => itemId === undefined || written.has(itemId)))
    }
    const takenBack = left.messages.filter(({ kind }) => kind === 'Recall' || kind === 'Correction')
    assert.equal(takenBack.length, 3)
    for (const { id, caseId, message } of takenBack) {
      const readers = new Set<string>(
        (await ledger.ofItems(caseId, affectedItems(message))).map(({ mandate }) => mandate),
      )
      const told = left.parcels.filter(({ stored }) => stored.id === id).map(({ delivery }) => delivery.mandate)
      const targets = await recalls.targets(id)
      assert.ok(readers.size >= 3)
      assert.deepEqual(told.toSorted(), [...readers].toSorted())
      assert.deepEqual(targets.map(({ mandate }) => mandate).toSorted(), [...readers].toSorted())
      assert.ok(targets.every(({ state }) => state === 'deleted'))
    }
  })

  it('H06A keeps every text of a withheld item out of the bytes of each parcel', () => {
    const kept = left.parcels.flatMap((parcel) => withheldTexts(parcel).map((text) => ({ text, parcel })))
    assert.ok(kept.length > 300, String(kept.length))
    for (const { text, parcel } of kept)
      assert.ok(!JSON.stringify(parcel.projection).includes(JSON.stringify(text).slice(1, -1)), parcel.delivery.id)
  })

  it('H06A keeps every text of an item out of the log', () => {
    const log = run.stderr.split('\n').filter((line) => line.startsWith('{'))
    assert.ok(log.length > 300, String(log.length))
    for (const text of allTexts(left)) assert.ok(!run.stderr.includes(text))
  })

  it('refuses to run in production', async () => {
    const refused = await start(['demo', '--once'], { NODE_ENV: 'production' }).ended
    assert.equal(refused.exitCode, 2)
    assert.equal(refused.stdout, '')
  })

  it('stays up for a newcomer to send a case of their own and to receive it as the social worker', async () => {
    await seen(up, /q ends/)
    const environment = { PASSERELLE_HOME: join(tried, 'network') }
    const sent = await start(['send', '--as', 'probation-counsellor', join(tried, 'my-case.json')], environment).ended
    assert.equal(sent.exitCode, 0, sent.stderr)
    const received = await receivedUntil(/Your Invented Person/, environment)
    assert.match(received, /Your Invented Person/)
    assert.doesNotMatch(received, /Only the mediator needs this sentence/)
  })

  it('carries a native record that its sender mapped before signing, attested by the originator', async function () {
    needsFixturesHere(this)
    const environment = { PASSERELLE_HOME: join(tried, 'network') }
    const record = join(fixturesDir(), 'hmpps-resettlement-passport-api/appointments/appointment.json')
    const mapped = ['--dialect', 'hmpps', '--record', 'appointments', '--case', 'NATIVE-1', '--to', 'probation-paris']
    const sent = await start(['send', '--as', 'prison-paris', ...mapped, '--', record], environment).ended
    assert.equal(sent.exitCode, 0, sent.stderr)
    assert.match(sent.stderr, /4 values are not mapped/)
    const received = await receivedUntil(/./, environment, ['--as', 'probation-counsellor', '--json'])
    const [projection] = z.array(projectionSchema).parse(JSON.parse(received))
    assert.deepEqual(
      [projection?.attested, projection?.sender, projection?.kind],
      ['originator', 'prison-paris', 'CaseHandover'],
    )
    assert.match(received, /Unallocated Staff/)
  })

  it('H06A keeps every text of an item out of the metrics', async () => {
    const [, address = ''] = await seen(up, /metrics\s+(http:\S+)/)
    const text = await (await fetch(address, { signal: AbortSignal.timeout(5000) })).text()
    assert.match(text, /passerelle_deliveries_total/)
    for (const value of allTexts(left)) assert.ok(!text.includes(value))
  })

  it('ends with 0 when it is told to', async () => {
    up.child.stdin?.write('q\n')
    assert.equal((await up.ended).exitCode, 0)
  })
})

const TRIES = 10

/** What a recipient receives, the social worker unless told otherwise, until that is in it; the second walk may still be on its way. */
async function receivedUntil(
  wanted: RegExp,
  environment: NodeJS.ProcessEnv,
  flags = ['--as', 'pairs-social-worker'],
): Promise<string> {
  let received = ''
  for (let tries = 0; tries < TRIES && !wanted.test(received); tries += 1) {
    const { stdout } = await start(['receive', ...flags], environment).ended
    if (!stdout.startsWith('nothing waits') && stdout.trim() !== '[]') received += stdout
  }
  return received
}

/** Long enough to be somebody's words or name, not a code that stands in many places. */
const MIN_TEXT_CHARS = 12

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.length >= MIN_TEXT_CHARS && value.includes(' ') ? [value] : []
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

const textsOf = ({
  value,
  rungs,
  subjectStatement,
  evidenceFor,
  evidenceAgainst,
  missingInformation,
}: Item): readonly string[] =>
  textsIn([value, rungs, subjectStatement, evidenceFor, evidenceAgainst, missingInformation])

const allTexts = ({ messages }: LeftBehind): ReadonlySet<string> => {
  const texts = new Set(messages.flatMap(({ message }) => itemsOf(message).flatMap(textsOf)))
  assert.ok(texts.size > 200)
  return texts
}

/** Texts of items of which nothing, or only that they exist, was shown, unless another item that was shown says the same. */
function withheldTexts({ stored, record }: OpenedParcel): readonly string[] {
  const shown = new Set(
    record.items.filter(({ outcome }) => outcome === 'passed' || outcome === 'generalised').map(({ itemId }) => itemId),
  )
  const items = itemsOf(stored.message)
  const said = new Set(items.filter(({ itemId }) => shown.has(itemId)).flatMap(textsOf))
  return items
    .filter(({ itemId }) => !shown.has(itemId))
    .flatMap((item) => textsOf(item).filter((text) => !said.has(text)))
}
