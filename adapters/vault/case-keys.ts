/** Keys of cases: made, wrapped, found again, and kept unwrapped for a while in a bounded cache that zeroes what it lets go. */
import { hkdfSync, randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { toCaseId } from '#gateway/core/ids.ts'
import type { CaseId } from '#gateway/core/ids.ts'
import { SealBroken } from '#gateway/ports/vault.ts'
import type { CaseAlias } from '#gateway/ports/vault.ts'
import { KEY_BYTES } from './aes-gcm.ts'
import type { Kek } from './kek.ts'

const ALIAS_BYTES = 16
const ALIAS = /^[0-9a-f]{32}$/

/** Unwrapped. Both keys are zeroed when the cache lets go of it, so nobody keeps one past the call it was asked for. */
export interface CaseKey {
  readonly alias: CaseAlias
  /** Undefined for what belongs to no case. */
  readonly caseId: CaseId | undefined
  readonly content: Buffer
  /** Blinds the ids of items. */
  readonly items: Buffer
}

export interface Keks {
  /** Wraps new keys. */
  readonly current: Kek
  readonly byId: ReadonlyMap<string, Kek>
}

export const toAlias = (text: string): CaseAlias | undefined => (ALIAS.test(text) ? (text as CaseAlias) : undefined)

const aadOf = (alias: string, kek: string): string => JSON.stringify(['passerelle case key', 1, alias, kek])

/** The wrapped key of a case holds the id of the case as well: without the key, nothing says which case it was. */
export function wrapCaseKey(kek: Kek, alias: string, plain: Uint8Array): Uint8Array {
  return kek.wrap(aadOf(alias, kek.id), plain)
}

/** Throws SealBroken where the row was changed or moved, and an error where its KEK is not configured. */
export function unwrapCaseKey(keks: Keks, { alias, kek, wrapped }: WrappedKey): Uint8Array {
  const wrapping = keks.byId.get(kek)
  if (wrapping === undefined) throw new Error(`the KEK ${kek} is not configured`)
  const plain = wrapping.unwrap(aadOf(alias, kek), wrapped)
  if (plain === undefined) throw new SealBroken(`the key of the case ${alias} was changed`)
  return plain
}

export interface WrappedKey {
  readonly alias: string
  readonly kek: string
  readonly wrapped: Uint8Array
}

export interface CaseKeys extends Disposable {
  readonly byAlias: (alias: string) => CaseKey | undefined
  /** By the blinded id of a case; '' for what belongs to none. */
  readonly byBlind: (blind: string) => CaseKey | undefined
  readonly make: (blind: string, caseId: CaseId | '') => CaseKey
  /** Lets go of every unwrapped key where another process has changed the file. */
  readonly heedOthers: () => void
  /** Tells of an erasure that this process made. */
  readonly heedErasures: () => void
  /** Zeroes and drops every unwrapped key, or one. */
  readonly forget: (alias?: string) => void
  /** How many are unwrapped now. */
  readonly cached: () => number
}

/** The keys of one key file, at most `capacity` of them unwrapped at a time. Another process that changes the file empties the cache. */
export function caseKeysIn(
  database: DatabaseSync,
  keks: Keks,
  { capacity, onErased }: { readonly capacity: number; readonly onErased?: (() => void) | undefined },
): CaseKeys {
  const cache = new Map<string, CaseKey>()
  const aliases = new Map<string, string>()
  const select = (column: 'alias' | 'blind') =>
    database.prepare(`SELECT alias, blind, kek, wrapped FROM case_keys WHERE ${column} = ?`)
  const selects = { alias: select('alias'), blind: select('blind') }
  const insert = database.prepare('INSERT INTO case_keys (alias, blind, kek, wrapped) VALUES (?, ?, ?, ?)')
  const version = database.prepare('PRAGMA data_version')
  let seenVersion = version.get()?.['data_version']
  const erasures = database.prepare('SELECT count(*) AS erased FROM erasures')
  let seenErasures = erasures.get()?.['erased']

  const heedErasures = (): void => {
    const now = erasures.get()?.['erased']
    if (now !== seenErasures) onErased?.()
    seenErasures = now
  }

  const forget = (alias?: string): void => {
    for (const key of alias === undefined ? cache.values() : [cache.get(alias)]) {
      key?.content.fill(0)
      key?.items.fill(0)
    }
    if (alias === undefined) cache.clear()
    else cache.delete(alias)
    aliases.clear()
  }

  const keep = (blind: string, key: CaseKey): CaseKey => {
    const [oldest] = cache.keys()
    if (cache.size >= capacity && oldest !== undefined) forget(oldest)
    if (aliases.size >= capacity) aliases.clear()
    cache.set(key.alias, key)
    aliases.set(blind, key.alias)
    return key
  }

  /** What another process erased or wrapped anew must not live on here. */
  const heedOthers = (): void => {
    const now = version.get()?.['data_version']
    if (now === seenVersion) return
    seenVersion = now
    forget()
    heedErasures()
  }

  const cachedKey = (alias: string | undefined): CaseKey | undefined => {
    const key = alias === undefined ? undefined : cache.get(alias)
    if (key === undefined) return undefined
    cache.delete(key.alias)
    cache.set(key.alias, key)
    return key
  }

  const found = (column: 'alias' | 'blind', value: string): CaseKey | undefined => {
    const row = selects[column].get(value)
    if (row === undefined) return undefined
    const [alias, blind, kek, wrapped] = [row['alias'], row['blind'], row['kek'], row['wrapped']]
    if (typeof alias !== 'string' || typeof blind !== 'string' || typeof kek !== 'string')
      throw new SealBroken('a row of the key file is not ours')
    if (!(wrapped instanceof Uint8Array)) throw new SealBroken(`the key of the case ${alias} is gone from its row`)
    return keep(blind, toCaseKey(alias, unwrapCaseKey(keks, { alias, kek, wrapped })))
  }

  return {
    byAlias: (alias) => {
      heedOthers()
      return cachedKey(alias) ?? found('alias', alias)
    },
    byBlind: (blind) => {
      heedOthers()
      return cachedKey(aliases.get(blind)) ?? found('blind', blind)
    },
    make: (blind, caseId) => {
      const alias = randomBytes(ALIAS_BYTES).toString('hex')
      const plain = Buffer.concat([randomBytes(KEY_BYTES), Buffer.from(caseId)])
      insert.run(alias, blind, keks.current.id, wrapCaseKey(keks.current, alias, plain))
      return keep(blind, toCaseKey(alias, plain))
    },
    heedOthers,
    heedErasures,
    forget,
    cached: () => cache.size,
    [Symbol.dispose]: () => forget(),
  }
}

/** Takes what was unwrapped apart, and zeroes it. */
function toCaseKey(text: string, plain: Uint8Array): CaseKey {
  const alias = toAlias(text)
  const content = Buffer.from(plain.subarray(0, KEY_BYTES))
  const caseText = Buffer.from(plain.subarray(KEY_BYTES)).toString('utf8')
  plain.fill(0)
  const caseId = caseText === '' ? undefined : toCaseId(caseText)
  if (alias === undefined || content.length !== KEY_BYTES || (caseText !== '' && caseId === undefined))
    throw new SealBroken('a key of the key file is not ours')
  const items = Buffer.from(hkdfSync('sha256', content, '', 'passerelle item ids', KEY_BYTES))
  return { alias, caseId, content, items }
}
