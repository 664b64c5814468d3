/** Builders of vaults for tests: a folder that is removed, KEKs in memory, cases by name. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'mocha'
import { kekOf } from '#adapters/vault/file-kek.ts'
import type { Kek } from '#adapters/vault/kek.ts'
import { openVault } from '#adapters/vault/open.ts'
import type { OpenedVault } from '#adapters/vault/open.ts'
import { toCaseId } from '#gateway/core/ids.ts'
import type { CaseId } from '#gateway/core/ids.ts'

/** The same KEK for the same name, in every process. */
export const aKek = (name = 'first'): Kek => kekOf(createHash('sha256').update(`test kek ${name}`).digest())

export const aVault = (
  path = ':memory:',
  keks: readonly [Kek, ...Kek[]] = [aKek()],
  capacity?: number,
): Promise<OpenedVault> => openVault({ path, keks, ...(capacity === undefined ? {} : { capacity }) })

export const aCase = (name: string): CaseId => {
  const id = toCaseId(`CASE-${name}`)
  assert(id !== undefined)
  return id
}

/** Paths in a folder that goes with the suite. */
export function freshPaths(): (name?: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'passerelle-vault-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  let count = 0
  return (name = 'keys.db') => join(folder, `${count++}-${name}`)
}
