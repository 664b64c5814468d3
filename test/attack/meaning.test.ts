/** Attacks on the meaning of a disclosure: what a curious recipient, a careless officer or a hostile member could make of it. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, it } from 'mocha'
import type { Ceiling } from '#policies/engine/ceiling.ts'
import { decide } from '#policies/engine/decide.ts'
import type { Level } from '#policies/language/level.ts'
import { parsePolicy } from '#policies/language/text.ts'
import { factsTogether } from '#gateway/core/case-facts.ts'
import { itemSchema } from '#gateway/core/item.ts'
import type { OrganisationId } from '#gateway/core/ids.ts'
import type { ItemText } from '#gateway/core/item.ts'
import { label } from '#gateway/core/label.ts'
import { messageSchema } from '#gateway/core/message.ts'
import type { CaseFacts } from '#gateway/core/message.ts'
import type { ProblemPlace } from '#gateway/core/problem.ts'
import { projectItem } from '#gateway/core/project-item.ts'
import type { ProjectedItem } from '#gateway/core/projection.ts'
import { participantOf } from '#gateway/core/routing.ts'
import { follows } from '#gateway/core/workflow.ts'
import { SECTIONS } from '#gateway/core/vocabulary/sections.ts'
import { understand } from '#gateway/rooms/understand.ts'
import { aTestNetwork } from '#test/support/example-network.ts'
import { aHandover, anItemText } from '#test/support/messages.ts'

const FRANCE_PACK = resolve(import.meta.dirname, '../../policies/packs/france-prison-exit.json')
const NOW = Date.parse('2026-11-21T09:00:00Z')

const aCeiling = (changes: Partial<Ceiling>): Ceiling => ({
  level: 'full',
  omission: 'silent',
  rules: ['permit'],
  conditions: [],
  bases: [],
  rungs: {},
  because: [],
  ...changes,
})

/** The item as it leaves at that level, which must be one at which something leaves. */
function shownAt(level: Level, item: Partial<ItemText>, rungs: Ceiling['rungs'] = {}): ProjectedItem {
  const read = itemSchema.parse(anItemText(item))
  const situation = { at: NOW, isSuperseded: false, windowMonths: {}, attested: 'originator' } as const
  const request = { item: read, labelled: label(read, situation), ceiling: aCeiling({ level, rungs }), level }
  const shown = projectItem(request)
  assert.ok(shown !== undefined)
  return shown
}

const GENERALISED = {
  section: 'incidents',
  term: 'disciplinary-sanction',
  value: undefined,
  rungs: { g2: ['sanctioned'] },
  observedAt: '2026-10-13T14:05:00Z',
  recordedAt: '2026-10-14',
  validUntil: '2027-03-17',
  method: 'interview at the clinic on the hill',
} as const satisfies Partial<ItemText>

describe('beside a value that is generalised or only named', () => {
  for (const level of ['existence', 'summary'] as const)
    it(`no date is told to the day: ${level}`, () => {
      assert.equal(shownAt(level, GENERALISED).level, level)
      assert.doesNotMatch(JSON.stringify(shownAt(level, GENERALISED)), /\d{4}-\d{2}-\d{2}/)
    })

  it('no text of the sender says how it came about', () => {
    for (const level of ['existence', 'summary'] as const)
      assert.equal(JSON.stringify(shownAt(level, GENERALISED)).includes('clinic'), false)
  })

  it('a date is told no finer than the rung that policy sets for dates', () => {
    const shown = shownAt('summary', GENERALISED, { date: 'g3' })
    assert.deepEqual([shown.observedAt, shown.quality.asOf, shown.quality.validUntil], ['2026', '2026', '2027'])
  })
})

describe('the place of an item in its native record', () => {
  const place = { record: 'case-notes', at: '/caseNotes/7/psychology' }

  it('goes to nobody where the item was mapped: it counts what came before, and names what is only said to exist', () => {
    for (const level of ['existence', 'full'] as const) {
      const shown = shownAt(level, { ...place })
      assert.deepEqual([shown.at, shown.record], [undefined, undefined])
    }
  })

  it('goes along where the record is handed on in its own form', () => {
    const shown = shownAt('existence', { ...place, section: 'persons' })
    assert.deepEqual([shown.at, shown.record], [place.at, place.record])
  })
})

const parsed = parsePolicy(readFileSync(FRANCE_PACK, 'utf8'), FRANCE_PACK)
if (!parsed.ok) throw new Error('the France pack has faults')
const { set } = parsed

describe('what an item says of its own use', () => {
  /** Where the message is refused, or nothing where it is understood. */
  async function faultsOf(item: Partial<ItemText>): Promise<readonly ProblemPlace[]> {
    const { registry } = await aTestNetwork(NOW)
    const sender = participantOf(registry, 'prison-paris')
    assert.ok(sender !== undefined)
    const envelope = { sch: 'passerelle/1', iss: sender.uri, aud: 'broker', iat: 0, jti: randomUUID() }
    const payload = { ...envelope, ...aHandover({ items: [anItemText(item)] }) }
    const verified = { sender, payload, bytesDigest: '', kid: '', attested: 'originator' } as const
    const understood = understand({ dialects: [], set, now: NOW, idOf: String }, verified)
    return understood.ok ? [] : (understood.problem.errors ?? [])
  }

  it('binds its sender too: a message for another purpose is refused with it', async () => {
    const faults = await faultsOf({ purposes: ['health-care'] })
    assert.deepEqual(faults, [{ pointer: '/items/0/purposes', code: 'not-for-this-purpose' }])
  })

  it('binds its sender too: it is refused on legal bases of which none is in force', async () => {
    const faults = await faultsOf({ legalBasisIds: ['fr.ncpp.l6422-1', 'fr.unknown.1'] })
    assert.deepEqual(faults, [{ pointer: '/items/0/legalBasisIds', code: 'not-valid-now' }])
  })

  it('lets it go where its purposes and one of its bases hold', async () => {
    const uses = { purposes: ['health-care', 'release-preparation'], legalBasisIds: ['eu.led.8', 'fr.ncpp.l6422-1'] }
    assert.deepEqual(await faultsOf(uses), [])
  })
})

describe('the France pack', () => {
  const floor = SECTIONS.flatMap(({ terms }) => terms).filter(({ isFloor }) => isFloor)

  for (const type of ['PS', 'PP', 'PM'])
    it(`withholds no term of the safety floor from ${type} because the person was not told of it`, () => {
      const facts = { 'recipient.type': type, 'edge.regime': 'GDPR', 'edge.purpose': 'disengagement-support' }
      const question = { at: NOW, milestones: {}, facts: { ...facts, 'case.minor': false } }
      const withheld = floor.filter(({ id, section }) => {
        const item = itemSchema.parse(anItemText({ section, term: id, value: null, subjectInformed: 'no' }))
        const situation = { at: NOW, isSuperseded: false, windowMonths: {}, attested: 'originator' } as const
        return decide(set, question, label(item, situation)).rules.includes('limit.person-not-informed')
      })
      assert.deepEqual(
        withheld.map(({ id }) => id),
        [],
      )
    })
})

describe('facts that several members state of one case', () => {
  const measure = (id: string, until?: string): NonNullable<CaseFacts['measures']>[number] => ({
    id,
    type: 'probation',
    from: '2025-01-01',
    sections: [],
    ...(until === undefined ? {} : { until }),
  })

  it('keep the measures of each: nobody ends another member’s by not naming it', () => {
    const together = factsTogether([
      { by: 'prison', facts: { measures: [measure('a'), measure('b')] } },
      { by: 'probation', facts: { measures: [measure('d')] } },
    ])
    assert.deepEqual(
      together.measures?.map(({ id }) => id),
      ['a', 'b', 'd'],
    )
  })

  it('take no consent for standing that a later list leaves out, whoever wrote it', () => {
    const together = factsTogether([
      { by: 'prison', facts: { informed: [{ id: 'c', sections: ['health'] }] } },
      { by: 'probation', facts: { informed: [] } },
    ])
    assert.deepEqual(together.informed, [])
  })

  it('take of one measure the latest word, and of each member its last list', () => {
    const together = factsTogether([
      { by: 'prison', facts: { measures: [measure('a'), measure('b')] } },
      { by: 'probation', facts: { measures: [measure('a', '2026-01-01')] } },
    ])
    assert.deepEqual(together.measures, [measure('a', '2026-01-01'), measure('b')])
    const after = factsTogether([
      { by: 'prison', facts: { measures: [measure('a')] } },
      { by: 'prison', facts: { measures: [] } },
    ])
    assert.deepEqual(after.measures, [])
  })
})

describe('a version that replaces itself', () => {
  const ids = [randomUUID(), randomUUID()] as const
  for (const [name, items] of [
    ['at once', [{ itemId: ids[0], supersedes: ids[0] }]],
    ['in a circle', ids.map((itemId, index) => ({ itemId, supersedes: ids[1 - index] }))],
  ] as const)
    it(`${name} is refused: it would be past when it comes, and a ban in it never shown`, () => {
      const texts = items.map((item) => anItemText(item))
      const message = messageSchema.parse({
        sch: 'passerelle/1',
        iss: 'prison',
        aud: 'broker',
        iat: 0,
        jti: randomUUID(),
        ...aHandover({ items: texts }),
      })
      const before = { ownerOf: () => undefined, organisationOf: () => undefined }
      assert.equal(follows(message, 'prison-paris' as OrganisationId, before).ok, false)
    })
})
