/** Example decisions: the file is read strictly, and every row comes out as the officers wrote it. */
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { describe, it } from 'mocha'
import { parseCases, type Example } from '#policies/engine/case-text.ts'
import { runCases } from '#policies/engine/cases.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import { parsePolicy } from '#policies/language/text.ts'

const folder = new URL('../../policies/', import.meta.url)
const fileText = (path: string): string => readFileSync(new URL(path, folder), 'utf8')

function packOf(id: string): PolicySet {
  const parsed = parsePolicy(fileText(`packs/${id}.json`), id)
  assert.ok(parsed.ok)
  return parsed.set
}

function examplesOf(id: string): readonly Example[] {
  const parsed = parseCases(fileText(`cases/${id}.json`), `${id}.json`)
  assert.ok(parsed.ok, JSON.stringify(parsed))
  assert.equal(parsed.pack, id)
  return parsed.examples
}

for (const file of readdirSync(new URL('cases/', folder)).filter((name) => name.endsWith('.json'))) {
  const id = file.replace('.json', '')
  describe(`examples of ${id}`, () => {
    for (const { name, wrong, ceiling, sentence } of runCases(packOf(id), examplesOf(id))) {
      it(name, () => assert.deepEqual(wrong, [], `${ceiling.level} by ${ceiling.rules.join()}: ${sentence}`))
    }
  })
}

describe('the examples of france-prison-exit', () => {
  const examples = examplesOf('france-prison-exit')

  it('are sixty or more, with every type of recipient, refusals first', () => {
    assert.ok(examples.length >= 60)
    const types = new Set(examples.map(({ question }) => question.facts['recipient.type']))
    for (const type of packOf('france-prison-exit').vocabulary.recipientTypes) assert.ok(types.has(type), type)
    const levels = examples.map(({ expected }) => expected.level)
    const firstPass = levels.findIndex((level) => level !== 'nothing')
    assert.ok(firstPass > 20 && !levels.slice(firstPass).includes('nothing'))
  })

  it('fail when the pack is emptied of its rules', () => {
    const emptied = { ...packOf('france-prison-exit'), rules: [] }
    const failed = runCases(emptied, examples).filter(({ wrong }) => wrong.length > 0)
    assert.ok(failed.length > examples.length / 2)
  })
})

const example = {
  name: 'a row',
  facts: { 'recipient.type': 'PR' },
  item: { section: 'custody' },
  expected: { level: 'full' },
}
const text = (changed: object, row: object = {}): string =>
  JSON.stringify({
    format: 'passerelle-cases/1',
    pack: 'france-prison-exit',
    defaults: { at: '2026-06-15', facts: { 'edge.purpose': 'release-preparation' }, item: {} },
    cases: [{ ...example, ...row }],
    ...changed,
  })

const faults = (input: string): readonly string[] => {
  const parsed = parseCases(input, 'x')
  return parsed.ok ? [] : parsed.faults.map(({ code, at }) => `${code} ${at}`)
}

describe('parseCases', () => {
  it('reads a row with what the defaults say of the rest', () => {
    const parsed = parseCases(
      text({}, { marking: { handling: ['H1'] }, past: '2026-01-01', milestones: { release: '2026-03-01' } }),
      'x',
    )
    assert.ok(parsed.ok)
    assert.deepEqual(parsed.examples[0]?.question.facts, {
      'edge.purpose': 'release-preparation',
      'recipient.type': 'PR',
    })
    assert.equal(parsed.examples[0].question.milestones['release'], Date.UTC(2026, 2, 1))
    assert.equal(parsed.examples[0].item.isPast, true)
    assert.deepEqual(parsed.examples[0].item.marking.handling, ['H1'])
  })

  it('reports every fault with its place', () => {
    assert.deepEqual(faults('{'), ['json-invalid '])
    assert.deepEqual(faults(text({ format: 'x' })), ['value-unknown /format'])
    assert.deepEqual(faults(text({ cases: [example, example] })), ['name-repeated /cases/1'])
    assert.deepEqual(faults(text({}, { facts: { 'recipient.kind': 'PR', 'item.section': 'x' } })), [
      'name-unknown /cases/0/facts/recipient.kind',
      'name-unknown /cases/0/facts/item.section',
    ])
    assert.deepEqual(faults(text({}, { item: { sektion: 'x' } })), ['name-unknown /cases/0/item/sektion'])
    assert.deepEqual(faults(text({}, { at: 'today', extra: 1 })), [
      'member-unknown /cases/0/extra',
      'instant-invalid /cases/0/at',
    ])
    assert.deepEqual(faults(text({}, { at: 20260615 })), ['instant-invalid /cases/0/at'])
    assert.deepEqual(faults(text({}, { expected: { level: 'all', omission: 'loud' } })), [
      'value-unknown /cases/0/expected/omission',
      'value-unknown /cases/0/expected/level',
    ])
    assert.deepEqual(faults(text({}, { marking: { receivedInConfidence: 'yes' } })), [
      'type-wrong /cases/0/marking/receivedInConfidence',
    ])
    assert.deepEqual(faults(text({}, { facts: { 'edge.purpose': 7, 'request.sections': { a: 1 } } })), [
      'type-wrong /cases/0/facts/request.sections',
    ])
  })
})

describe('runCases', () => {
  it('names each thing that differs', () => {
    const expected = {
      level: 'nothing',
      omission: 'declared',
      rules: [],
      bases: ['fr.csi.863-2'],
      conditions: ['no-onward'],
      says: 'Nothing',
    }
    const parsed = parseCases(text({}, { expected }), 'x')
    assert.ok(parsed.ok)
    const [outcome] = runCases(packOf('france-prison-exit'), parsed.examples)
    assert.deepEqual(outcome?.wrong, ['level', 'omission', 'rules', 'bases', 'conditions', 'says'])
  })
})
