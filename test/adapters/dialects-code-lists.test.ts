/** Lists of handling markings as data: every value of every taxonomy marks an item, each as itself. */
import assert from 'node:assert/strict'
import { copyFileSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, it } from 'mocha'
import { codesOfTaxonomy } from '#adapters/dialects/configured/taxonomy.ts'
import { itemSchema } from '#gateway/core/item.ts'
import { fixtureJson, fixturesDir, needsFixtures } from '#test/support/fixtures.ts'
import { PEOPLE, mapBytes, mappingOf, useMappings } from '#test/support/mapped.ts'

const mappings = useMappings()

describe('code lists of markings', function () {
  this.timeout(60_000)
  needsFixtures()
  const LISTS = ['PAP', 'admiralty-scale', 'euci', 'information-origin', 'tlp'] as const
  const entriesOf = (name: string) => codesOfTaxonomy(fixtureJson(`handling-markings/${name}.json`)) ?? {}

  it('are loaded as data: every value of every taxonomy becomes a condition of an item, each its own', async () => {
    for (const name of LISTS) {
      copyFileSync(join(fixturesDir(), `handling-markings/${name}.json`), join(mappings.folder.path, `${name}.json`))
      const codes = Object.keys(entriesOf(name))
      assert.ok(codes.length >= 3)
      const mapping = mappings.folder.write('marked.json', {
        ...PEOPLE,
        lists: { marks: { taxonomy: `${name}.json` } },
        items: [{ ...PEOPLE.items[0], marks: [{ from: 'mark', list: 'marks' }] }],
      })
      const people = codes.map((code) => ({ name: code, mark: code }))
      const { records, bad } = await mapBytes(
        mappings.child,
        await mappingOf(mappings.child, mapping),
        JSON.stringify({ people }),
      )
      assert.deepEqual(bad, [])
      const conditions = records.map(({ items }) => items[0]?.conditions.join(' '))
      assert.equal(new Set(conditions).size, codes.length)
      for (const { items } of records) assert.ok(itemSchema.safeParse(items[0]).success)
    }
  })

  it('as they are shipped hold every value of the taxonomies', () => {
    const shipped = (name: string): readonly string[] => {
      const path = resolve(import.meta.dirname, `../../adapters/dialects/mappings/codes-${name}.json`)
      return Object.keys((JSON.parse(readFileSync(path, 'utf8')) as { codes: object }).codes).toSorted()
    }
    const admiralty = [
      ...shipped('admiralty-source').map((code) => `source-reliability:${code}`),
      ...shipped('admiralty-information').map((code) => `information-credibility:${code}`),
    ]
    assert.deepEqual(admiralty.toSorted(), Object.keys(entriesOf('admiralty-scale')).toSorted())
    for (const [name, list] of [
      ['pap', 'PAP'],
      ['euci', 'euci'],
      ['information-origin', 'information-origin'],
      ['tlp', 'tlp'],
    ] as const)
      assert.deepEqual(shipped(name), Object.keys(entriesOf(list)).toSorted())
  })

  it('mark a note in all its ways at once, the strictest of each', async () => {
    const note = {
      case: 'N-1',
      statement: 'words',
      summary: 'fewer',
      on: '2026-01-02',
      tlp: 'amber+strict',
      pap: 'RED',
      classification: 'R-UE/EU-R',
      reliability: 'b',
      credibility: '2',
      origin: 'AI-generated',
    }
    const { records } = await mapBytes(
      mappings.child,
      await mappingOf(mappings.child, 'handling-note'),
      JSON.stringify({ id: '7', notes: [note] }),
    )
    const item = records[0]?.items[0]
    assert.deepEqual(
      [item?.tlp, item?.classification, item?.source?.code, item?.information?.code, item?.conditions, item?.rungs],
      [
        'TLP:AMBER+STRICT',
        'diffusion-restreinte',
        'B',
        '2',
        ['euci-r-ue-eu-r', 'information-origin-ai-generated', 'pap-red'],
        { g2: 'fewer' },
      ],
    )
  })
})
