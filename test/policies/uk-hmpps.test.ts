/** The UK pack against upstream: its before and after documents, its unit cases, and every consumer role at every endpoint. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, it } from 'mocha'
import { z } from 'zod'
import { hmppsRecord } from '#adapters/dialects/hmpps-record.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import { parsePolicy, printPolicy } from '#policies/language/text.ts'
import { fixtureJson, hasFixtures, needsFixtures } from '#test/support/fixtures.ts'
import { inputOf, projected, readingOf } from '#test/support/projected.ts'

const root = resolve(import.meta.dirname, '../..')
const PACK_TEXT = readFileSync(join(root, 'policies/packs/uk-hmpps.json'), 'utf8')

const setOf = (text: string): PolicySet => {
  const parsed = parsePolicy(text, 'uk-hmpps.json')
  assert.ok(parsed.ok, JSON.stringify(parsed))
  return parsed.set
}
const PACK = setOf(PACK_TEXT)

const FOLDER = 'hmpps-integration-redaction'
const redactionCases = z.array(
  z.object({
    id: z.string(),
    role: z.string(),
    endpoint: z.string(),
    before: z.json(),
    after: z.json(),
    compare: z.string(),
  }),
)
const unitCases = z.array(
  z.object({ id: z.string(), path: z.string(), action: z.enum(['MASK', 'REMOVE']), before: z.json(), after: z.json() }),
)
const filters = z.record(z.string(), z.array(z.string())).nullable()
const roles = z.array(z.object({ role: z.string(), permissions: z.array(z.string()), filters }))
const endpoints = z.array(z.string())

/** An empty table where the fixtures are absent; the suite then says that it was skipped. */
const tableOf = <T>(schema: z.ZodType<T[]>, file: string): readonly T[] =>
  hasFixtures() ? schema.parse(fixtureJson(`${FOLDER}/${file}`)) : []

const CASES = tableOf(redactionCases, 'cases.json')
const UNITS = tableOf(unitCases, 'redactor-unit-cases.json')
const ROLES = tableOf(roles, 'roles.json')
const ENDPOINTS = tableOf(endpoints, 'endpoints.json')

const through = (set: PolicySet, role: string, record: string, document: unknown): unknown => {
  const { items } = readingOf(hmppsRecord.read(inputOf(record, document)))
  const facts = { 'recipient.type': role }
  return hmppsRecord.print?.(projected(set, facts, items), record)
}

/** Every member of the expected document is in the actual one with the same value; lists of the same length. */
const holds = (actual: unknown, expected: unknown): boolean => {
  if (typeof expected !== 'object' || expected === null) return actual === expected
  if (typeof actual !== 'object' || actual === null) return false
  if (Array.isArray(expected) && (!Array.isArray(actual) || actual.length !== expected.length)) return false
  const members = new Map(Object.entries(actual))
  return Object.entries(expected).every(([name, value]) => members.has(name) && holds(members.get(name), value))
}

describe('uk-hmpps, before and after', () => {
  needsFixtures()
  for (const { id, role, endpoint, before, after, compare } of CASES)
    it(`${id}: ${role} gets what upstream gives`, () => {
      const printed = through(PACK, role, endpoint, before)
      if (compare === 'exact') assert.deepEqual(printed, after)
      else assert.ok(holds(printed, after), JSON.stringify(printed))
    })

  it('has looked at five cases, four of them exactly', () => {
    assert.deepEqual([CASES.length, CASES.filter(({ compare }) => compare === 'exact').length], [5, 4])
  })
})

const LEVEL_OF = { MASK: 'existence', REMOVE: 'nothing' } as const

/** A small set of one recipient and one redaction, written in rows like those of the pack. */
const littleSet = (path: string, action: 'MASK' | 'REMOVE'): PolicySet => {
  const name = path.replace('$..', '')
  const limit = { effect: 'limit', upTo: LEVEL_OF[action], reason: 'as upstream' }
  const permit = { effect: 'permit', upTo: 'full', bases: ['uk.oma2007.14'], reason: 'all' }
  const vocabulary = { ...PACK.vocabulary, terms: ['document', 'data', 'a', 'b', 'c', 'q'] }
  const rules = [
    { id: 'all', ...permit },
    { id: 'named', ...limit, what: { 'item.term': [name] } },
    { id: 'inside', ...limit, what: { 'item.within': [name] } },
  ]
  const text: unknown = JSON.parse(printPolicy({ ...PACK, rules: [], lists: {} }))
  assert.ok(typeof text === 'object')
  return setOf(JSON.stringify({ ...text, vocabulary, rules }))
}

describe('uk-hmpps, upstream unit cases', () => {
  needsFixtures()
  for (const { id, path, action, before, after } of UNITS)
    it(`${id}: ${action} ${path}`, () => {
      assert.deepEqual(through(littleSet(path, action), 'full-access', '/v1/status', before), after)
    })

  it('has looked at four cases', () => assert.equal(UNITS.length, 4))
})

describe('uk-hmpps, consumer roles', () => {
  needsFixtures()
  const DOCUMENT = { data: { active: true } }

  it('gives upstream’s decision for each role at every endpoint', () => {
    const wrong: string[] = []
    let asked = 0
    for (const { role, permissions } of ROLES)
      for (const endpoint of ENDPOINTS) {
        const isAllowed = through(PACK, role, endpoint, DOCUMENT) !== undefined
        if (isAllowed !== permissions.includes(endpoint)) wrong.push(`${role} ${endpoint}`)
        asked += 1
      }
    assert.deepEqual({ wrong, asked }, { wrong: [], asked: ROLES.length * ENDPOINTS.length })
    assert.equal(asked, 12 * 111)
  })

  it('knows every role and every endpoint, and no others', () => {
    assert.deepEqual(
      PACK.vocabulary.recipientTypes,
      ROLES.map(({ role }) => role),
    )
    assert.deepEqual(PACK.vocabulary.records, ENDPOINTS)
  })

  it('gives a role with agreed alert codes those alerts alone', () => {
    const role = ROLES.find(({ filters: limits }) => limits?.['alertCodes'] !== undefined)
    assert.ok(role)
    const endpoint = role.permissions.find((path) => path.endsWith('/alerts')) ?? ''
    const agreed = { code: role.filters?.['alertCodes']?.[0] ?? '', codeDescription: 'agreed' }
    const other = { code: 'ZZZ', codeDescription: 'not agreed' }
    const odd = { code: 7, codeDescription: 'no code at all' }
    const printed = through(PACK, role.role, endpoint, { data: [other, agreed, odd] })
    assert.deepEqual(printed, { data: [agreed] })
  })
})

describe('uk-hmpps, where it is stricter than upstream', () => {
  const RECORD = '/v1/persons/{hmppsId}'

  it('gives no member that its vocabulary does not name', () => {
    const printed = through(PACK, 'full-access', RECORD, { data: { gender: 'x', addedLater: 'secret' } })
    assert.deepEqual(printed, { data: { gender: 'x' } })
  })

  it('gives nothing to a role or for an endpoint that it does not name', () => {
    assert.equal(through(PACK, 'someone-else', RECORD, { data: 1 }), undefined)
    assert.equal(through(PACK, 'full-access', '/v2/persons', { data: 1 }), undefined)
  })

  it('gives nothing of a restricted person, and all to a mandate that the case names', () => {
    const { items } = readingOf(hmppsRecord.read(inputOf(RECORD, { data: 1 })))
    const facts = { 'recipient.type': 'full-access', 'recipient.mandate': 'desk-one', 'case.restricted': true }
    assert.equal(projected(PACK, { ...facts, 'case.allowed': [] }, items).length, 0)
    assert.equal(projected(PACK, { ...facts, 'case.allowed': ['desk-one'] }, items).length, 2)
  })

  it('masks a redacted member that stands in a list, which upstream’s path would miss', () => {
    const before = { data: [{ communityOffenderManager: { email: 'a@example.org' } }] }
    const printed = through(PACK, 'ext-probation-police-intelligence', `${RECORD}/person-responsible-officer`, before)
    assert.deepEqual(printed, { data: [{ communityOffenderManager: { email: '**REDACTED**' } }] })
  })
})

describe('uk-hmpps, the text', () => {
  it('is canonical', () => assert.equal(printPolicy(PACK), PACK_TEXT))

  it('holds all names: no role, endpoint, path or mask is in code', () => {
    // The command line is left out: its help may quote an example, and it decides nothing.
    const folders = ['policies/language', 'policies/engine', 'gateway', 'adapters']
    const files = folders.flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => join(root, folder, file)),
    )
    assert.ok(files.length > 40)
    const names = [
      ...PACK.vocabulary.recipientTypes,
      ...PACK.vocabulary.records.filter((record) => record.includes('{')),
      '**REDACTED**',
      '$..',
    ]
    const found = files.flatMap((file) => {
      const text = readFileSync(file, 'utf8')
      return names.filter((name) => text.includes(name)).map((name) => `${file} ${name}`)
    })
    assert.deepEqual(found, [])
  })
})
