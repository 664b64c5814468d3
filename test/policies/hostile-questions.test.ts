/** Hostile questions: unknown fields, attributes taken away or of the wrong kind, aliases of a path, and a policy that was removed. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { decide } from '#policies/engine/decide.ts'
import { openJudge } from '#policies/engine/enforcer.ts'
import { compilePlan } from '#policies/engine/plan.ts'
import { ATTRIBUTES } from '#policies/language/attributes.ts'
import { rankOf } from '#policies/language/level.ts'
import type { Rule } from '#policies/language/policy.ts'
import { NONE, SPOKEN, aPolicySet, aQuestion, aSetOf, anItem, hostile } from '#test/support/arbitraries.ts'
import { lawRuns } from '#test/support/law-runs.ts'
import { QUESTION, anItemWith, levelOf, permit } from '#test/support/small-questions.ts'
import { VOCABULARY } from '#test/support/small-world.ts'

describe('a hostile question', () => {
  it('H060 sends no field that the policy does not know', async () => {
    const set = aSetOf([permit('family', { what: [{ attribute: 'item.section', values: ['family'] }] })])
    assert.equal(await levelOf(set, QUESTION, anItemWith({ section: 'family' })), 'full')
    for (const facts of [
      { section: 'identity' },
      { section: 'new-section' },
      {},
      { section: 'family', term: 'new-term' },
      { section: 'family', record: 'new-record' },
    ])
      assert.equal(await levelOf(set, QUESTION, anItemWith(facts)), 'nothing', JSON.stringify(facts))
  })

  /** Sets whose conditions fit their attributes, so that no rule is in error to begin with. */
  it('H063 for every role and every subset of attributes removed: the view never grows', () => {
    const aCut = fc.subarray([...SPOKEN])
    let [grown, shrunk] = [0, 0]
    fc.assert(
      fc.property(
        aPolicySet(),
        aQuestion(NONE),
        anItem(NONE),
        fc.constantFrom(...VOCABULARY.roles),
        aCut,
        (set, drawn, item, role, cut) => {
          const question = { ...drawn, facts: { ...drawn.facts, 'recipient.role': role } }
          const before = decide(set, question, item)
          fc.pre(before.errors.length === 0)
          const kept = <T>(facts: Readonly<Record<string, T>>, prefix: string): Readonly<Record<string, T>> =>
            Object.fromEntries(Object.entries(facts).filter(([name]) => !cut.some((gone) => gone === prefix + name)))
          const after = compilePlan(set, { ...question, facts: kept(question.facts, '') })({
            ...item,
            facts: kept(item.facts, 'item.'),
          })
          if (rankOf(after.level) > rankOf(before.level)) grown++
          if (rankOf(after.level) < rankOf(before.level)) shrunk++
          assert.ok(rankOf(after.level) <= rankOf(before.level))
        },
      ),
      { numRuns: lawRuns(10_000) },
    )
    assert.equal(grown, 0)
    assert.ok(shrunk > 100, `only ${shrunk} views shrank: the property was hardly tried`)
  })

  const STRANGE: readonly unknown[] = [
    null,
    undefined,
    '',
    [],
    {},
    '9',
    '10',
    'true',
    true,
    0,
    1,
    Number.NaN,
    [null],
    [['PS']],
    { toString: 'PS' },
    ['PS'],
  ]
  for (const strange of STRANGE) {
    const shown = strange === undefined ? 'undefined' : JSON.stringify(strange)
    it(`H064 treats an attribute ${shown} as missing or wrong: a permit that needs it does not apply`, async () => {
      const needing: readonly Rule[] = [
        permit('who-string', { who: [{ attribute: 'recipient.type', values: ['PS'] }] }),
        permit('who-boolean', {
          who: [{ attribute: 'recipient.clinician', values: [true] }],
          what: [{ attribute: 'item.term', values: ['name'] }],
        }),
        permit('who-list', { who: [{ attribute: 'recipient.sites', values: ['one'] }] }),
        permit('when', {
          when: [{ attribute: 'case.careTeam', operator: 'is', operand: { kind: 'literal', value: '11' } }],
        }),
      ]
      for (const rule of needing) {
        const name = rule.who[0]?.attribute ?? rule.when[0]?.attribute ?? ''
        // A boolean is a sound value of a boolean attribute: nothing strange.
        if (strange === true && name === 'recipient.clinician') continue
        const question = { ...QUESTION, facts: { ...QUESTION.facts, [name]: hostile(strange) } }
        assert.equal(
          await levelOf(aSetOf([rule]), question, anItemWith({ section: 'family', term: 'name' })),
          'nothing',
          rule.id,
        )
      }
    })
  }

  it('H064 compares numbers with numbers: "9" is not at least "10", and 9 is not at least 10', async () => {
    const integer = ATTRIBUTES.find(({ type }) => type === 'integer')
    assert.equal(integer, undefined, 'the catalogue has an integer now: ask it, too')
    for (const [value, operand] of [
      ['9', '10'],
      ['10', 9],
      ['9', 9],
    ] as const) {
      const rule = permit('level', {
        when: [{ attribute: 'case.site', operator: 'atLeast', operand: { kind: 'literal', value: operand } }],
      })
      const question = { ...QUESTION, facts: { ...QUESTION.facts, 'case.site': value } }
      assert.equal(await levelOf(aSetOf([permit('open', {}), rule]), question, anItemWith({})), 'nothing')
    }
  })

  it('H065 takes no path for another: dot, slash, escape, case, unicode, spaces and array indexes make no alias', async () => {
    const path = '/person/café/note'
    const set = aSetOf([permit('path', { what: [{ attribute: 'item.path', values: [path] }] })])
    const within = aSetOf([permit('within', { what: [{ attribute: 'item.within', values: ['/person'] }] })])
    assert.equal(await levelOf(set, QUESTION, anItemWith({ path })), 'full')
    assert.equal(await levelOf(within, QUESTION, anItemWith({ within: ['person', '/person'] })), 'full')
    const aliases = [
      '/person.café.note',
      'person/café/note',
      '/person/café/note/',
      '//person/café/note',
      '/person/./café/note',
      '/person/x/../café/note',
      '/person~1café/note',
      '/person/café/note~0',
      '/Person/Café/Note',
      '/person/cafe\u0301/note',
      '/person/caf%C3%A9/note',
      '/person/café/note ',
      '/person/café/note\u200b',
      '/person/0/café/note',
      '/person/café',
      '/person/café/note/deeper',
      '*',
      '@path',
      '/person/\u0441afé/note',
    ]
    for (const alias of aliases) {
      assert.equal(await levelOf(set, QUESTION, anItemWith({ path: alias })), 'nothing', alias)
      assert.equal(await levelOf(within, QUESTION, anItemWith({ within: [alias] })), 'nothing', alias)
    }
  })

  it('H065 takes no attribute name for another: case, spaces, prefix and nesting make no alias', async () => {
    const set = aSetOf([permit('family', { what: [{ attribute: 'item.section', values: ['family'] }] })])
    for (const facts of [
      { Section: 'family' },
      { 'item.section': 'family' },
      { ' section': 'family' },
      { sections: 'family' },
      { item: { section: 'family' } },
    ])
      assert.equal(await levelOf(set, { ...QUESTION, facts: {} }, anItemWith(facts)), 'nothing')
    const asQuestionFact = { ...QUESTION, facts: { ...QUESTION.facts, 'item.section': 'family' } }
    assert.equal(await levelOf(set, asQuestionFact, anItemWith({})), 'nothing')
  })

  it('H065 finds no list, milestone or ladder under the name of a built-in', async () => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      const byList = aSetOf([permit('list', { what: [{ attribute: 'item.section', values: [`@${name}`] }] })])
      assert.equal(await levelOf(byList, QUESTION, anItemWith({ section: 'family' })), 'nothing', `@${name}`)
      const past = { ...anItemWith({ section: 'family' }), isPast: true }
      const reach = { kind: 'since', milestone: name } as const
      assert.equal(
        await levelOf(aSetOf([permit('since', { reach })]), QUESTION, past),
        'nothing',
        `permit since ${name}`,
      )
      const limited = aSetOf([permit('open', {}), permit('since', { effect: 'limit', upTo: 'nothing', reach })])
      assert.equal(await levelOf(limited, QUESTION, past), 'nothing', `limit since ${name}`)
    }
  })

  it('H066 denies the next delivery once the policy is removed: no plan, judge or cache answers for it', async () => {
    const rule = permit('family', { what: [{ attribute: 'item.section', values: ['family'] }] })
    const [open, removed] = [aSetOf([rule]), aSetOf([])]
    const item = anItemWith({ section: 'family' })
    for (let round = 0; round < 3; round++) {
      assert.equal(await levelOf(open, QUESTION, item), 'full')
      assert.equal(await levelOf(removed, QUESTION, item), 'nothing')
    }
    const [oldJudge, newJudge] = [await openJudge(open), await openJudge(removed)]
    assert.deepEqual(
      [oldJudge.levelOf(QUESTION, item).level, newJudge.levelOf(QUESTION, item).level],
      ['full', 'nothing'],
    )
  })

  it('H066 denies once the set that a judge and a plan were made from is a set of the same name with a limit', async () => {
    const open = aSetOf([permit('open', {})])
    const limited = aSetOf([permit('open', {}), permit('open-not', { effect: 'limit', upTo: 'nothing', bases: [] })])
    assert.equal(await levelOf(open, QUESTION, anItemWith({})), 'full')
    assert.equal(await levelOf(limited, QUESTION, anItemWith({})), 'nothing')
  })
})
