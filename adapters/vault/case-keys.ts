/** Keys of cases: made, wrapped, found again, and kept unwrapped for a while in a bounded cache that zeroes what it lets go. */
import { hkdfSync, randomBytes } from 'node:crypto'
import { toCaseId } from '#gateway/core/ids.ts'
import type { CaseId } from '#gateway/core/ids.ts'
import { SealBroken } from '#gateway/ports/vault.ts'
import type { CaseAlias } from '#gateway/ports/vault.ts'
import { KEY_BYTES } from './aes-gcm.ts'
import type { KeyDatabase, KeyRow } from './key-database.ts'
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

/** What is done with a key is done in one piece: once it has waited for anything, the key may have been let go and zeroed. */
type Use<T> = (key: CaseKey) => T

export interface CaseKeys extends Disposable {
  /** What `use` makes of the key, or undefined where there is none. */
  readonly byAlias: <T>(alias: string, use: Use<T>) => Promise<T | undefined>
  /** By the blinded id of a case; '' for what belongs to none. */
  readonly byBlind: <T>(blind: string, use: Use<T>) => Promise<T | undefined>
  /** The same, with a key made and durable where there was none. */
  readonly make: <T>(blind: string, caseId: CaseId | '', use: Use<T>) => Promise<T>
  /** Lets go of every unwrapped key where another process has destroyed one. */
  readonly heedOthers: () => Promise<void>
  /** Tells of an erasure that this process made. */
  readonly heedErasures: () => Promise<void>
  /** Zeroes and drops every unwrapped key, or one. */
  readonly forget: (alias?: string) => void
  /** How many are unwrapped now. */
  readonly cached: () => number
}

export interface CaseKeysOptions {
  readonly capacity: number
  readonly onErased?: (() => void) | undefined
}

/** The keys of one database, at most `capacity` of them unwrapped at a time. Another process that destroys a key empties the cache. */
export async function caseKeysIn(
  database: KeyDatabase,
  keks: Keks,
  { capacity, onErased }: CaseKeysOptions,
): Promise<CaseKeys> {
  const cache = new Map<string, CaseKey>()
  const aliases = new Map<string, string>()
  /** Rises whenever keys are let go: what was read before that is read again. */
  let epoch = 0
  const countErasures = async (): Promise<unknown> =>
    (await database.all('SELECT count(*) AS erased FROM erasures'))[0]?.['erased']
  let seenVersion = await database.version()
  let seenErasures = await countErasures()

  const heedErasures = async (): Promise<void> => {
    const now = await countErasures()
    if (now !== seenErasures) onErased?.()
    seenErasures = now
  }

  const forget = (alias?: string): void => {
    epoch += 1
    for (const key of alias === undefined ? cache.values() : [cache.get(alias)]) zero(key)
    if (alias === undefined) cache.clear()
    else cache.delete(alias)
    aliases.clear()
  }

  const makeRoom = (): void => {
    const [oldest] = cache.keys()
    if (cache.size >= capacity && oldest !== undefined) {
      zero(cache.get(oldest))
      cache.delete(oldest)
      aliases.clear()
    }
    if (aliases.size >= capacity) aliases.clear()
  }

  const keep = (blind: string, key: CaseKey): CaseKey => {
    const kept = cache.get(key.alias)
    // Read by another call meanwhile.
    if (kept !== undefined) zero(key)
    else makeRoom()
    aliases.set(blind, key.alias)
    cache.set(key.alias, kept ?? key)
    return kept ?? key
  }

  /** What another process erased or wrapped anew must not live on here. */
  const heedOthers = async (): Promise<void> => {
    const now = await database.version()
    if (now === seenVersion) return
    seenVersion = now
    forget()
    await heedErasures()
  }

  const cachedKey = (alias: string | undefined): CaseKey | undefined => {
    const key = alias === undefined ? undefined : cache.get(alias)
    if (key === undefined) return undefined
    cache.delete(key.alias)
    cache.set(key.alias, key)
    return key
  }

  const found = async <T>(column: 'alias' | 'blind', value: string, use: Use<T>): Promise<T | undefined> => {
    for (;;) {
      const before = epoch
      const [row] = await database.all(`SELECT alias, blind, kek, wrapped FROM case_keys WHERE ${column} = ?`, value)
      if (row === undefined) return undefined
      if (epoch !== before) continue
      const { alias, blind, kek, wrapped } = toWrapped(row)
      return use(keep(blind, toCaseKey(alias, unwrapCaseKey(keks, { alias, kek, wrapped }))))
    }
  }

  const byBlind: CaseKeys['byBlind'] = async (blind, use) => {
    await heedOthers()
    const key = cachedKey(aliases.get(blind))
    return key === undefined ? found('blind', blind, use) : use(key)
  }

  return {
    byAlias: async (alias, use) => {
      await heedOthers()
      const key = cachedKey(alias)
      return key === undefined ? found('alias', alias, use) : use(key)
    },
    byBlind,
    make: async (blind, caseId, use) => {
      for (;;) {
        const alias = randomBytes(ALIAS_BYTES).toString('hex')
        const plain = Buffer.concat([randomBytes(KEY_BYTES), Buffer.from(caseId)])
        const wrapped = wrapCaseKey(keks.current, alias, plain)
        plain.fill(0)
        await database.run(INSERT, alias, blind, keks.current.id, wrapped)
        // Whoever came first has made it, and all others take that one.
        const used = await found('blind', blind, (key) => ({ made: use(key) }))
        if (used !== undefined) return used.made
      }
    },
    heedOthers,
    heedErasures,
    forget,
    cached: () => cache.size,
    [Symbol.dispose]: () => forget(),
  }
}

const INSERT = 'INSERT INTO case_keys (alias, blind, kek, wrapped) VALUES (?, ?, ?, ?) ON CONFLICT (blind) DO NOTHING'

function zero(key: CaseKey | undefined): void {
  key?.content.fill(0)
  key?.items.fill(0)
}

function toWrapped({ alias, blind, kek, wrapped }: KeyRow): WrappedKey & { readonly blind: string } {
  if (typeof alias !== 'string' || typeof blind !== 'string' || typeof kek !== 'string')
    throw new SealBroken('a row of the key file is not ours')
  if (!(wrapped instanceof Uint8Array)) throw new SealBroken(`the key of the case ${alias} is gone from its row`)
  return { alias, blind, kek, wrapped }
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
