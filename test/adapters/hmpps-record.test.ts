/** A native document there and back: whole, masked and with parts removed. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { z } from 'zod'
import { RECORD, INTEGRATION, RESETTLEMENT, shown, roundTrip, parse, aDocument } from '#test/support/dialect-records.ts'
import { fixtureJson, fixtureText, fixturesDir, needsFixtures } from '#test/support/fixtures.ts'
import { inputOf, readingOf } from '#test/support/projected.ts'

describe('dialect hmpps-record', () => {
  it('prints what it read: read, project in full, print gives the document back', () => {
    fc.assert(fc.property(aDocument, (text) => assert.deepEqual(roundTrip(parse(text)), parse(text))))
  })

  it('keeps digits as member names, empty containers, null and order', () => {
    for (const text of [
      '{"1":{"0":"a"},"0":[]}',
      '[[],{},null,"",0,false,[[1]]]',
      '{"":{"":1},"a/b":{"~1":2},"~":3}',
      'null',
      '[]',
    ])
      assert.equal(JSON.stringify(roundTrip(parse(text))), JSON.stringify(parse(text)))
  })

  describe('on the fixtures', () => {
    needsFixtures()
    it('every JSON fixture of both folders comes back whole', () => {
      const files = [INTEGRATION, RESETTLEMENT].flatMap((folder) =>
        readdirSync(join(fixturesDir(), folder), { recursive: true, encoding: 'utf8' })
          .filter((file) => file.endsWith('.json'))
          .map((file) => `${folder}/${file}`),
      )
      let items = 0
      for (const file of files) {
        const document = parse(fixtureText(file))
        items += readingOf(RECORD.read(inputOf('any', document))).items.length
        assert.deepEqual(roundTrip(document), document, file)
      }
      console.log(`      ${files.length} documents, ${items} items`)
      assert.equal(files.length >= 64, true, `${files.length}`)
    })

    it('naughty strings survive as values and as members', () => {
      const strings = z.array(z.string()).parse(fixtureJson('naughty-strings/strings.json'))
      assert.ok(strings.length > 200, `${strings.length}`)
      const document = {
        list: strings,
        members: Object.fromEntries(strings.filter(({ length }) => length <= 100).map((text) => [text, text])),
      }
      assert.deepEqual(roundTrip(parse(JSON.stringify(document))), parse(JSON.stringify(document)))
    })
  })

  it('removes and masks whole subtrees: what its container lacks is not printed', () => {
    const { items } = readingOf(RECORD.read(inputOf('any', { a: { b: [{ c: 'secret' }, 2] }, d: 1 })))
    const print = (level: (at: string) => 'full' | 'existence' | 'nothing'): unknown =>
      RECORD.print?.(
        items.flatMap((item) => {
          const wanted = level(item.at ?? '')
          return wanted === 'nothing' ? [] : shown([item], wanted)
        }),
        'any',
      )
    assert.deepEqual(
      print((at) => (at === '/a/b' ? 'nothing' : 'full')),
      { a: {}, d: 1 },
    )
    assert.deepEqual(
      print((at) => (at === '/a' ? 'existence' : 'full')),
      { a: '**REDACTED**', d: 1 },
    )
    assert.deepEqual(
      print((at) => (at === '/a/b/0' ? 'nothing' : 'full')),
      { a: { b: [2] }, d: 1 },
    )
    assert.equal(
      print((at) => (at === '' ? 'nothing' : 'full')),
      undefined,
    )
  })

  it('prints the mask for an item at existence even where a value came with it', () => {
    const [whole] = shown(readingOf(RECORD.read(inputOf('any', 'secret'))).items)
    assert.ok(whole)
    assert.equal(RECORD.print?.([{ ...whole, level: 'existence' }], 'any'), '**REDACTED**')
  })

  it('prints only items of the record asked for', () => {
    const { items } = readingOf(RECORD.read(inputOf('one', { a: 1 })))
    assert.equal(RECORD.print?.(shown(items), 'two'), undefined)
  })
})
