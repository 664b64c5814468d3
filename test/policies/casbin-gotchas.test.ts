/** Every known way in which casbin can fail open, tried on our enforcer and on the path from text to set: none is open here. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, it } from 'mocha'
import { decide } from '#policies/engine/decide.ts'
import { openJudge } from '#policies/engine/enforcer.ts'
import type { Condition, Rule } from '#policies/language/policy.ts'
import { parsePolicy } from '#policies/language/text.ts'
import { aSetOf, hostile } from '#test/support/arbitraries.ts'
import { QUESTION, anItemWith, asking, levelOf, limit, permit } from '#test/support/small-questions.ts'
import { aRule, aText, vocabularyWith } from './policy-texts.ts'

const ITEM = anItemWith({ section: 'family' })
const literal = (value: unknown): Condition['operand'] => ({ kind: 'literal', value: hostile(value) ?? '' })
const when = (attribute: string, operator: Condition['operator'], operand: Condition['operand']): Partial<Rule> => ({
  when: [{ attribute, operator, operand }],
})

/** Asserts that a text with this rule, or this member, yields faults and no set at all. */
function refuses(changed: Readonly<Record<string, unknown>>): void {
  const parsed = parsePolicy(JSON.stringify(aText(changed)), 'policy.json')
  assert.equal(parsed.ok, false)
  assert.ok(!('set' in parsed))
}
const refusesRule = (changed: Readonly<Record<string, unknown>>): void =>
  refuses({ rules: [aRule(), { ...aRule({ id: 'ps.2' }), ...changed }] })

describe('casbin fails open, and this does not: loading', () => {
  const rules = [...Array.from({ length: 300 }, (_, index) => permit(`open-${index}`, {})), limit('closed', {})]

  it('reload: while a new judge is being built beside it, an old one never answers otherwise than before', async () => {
    const old = await openJudge(aSetOf(rules))
    let isBuilding = true
    const building = openJudge(aSetOf(rules)).finally(() => (isBuilding = false))
    let asked = 0
    while (isBuilding) {
      assert.equal(old.levelOf(QUESTION, ITEM).level, 'nothing')
      asked++
      await new Promise((next) => setImmediate(next))
    }
    assert.equal((await building).levelOf(QUESTION, ITEM).level, 'nothing')
    assert.ok(asked >= 1)
  })

  it('reload: a judge is not there before its last row is', async () => {
    const judges = await Promise.all(Array.from({ length: 5 }, async () => openJudge(aSetOf(rules))))
    for (const judge of judges) assert.equal(judge.levelOf(QUESTION, ITEM).level, 'nothing')
  })

  it('failed reload: a text that is wrong half-way yields no half policy', () => {
    for (const broken of [
      { upTo: 'all' },
      { effect: 'Deny' },
      { who: { 'recipient.tpye': ['PS'] } },
      { from: 'tomorrow' },
    ])
      refusesRule(broken)
    const text = JSON.stringify(aText())
    for (const length of [1, Math.floor(text.length / 2), text.length - 1])
      assert.equal(parsePolicy(text.slice(0, length), 'policy.json').ok, false)
  })

  it('reloading, caching, synchronised and switched-off enforcers: the one file that imports casbin names none of them', () => {
    const source = readFileSync(resolve(import.meta.dirname, '../../policies/engine/enforcer.ts'), 'utf8')
    assert.match(source, /from 'casbin'/)
    const code = source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    for (const danger of [
      'loadPolicy',
      'CachedEnforcer',
      'SyncedEnforcer',
      'enableEnforce',
      'setWatcher',
      'StringAdapter',
      'eval(',
      'savePolicy',
    ])
      assert.ok(!code.includes(danger), danger)
  })

  it('enableEnforce(false) and removePolicy: a judge has nothing to be switched off or changed with', async () => {
    const judge = await openJudge(aSetOf([limit('closed', {})]))
    assert.deepEqual(Object.keys(judge).toSorted(), ['groupsOf', 'levelOf'])
  })

  it('CachedEnforcer: a removed rule answers no more, and a$$b with c is not a with b$$c', async () => {
    const two = (organisation: string, mandate: string): Partial<Rule> => ({
      who: [
        { attribute: 'recipient.organisation', values: [organisation] },
        { attribute: 'recipient.mandate', values: [mandate] },
      ],
    })
    const set = aSetOf([permit('pair', two('a$$b', 'c'))])
    assert.equal(
      await levelOf(set, asking({ 'recipient.organisation': 'a$$b', 'recipient.mandate': 'c' }), ITEM),
      'full',
    )
    assert.equal(
      await levelOf(set, asking({ 'recipient.organisation': 'a', 'recipient.mandate': 'b$$c' }), ITEM),
      'nothing',
    )
    const judge = await openJudge(set)
    const levels = [
      ['a$$b', 'c'],
      ['a', 'b$$c'],
      ['a$$b', 'c'],
    ].map(
      ([organisation, mandate]) =>
        judge.levelOf(asking({ 'recipient.organisation': organisation, 'recipient.mandate': mandate }), ITEM).level,
    )
    assert.deepEqual(levels, ['full', 'nothing', 'full'])
    assert.equal(
      await levelOf(aSetOf([]), asking({ 'recipient.organisation': 'a$$b', 'recipient.mandate': 'c' }), ITEM),
      'nothing',
    )
  })
})

describe('casbin fails open, and this does not: effects', () => {
  it('an empty policy under !some(deny) allows: here nothing passes without a permit', async () => {
    assert.equal(await levelOf(aSetOf([]), QUESTION, ITEM), 'nothing')
    assert.equal(await levelOf(aSetOf([limit('some', { upTo: 'summary' })]), QUESTION, ITEM), 'nothing')
  })

  it('a matcher that mentions no p. or is true by || allows: no attribute of a question allows by itself', async () => {
    const admin = asking({ admin: true, 'recipient.admin': true, 'recipient.role': 'root', sub: 'root' })
    assert.equal(await levelOf(aSetOf([]), admin, ITEM), 'nothing')
    assert.equal(
      await levelOf(
        aSetOf([permit('no', { who: [{ attribute: 'recipient.clinician', values: [true] }] })]),
        admin,
        ITEM,
      ),
      'nothing',
    )
  })

  for (const effect of [
    'Deny',
    'deny',
    'Limit',
    'LIMIT',
    ' limit',
    'limit # note',
    'allow',
    '',
    null,
    undefined,
    true,
    3,
  ])
    it(`an unknown or missing eft denies nothing: the effect ${JSON.stringify(effect)} is a fault, and there is no set`, () =>
      refusesRule({ effect }))

  it('a comment after a row becomes part of its eft: # in an id, a reason or a value is a character like any other', async () => {
    const closed = limit('closed # note', { reason: 'x # y', what: [{ attribute: 'item.path', values: ['/a # b'] }] })
    const set = aSetOf([permit('open', {}), closed])
    assert.equal(await levelOf(set, QUESTION, anItemWith({ path: '/a # b' })), 'nothing')
    assert.equal(await levelOf(set, QUESTION, anItemWith({ path: '/a' })), 'full')
  })

  it('rows of an unknown section are dropped in silence: an unknown member anywhere is a fault', () => {
    for (const member of [{ x: [aRule()] }, { p2: [aRule()] }, { Rules: [aRule()] }, { limits: [aRule()] }])
      refuses(member)
    for (const member of [{ unless: {} }, { When: [] }, { eft: 'deny' }]) refusesRule(member)
  })

  it('a number as matcher result is an effect code: a fact of 1 or 3 allows nothing and denies nothing', async () => {
    for (const code of [0, 1, 2, 3]) {
      const question = asking({ 'recipient.clinician': code })
      const set = aSetOf([permit('clinician', { who: [{ attribute: 'recipient.clinician', values: [true] }] })])
      assert.equal(await levelOf(set, question, ITEM), 'nothing')
      assert.equal(
        await levelOf(aSetOf([permit('asks', when('recipient.clinician', 'is', literal(true)))]), question, ITEM),
        'nothing',
      )
    }
  })

  it('an async function under enforceSync is true: the answer is no promise, and a group not held gives nothing', async () => {
    const set = aSetOf([permit('group', { who: [{ attribute: 'recipient.groups', values: ['panel'] }] })])
    const judged = (await openJudge(set)).levelOf(asking({ 'recipient.groups': ['others'] }), ITEM)
    assert.ok(!('then' in judged))
    assert.equal(judged.level, 'nothing')
    assert.equal(await levelOf(set, asking({ 'recipient.groups': ['panel'] }), ITEM), 'full')
  })
})

describe('casbin fails open, and this does not: comparing', () => {
  it('a deny rule on a missing attribute never fires: a limit that needs it applies', async () => {
    const byWho = limit('who', { who: [{ attribute: 'recipient.regime', values: ['THIRD'] }] })
    const byWhat = limit('what', { what: [{ attribute: 'item.secrecyRegime', values: ['medical'] }] })
    const byWhen = limit('when', when('case.restricted', 'is', literal(true)))
    for (const rule of [byWho, byWhat, byWhen])
      assert.equal(await levelOf(aSetOf([permit('open', {}), rule]), QUESTION, ITEM), 'nothing')
  })

  it('a deny rule on a misspelt attribute never fires: the text is refused, and in a set it withholds', async () => {
    refusesRule({ effect: 'limit', who: { 'recipient.regmie': ['THIRD'] } })
    refusesRule({ effect: 'limit', when: [{ attribute: 'case.restrcited', is: true }] })
    const misspelt = [
      limit('who', { who: [{ attribute: 'recipient.regmie', values: ['THIRD'] }] }),
      limit('what', { what: [{ attribute: 'item.secrecyRegmie', values: ['medical'] }] }),
      limit('when', when('case.restrcited', 'is', literal(true))),
      limit('list', { who: [{ attribute: 'recipient.type', values: ['@unheard-of'] }] }),
    ]
    for (const rule of misspelt)
      assert.equal(await levelOf(aSetOf([permit('open', {}), rule]), QUESTION, ITEM), 'nothing', rule.id)
  })

  it('two missing attributes are equal: here they hold for no permit, and for every limit', async () => {
    const same = when('recipient.organisation', 'is', { kind: 'attribute', name: 'item.authorService' })
    const inTeam = when('case.careTeam', 'in', { kind: 'attribute', name: 'recipient.careTeams' })
    for (const condition of [same, inTeam]) {
      assert.equal(await levelOf(aSetOf([permit('permit', condition)]), QUESTION, ITEM), 'nothing')
      assert.equal(await levelOf(aSetOf([permit('open', {}), limit('limit', condition)]), QUESTION, ITEM), 'nothing')
    }
  })

  it('== is loose (0 == "", null == undefined, [1] == 1, "false" is true): values of different kinds are never equal', async () => {
    const pairs: readonly (readonly [string, unknown, unknown])[] = [
      ['case.site', 0, ''],
      ['case.site', null, 'null'],
      ['case.site', ['one'], 'one'],
      ['case.site', 1, '1'],
      ['case.site', true, 'true'],
      ['case.measureActive', 'false', true],
      ['case.measureActive', 'true', true],
      ['case.measureActive', 1, true],
      ['case.measureActive', 0, false],
    ]
    for (const [name, value, wanted] of pairs) {
      const question = asking({ [name]: value })
      assert.equal(
        await levelOf(aSetOf([permit('when', when(name, 'is', literal(wanted)))]), question, ITEM),
        'nothing',
      )
      const scalar = typeof wanted === 'boolean' ? wanted : String(wanted)
      assert.equal(
        await levelOf(aSetOf([permit('who', { who: [{ attribute: name, values: [scalar] }] })]), question, ITEM),
        'nothing',
      )
    }
  })

  it('strings compare lexically ("9" >= "10"), 0 >= null and [5] >= 3 pass: a comparison of what is no integer withholds', async () => {
    for (const [value, bound] of [
      ['9', '10'],
      ['9', 10],
      [[5], 3],
      ['5', 3],
      [true, 0],
      [Number.NaN, 0],
      [{}, 0],
    ]) {
      const compared = permit('compared', when('case.site', 'atLeast', literal(bound)))
      assert.equal(
        await levelOf(aSetOf([permit('open', {}), compared]), asking({ 'case.site': value }), ITEM),
        'nothing',
      )
    }
    const missing = aSetOf([permit('compared', when('case.site', 'atLeast', literal(0)))])
    assert.equal(await levelOf(missing, asking({ 'case.site': null }), ITEM), 'nothing')
  })

  it('a negative matcher allows when the attribute is missing: the language has no negation', () => {
    for (const operator of ['isNot', 'not', '!=', 'notIn', 'excludes', 'unless'])
      refusesRule({ when: [{ attribute: 'recipient.regime', [operator]: 'THIRD' }] })
    refusesRule({ who: { 'recipient.regime': { not: ['THIRD'] } } })
    refusesRule({ who: { '!recipient.regime': ['THIRD'] } })
  })
})

describe('casbin fails open, and this does not: text that is code or pattern', () => {
  const byPath = (path: string): Rule => permit('path', { what: [{ attribute: 'item.path', values: [path] }] })

  it('rule text is code: expressions in a value, an id or a name are compared and never run', async () => {
    const codes = [
      '1 == 1',
      'true || r.sub',
      '") || true || ("',
      "' || '1' == '1",
      'constructor.constructor("return 1")()',
      '${7*7}',
      'r.sub == r.obj',
      'eval(p.sub)',
    ]
    for (const code of codes) {
      assert.equal(await levelOf(aSetOf([byPath(code)]), QUESTION, anItemWith({ path: '/other' })), 'nothing', code)
      assert.equal(await levelOf(aSetOf([byPath(code)]), QUESTION, anItemWith({ path: code })), 'full', code)
      const named = { ...limit(code, {}), reason: code }
      assert.equal(await levelOf(aSetOf([permit('open', {}), named]), QUESTION, ITEM), 'nothing', code)
    }
  })

  it('text is rewritten by pattern: "see p.12" and "(r.sub" stay as they are', async () => {
    for (const path of ['see p.12', '(r.sub', ' p.eft', 'mr.x', 'a, b', '"quoted"', 'g(r.sub, p.sub)']) {
      assert.equal(await levelOf(aSetOf([byPath(path)]), QUESTION, anItemWith({ path })), 'full', path)
      assert.equal(
        await levelOf(aSetOf([byPath(path)]), QUESTION, anItemWith({ path: path.replace('.', '_') })),
        path.includes('.') ? 'nothing' : 'full',
      )
    }
  })

  it('keyMatch crosses /, keyMatch2 takes . for anything, regexMatch is unanchored: * . and regular expressions stand for themselves', async () => {
    for (const [pattern, path] of [
      ['/case/*', '/case/1/../2'],
      ['/case/1', '/case/1x'],
      ['/a.b', '/aXb'],
      ['/case/:id', '/case/7'],
      ['.*', '/case/1'],
      ['(/a)|(/b)', '/a'],
      ['*', '/case'],
    ] as const) {
      assert.equal(await levelOf(aSetOf([byPath(pattern)]), QUESTION, anItemWith({ path })), 'nothing', pattern)
      assert.equal(await levelOf(aSetOf([byPath(pattern)]), QUESTION, anItemWith({ path: pattern })), 'full', pattern)
    }
  })

  it('regexMatch blocked the loop for 5.6 s on 28 characters: a pattern that explodes is compared at once', async () => {
    const startedAt = performance.now()
    assert.equal(
      await levelOf(aSetOf([byPath('^(a+)+$')]), QUESTION, anItemWith({ path: `${'a'.repeat(40)}!` })),
      'nothing',
    )
    assert.ok(performance.now() - startedAt < 1_000)
  })

  it('a newline in a role name injects a policy line: in a value it adds no rule, and as an id or a name it is refused', async () => {
    const injections = [
      'educator\np, open, permit, full',
      'educator\r\np, *, *, allow',
      '"educator\n""p, x',
      'educator, allow\ng, one, panel',
    ]
    for (const injection of injections) {
      const set = aSetOf([permit(injection, { who: [{ attribute: 'recipient.organisation', values: [injection] }] })])
      assert.equal(await levelOf(set, asking({ 'recipient.organisation': 'other' }), ITEM), 'nothing')
      assert.equal(decide(set, asking({ 'recipient.organisation': injection }), ITEM).rules[0], injection)
      refusesRule({ id: injection })
      refuses({ vocabulary: vocabularyWith({ roles: [injection] }) })
      refuses({ groups: [{ id: injection, members: [] }] })
    }
  })
})

describe('casbin fails open, and this does not: groups', () => {
  it('a name that holds a comma, a quote or a newline makes nobody a member of another group', async () => {
    const set = { ...aSetOf([]), groups: [{ id: 'panel', members: ['one, panel', 'two\ng, three, panel', '"four"'] }] }
    const judge = await openJudge(set)
    for (const outsider of ['one', 'two', 'three', 'four', 'panel', ''])
      assert.deepEqual(await judge.groupsOf(outsider), [], outsider)
    assert.deepEqual(await judge.groupsOf('one, panel'), ['panel'])
  })
})
