/** Every modifier of a choice through the real doors: per organisation, per practitioner, per case. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { printInstant } from '#policies/language/instant.ts'
import type { ChoiceText } from '#gateway/core/choice.ts'
import { choiceViewSchema } from '#gateway/http/agency/schemas.ts'
import { expectStatus, refusal } from '#test/support/gateway.ts'
import type { Asking } from '#test/support/gateway.ts'
import { anItemText } from '#test/support/messages.ts'
import {
  DAY_MS,
  ON_SUPPORT,
  PRISON,
  PROBATION,
  SOCIAL_WORKER,
  aCaseId,
  ban,
  employment,
  handover,
  housing,
  incident,
  last,
  openStage,
  referral,
  shownOf,
} from './stage.ts'
import type { Stage } from './stage.ts'

describe('a choice', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage()
  })
  after(() => stage[Symbol.asyncDispose]())

  const ago = (days: number): string => printInstant(stage.gateway.now() - days * DAY_MS)
  const OF_PAIRS: Asking = { organisation: 'pairs-paris' }
  const OF_PROBATION: Asking = { organisation: 'probation-paris' }
  const chosen = async (asking: Asking, choice: ChoiceText, caseId: string): Promise<void> =>
    stage.gateway.choose(asking, choice, caseId)
  /** Terms or sections that the last delivery shows. */
  const names = async (asking: Asking, caseId: string): Promise<readonly unknown[]> => {
    const received = await stage.inbox(asking, caseId)
    return received.length === 0 ? [] : shownOf(last(received)).map(([name]) => name)
  }

  it('of D0 shows the contact sheet, and D1 the essentials, with what was left out named as chosen', async () => {
    const caseId = aCaseId()
    await chosen(SOCIAL_WORKER, { depth: 'D0' }, caseId)
    await stage.send(PROBATION, referral(caseId, [anItemText(), employment(), ban()]))
    const least = last(await stage.inbox(SOCIAL_WORKER, caseId))
    assert.deepEqual(
      shownOf(least).map(([name]) => name),
      ['first-appointment', 'prohibition-contact'],
    )
    assert.deepEqual(least.withheld, [{ section: 'employment', kind: 'your-choice', reason: 'choice' }])
    await chosen(SOCIAL_WORKER, { depth: 'D1' }, caseId)
    await stage.gateway.settled()
    assert.deepEqual(await names(SOCIAL_WORKER, caseId), [
      'first-appointment',
      'employment-status',
      'prohibition-contact',
    ])
  })

  it('that is taken back before anything of it was opened brings nothing again that was acknowledged, and leaves nothing of it waiting', async () => {
    const caseId = aCaseId()
    await chosen(SOCIAL_WORKER, { depth: 'D0' }, caseId)
    await stage.send(PROBATION, referral(caseId, [anItemText(), employment(), ban()]))
    assert.equal((await stage.inbox(SOCIAL_WORKER, caseId)).length, 1)
    const [first] = (await stage.gateway.deliveries(SOCIAL_WORKER)).slice(-1)
    assert.ok(first !== undefined)
    await stage.gateway.acknowledge(SOCIAL_WORKER, first.id)
    const all = (await stage.gateway.deliveries(SOCIAL_WORKER)).length
    await chosen(SOCIAL_WORKER, { depth: 'D1' }, caseId)
    await stage.gateway.settled()
    assert.equal((await stage.gateway.deliveries(SOCIAL_WORKER)).length, all + 1)
    await chosen(SOCIAL_WORKER, { depth: 'D0' }, caseId)
    await stage.gateway.settled()
    const left = await stage.gateway.deliveries(SOCIAL_WORKER)
    assert.equal(left.length, all)
    assert.deepEqual([left.at(-1)?.id, left.at(-1)?.state], [first.id, 'acknowledged'])
    await chosen(SOCIAL_WORKER, { depth: 'D1' }, caseId)
    await stage.gateway.settled()
    assert.deepEqual(await names(SOCIAL_WORKER, caseId), [
      'first-appointment',
      'employment-status',
      'prohibition-contact',
    ])
  })

  it('for one section is that section’s alone', async () => {
    const caseId = aCaseId()
    await chosen(SOCIAL_WORKER, { depth: 'D0', sections: { employment: 'D2' } }, caseId)
    await stage.send(PROBATION, referral(caseId, [employment(), housing()]))
    assert.deepEqual(await names(SOCIAL_WORKER, caseId), ['employment-status'])
  })

  it('opts out of a section, but never of the safety floor', async () => {
    const caseId = aCaseId()
    await chosen(SOCIAL_WORKER, { depth: 'D4', optOut: ['employment', 'measures'] }, caseId)
    await stage.send(PROBATION, referral(caseId, [employment(), ban()]))
    assert.deepEqual(await names(SOCIAL_WORKER, caseId), ['prohibition-contact'])
  })

  it('of facts only leaves assessments out', async () => {
    const caseId = aCaseId()
    await chosen(SOCIAL_WORKER, { depth: 'D4', factsOnly: true }, caseId)
    await stage.send(PROBATION, referral(caseId, [employment({ nature: 'assessment' }), housing()]))
    assert.deepEqual(await names(SOCIAL_WORKER, caseId), ['accommodation-type'])
  })

  it('to be asked holds what is new at its title, until it was acknowledged and pulled up', async () => {
    const caseId = aCaseId()
    await chosen(SOCIAL_WORKER, { depth: 'D2', askMe: true }, caseId)
    await stage.send(PROBATION, referral(caseId, [employment()]))
    const [title] = await stage.read(SOCIAL_WORKER, caseId)
    assert.ok(title !== undefined)
    assert.deepEqual(shownOf(title), [['employment', 'existence']])
    assert.deepEqual(title.items[0]?.author, { role: 'probation-counsellor' })
    await stage.pass(1000)
    expectStatus(202, await stage.pullUp(SOCIAL_WORKER, title.jti, 'D3'))
    await stage.gateway.settled()
    assert.deepEqual(await names(SOCIAL_WORKER, caseId), ['employment-status'])
  })

  describe('of reach', () => {
    const REACHES: readonly { readonly name: string; readonly choice: ChoiceText; readonly seen: readonly string[] }[] =
      [
        { name: 'months', choice: { depth: 'D4', reach: { kind: 'months', months: 6 } }, seen: ['four'] },
        { name: 'the year that D3 has by itself', choice: { depth: 'D3', versions: 'all' }, seen: ['four', 'nine'] },
        { name: 'no end, which D4 has by itself', choice: { depth: 'D4' }, seen: ['four', 'nine', 'thirty'] },
        {
          name: 'a milestone of the case',
          choice: { depth: 'D4', reach: { kind: 'since', milestone: 'release' } },
          seen: ['four', 'nine'],
        },
        {
          name: 'a milestone that nobody stated',
          choice: { depth: 'D4', reach: { kind: 'since', milestone: 'transfer' } },
          seen: [],
        },
        {
          name: 'what was read last, where nothing was',
          choice: { depth: 'D4', reach: { kind: 'since', milestone: 'last-read' } },
          seen: [],
        },
      ]
    for (const { name, choice, seen } of REACHES)
      it(`shows the past within ${name}`, async () => {
        const caseId = aCaseId()
        await chosen(PROBATION, choice, caseId)
        const past = [
          incident({ value: 'four', observedAt: ago(120) }),
          incident({ value: 'nine', observedAt: ago(270) }),
          incident({ value: 'thirty', observedAt: ago(900) }),
        ]
        const facts = { minor: false, milestones: { release: ago(300) } }
        await stage.send(PRISON, handover(caseId, past, { to: ['probation-paris'], facts }))
        const received = await stage.inbox(PROBATION, caseId)
        assert.deepEqual(
          received.flatMap((one) => shownOf(one)).map(([, , value]) => value),
          seen,
        )
      })

    it('shows the past since a date', async () => {
      const caseId = aCaseId()
      await chosen(PROBATION, { depth: 'D4', reach: { kind: 'since-date', date: ago(200) } }, caseId)
      await stage.send(
        PRISON,
        handover(
          caseId,
          [incident({ value: 'four', observedAt: ago(120) }), incident({ value: 'nine', observedAt: ago(270) })],
          { to: ['probation-paris'] },
        ),
      )
      assert.deepEqual(
        (await stage.inbox(PROBATION, caseId)).flatMap((one) => shownOf(one)).map(([, , value]) => value),
        ['four'],
      )
    })
  })

  it('of versions shows the standing one, or all', async () => {
    for (const [versions, seen] of [
      ['standing', ['new']],
      ['all', ['old', 'new']],
    ] as const) {
      const caseId = aCaseId()
      await chosen(PROBATION, { depth: 'D4', versions }, caseId)
      const old = employment({ value: 'old' })
      await stage.send(
        PRISON,
        handover(caseId, [old, employment({ value: 'new', supersedes: old.itemId })], { to: ['probation-paris'] }),
      )
      assert.deepEqual(
        shownOf(last(await stage.inbox(PROBATION, caseId))).map(([, , value]) => value),
        seen,
      )
    }
  })

  describe('of a delayed reveal', () => {
    it('opens by its date, by itself, also what came after it was made', async () => {
      const caseId = aCaseId()
      const until = printInstant(stage.gateway.now() + 10 * DAY_MS)
      await chosen(SOCIAL_WORKER, { depth: 'D2', delayedReveal: { until, meanwhile: 'D0' } }, caseId)
      await stage.send(PROBATION, referral(caseId, [employment(), anItemText()]))
      const [sealed] = await stage.read(SOCIAL_WORKER, caseId)
      assert.deepEqual(sealed?.withheld, [{ section: 'employment', kind: 'sealed-until', reason: 'delayed-reveal' }])
      await stage.pass(9 * DAY_MS)
      assert.equal((await stage.inbox(SOCIAL_WORKER, caseId)).length, 1)
      await stage.pass(2 * DAY_MS)
      assert.deepEqual(await names(SOCIAL_WORKER, caseId), ['employment-status', 'first-appointment'])
    })

    it('by date opens under a default choice too', async () => {
      const caseId = aCaseId()
      const until = printInstant(stage.gateway.now() + 2 * DAY_MS)
      await stage.gateway.choose(SOCIAL_WORKER, { depth: 'D2', delayedReveal: { until, meanwhile: 'D0' } })
      await stage.send(PROBATION, referral(caseId, [employment(), anItemText()]))
      assert.deepEqual(await names(SOCIAL_WORKER, caseId), ['first-appointment'])
      await stage.pass(3 * DAY_MS)
      assert.deepEqual(await names(SOCIAL_WORKER, caseId), ['employment-status', 'first-appointment'])
      await stage.gateway.choose(SOCIAL_WORKER, { depth: 'D4' })
    })

    it('opens at the n-th meeting that was recorded with this mandate', async () => {
      const caseId = aCaseId()
      await chosen(SOCIAL_WORKER, { depth: 'D2', delayedReveal: { meetings: 2, meanwhile: 'D0' } }, caseId)
      await stage.send(PROBATION, referral(caseId, [employment(), anItemText()]))
      await stage.read(SOCIAL_WORKER, caseId)
      const meeting = (attendees: readonly string[]): object => ({
        kind: 'MonthlyMeetingRecord',
        caseId,
        ...ON_SUPPORT,
        meetingOn: ago(1),
        attendees,
        items: [],
      })
      const referrals = async (): Promise<number> =>
        (await stage.inbox(SOCIAL_WORKER, caseId)).filter(({ kind }) => kind === 'Referral').length
      await stage.send(PROBATION, meeting(['pairs-social-worker']))
      await stage.send(PROBATION, meeting(['pairs-mediator']))
      assert.equal(await referrals(), 1)
      await stage.send(PROBATION, meeting(['pairs-social-worker', 'pairs-mediator']))
      assert.equal(await referrals(), 2)
      assert.deepEqual(await names(SOCIAL_WORKER, caseId), ['employment-status', 'first-appointment'])
    })
  })

  describe('of an organisation', () => {
    it('is the most that its practitioners may choose, overall and for a section', async () => {
      const caseId = aCaseId()
      await chosen(OF_PAIRS, { depth: 'D1', sections: { employment: 'D0' } }, caseId)
      const path = `/v1/choices/${caseId}`
      for (const body of [{ depth: 'D2' }, { depth: 'D1', sections: { employment: 'D1' } }]) {
        const { headers } = await stage.gateway.ask(SOCIAL_WORKER, 'get', path)
        const put = await stage.gateway.ask(SOCIAL_WORKER, 'put', path, {
          headers: { 'If-Match': String(headers['etag']) },
          body,
        })
        assert.equal(refusal(422, put).code, 'choice-above-organisation')
      }
      await stage.send(PROBATION, referral(caseId, [employment(), housing()]))
      const received = last(await stage.inbox(SOCIAL_WORKER, caseId))
      assert.deepEqual([received.depth, shownOf(received).map(([name]) => name)], ['D1', ['accommodation-type']])
      assert.equal(
        refusal(422, await stage.pullUp(SOCIAL_WORKER, received.jti, 'D3')).code,
        'choice-above-organisation',
      )
    })

    it('narrows a default that was deeper before', async () => {
      const caseId = aCaseId()
      await stage.send(PRISON, handover(caseId, [employment()], { to: ['probation-paris'] }))
      await chosen(OF_PROBATION, { depth: 'D0' }, caseId)
      await stage.gateway.settled()
      assert.deepEqual(await names(PROBATION, caseId), [])
    })
  })

  it('is pulled up with a reason by the mandate itself, never lowered, and recorded with a digest of the reason', async () => {
    const caseId = aCaseId()
    await chosen(SOCIAL_WORKER, { depth: 'D1', sections: { accommodation: 'D0' } }, caseId)
    await stage.send(PROBATION, referral(caseId, [employment(), housing()]))
    const [first] = await stage.read(SOCIAL_WORKER, caseId)
    assert.ok(first !== undefined)
    expectStatus(202, await stage.pullUp(SOCIAL_WORKER, first.jti, 'D0'))
    const kept = await stage.gateway.ask(SOCIAL_WORKER, 'get', `/v1/choices/${caseId}`)
    assert.equal(choiceViewSchema.parse(kept.body).choice.depth, 'D1')
    assert.equal(
      refusal(401, await stage.pullUp({ organisation: 'pairs-paris' }, first.jti, 'D4')).code,
      'mandate-unproven',
    )
    const rows = await stage.gateway.deps.store.read.audit.rows(1, 100_000)
    const pulled = rows.find(({ event }) => event.act === 'pulled-up' && event.caseId === caseId)
    assert.match(pulled?.event.justification ?? '', /^[0-9a-f]{64}$/)
  })

  it('is never told to the sender, whose view is the same whatever was chosen', async () => {
    const views = []
    for (const depth of ['D0', 'D4'] as const) {
      const caseId = aCaseId()
      await chosen(SOCIAL_WORKER, { depth }, caseId)
      const id = await stage.send(PROBATION, referral(caseId, [employment()]))
      views.push(
        (await stage.stateOf(PROBATION, id)).edges.map(({ organisation, state, reason }) => [
          organisation,
          state,
          reason,
        ]),
      )
    }
    assert.deepEqual(views[0], views[1])
  })
})
