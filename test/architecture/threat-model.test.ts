/** docs/threat-model.yaml names what exists: every threat has a control in a file that is there and tests that run, or says why not yet. */
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'mocha'
import { parse } from 'yaml'
import { z } from 'zod'
import { ROOT, textOf } from './tracked-files.ts'

const hostileTest = z.string().regex(/^H(?:\d{3}|\d{2}[A-Z])$/)
const named = (pattern: RegExp): z.ZodType<Readonly<Record<string, string>>> =>
  z.record(z.string().regex(pattern), z.string().min(4))
const modelSchema = z.strictObject({
  assets: named(/^A\d+$/),
  actors: named(/^T\d+$/),
  boundaries: named(/^B\d$/),
  'out-of-promise': z.array(z.string().min(10)).min(3),
  threats: z.array(
    z.strictObject({
      id: z.string().regex(/^TM\d{2}$/),
      kind: z.string().regex(/^[STRIDE]$/),
      threat: z.string().min(10),
      actors: z.array(z.string()).min(1),
      boundary: z.string(),
      assets: z.array(z.string()).min(1),
      control: z.string().min(10),
      where: z.array(z.string()),
      default: z.string().min(3),
      tests: z.array(hostileTest).min(1),
    }),
  ),
  waiting: z.record(hostileTest, z.string().min(5)),
})

const model = modelSchema.parse(parse(textOf('docs/threat-model.yaml')))
const sorted = (names: Iterable<string>): readonly string[] => [...new Set(names)].toSorted()

/** Numbers that the threat model gives out, those of other parts included. */
const NUMBERED = Array.from({ length: 138 }, (_, index) => `H${String(index + 1).padStart(3, '0')}`)
const UNUSED = new Set(['H019', 'H056', 'H057', 'H058', 'H059'])
const EXTRA = ['H06A', 'H06B', 'H06C', 'H09X']
const HOSTILE = [...NUMBERED.filter((id) => !UNUSED.has(id)), ...EXTRA]

/** Ids that stand in a string or template of a test file: titles, and the names that titles are made of. */
const tested = sorted(
  globSync('test/**/*.test.ts', { cwd: ROOT })
    .filter((path) => !path.includes('threat-model'))
    .flatMap((path) => readFileSync(join(ROOT, path), 'utf8').split('\n'))
    .filter((line) => !/^\s*(?:\/\/|\/?\*)/.test(line))
    .flatMap((line) =>
      [...line.matchAll(/['"`][^'"`]*\bH(\d{3}|\d{2}[A-Z])\b/g)].flatMap(
        () => line.match(/\bH(?:\d{3}|\d{2}[A-Z])\b/g) ?? [],
      ),
    ),
)

describe('docs/threat-model.yaml', () => {
  it('has the thirty threats, once each', () =>
    assert.deepEqual(
      model.threats.map(({ id }) => id),
      Array.from({ length: 30 }, (_, index) => `TM${String(index + 1).padStart(2, '0')}`),
    ))

  it('names no actor, asset or boundary that it does not list', () => {
    const unknown = model.threats.flatMap(({ id, actors, assets, boundary }) => [
      ...actors.filter((name) => !(name in model.actors)).map((name) => `${id} ${name}`),
      ...assets.filter((name) => !(name in model.assets)).map((name) => `${id} ${name}`),
      ...(boundary in model.boundaries ? [] : [`${id} ${boundary}`]),
    ])
    assert.deepEqual(unknown, [])
  })

  it('says where each control is enforced, in files that are there', () => {
    const missing = model.threats.flatMap(({ where }) => where).filter((path) => !existsSync(join(ROOT, path)))
    assert.deepEqual(sorted(missing), [])
    const nowhere = model.threats.filter(
      ({ where, tests }) => where.length === 0 && tests.some((id) => !(id in model.waiting)),
    )
    assert.deepEqual(
      nowhere.map(({ id }) => id),
      [],
    )
  })

  it('has a test for every id that it names, or the reason why not yet', () => {
    const asked = sorted([...model.threats.flatMap(({ tests }) => tests), ...HOSTILE])
    const missing = asked.filter((id) => !tested.includes(id) && !(id in model.waiting))
    assert.deepEqual(missing, [])
    console.log(
      `    ${asked.length} hostile tests named: ${tested.length} exist, ${Object.keys(model.waiting).length} wait`,
    )
  })

  it('lets no test wait that exists', () =>
    assert.deepEqual(
      Object.keys(model.waiting).filter((id) => tested.includes(id)),
      [],
    ))

  it('knows every hostile test that exists', () =>
    assert.deepEqual(
      tested.filter((id) => !HOSTILE.includes(id)),
      [],
    ))
})
