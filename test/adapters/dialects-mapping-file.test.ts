/** Mapping files: read strictly, every fault told with its place, the same mapping known by one digest however it is laid out. */
import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'mocha'
import { filesBeside } from '#adapters/dialects/configured/mapping-folder.ts'
import { readMapping } from '#adapters/dialects/configured/read-mapping.ts'
import { datesOf, isDateForm } from '#adapters/dialects/native-date.ts'
import { fixtureJson, hasFixtures } from '#test/support/fixtures.ts'
import { PEOPLE, mapBytes, mappingOf, peopleBy, useMappings, valueOf } from '#test/support/mapped.ts'

const ROW = PEOPLE.items[0]
const withRow = (change: object): unknown => ({ ...PEOPLE, items: [{ ...ROW, ...change }] })

describe('a mapping file', function () {
  this.timeout(60_000)
  const mappings = useMappings()

  const FAULTY: readonly (readonly [string, unknown, string, RegExp])[] = [
    ['no JSON', '{', '', /^not strict JSON/],
    ['a member twice', '{"format":"passerelle-mapping/1","format":"x"}', '', /^not strict JSON: .*key/i],
    ['another version of the format', { ...PEOPLE, format: 'passerelle-mapping/2' }, '/format', /expected/],
    ['an unknown member', { ...PEOPLE, script: 'x' }, '/script', /^no such member$/],
    ['an unknown member of a row', withRow({ javascript: 'x' }), '/items/0/javascript', /^no such member$/],
    ['an unknown format', { ...PEOPLE, source: { format: 'yaml' } }, '/source/format', /Invalid/],
    [
      'a section that is none',
      withRow({ section: 'nowhere' }),
      '/items/0/section',
      /^no such section; a case summary has identity, custody, .*handling$/,
    ],
    [
      'a list by a name that is none',
      { ...PEOPLE, lists: { k: { codes: {} } } },
      '/lists/k',
      /^expected a name of two/,
    ],
    [
      'a term of another section',
      withRow({ term: 'address' }),
      '/items/0/term',
      /^no such term of identity; it has case-reference, /,
    ],
    ['a list that is none', withRow({ value: { as: 'code', list: 'none' } }), '/items/0/value/list', /^no such list$/],
    [
      'a marking by a list that is none',
      withRow({ marks: [{ from: 'x', list: 'none' }] }),
      '/items/0/marks/0/list',
      /^no such list$/,
    ],
    ['a label that is none', withRow({ labels: { tlp: 'TLP:PINK' } }), '/items/0/labels/tlp', /Invalid/],
    [
      'confidence that is taken back',
      withRow({ labels: { receivedInConfidence: false } }),
      '/items/0/labels/receivedInConfidence',
      /Invalid/,
    ],
    ['a form of a date that is none', { ...PEOPLE, dates: ['dd/MM'] }, '/dates/0', /not a form of a date/],
    [
      'an expression that is none',
      peopleBy('name ('),
      '/items/0/value/expression',
      /^not an expression \(S\d{4}\) at character \d+$/,
    ],
    ['a mapping of nothing', { ...PEOPLE, items: [] }, '/items', /maps nothing/],
    ['a column twice', { ...PEOPLE, source: { format: 'csv', columns: ['a', 'a'] } }, '/source/columns', /named twice/],
    [
      'a list beside it that is not there',
      { ...PEOPLE, lists: { kinds: { file: 'no.json' } } },
      '/lists/kinds',
      /cannot be read/,
    ],
  ]
  for (const [title, content, at, reason] of FAULTY)
    it(`is refused for ${title}, by file and place`, async () => {
      const faults = await mappings.folder.faultsOf(mappings.child, content)
      const fault = faults.find((entry) => entry.at === at)
      assert.equal(fault?.file, 'mapping.json', JSON.stringify(faults))
      assert.match(fault?.reason ?? '', reason)
    })

  it('tells all its faults at once', async () => {
    const items = [
      { ...ROW, section: 'nowhere' },
      { ...ROW, term: 'nothing' },
      { ...ROW, value: { as: 'code', list: 'x' } },
    ]
    assert.deepEqual(
      (await mappings.folder.faultsOf(mappings.child, { ...PEOPLE, items })).map(({ at }) => at),
      ['/items/2/value/list', '/items/0/section', '/items/1/term'],
    )
  })

  it('has one digest however it is laid out, and another when anything in it changes', () => {
    const digestOf = (text: string): string => {
      const read = readMapping('m', text, () => undefined)
      return read.ok ? read.mapping.digest : 'faulty'
    }
    const turned = Object.fromEntries(Object.entries(PEOPLE).toReversed())
    assert.equal(digestOf(JSON.stringify(PEOPLE)), digestOf(JSON.stringify(turned, null, 4)))
    assert.notEqual(digestOf(JSON.stringify(PEOPLE)), digestOf(JSON.stringify({ ...PEOPLE, version: 2 })))
  })

  it('lists what no row names, and what is left out on purpose apart from it', async () => {
    const mapping = mappings.folder.write('left.json', { ...PEOPLE, leftOut: [{ from: 'shoe', why: 'not asked' }] })
    const source = JSON.stringify({ made: 'today', people: [{ name: 'x', shoe: 44, hat: { size: 7, kind: null } }] })
    const { records, unmapped } = await mapBytes(mappings.child, await mappingOf(mappings.child, mapping), source)
    assert.deepEqual(
      [records[0]?.unmapped, records[0]?.leftOut, unmapped],
      [['/people/0/hat/size', '/people/0/hat/kind'], ['/people/0/shoe'], ['/made']],
    )
  })

  it('refuses two people in one record, and a value in the wrong form for its term', async () => {
    const mapping = mappings.folder.write('two.json', {
      ...PEOPLE,
      records: '',
      subject: ['/people/*/id'],
      items: [{ ...ROW, from: '/people/*/home', section: 'accommodation', term: 'address', value: { as: 'text' } }],
    })
    const { bad } = await mapBytes(
      mappings.child,
      await mappingOf(mappings.child, mapping),
      JSON.stringify({ people: [{ id: 1, home: 'x' }, { id: 2 }] }),
    )
    assert.equal(bad[0]?.faults[0]?.reason, 'holds records of more than one person')
    assert.match(bad[0]?.faults[1]?.reason ?? '', /^address: expected /)
  })

  it('takes a value from beside the name that decides, as exports of fields by name need it', async () => {
    const fields = (name: string, row: object) => ({
      from: 'f/*',
      where: { './@name': [name] },
      section: 'identity',
      nature: 'fact',
      ...row,
    })
    const mapping = mappings.folder.write('fields.json', {
      ...PEOPLE,
      source: { format: 'xml', start: 'cards', repeated: ['card', 'f'] },
      records: '/card/*',
      dates: ['yyyyMMdd'],
      lists: { sexes: { codes: { '2': { text: 'female' } } } },
      items: [
        fields('NAME', { term: 'full-name', value: { as: 'text', at: './#text' } }),
        fields('BORN', { term: 'birth-date', value: { as: 'day', at: './#text' } }),
        fields('SEX', { term: 'sex', value: { as: 'code', list: 'sexes', at: './@code' } }),
        fields('ALIAS', {
          term: 'alias',
          value: { as: 'text', at: './#text' },
          rungs: { g4: { as: 'code', list: 'sexes', at: './@none' } },
        }),
        fields('NOTE', { term: 'photo', value: { as: 'lines', at: './part' } }),
      ],
    })
    const card = '<f name="NAME">Ann</f><f name="BORN">19980502</f><f name="SEX" code="2"/><f name="ALIAS">A</f>'
    const source = `<cards><card>${card}<f name="NOTE"><part>x</part></f></card><card><f name="BORN">soon</f></card></cards>`
    const { records, bad } = await mapBytes(mappings.child, await mappingOf(mappings.child, mapping), source)
    const [record] = records
    const values = ['full-name', 'birth-date', 'sex', 'alias', 'photo'].map((term) => valueOf(record, term))
    assert.deepEqual(values, ['Ann', '1998-05-02', 'female', 'A', ['x']])
    assert.deepEqual(record?.unmapped, [])
    assert.deepEqual(bad[0]?.faults, [{ pointer: '/card/1/f/0/#text', reason: 'expected a day, found another text' }])
  })

  it('takes what an expression gives, and leaves out what it gives nothing for', async () => {
    const mapping = await mappingOf(
      mappings.child,
      mappings.folder.write('by.json', peopleBy('$contains($, "no") ? null : $uppercase($)')),
    )
    const source = JSON.stringify({ people: [{ name: 'ann' }, { name: 'none' }] })
    const { records } = await mapBytes(mappings.child, mapping, source)
    assert.deepEqual(
      records.map((record) => [valueOf(record, 'full-name'), record.unmapped, record.changed]),
      [
        ['ANN', [], ['/people/0/name']],
        [undefined, ['/people/1/name'], []],
      ],
    )
  })

  it('H105 takes no file beside it by a path, a link, a device or NUL, and no path that the payload list knows', () => {
    const text = filesBeside(mappings.folder.write('mapping.json', PEOPLE))
    mappings.folder.write('plain.json', '{}')
    symlinkSync('/etc/passwd', join(mappings.folder.path, 'link.json'))
    mkdirSync(join(mappings.folder.path, 'folder.json'))
    assert.equal(text('plain.json'), '{}')
    const wrong = ['link.json', 'folder.json', '../plain.json', '/etc/passwd', 'plain.json\0', './plain.json', '..', '']
    const listed = hasFixtures()
      ? (fixtureJson('payloads/path-traversal.json') as { payloads: { payload: string }[] }).payloads.map(
          ({ payload }) => payload,
        )
      : []
    for (const name of [...wrong, ...listed]) {
      assert.equal(text(name), undefined, name)
      const read = readMapping('m', JSON.stringify({ ...PEOPLE, lists: { l: { file: name } } }), text)
      assert.equal(read.ok, false, name)
    }
  })
})

describe('dates by the form that a mapping names', () => {
  const READ: readonly (readonly [string, string, string | undefined])[] = [
    ['dd/MM/yyyy', '03/11/2026', '2026-11-03'],
    ['MM/dd/yyyy', '03/11/2026', '2026-03-11'],
    ['yyyyMMddHHmmss', '20250125083000', '2025-01-25T08:30:00.000Z'],
    ['dd.MM.yyyy HH:mm', '03.11.2026 08:30', '2026-11-03T08:30:00.000Z'],
    ['dd/MM/yyyy', '30/02/2026', undefined],
    ['dd/MM/yyyy', '2026-11-03', undefined],
    ['yyyyMMdd', '20261301', undefined],
    ['dd.MM.yyyy', '03x11x2026', undefined],
  ]
  for (const [form, text, iso] of READ)
    it(`${text} in ${form} is ${iso ?? 'no date'}`, () => {
      assert.ok(isDateForm(form))
      assert.equal(datesOf([form]).isoOf(text), iso)
    })

  it('no form without a day, with a part twice, or with letters of its own', () => {
    for (const form of ['MM/yyyy', 'dd/dd/MM/yyyy', 'yyyy-MM-ddZ', 'yyyy-MM-dd HH', '(dd)MM+yyyy'])
      assert.ok(!isDateForm(form), form)
  })
})
