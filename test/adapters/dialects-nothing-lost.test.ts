/** Nothing that a source says is lost without a word: it is in an item, or it is listed; and no record holds what another says. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { after, before, describe, it } from 'mocha'
import { openMappingProcess } from '#adapters/dialects/configured/mapping-process.ts'
import type { MappingProcess } from '#adapters/dialects/configured/mapping-process.ts'
import { leavesOf } from '#adapters/dialects/select.ts'
import type { Json } from '#adapters/dialects/json-tree.ts'
import { mapBytes, mappingFolder, mappingOf, PEOPLE, peopleBy, valueOf } from '#test/support/mapped.ts'
import type { Mapped, MappingFolder } from '#test/support/mapped.ts'
import { sampledMs, samples } from '#test/support/samples.ts'

const [NAME] = PEOPLE.items
const TEXT = { as: 'text' }
const XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
const XML = { ...PEOPLE, records: '', source: { format: 'xml', start: 'p', namespaces: { x: 'urn:x' } } }
/** Takes of most kinds, of a record that is kept by names. */
const MANY = {
  ...PEOPLE,
  records: '/people/{}',
  items: [
    { ...NAME, where: { a: ['yes', 'no'] } },
    { ...NAME, from: 'b', value: { as: 'expression', expression: '$' } },
    { ...NAME, from: 'c/{}', value: { as: 'lines' } },
    {
      ...NAME,
      from: '.',
      section: 'accommodation',
      term: 'address',
      value: { as: 'record', members: { street: ['d', 'name'] }, constants: { street: 'constant', postcode: '0' } },
    },
  ],
}

describe('A mapping', function () {
  this.timeout(sampledMs(30_000))
  let child: MappingProcess
  let folder: MappingFolder
  before(() => {
    child = openMappingProcess(5_000)
    folder = mappingFolder()
  })
  after(async () => {
    await child[Symbol.asyncDispose]()
    folder.remove()
  })
  const put = async (mapping: unknown, source: unknown): Promise<Mapped> =>
    mapBytes(
      child,
      await mappingOf(child, folder.write('mapping.json', mapping)),
      typeof source === 'string' ? source : JSON.stringify(source),
    )

  it('loses nothing in silence: every scalar is in an item of its own record, listed, or one that a condition names', async () => {
    const mapping = await mappingOf(child, folder.write('many.json', MANY))
    const key = fc.oneof(fc.constantFrom('*', '{}', '0', '2021', '~', 'a/b', '#'), fc.string({ minLength: 1 }))
    const said = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constantFrom('yes', 'no', 'note'))
    const person = fc.record(
      { name: said, a: said, b: said, c: fc.dictionary(key, said), d: said, other: fc.jsonValue({ maxDepth: 1 }) },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(fc.dictionary(key, person, { minKeys: 1, maxKeys: 4 }), async (people) => {
        const mapped = await mapBytes(child, mapping, JSON.stringify({ people }))
        for (const { pointer, items, unmapped, changed } of mapped.records) {
          const texts = items.map((item) => JSON.stringify(item.value))
          const own = Object.entries(people).find(([name]) => pointer === `/people/${escaped(name)}`)
          assert.ok(own !== undefined)
          for (const leaf of leavesOf(pointer, own[1] as Json)) {
            const isListed = [...unmapped, ...changed].includes(leaf.pointer)
            const isNamed = leaf.pointer === `${pointer}/a` && ['yes', 'no'].includes(String(leaf.value))
            const form = JSON.stringify(String(leaf.value)).slice(1, -1)
            assert.ok(isListed || isNamed || texts.some((text) => text.includes(form)), leaf.pointer)
          }
        }
      }),
      { numRuns: samples(100) },
    )
  })

  it('keeps people apart, also one whose number is written like a wildcard', async () => {
    const people = { a: { name: 'Ann' }, '{}': { name: 'Eve' }, '*': { name: 'Bob' }, 2021: { name: 'Joe' } }
    const { records, bad } = await put({ ...PEOPLE, records: '/people/{}' }, { people })
    assert.deepEqual(
      records.map(({ items }) => items.map(({ value }) => value)),
      [['Joe'], ['Ann'], ['Eve'], ['Bob']],
    )
    assert.deepEqual(bad, [])
  })

  it('dates an item by its own date in an object that is kept by numbers', async () => {
    const row = { ...NAME, from: '/by/{}/name', observedAt: ['/by/{}/when'] }
    const { records } = await put(
      { ...PEOPLE, records: '', items: [row] },
      { by: { 2021: { name: 'x', when: '2020-01-01' } } },
    )
    assert.deepEqual([records[0]?.items[0]?.observedAt, records[0]?.unmapped], ['2020-01-01T00:00:00.000Z', []])
  })

  it('names no member in a fault that only the source names: it may be somebody', async () => {
    const items = [{ ...NAME, from: 'kin/{}/born', value: { as: 'day' } }]
    const kin = { 'Jean Dupont': { born: 'old' }, 1850675123456: { born: 'old' } }
    const { bad } = await put({ ...PEOPLE, items }, { people: [{ kin }] })
    assert.deepEqual(
      bad[0]?.faults.map(({ pointer }) => pointer),
      ['/people/0/kin/–/born', '/people/0/kin/–/born'],
    )
    const table = { ...PEOPLE, source: { format: 'csv' }, records: '/*', items: [{ ...NAME, from: 'name' }] }
    const headless = await put(table, `name,Jean Dupont\nx,${'y'.repeat(20_001)}\n`)
    assert.deepEqual(headless.bad[0]?.faults[0]?.pointer, '/–')
  })

  it('lists the text of an element that says it has none, and refuses two attributes of one name', async () => {
    const items = [{ ...NAME, from: 'name' }]
    const nil = await put({ ...XML, items }, `<p ${XSI}><name>A</name><other xsi:nil="true">B</other></p>`)
    assert.deepEqual(nil.records[0]?.unmapped, ['/other'])
    const source = { ...XML.source, same: { 'x:id': 'id' } }
    const both = await put({ ...XML, source, items }, '<p xmlns:x="urn:x" x:id="1" id="2"><name>A</name></p>')
    assert.deepEqual(both.refused, [{ pointer: '', reason: 'two attributes that source.same gives one name' }])
  })

  it('lists the value of a condition that the condition does not name', async () => {
    const row = { ...NAME, where: { type: ['A'] }, unless: { state: ['closed'] } }
    const listed = async (changes: object): Promise<readonly string[] | undefined> =>
      (await put({ ...PEOPLE, items: [row] }, { people: [{ name: 'x', type: 'A', ...changes }] })).records[0]?.unmapped
    assert.deepEqual(await listed({}), [])
    assert.deepEqual(await listed({ type: 'Z' }), ['/people/0/name', '/people/0/type'])
    assert.deepEqual(await listed({ state: 'open' }), ['/people/0/state'])
    assert.deepEqual(await listed({ state: 'closed' }), ['/people/0/name'])
  })

  it('puts no constant in the place of what a record says', async () => {
    const value = { as: 'record', members: { street: ['./a'] }, constants: { street: 'constant' } }
    const items = [{ ...NAME, from: '.', section: 'accommodation', term: 'address', value }]
    const { records } = await put({ ...PEOPLE, items }, { people: [{ a: 'real' }, { b: 1, a: 'too' }] })
    assert.deepEqual(valueOf(records[0], 'address'), { street: 'real' })
  })

  it('lists as changed what stands in the result only as part of another word', async () => {
    const value = { as: 'expression', expression: '"note " & a', take: { a: './a', b: './b' } }
    const { records } = await put(
      { ...PEOPLE, items: [{ ...NAME, from: '.', value }] },
      { people: [{ a: '12', b: 'no' }] },
    )
    assert.deepEqual([valueOf(records[0], 'full-name'), records[0]?.changed], ['note 12', ['/people/0/b']])
  })

  it('lists the rows of a table that are no records', async () => {
    const mapping = { ...PEOPLE, source: { format: 'csv' }, records: '/0' }
    assert.deepEqual((await put(mapping, 'name\nAnn\nBob\n')).unmapped, ['/1/name'])
  })

  it('gives three items of one place three ids', async () => {
    const items = [NAME, NAME, { ...NAME, value: TEXT }]
    const { records } = await put({ ...PEOPLE, items }, { people: [{ name: 'x' }] })
    assert.equal(new Set(records[0]?.items.map(({ itemId }) => itemId)).size, 3)
  })

  it('H128 completes no time by the day of today', async () => {
    const { records } = await put(peopleBy('$string($toMillis("10:30", "[H]:[m]"))'), { people: [{ name: 'x' }] })
    assert.equal(valueOf(records[0], 'full-name'), String(10.5 * 3_600_000))
  })

  it('answers a request with nothing of the one before, which nobody heard to its end', async () => {
    const mapping = await mappingOf(child, folder.write('people.json', PEOPLE))
    const bytes = Buffer.from(JSON.stringify({ people: [{ name: 'first' }, { name: 'second' }] })).toString('base64')
    for await (const { kind } of child.ask({ ask: 'read', mapping, bytes, readAt: 0 })) if (kind === 'record') break
    const { records } = await mapBytes(child, mapping, JSON.stringify({ people: [{ name: 'third' }] }))
    assert.deepEqual(
      records.map((record) => valueOf(record, 'full-name')),
      ['third'],
    )
  })
})

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')
