/** Room 3 by itself: names against a vocabulary and a date of its own, native records, and a case whose past is not there. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { parseInstant } from '#policies/language/instant.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import { parsePolicy } from '#policies/language/text.ts'
import { uuidFrom } from '#gateway/core/canonical-json.ts'
import { buildPolicy } from '#gateway/rooms/activate-policy.ts'
import { checkNames } from '#gateway/rooms/check-names.ts'
import { circumstancesOf } from '#gateway/rooms/circumstances.ts'
import { readNative } from '#gateway/rooms/read-native.ts'
import { DIALECTS } from '#adapters/dialects/registered.ts'
import { aHandover, aReferral, anItemText } from '#test/support/messages.ts'
import { aSeat, parsedMessage } from '#test/support/routed.ts'
import type { Seat } from '#test/support/routed.ts'

const TEXT = readFileSync(resolve(import.meta.dirname, '../../../policies/packs/france-prison-exit.json'), 'utf8')

function theSet(): PolicySet {
  const parsed = parsePolicy(TEXT, 'pack')
  assert.ok(parsed.ok)
  return parsed.set
}

const ASKING = {
  kind: 'InformationRequest',
  caseId: 'DEMO-2026-01',
  purpose: 'sentence-execution',
  legalBasisId: 'fr.cpen.r113-49',
  necessity: 'The report is due before the hearing.',
  until: '2099-01-01',
}

describe('checkNames', () => {
  const set = theSet()
  const ofRecords: PolicySet = { ...set, vocabulary: { ...set.vocabulary, records: ['person'] } }
  const REFUSED: readonly {
    readonly name: string
    readonly body: object
    readonly set?: PolicySet
    readonly now?: string
    readonly place: object
  }[] = [
    {
      name: 'a basis that has ended, with the one that follows it',
      body: aReferral(),
      now: '2030-01-01',
      place: { pointer: '/legalBasisId', code: 'not-valid-now', expected: 'fr.ncpp.l6422-1' },
    },
    {
      name: 'a basis that has ended and that none follows',
      body: aReferral({ legalBasisId: 'fr.cpp.741-1' }),
      now: '2030-01-01',
      place: { pointer: '/legalBasisId', code: 'not-valid-now' },
    },
    {
      name: 'a request for a section that nobody knows',
      body: { ...ASKING, sections: ['horoscope'] },
      place: { pointer: '/sections', code: 'name-unknown' },
    },
    {
      name: 'a record that the set does not know',
      body: aHandover({ items: [anItemText({ record: 'horoscope' })] }),
      set: ofRecords,
      place: { pointer: '/items/0/record', code: 'name-unknown' },
    },
  ]
  for (const { name, body, now = '2027-01-01', place, ...given } of REFUSED)
    it(`refuses ${name}`, () => {
      const checked = checkNames({ set: given.set ?? set, now: parseInstant(now) ?? 0 }, parsedMessage(body))
      assert.deepEqual(checked.ok ? [] : checked.problem.errors, [place])
    })

  it('takes a record that the set knows, and a request for sections that it has', () => {
    const now = parseInstant('2027-01-01') ?? 0
    const items = [anItemText({ record: 'person' })]
    assert.ok(checkNames({ set: ofRecords, now }, parsedMessage(aHandover({ items }))).ok)
    assert.ok(checkNames({ set, now }, parsedMessage({ ...ASKING, sections: ['family'] })).ok)
  })
})

describe('a policy that would withhold in silence what the door takes', () => {
  it('is told which terms it has no name for, and is not built', async () => {
    const text = TEXT.replaceAll('"first-appointment"', '"first-appointment-of-all"')
    const found = await buildPolicy(text, 'pack', parseInstant('2027-01-01') ?? 0)
    assert.ok(found.kind === 'faulty' && found.faults.some(({ at }) => at === '/vocabulary/terms'))
  })
})

describe('against an empty store', () => {
  let seat: Seat
  before(async () => {
    seat = await aSeat()
  })
  after(() => seat[Symbol.asyncDispose]())

  const NATIVE: readonly { readonly name: string; readonly native: unknown; readonly code: string }[] = [
    { name: 'of no shape', native: 'text', code: 'message-malformed' },
    { name: 'of no dialect', native: { dialect: 'klingon' }, code: 'dialect-unknown' },
    { name: 'that its dialect refuses', native: { dialect: 'hmpps', document: 'text' }, code: 'dialect-refused' },
    { name: 'without facts', native: { dialect: 'passerelle', record: 'case-summary' }, code: 'read' },
  ]
  for (const { name, native, code } of NATIVE)
    it(`answers ${code} to a native record ${name}`, () => {
      const whole = { dialect: 'x', record: 'needs', service: 'prison-paris', document: { items: [] } }
      const { items: _, ...envelope } = parsedMessage(aHandover()) as never as Record<string, unknown>
      const payload = { ...envelope, native: typeof native === 'object' ? { ...whole, ...native } : native }
      const read = readNative(
        { dialects: DIALECTS, now: seat.at, idOf: uuidFrom },
        { sender: seat.member('prison-paris'), payload, bytesDigest: '', kid: '', attested: 'originator' },
      )
      assert.equal(read.ok ? 'read' : read.problem.code, code)
    })

  const correctionOf = (caseId: string, items: readonly object[]): object => ({
    ...aHandover({ caseId, items }),
    kind: 'Correction',
    reason: 'inaccurate',
  })
  const uncarried = async (caseId: string, item: ReturnType<typeof anItemText>): Promise<boolean> => {
    const stored = await seat.stored('prison-paris', correctionOf(caseId, [item]))
    const parsed = await buildPolicy(TEXT, 'pack', seat.at)
    assert.ok(parsed.kind === 'built')
    const job = { edge: 'prison-to-court', mandate: 'sentence-judge' as never }
    const asked = { job, policy: parsed.policy, stored, at: seat.at, readUntil: seat.at }
    const found = await circumstancesOf({ registry: () => seat.registry }, seat.store.read, asked)
    assert.ok(typeof found !== 'string')
    return found.uncarried.has(item.itemId)
  }

  it('carries no correction of what nobody brought', async () => {
    assert.ok(await uncarried(`C-${randomUUID()}`, anItemText({ supersedes: randomUUID() })))
  })

  it('carries no correction of corrections that never come to an original', async () => {
    const caseId = `C-${randomUUID()}`
    const [a, b] = [randomUUID(), randomUUID()]
    const circle = [anItemText({ itemId: a, supersedes: b }), anItemText({ itemId: b, supersedes: a })]
    const stored = await seat.stored('prison-paris', correctionOf(caseId, circle))
    const named = [{ itemId: a as never }, { itemId: b as never }]
    await seat.store.transaction((tx) => tx.cases.addItems(stored.caseId, stored.id, named, seat.at))
    assert.ok(await uncarried(caseId, anItemText({ supersedes: a })))
  })
})
