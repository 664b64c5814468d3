/** Cells of the shipped pack: what is seen in them, what an edit leaves in the set, and what may not be saved. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'mocha'
import { blocksOf } from '#policies/engine/cell-blocks.ts'
import type { BlockCode } from '#policies/engine/cell-blocks.ts'
import { cellAt, matrixOf } from '#policies/engine/cell.ts'
import { editOf, withCell, withoutCell } from '#policies/engine/cell-change.ts'
import { cellRuleId, isOwnRule } from '#policies/engine/cell-edit.ts'
import type { CellEdit } from '#policies/engine/cell-edit.ts'
import { sentenceOf } from '#policies/engine/cell-sentence.ts'
import { cellsOf } from '#policies/engine/compare.ts'
import { checkSet } from '#policies/engine/statutes.ts'
import { parseInstant } from '#policies/language/instant.ts'
import { LEVELS } from '#policies/language/level.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import { parsePolicy, printPolicy } from '#policies/language/text.ts'

const AT = parseInstant('2026-11-21') ?? 0
const parsed = parsePolicy(readFileSync('policies/packs/france-prison-exit.json'), 'pack')
assert.ok(parsed.ok)
const PACK = parsed.set
const FLOOR = new Set(['contacts', 'psychology'])
const given = { reason: 'Decided by the committee.', reviewAt: AT, at: AT }

const edited = (recipientType: string, section: string, changed: Partial<CellEdit> = {}, set = PACK): CellEdit => ({
  ...editOf(cellAt(set, { recipientType, section }, AT), given),
  ...changed,
})
const codes = (edit: CellEdit, set = PACK): readonly BlockCode[] =>
  blocksOf(set, edit, { floor: FLOOR }).map(({ code }) => code)
const ids = (set: PolicySet): readonly string[] => set.rules.map(({ id }) => id).filter((id) => id.startsWith('cell.'))

describe('the cells of the shipped pack', () => {
  it('have the levels that its matrix has', () => {
    const expected = new Map(cellsOf(PACK).map((cell) => [`${cell.recipientType} ${cell.section}`, cell.level]))
    const seen = matrixOf(PACK, AT).flat()
    assert.equal(seen.length, 310)
    for (const cell of seen)
      assert.equal(
        cell.level,
        expected.get(`${cell.recipientType} ${cell.section}`),
        `${cell.recipientType} ${cell.section}`,
      )
  })

  it('show reach, rungs, conditions, purposes and bases of their rules', () => {
    const cell = cellAt(PACK, { recipientType: 'PP', section: 'psychology' }, AT)
    assert.equal(cell.level, 'full')
    assert.deepEqual(cell.reach, { kind: 'months', months: 12 })
    assert.deepEqual(cell.conditions, ['clinicians-only'])
    assert.ok(cell.isConditional)
    assert.deepEqual(cell.bases, ['eu.led.9-2', 'eu.gdpr.9-2-h'])
    assert.equal(cell.state, 'default')
    assert.deepEqual(cellAt(PACK, { recipientType: 'PS', section: 'family' }, AT).rungs, {
      child: 'g2',
      'third-person': 'g2',
    })
    assert.deepEqual(cellAt(PACK, { recipientType: 'SN', section: 'identity' }, AT).conditions, ['on-request'])
    assert.equal(
      cellAt(PACK, { recipientType: 'JU', section: 'evaluation' }, AT).mandatory[0]?.basis,
      'fr.cpen.r224-24',
    )
    assert.equal(cellAt({ ...PACK, rules: [] }, { recipientType: 'PS', section: 'family' }, AT).state, 'no-rule')
  })

  it('said as they are leave nothing in the set', () => {
    for (const cell of matrixOf(PACK, AT).flat()) assert.deepEqual(withCell(PACK, editOf(cell, given)), PACK)
  })

  it('show the level that was asked for, in a set that reads well and breaks no law, wherever nothing blocks the edit', () => {
    let free = 0
    for (const section of ['psychology'])
      for (const recipientType of PACK.vocabulary.recipientTypes)
        for (const level of LEVELS) {
          const edit = edited(recipientType, section, { level, purposes: ['social-support'], bases: ['eu.led.9-2'] })
          if (codes(edit).length > 0) continue
          free += 1
          const after = withCell(PACK, edit)
          assert.equal(cellAt(after, edit, AT).level, level)
          const again = parsePolicy(printPolicy(after), 'again')
          assert.ok(again.ok, JSON.stringify(again))
          assert.deepEqual(again.set, after)
          assert.deepEqual(checkSet(after, '', { at: AT }), [])
        }
    assert.ok(free > 30, `${free}`)
  })
})

describe('an edit of a cell of the shipped pack', () => {
  it('that is lower leaves one limit', () => {
    const after = withCell(PACK, edited('PS', 'family', { level: 'summary' }))
    assert.deepEqual(ids(after), ['cell.PS.family.limit'])
    assert.equal(cellAt(after, { recipientType: 'PS', section: 'family' }, AT).state, 'changed')
  })

  it('that is shorter, for fewer purposes and on a condition leaves a limit for each', () => {
    const edit = edited('PS', 'accommodation', {
      reach: { kind: 'months', months: 6 },
      purposes: ['social-support'],
      conditions: ['on-request'],
    })
    const after = withCell(PACK, edit)
    assert.deepEqual(ids(after), [
      'cell.PS.accommodation.purpose',
      'cell.PS.accommodation.reach',
      'cell.PS.accommodation.when.ps.14',
    ])
    const seen = cellAt(after, edit, AT)
    assert.deepEqual(seen.reach, edit.reach)
    assert.deepEqual(seen.purposes, edit.purposes)
    assert.deepEqual(seen.conditions, edit.conditions)
    assert.equal(after.rules.find(({ id }) => id === 'ps.14')?.when.length, 1)
  })

  it('that is wider leaves a permit with the conditions that the law attaches', () => {
    const edit = edited('PS', 'family', { level: 'full', reach: { kind: 'since', milestone: 'measure-start' } })
    const after = withCell(PACK, edit)
    const permit = after.rules.find(({ id }) => id === 'cell.PS.family')
    assert.deepEqual(permit?.conditions, ['gdpr-pack', 'no-onward'])
    assert.ok(permit?.who.some(({ attribute, values }) => attribute === 'edge.regime' && values[0] === 'GDPR'))
    assert.deepEqual(cellAt(after, edit, AT).reach, edit.reach)
    assert.deepEqual(codes(edit), [])
  })

  it('may have dates, outside which the other rules speak', () => {
    const from = AT + 86_400_000
    const edit = edited('PS', 'family', { level: 'nothing', omission: 'declared', from, until: from + 1 })
    const after = withCell(PACK, edit)
    assert.equal(cellAt(after, edit, AT).level, 'current')
    assert.equal(cellAt(after, edit, from).level, 'nothing')
    assert.equal(cellAt(after, edit, from).omission, 'declared')
    assert.equal(cellAt(after, edit, from + 1).level, 'current')
  })

  it('is blocked where it names what the set does not know', () => {
    for (const changed of [{ recipientType: 'XX' }, { section: 'xx' }, { purposes: ['xx'] }, { bases: ['xx'] }])
      assert.deepEqual(codes(edited('PS', 'family', changed)), ['name-unknown'])
  })

  it('is blocked where it opens without a purpose or without a basis', () => {
    assert.deepEqual(codes(edited('PS', 'family', { level: 'full', purposes: [] })), ['purpose-missing'])
    assert.deepEqual(codes(edited('PS', 'family', { level: 'full', bases: [] })), ['basis-missing'])
  })

  it('is blocked where its basis ends before it does', () => {
    const edit = edited('PS', 'family', { level: 'full', bases: ['fr.cpp.706-25-16'] })
    assert.deepEqual(codes(edit), ['basis-ends'])
    const until = parseInstant('2028-01-01') ?? 0
    assert.deepEqual(codes({ ...edit, until }), [])
    assert.deepEqual(codes({ ...edit, from: 0, until, bases: ['eu.led.9-2'] }), ['basis-ends'])
  })

  it('is blocked where it widens beyond the regime of the recipient', () => {
    const edit = edited('SN', 'mediation', {
      level: 'summary',
      purposes: ['national-security'],
      bases: ['fr.csi.863-2'],
    })
    assert.deepEqual(blocksOf(PACK, edit, { floor: FLOOR }), [{ code: 'regime', about: ['intelligence-at-request'] }])
    assert.deepEqual(codes({ ...edit, conditions: ['on-request'] }), [])
  })

  it('is blocked where it closes a flow that the law keeps open', () => {
    const edit = edited('JU', 'evaluation', { level: 'summary' })
    assert.deepEqual(blocksOf(PACK, edit, { floor: FLOOR }), [
      { code: 'mandatory-flow', about: ['evaluation-to-judge'] },
    ])
  })

  it('is blocked where it hides the safety floor', () => {
    assert.deepEqual(codes(edited('PS', 'contacts', { level: 'nothing' })), ['floor-hidden'])
    assert.deepEqual(codes(edited('PS', 'contacts', { level: 'existence' })), [])
  })

  it('is blocked where another limit keeps the cell lower', () => {
    const limit = PACK.rules.find(({ id }) => id === 'limit.genetic-intelligence')
    assert.ok(limit !== undefined)
    const set: PolicySet = {
      ...PACK,
      rules: [
        ...PACK.rules,
        {
          ...limit,
          id: 'limit.all',
          who: [{ attribute: 'recipient.type', values: ['PS'] }],
          what: [],
          upTo: 'summary',
        },
      ],
    }
    const blocks = blocksOf(set, edited('PS', 'family', { level: 'current' }, set), { floor: FLOOR })
    assert.deepEqual(blocks, [{ code: 'limited-elsewhere', about: ['limit.all'] }])
  })

  it('is blocked where it tells of an omission that another rule keeps silent', () => {
    const edit = edited('PS', 'intelligence', { level: 'nothing', omission: 'declared' })
    assert.deepEqual(blocksOf(PACK, edit, { floor: FLOOR }), [{ code: 'told-not-possible', about: ['ps.23'] }])
  })

  it('is blocked where a condition would change a rule of other cells, or would have to begin later', () => {
    const shared: PolicySet = {
      ...PACK,
      rules: PACK.rules.map((rule) =>
        rule.id === 'ps.17' ? { ...rule, what: [{ attribute: 'item.section', values: ['family', 'network'] }] } : rule,
      ),
    }
    const edit = edited('PS', 'family', { conditions: ['person-informed'] }, shared)
    assert.deepEqual(blocksOf(shared, edit, { floor: FLOOR }), [{ code: 'condition-on-shared-rule', about: ['ps.17'] }])
    assert.deepEqual(codes(edited('PS', 'family', { conditions: ['person-informed'], until: AT + 1 })), [
      'condition-with-dates',
    ])
  })
})

describe('an edit of a cell, said back', () => {
  it('is one sentence with the names of the deployment', () => {
    const edit = edited('PS', 'family', {
      level: 'full',
      reach: { kind: 'months', months: 12 },
      purposes: ['social-support', 'child-protection'],
      conditions: ['on-request', 'person-informed'],
      rungs: { child: 'g2' },
      from: AT,
      until: AT + 86_400_000,
      bases: ['eu.gdpr.6-1-c'],
    })
    assert.equal(
      sentenceOf(PACK, edit, 'en', {
        section: () => 'Family',
        kind: () => 'children',
        recipientType: () => 'social worker',
        purpose: (id) => id.replace('-', ' '),
      }),
      'A recipient of the type “social worker” receives the section “Family” in full with its history, at most 12 months back, no more precisely than children (g2), for social support and child protection, on a reasoned request only and only where the person was informed, from 2026-11-21 until 2026-11-22, on the basis of Regulation (EU) 2016/679, Art. 6(1)(c): legal obligation.',
    )
    assert.match(
      sentenceOf(PACK, edit, 'fr'),
      /^Un destinataire du type « PS » reçoit la rubrique « family » au complet avec son historique sur 12 mois au plus/u,
    )
  })

  it('says levels, milestones, omissions and dates in their own words', () => {
    const said = (changed: Partial<CellEdit>): string =>
      sentenceOf(PACK, edited('PS', 'family', { rungs: {}, ...changed }), 'en')
    assert.match(
      said({ level: 'nothing', omission: 'silent' }),
      /receives nothing .* and is not told so, until this rule is changed\.$/u,
    )
    assert.match(
      said({ level: 'nothing', omission: 'declared', from: AT }),
      /is told that something is left out, from 2026-11-21 on\.$/u,
    )
    assert.match(
      said({ level: 'existence', until: AT, bases: [] }),
      /only that something exists .* until 2026-11-21, on the basis of the texts that other rules name\.$/u,
    )
    assert.match(
      said({ level: 'summary', purposes: [] }),
      /as a summary, as precisely as that level allows, for the purposes that other rules name/u,
    )
    assert.match(said({ level: 'full', reach: { kind: 'since', milestone: 'release' } }), /history since the release,/u)
    assert.match(said({ level: 'full', reach: { kind: 'since', milestone: 'birth' } }), /history birth,/u)
  })
})

describe('the names of the rules of a cell', () => {
  it('fit an id whatever the vocabulary is called, and stay apart', () => {
    const strange: PolicySet = {
      ...PACK,
      vocabulary: { ...PACK.vocabulary, recipientTypes: ['a b', 'x'.repeat(61)], sections: ['c.d', 'c'] },
      rules: [],
    }
    const cells = strange.vocabulary.recipientTypes.flatMap((recipientType) =>
      strange.vocabulary.sections.map((section) => cellRuleId(strange, { recipientType, section })),
    )
    assert.deepEqual(cells, ['cell.:0.:0', 'cell.:0.c', 'cell.:1.:0', 'cell.:1.c'])
    assert.ok(isOwnRule('cell.a.b', 'cell.a.b') && isOwnRule('cell.a.b', 'cell.a.b.limit'))
    assert.ok(!isOwnRule('cell.a.b', 'cell.a.bc'))
  })

  it('are followed back: a condition is taken off the rule that it was put on, and off no other', () => {
    const edit = edited('PS', 'family', { conditions: ['on-request'] })
    const after = withCell(PACK, edit)
    const touched = after.rules.map((rule) => (rule.id === 'ps.17' ? { ...rule, when: [] } : rule))
    assert.deepEqual(withoutCell({ ...after, rules: touched }, edit), PACK)
    const swapped = after.rules.map((rule) =>
      rule.id === 'ps.17'
        ? {
            ...rule,
            when: [
              { attribute: 'case.restricted', operator: 'is', operand: { kind: 'literal', value: false } },
            ] as const,
          }
        : rule,
    )
    assert.equal(withoutCell({ ...after, rules: swapped }, edit).rules.find(({ id }) => id === 'ps.17')?.when.length, 1)
  })

  it('a basis that the set no longer has is called by its id', () => {
    assert.match(sentenceOf(PACK, edited('PS', 'family', { bases: ['gone'] }), 'en'), /on the basis of gone\.$/u)
  })
})
