/** The ladders: what each rung says of a value, what shapes are refused, and that nothing unknown passes. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { LADDER_KINDS } from '#policies/engine/ladder.ts'
import { LADDERS, contradictionOf, shapeFault, valueAt } from '#policies/engine/ladders.ts'
import { DEPARTEMENTS, departementOfCommune } from '#policies/engine/tables/departements.ts'
import { HEADINGS } from '#policies/engine/tables/offences.ts'
import { DISP_NAMES, ESTABLISHMENT_TYPES, ESTABLISHMENTS } from '#policies/engine/tables/establishments.ts'
import type { LadderedValue } from '#policies/language/item.ts'
import { RUNGS } from '#policies/language/level.ts'

const aValue = (kind: string, exact: unknown, rungs: LadderedValue['rungs'] = {}): LadderedValue =>
  exact === undefined ? { kind, rungs, summaryRung: 'g2' } : { kind, exact, rungs, summaryRung: 'g2' }

const ADDRESS = { street: '3 rue des Ormes', postcode: '69003', commune: 'Lyon', insee: '69383', country: 'FR' }
const FAMILY = {
  children: [
    { name: 'Noé Vallier', birthDate: '2012-01-15' },
    { name: 'Inès Vallier', birthDate: '2019-06-02' },
  ],
  asOf: '2026-06-01',
}

/** Every rung of a computed ladder, on one value that its tables know. */
const CLIMBS: readonly { readonly kind: string; readonly exact: unknown; readonly says: readonly unknown[] }[] = [
  {
    kind: 'address',
    exact: ADDRESS,
    says: [
      ADDRESS,
      { commune: 'Lyon', insee: '69383', country: 'FR' },
      { departement: '69', name: 'Rhône', country: 'FR' },
      { region: 'Auvergne-Rhône-Alpes', country: 'FR' },
      { country: 'FR' },
    ],
  },
  { kind: 'date', exact: '2027-08-14', says: ['2027-08-14', '2027-08', '2027-Q3', '2027', '2020s'] },
  { kind: 'birth-date', exact: '1998-05-02', says: ['1998-05-02', '1998-05', '1998', '1990s'] },
  {
    kind: 'prison',
    exact: { code: 'arles', wing: 'B2' },
    says: [
      { code: 'arles', wing: 'B2' },
      { code: 'arles', name: "Maison centrale d'Arles" },
      { type: 'MC', disp: 'Marseille' },
      { type: 'MC' },
      { custody: true },
    ],
  },
  {
    kind: 'offence',
    exact: { article: 'cp.421-2-1' },
    says: [
      { article: 'cp.421-2-1' },
      { heading: 'terrorist-association' },
      { family: 'terrorism' },
      { nature: 'terrorist' },
    ],
  },
  {
    kind: 'sentence',
    exact: { kind: 'imprisonment', years: 5, months: 14 },
    says: [
      { kind: 'imprisonment', years: 5, months: 14 },
      { kind: 'imprisonment', years: 6 },
      { setting: 'custodial', band: '5-10-years' },
      { setting: 'custodial' },
    ],
  },
  {
    kind: 'child',
    exact: FAMILY,
    says: [FAMILY, { ages: [6, 14] }, { bands: ['6-10', '11-14'] }, { count: 2 }, { any: true }],
  },
  {
    kind: 'professional',
    exact: { name: 'Alix Morvan', phone: '+33 1 99 00 12 34', role: 'social-worker', service: 'pairs-lyon' },
    says: [
      { name: 'Alix Morvan', phone: '+33 1 99 00 12 34', role: 'social-worker', service: 'pairs-lyon' },
      { name: 'Alix Morvan', role: 'social-worker', service: 'pairs-lyon' },
      { role: 'social-worker', service: 'pairs-lyon' },
      { service: 'pairs-lyon' },
    ],
  },
  {
    kind: 'amount',
    exact: { amount: 640, currency: 'EUR' },
    says: [
      { amount: 640, currency: 'EUR' },
      { band: '500-1000', currency: 'EUR' },
    ],
  },
]

describe('LADDERS', () => {
  it('holds the 16 ladders and plain', () => {
    assert.equal(LADDER_KINDS.length, 17)
    assert.deepEqual(Object.keys(LADDERS).toSorted(), [...LADDER_KINDS].toSorted())
    for (const kind of LADDER_KINDS) {
      assert.equal(LADDERS[kind].rungs.g0?.origin, 'exact')
      assert.equal(LADDERS[kind].kind, kind)
    }
  })

  it('names the tables that its computed rungs read, and none for the others', () => {
    const tables = new Map(LADDER_KINDS.map((kind) => [kind, LADDERS[kind].tables] as const))
    const reading = LADDER_KINDS.filter((kind) => tables.get(kind)?.length !== 0)
    assert.deepEqual(reading.toSorted(), ['address', 'amount', 'child', 'offence', 'prison', 'sentence'])
    for (const kind of reading) assert.match(tables.get(kind)?.join() ?? '', /^[a-z-]+\/[\w.-]+$/)
    assert.deepEqual(tables.get('child'), tables.get('sentence'))
  })

  for (const { kind, exact, says } of CLIMBS)
    it(`says every rung of ${kind} and nothing below the last`, () => {
      for (const [index, rung] of RUNGS.entries()) {
        const expected = index < says.length ? { rung, value: says[index] } : undefined
        assert.deepEqual(valueAt(aValue(kind, exact), rung), expected)
      }
    })

  it('computes no rung of third person, employer, diagnosis, religion, risk, intelligence and free text', () => {
    for (const kind of [
      'third-person',
      'employer',
      'diagnosis',
      'religion',
      'risk',
      'intelligence',
      'free-text',
    ] as const) {
      const origins = Object.values(LADDERS[kind].rungs).map((rule) => rule.origin)
      assert.deepEqual(origins, ['exact', 'authored', 'authored', 'authored'])
      assert.equal(valueAt(aValue(kind, 'Some text that is not to be shortened'), 'g1'), undefined)
    }
  })
})

describe('valueAt', () => {
  it('climbs from the finest rung present where the exact value is absent', () => {
    const value = aValue('address', undefined, { g1: { commune: 'Lyon', insee: '69383', country: 'FR' } })
    assert.deepEqual(valueAt(value, 'g3')?.value, { region: 'Auvergne-Rhône-Alpes', country: 'FR' })
    assert.equal(valueAt(value, 'g0')?.rung, 'g1')
  })

  it('falls to the next coarser rung that can be said where a table does not know', () => {
    const abroad = aValue('address', {
      street: '1 Mill Lane',
      postcode: 'ZZ1 1ZZ',
      commune: 'Ambleford',
      country: 'GB',
    })
    assert.deepEqual(valueAt(abroad, 'g2'), { rung: 'g4', value: { country: 'GB' } })
    assert.deepEqual(valueAt(aValue('prison', { code: 'invented', name: 'Maison de Valbrume' }), 'g2'), {
      rung: 'g4',
      value: { custody: true },
    })
    assert.deepEqual(valueAt(aValue('child', { children: [{ name: 'Lou' }] }), 'g1'), {
      rung: 'g3',
      value: { count: 1 },
    })
  })

  it('does not read a French commune code of another country', () => {
    const value = aValue('address', { commune: 'Ambleford', insee: '69383', country: 'GB' })
    assert.deepEqual(valueAt(value, 'g2'), { rung: 'g4', value: { country: 'GB' } })
  })

  it('says nothing of an offence or sentence that no table knows, rather than guess ordinary', () => {
    assert.equal(valueAt(aValue('offence', { article: 'cp.999-9' }), 'g1'), undefined)
    assert.equal(valueAt(aValue('offence', { article: 'cp.421-1', natinf: '7151' }), 'g1'), undefined)
    assert.equal(valueAt(aValue('sentence', { kind: 'exile', years: 3 }), 'g2'), undefined)
  })

  it('fills a gap in a table with what the sender supplied, and lets nothing stand against the function', () => {
    const gap = aValue('prison', { code: 'invented' }, { g2: { type: 'CD', disp: 'Lyon' } })
    assert.deepEqual(valueAt(gap, 'g3'), { rung: 'g3', value: { type: 'CD' } })
    assert.deepEqual(valueAt(aValue('date', '2027-08-14', { g3: '2031' }), 'g3')?.value, '2027')
  })

  it('computes ages at the value’s own date and in order, whatever the day it is read', () => {
    assert.deepEqual(valueAt(aValue('child', { ...FAMILY, asOf: '2026-06-02' }), 'g1')?.value, { ages: [7, 14] })
    const leap = { children: [{ birthDate: '2020-02-29' }], asOf: '2026-02-28' }
    assert.deepEqual(valueAt(aValue('child', leap), 'g1')?.value, { ages: [5] })
    assert.deepEqual(valueAt(aValue('child', { ...leap, asOf: '2026-03-01' }), 'g1')?.value, { ages: [6] })
  })

  it('says only the count of children where one is born after the date of the value', () => {
    const value = aValue('child', {
      children: [{ birthDate: '2027-01-01' }, { birthDate: '2019-01-01' }],
      asOf: '2026-01-01',
    })
    assert.deepEqual(valueAt(value, 'g2'), { rung: 'g3', value: { count: 2 } })
  })

  it('says that there are none where there are no children', () => {
    assert.deepEqual(valueAt(aValue('child', { children: [] }), 'g4')?.value, { any: false })
  })

  it('takes an authored rung as labelled, else the next coarser one, else nothing', () => {
    const value = aValue('diagnosis', 'Text of the clinician', { g1: 'Counselling', g3: 'Health need: see clinician' })
    assert.deepEqual(valueAt(value, 'g1'), { rung: 'g1', value: 'Counselling' })
    assert.deepEqual(valueAt(value, 'g2'), { rung: 'g3', value: 'Health need: see clinician' })
    assert.equal(valueAt(value, 'g4'), undefined)
  })

  it('gives a plain value exactly or not at all, null and false too', () => {
    for (const exact of [null, false, 0, 'text', { a: [1] }]) {
      assert.deepEqual(valueAt(aValue('plain', exact), 'g0'), { rung: 'g0', value: exact })
      assert.equal(valueAt(aValue('plain', exact), 'g1'), undefined)
    }
  })

  it('says nothing of a kind that no ladder has', () => {
    for (const kind of ['', 'toString', '__proto__', 'unknown'])
      assert.equal(valueAt(aValue(kind, 'x', { g2: 'y' }), 'g0'), undefined)
  })

  it('passes no unknown member, at any rung and depth', () => {
    const secret = 'SECRET'
    for (const { kind, exact } of CLIMBS.filter(({ exact }) => typeof exact === 'object')) {
      const children = kind === 'child' ? { children: FAMILY.children.map((child) => ({ ...child, secret })) } : {}
      const value = aValue(kind, { ...Object(exact), ...children, secret }, { g2: { secret }, g4: { secret } })
      for (const rung of RUNGS) assert.doesNotMatch(JSON.stringify(valueAt(value, rung)) ?? '', /SECRET/)
    }
  })

  it('reads no inherited member', () => {
    const inherited: unknown = Object.create({ commune: 'Lyon', country: 'FR' })
    assert.equal(valueAt(aValue('address', inherited), 'g0'), undefined)
  })
})

describe('shapeFault', () => {
  it('finds nothing wrong with well-shaped values', () => {
    for (const { kind, exact, says } of CLIMBS) {
      assert.equal(shapeFault(kind, exact), undefined)
      for (const [index, value] of says.entries())
        assert.equal(shapeFault(kind, value, RUNGS[index] ?? 'g0'), undefined, `${kind} ${index}`)
    }
    assert.equal(shapeFault('risk', { score: 7, scale: '0-10' }), undefined)
    assert.equal(shapeFault('third-person', [{ role: 'brother', count: 2 }], 'g3'), undefined)
  })

  const REFUSED: readonly [string, unknown, string][] = [
    ['address', { commune: 'Lyon', note: 'x' }, 'an unknown member at /'],
    ['address', {}, 'expected an object with street, postcode, commune, insee, country at /'],
    ['address', { insee: '6938' }, 'expected an INSEE commune code at /insee'],
    ['date', '2027-02-30', 'expected a day YYYY-MM-DD or a UTC time at /'],
    ['date', 20270214, 'expected a day YYYY-MM-DD or a UTC time at /'],
    ['child', { children: [{ birthDate: '2019-13-01' }] }, 'expected a day YYYY-MM-DD at /children/0/birthDate'],
    ['child', { children: [{ school: 'x' }] }, 'an unknown member at /children/0'],
    ['sentence', { years: 3 }, 'expected text at /kind'],
    ['amount', { amount: -1, currency: 'EUR' }, 'expected a number from 0 at /amount'],
    ['free-text', ' ', 'expected text or a list of text at /'],
    ['plain', undefined, 'expected a value at /'],
    ['nothing-known', 'x', 'a kind that no ladder has'],
  ]
  for (const [kind, value, fault] of REFUSED)
    it(`refuses a wrong ${kind}: ${fault}`, () => assert.equal(shapeFault(kind, value), fault))

  it('says that a ladder lacks a rung', () => {
    assert.equal(shapeFault('sentence', 'x', 'g4'), 'sentence has no rung g4')
  })

  it('never holds the value nor the name of an unknown member', () =>
    fc.assert(
      fc.property(fc.constantFrom(...LADDER_KINDS), fc.constantFrom(...RUNGS), fc.jsonValue(), (kind, rung, noise) => {
        const value = { 'zq-member-zq': 'zq-value-zq', noise, children: [{ 'zq-other': 'zq-value-zq' }] }
        assert.doesNotMatch(shapeFault(kind, value, rung) ?? '', /zq/)
      }),
    ))
})

describe('contradictionOf', () => {
  it('names the computed rung that differs from what the function gives', () => {
    assert.equal(contradictionOf(aValue('date', '2027-08-14', { g1: '2027-08', g3: '2028' })), 'g3')
    assert.equal(
      contradictionOf(aValue('address', ADDRESS, { g2: { departement: '13', name: 'x', country: 'FR' } })),
      'g2',
    )
    assert.equal(contradictionOf(aValue('date', undefined, { g1: '2027-08', g2: '2027-Q1' })), 'g2')
    assert.equal(contradictionOf(aValue('date', '2027-08-14', { g4: 'not a decade' })), 'g4')
  })

  it('finds none where rungs agree, where a table does not know, and in authored rungs', () => {
    assert.equal(contradictionOf(aValue('date', '2027-08-14', { g1: '2027-08', g4: '2020s' })), undefined)
    assert.equal(
      contradictionOf(aValue('prison', { code: 'invented' }, { g2: { type: 'CD', disp: 'Lyon' } })),
      undefined,
    )
    assert.equal(contradictionOf(aValue('birth-date', '1998-05-02', { g4: 'adult' })), undefined)
    assert.equal(contradictionOf(aValue('free-text', 'a', { g1: 'b', g2: 'c' })), undefined)
  })
})

describe('tables', () => {
  it('hold the 101 départements in 18 regions', () => {
    assert.equal(DEPARTEMENTS.length, 101)
    assert.equal(new Set(DEPARTEMENTS.map(({ code }) => code)).size, 101)
    assert.equal(new Set(DEPARTEMENTS.map(({ region }) => region)).size, 18)
  })

  it('find the département of a commune in Corsica and overseas', () => {
    assert.equal(departementOfCommune('2A004')?.name, 'Corse-du-Sud')
    assert.equal(departementOfCommune('97411')?.region, 'La Réunion')
    assert.equal(departementOfCommune('6938'), undefined)
  })

  it('give each article and NATINF code one heading', () => {
    const codes = HEADINGS.flatMap(({ articles, natinf }) => [...articles, ...natinf])
    assert.equal(new Set(codes).size, codes.length)
    assert.ok(HEADINGS.length >= 40)
    assert.equal(new Set(HEADINGS.map(({ id }) => id)).size, HEADINGS.length)
    for (const { id, en, fr, family } of HEADINGS) {
      for (const name of [id, family]) assert.match(name, /^[a-z0-9]+(?:-[a-z0-9]+)*$/, id)
      assert.ok(en.trim() !== '' && fr.trim() !== '', id)
    }
    for (const code of codes) assert.match(code, /^(?:[a-z]+\.[\d-]+|\d+)$/, code)
    assert.ok(HEADINGS.filter(({ family }) => family === 'terrorism').length >= 4)
  })

  it('name establishments once, each in a directorate', () => {
    assert.equal(new Set(ESTABLISHMENTS.map(({ code }) => code)).size, ESTABLISHMENTS.length)
    for (const { code, name, type, disp } of ESTABLISHMENTS) {
      assert.ok(DISP_NAMES.includes(disp) && ESTABLISHMENT_TYPES.includes(type), code)
      assert.match(code, /^[a-z0-9]+(?:-[a-z0-9]+)*$/)
      assert.ok(name.trim() !== '', code)
    }
  })
})
