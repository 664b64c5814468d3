/** Files put through mapping files in the mapping child, and mapping files written for one test. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'mocha'
import { openMapping } from '#adapters/dialects/configured/mapping-folder.ts'
import type { CheckedAnswer } from '#adapters/dialects/configured/child-answer.ts'
import { openMappingProcess } from '#adapters/dialects/configured/mapping-process.ts'
import type { MappingProcess } from '#adapters/dialects/configured/mapping-process.ts'
import type { MappingFault, ReadyMapping } from '#adapters/dialects/configured/read-mapping.ts'
import { fixturesDir } from './fixtures.ts'
import { READ_AT } from './projected.ts'

export type MappedRecord = Extract<CheckedAnswer, { readonly kind: 'record' }>['record']
export type BadRecord = Extract<CheckedAnswer, { readonly kind: 'bad' }>['bad']

export interface Mapped {
  readonly records: readonly MappedRecord[]
  readonly bad: readonly BadRecord[]
  readonly refused: readonly { readonly pointer: string; readonly reason: string }[]
  readonly unmapped: readonly string[]
  readonly documentId: string | undefined
}

/** The mapping, or the test fails with its faults. */
export async function mappingOf(child: MappingProcess, nameOrPath: string): Promise<ReadyMapping> {
  const opened = await openMapping(nameOrPath, child)
  if (!opened.ok) throw new Error(JSON.stringify(opened.faults))
  return opened.mapping
}

/** All that the mapping says of these bytes. */
export async function mapBytes(
  child: MappingProcess,
  mapping: ReadyMapping,
  bytes: Uint8Array | string,
): Promise<Mapped> {
  const records: MappedRecord[] = []
  const bad: BadRecord[] = []
  let refused: Mapped['refused'] = []
  let unmapped: readonly string[] = []
  let documentId: string | undefined
  const request = { ask: 'read', mapping, bytes: Buffer.from(bytes).toString('base64'), readAt: READ_AT } as const
  for await (const answer of child.ask(request)) {
    if (answer.kind === 'record') records.push(answer.record)
    if (answer.kind === 'bad') bad.push(answer.bad)
    if (answer.kind === 'refused') refused = answer.faults
    if (answer.kind === 'done') ({ unmapped, documentId } = { documentId: undefined, ...answer })
  }
  return { records, bad: bad.toSorted((a, b) => a.number - b.number), refused, unmapped, documentId }
}

/** Value of the first item of a term, or undefined. */
export const valueOf = (record: MappedRecord | undefined, term: string): unknown =>
  record?.items.find((item) => item.term === term)?.value

/** A mapping of people in a JSON list, to be changed in one place by a test. */
export const PEOPLE = {
  format: 'passerelle-mapping/1',
  id: 'people',
  version: 1,
  title: { en: 'People', fr: 'Personnes' },
  source: { format: 'json' },
  records: '/people/*',
  record: 'people',
  author: { role: 'clerk', service: 'people-office' },
  items: [{ from: 'name', section: 'identity', term: 'full-name', nature: 'fact', value: { as: 'text' } }],
} as const

/** People whose name comes out of an expression. */
export const peopleBy = (expression: string): unknown => ({
  ...PEOPLE,
  items: [{ ...PEOPLE.items[0], value: { as: 'expression', expression } }],
})

/** A folder of mapping files for one test file; the caller removes it. */
export interface MappingFolder {
  readonly path: string
  readonly write: (name: string, content: unknown) => string
  readonly faultsOf: (child: MappingProcess, content: unknown) => Promise<readonly MappingFault[]>
  readonly remove: () => void
}

export function mappingFolder(): MappingFolder {
  const path = mkdtempSync(join(tmpdir(), 'passerelle-mapping-'))
  const write = (name: string, content: unknown): string => {
    writeFileSync(join(path, name), typeof content === 'string' ? content : JSON.stringify(content))
    return join(path, name)
  }
  return {
    path,
    write,
    faultsOf: async (child, content) => {
      const opened = await openMapping(write('mapping.json', content), child)
      assert.equal(opened.ok, false)
      return opened.ok ? [] : opened.faults.map((fault) => ({ ...fault, file: fault.file.replace(`${path}/`, '') }))
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}

export interface OpenMappings {
  readonly child: MappingProcess
  readonly folder: MappingFolder
}

/** Both, open for the tests of the describe, or of the file, that calls this. */
export function useMappings(): OpenMappings {
  let child: MappingProcess | undefined
  let folder: MappingFolder | undefined
  before(() => {
    child = openMappingProcess()
    folder = mappingFolder()
  })
  after(async () => {
    await child?.[Symbol.asyncDispose]()
    folder?.remove()
  })
  return {
    get child() {
      return child ?? assert.fail('not open yet')
    },
    get folder() {
      return folder ?? assert.fail('not open yet')
    },
  }
}

/** All that the mapping says of a fixture. */
export const mapFixture = async ({ child }: OpenMappings, mapping: string, path: string): Promise<Mapped> =>
  mapBytes(child, await mappingOf(child, mapping), readFileSync(join(fixturesDir(), path)))
