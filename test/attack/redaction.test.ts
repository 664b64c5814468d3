/** What is withheld is nowhere: not in bytes, errors, logs, metrics or jobs, and not in the length, order or number of anything. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { after, before, describe, it } from 'mocha'
import { toCaseId } from '#gateway/core/ids.ts'
import type { ItemText } from '#gateway/core/item.ts'
import { refusal } from '#test/support/gateway.ts'
import type { Asking } from '#test/support/gateway.ts'
import { anItemText } from '#test/support/messages.ts'
import { samples } from '#test/support/samples.ts'
import {
  COURT,
  EVERYONE,
  INTERIOR,
  MEDIATOR,
  MINISTRY,
  ON_SENTENCE,
  PRISON,
  PROBATION,
  PSYCHOLOGIST,
  SOCIAL_WORKER,
  aCaseId,
  correction,
  employment,
  handover,
  housing,
  identity,
  last,
  openStage,
  recall,
  referral,
  shownOf,
  namesOf,
} from '#test/journey/stage.ts'
import type { Stage } from '#test/journey/stage.ts'

const MARK = 'ZQX-WITHHELD'

describe('what is withheld', () => {
  let stage: Stage
  let folder: string
  const counted: string[] = []
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'passerelle-redaction-'))
    stage = await openStage({ database: join(folder, 'gateway.db'), limits: { sampleOneIn: 1 } })
    Object.assign(stage.gateway.deps.meter, {
      count: (name: string, labels: object = {}) => counted.push(`${name} ${JSON.stringify(labels)}`),
      observe: (name: string, value: number, labels: object = {}) =>
        counted.push(`${name} ${value} ${JSON.stringify(labels)}`),
    })
  })
  after(async () => {
    await stage[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  const everythingSaid = (): string => JSON.stringify([stage.gateway.log, counted])

  it('H06A is in no recipient’s bytes, in no answer, log line, metric or job', async () => {
    const caseId = aCaseId()
    const secretly = (section: string, term: string, more: Partial<ItemText> = {}): ItemText =>
      anItemText({ section, term, value: `${MARK} ${section}`, ...more })
    const items = [
      secretly('employment', 'employment-status', { releasableTo: ['prison-intelligence'] }),
      secretly('accommodation', 'accommodation-type', { releaseUntil: '2026-01-02' }),
      secretly('health', 'health-cover', { receivedInConfidence: true, secrecyRegime: 'medical' }),
      secretly('release-plan', 'release-type', { tlp: 'TLP:RED' }),
      secretly('release-plan', 'release-transport', { rungs: { g2: [`${MARK} rung`] }, secrecyRegime: 'lawyer' }),
      identity(),
    ]
    const id = await stage.send(PRISON, handover(caseId, items))
    const read: string[] = []
    for (const asking of EVERYONE) {
      const listed = await stage.gateway.ask(asking, 'get', '/v1/deliveries')
      read.push(listed.text, JSON.stringify(await stage.inbox(asking, caseId)))
    }
    read.push(JSON.stringify(await stage.stateOf(PRISON, id)))
    read.push(JSON.stringify(await stage.gateway.deps.store.read.outbox.ofMessage(id as never)))
    read.push(JSON.stringify(await stage.gateway.deps.store.read.audit.rows(1, 100_000)))
    const bad = { ...handover(caseId, [secretly('employment', MARK.toLowerCase())]), legalBasisId: 'fr.cpen.r113-49' }
    read.push((await stage.gateway.send('prison-paris', bad)).text)
    const worse = handover(caseId, [{ ...identity(), [MARK]: MARK, value: { [MARK]: MARK } } as never])
    read.push((await stage.gateway.send('prison-paris', worse)).text)
    read.push(everythingSaid())
    assert.ok(
      read.some((text) => text.includes('DEMO-MARTIN')),
      'the search itself finds what did pass',
    )
    for (const text of read) assert.ok(!text.toUpperCase().includes(MARK), text.slice(0, 400))
  })

  it('because it is marked SECRET is refused with nothing stored of it', async () => {
    const caseId = aCaseId()
    for (const classification of ['secret', 'tres-secret'] as const) {
      const item = employment({ value: 'QQ-SECRET-QQ', classification })
      const refused = refusal(422, await stage.gateway.send('prison-paris', handover(caseId, [item])))
      assert.deepEqual(
        [refused.code, refused.errors?.[0]?.pointer],
        ['classification-too-high', '/items/0/classification'],
      )
    }
    const { read } = stage.gateway.deps.store
    const inCase = toCaseId(caseId)
    assert.ok(inCase !== undefined)
    const stored = async (): Promise<string> =>
      JSON.stringify([await read.messages.ofCase(inCase), await read.audit.rows(1, 100_000)])
    assert.ok(!(await stored()).includes('QQ-SECRET-QQ'))
    const passing = employment({ value: 'QQ-STORED-QQ' })
    await stage.send(PRISON, handover(caseId, [passing]))
    assert.ok((await stored()).includes('QQ-STORED-QQ'), 'the search finds what is stored')
    const files = readdirSync(folder)
    assert.ok(files.length > 0)
    for (const file of files) assert.doesNotMatch(readFileSync(join(folder, file), 'latin1'), /QQ-(SECRET|STORED)-QQ/)
    assert.doesNotMatch(everythingSaid(), /QQ-(SECRET|STORED)-QQ/)
  })

  describe('by a marking', () => {
    const SEEN: readonly {
      readonly name: string
      readonly item: Partial<ItemText>
      readonly by: readonly Asking[]
      readonly notBy: readonly Asking[]
    }[] = [
      {
        name: 'Diffusion Restreinte is for cleared members',
        item: { classification: 'diffusion-restreinte' },
        by: [PROBATION, COURT],
        notBy: [SOCIAL_WORKER],
      },
      {
        name: 'H3 stays with members of the provider’s own regime',
        item: { handling: ['H3'], conditions: ['no-onward'] },
        by: [PROBATION, COURT],
        notBy: [SOCIAL_WORKER],
      },
      {
        name: 'H2 of another originator needs its consent',
        item: { handling: ['H2'], originator: 'prison-intelligence' },
        by: [],
        notBy: [PROBATION, COURT, SOCIAL_WORKER],
      },
      {
        name: 'TLP:RED is for the mandates it names',
        item: { tlp: 'TLP:RED', releasableTo: [PROBATION.mandate, SOCIAL_WORKER.mandate] },
        by: [PROBATION, SOCIAL_WORKER],
        notBy: [COURT],
      },
      {
        name: 'what was received in confidence stays in its secrecy',
        item: { receivedInConfidence: true, secrecyRegime: 'spip' },
        by: [PROBATION],
        notBy: [COURT, SOCIAL_WORKER],
      },
      {
        name: 'what a lawyer was told is for nobody',
        item: { secrecyRegime: 'lawyer' },
        by: [],
        notBy: [PROBATION, COURT, SOCIAL_WORKER],
      },
    ]
    for (const { name, item, by, notBy } of SEEN)
      it(name, async () => {
        const caseId = aCaseId()
        await stage.send(PRISON, handover(caseId, [employment(item)]))
        await stage.send(PROBATION, referral(caseId, [employment(item)]))
        for (const asking of by) {
          const seen = (await stage.inbox(asking, caseId)).flatMap((one) => shownOf(one))
          assert.ok(
            seen.some(([, , value]) => value === 'apprentice-baker'),
            String(asking.mandate),
          )
        }
        for (const asking of notBy) assert.deepEqual(await stage.inbox(asking, caseId), [], String(asking.mandate))
      })

    it('H1 keeps an item out of judicial decisions, and its condition goes with it everywhere else', async () => {
      const caseId = aCaseId()
      const item = employment({ handling: ['H1'] })
      await stage.send(
        PRISON,
        handover(caseId, [item], {
          to: ['court-paris'],
          purpose: 'judicial-decision',
          legalBasisId: 'fr.cpen.r224-24',
        }),
      )
      assert.deepEqual(await stage.inbox(COURT, caseId), [])
      const other = aCaseId()
      await stage.send(PRISON, handover(other, [employment({ handling: ['H1'] })], { to: ['probation-paris'] }))
      assert.ok(last(await stage.inbox(PROBATION, other)).conditions.includes('no-judicial-use'))
    })

    it('a clinical secret is named to others, and told to its own profession', async () => {
      const caseId = aCaseId()
      const item = anItemText({
        section: 'psychology',
        term: 'psychological-attendance',
        value: 'weekly',
        secrecyRegime: 'psychologist',
      })
      await stage.send(PROBATION, referral(caseId, [item], { facts: { minor: false, careTeam: 'pairs-team-1' } }))
      assert.deepEqual(shownOf(last(await stage.inbox(PSYCHOLOGIST, caseId))), [
        ['psychological-attendance', 'full', 'weekly'],
      ])
      assert.deepEqual(shownOf(last(await stage.inbox(SOCIAL_WORKER, caseId))), [['psychology', 'existence']])
      const told = last(await stage.inbox(MEDIATOR, caseId))
      assert.deepEqual(told.items, [])
      assert.deepEqual(told.withheld, [{ section: 'psychology', kind: 'policy-declared', reason: 'policy' }])
    })
  })

  describe('in silence', () => {
    interface Seen {
      readonly listed: readonly string[]
      readonly projections: readonly unknown[]
      readonly lengths: readonly number[]
    }
    const blank = (value: unknown, ids: readonly string[]): unknown =>
      JSON.parse(ids.reduce((text, id) => text.replaceAll(id, 'ID'), JSON.stringify(value)))

    /** Everything that this mandate can see of the case, random values aside. */
    const seenBy = async (asking: Asking, caseId: string): Promise<Seen> => {
      const called = await namesOf(stage.gateway, caseId)
      const listed = (await stage.gateway.deliveries(asking)).filter((entry) => called.has(entry.caseId))
      const projections: unknown[] = []
      const lengths: number[] = []
      for (const { id, messageId, caseId: handle } of listed) {
        const { text } = await stage.gateway.collect(asking, id)
        const opened = await stage.gateway.open(text)
        projections.push(blank({ ...opened, iat: 0 }, [id, messageId, handle]))
        lengths.push(text.length)
      }
      return { listed: listed.map((entry) => Object.keys(entry).join()), projections, lengths }
    }

    /** A whole life of a case: handover, correction and recall of what is withheld among it. */
    const live = async (shared: readonly ItemText[], withheld: readonly ItemText[]): Promise<string> => {
      const caseId = aCaseId()
      await stage.send(PRISON, handover(caseId, [...withheld, ...shared]))
      const [first, ...others] = withheld
      if (first !== undefined)
        await stage.send(PRISON, correction(caseId, [{ ...first, itemId: randomUUID(), supersedes: first.itemId }]))
      if (others.length > 0) await stage.send(PRISON, recall(caseId, others))
      if (first !== undefined) await stage.send(PRISON, handover(caseId, [{ ...first, itemId: randomUUID() }]))
      return caseId
    }

    it('Law 11: nothing leaks from what is silent: two cases that differ only in it give the same content, and messages, pages, counts, order and answers of the same shape and length', async function () {
      this.timeout(240_000)
      const aWithheld = fc
        .record({
          section: fc.constantFrom('employment', 'accommodation', 'health', 'finance'),
          handling: fc.constantFrom<readonly ('H1' | 'H2')[]>([], ['H1'], ['H2']),
          conditions: fc.constantFrom<readonly string[]>([], ['no-onward']),
          size: fc.integer({ min: 1, max: 4000 }),
          nature: fc.constantFrom('fact' as const, 'assessment' as const),
        })
        .map(({ size, section, ...labels }) => {
          const term =
            {
              employment: 'education-level',
              accommodation: 'accommodation-stability',
              health: 'health-cover',
              finance: 'identity-papers',
            }[section] ?? ''
          return { section, term, value: 'w'.repeat(size), ...labels }
        })
      const shared = [identity(), employment({ value: 'baker' }), housing()]
      const withIds = (items: readonly Partial<ItemText>[]): readonly ItemText[] =>
        items.map((item) => anItemText({ ...item, releasableTo: ['court-paris'] }))
      let seen = 0
      const property = fc.asyncProperty(
        fc.array(aWithheld, { maxLength: 4 }),
        fc.array(aWithheld, { maxLength: 4 }),
        async (one, other) => {
          const cases = [await live(shared.map(fresh), withIds(one)), await live(shared.map(fresh), withIds(other))]
          for (const asking of [PROBATION, INTERIOR, MINISTRY, SOCIAL_WORKER]) {
            const [a, b] = [await seenBy(asking, cases[0] ?? ''), await seenBy(asking, cases[1] ?? '')]
            seen += a.listed.length
            assert.deepEqual(b.listed, a.listed)
            assert.deepEqual(b.lengths, a.lengths)
            assert.deepEqual(b.projections, a.projections)
          }
        },
      )
      await fc.assert(property, { numRuns: samples(4) })
      assert.ok(seen > 0, 'nobody was shown anything')
    })

    it('H073 an update that touches only what is withheld sends nothing', async () => {
      const withheld = anItemText({ section: 'employment', term: 'education-level', releasableTo: ['court-paris'] })
      const caseId = await live([identity()], [withheld])
      assert.equal((await seenBy(PROBATION, caseId)).listed.length, 1)
    })

    /** The same ids in both cases: ids are random values, and of one length. */
    const fresh = (item: ItemText): ItemText => ({ ...item })

    it('an item that a choice left out leaves none of its conditions and bases behind', async () => {
      const caseId = aCaseId()
      await stage.gateway.choose(SOCIAL_WORKER, { depth: 'D4', optOut: ['accommodation'] }, caseId)
      const left = housing({ conditions: ['no-judicial-use'] })
      await stage.send(PROBATION, referral(caseId, [employment(), left]))
      const received = last(await stage.inbox(SOCIAL_WORKER, caseId))
      assert.deepEqual(received.withheld, [{ section: 'accommodation', kind: 'your-choice', reason: 'choice' }])
      assert.ok(!received.conditions.includes('no-judicial-use'))
      const other = aCaseId()
      await stage.send(PROBATION, referral(other, [{ ...left, itemId: randomUUID() }]))
      assert.ok(last(await stage.inbox(SOCIAL_WORKER, other)).conditions.includes('no-judicial-use'))
    })

    it('H075 is refused like what is not there', async () => {
      const caseId = aCaseId()
      const item = employment({ releasableTo: ['court-paris'] })
      const id = await stage.send(PRISON, handover(caseId, [item], { to: ['court-paris'] }))
      const ack = (inReplyTo: string): object => ({ kind: 'HandoverAck', caseId, ...ON_SENTENCE, inReplyTo })
      const texts = [id, randomUUID()].map(async (about) => {
        const { text } = await stage.gateway.send('probation-paris', ack(about))
        return blank(text, [...(/urn:uuid:[0-9a-f-]+/.exec(text) ?? [])])
      })
      const [there, absent] = await Promise.all(texts)
      assert.deepEqual(there, absent)
    })
  })
})
