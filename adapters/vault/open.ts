/** Opens the vault over a key file and the KEKs that are configured; refuses to start where a KEK is wrong, missing or old. */
import { createCipheriv, createDecipheriv } from 'node:crypto'
import { isPostgresUrl } from '#adapters/postgres/connection.ts'
import { toItemId } from '#gateway/core/ids.ts'
import type { CaseId, ItemId } from '#gateway/core/ids.ts'
import { SealBroken } from '#gateway/ports/vault.ts'
import type { CaseAlias, Place, Vault, VaultKeeping } from '#gateway/ports/vault.ts'
import { openBytes, sealBytes } from './aes-gcm.ts'
import { caseKeysIn } from './case-keys.ts'
import type { CaseKey, CaseKeys, Keks } from './case-keys.ts'
import { erasedIn } from './erasures.ts'
import { fieldKeysIn } from './field-keys.ts'
import type { FieldKeys } from './field-keys.ts'
import { keepingOf, kekCounts } from './keeping.ts'
import type { Answering, Kek } from './kek.ts'
import type { KeyDatabase } from './key-database.ts'
import { openKeyFile } from './key-file.ts'
import { openPostgresKeys } from './postgres-keys.ts'

/** Of the tables as they are sealed; part of what a seal is bound to. */
const SCHEMA_VERSION = 1
const FORMAT = 1
const HEAD_BYTES = 17
const MOST_UNWRAPPED = 1024
const MOST_BLINDED = 64

export interface VaultOptions {
  /** Of keys.db, `:memory:` for one that is gone when closed, or `postgres://…`. */
  readonly path: string
  /** The first wraps new keys; the others only unwrap. */
  readonly keks: readonly [Kek, ...Kek[]]
  /** Most keys unwrapped at a time. */
  readonly capacity?: number
  /** Called when a case was erased: by this process, or by another as soon as it is noticed, at the next key that is asked for. */
  readonly onErased?: () => void
}

export interface OpenedVault extends Vault, VaultKeeping, Required<Answering> {
  /** True where there was no key before. */
  readonly isNew: boolean
  /** How many keys are unwrapped now. */
  readonly unwrapped: () => number
}

/** Rejects, naming the KEK, where keys are wrapped under one that is not configured or is not what it says. */
export async function openVault({ path, keks: [current, ...earlier], ...options }: VaultOptions): Promise<OpenedVault> {
  const { capacity = MOST_UNWRAPPED, onErased } = options
  const keks: Keks = { current, byId: new Map([current, ...earlier].map((kek) => [kek.id, kek])) }
  const database = isPostgresUrl(path) ? await openPostgresKeys(path) : openKeyFile(path)
  try {
    const counts = await kekCounts(database)
    refuseUnknownKeks(counts, keks)
    const fields = await fieldKeysIn(database, keks)
    const blinded = new Map<string, string>()
    const cases = await caseKeysIn(database, keks, {
      capacity,
      onErased: () => {
        blinded.clear()
        onErased?.()
      },
    })
    return await vaultOver({ database, keks, fields, cases, blinded }, counts.size === 0)
  } catch (cause) {
    await database[Symbol.asyncDispose]()
    throw cause
  }
}

function refuseUnknownKeks(counts: ReadonlyMap<string, number>, { byId }: Keks): void {
  for (const [kek, keys] of counts)
    if (!byId.has(kek))
      throw new Error(
        `${keys} keys are wrapped under the KEK ${kek}, which is not configured; configured: ${[...byId.keys()].join(', ')}`,
      )
}

interface Parts {
  readonly database: KeyDatabase
  readonly keks: Keks
  readonly fields: FieldKeys
  readonly cases: CaseKeys
  /** Cases asked for lately, by their ids; one walk asks for its case some hundred times. */
  readonly blinded: Map<string, string>
}

async function vaultOver(parts: Parts, isNew: boolean): Promise<OpenedVault> {
  const { database, keks, fields, cases, blinded } = parts
  const blindCase = (caseId: string): string => {
    const known = blinded.get(caseId)
    if (known !== undefined) return known
    if (blinded.size >= MOST_BLINDED) blinded.clear()
    const blind = fields.blind('case', caseId)
    blinded.set(caseId, blind)
    return blind
  }
  const aliasFor = async (caseId: CaseId | ''): Promise<CaseAlias> => {
    const blind = blindCase(caseId)
    return (await cases.byBlind(blind, toAliasOf)) ?? cases.make(blind, caseId, toAliasOf)
  }
  const own = await aliasFor('')
  let isOpen = true
  return {
    ...sealsOf(parts),
    ...keepingOf(parts),
    own,
    isNew,
    unwrapped: cases.cached,
    blind: fields.blind,
    erased: erasedIn(database),
    answers: () => keks.byId.forEach((kek) => kek.answers?.()),
    aliasOf: (caseId) => cases.byBlind(blindCase(caseId), toAliasOf),
    aliasFor,
    [Symbol.asyncDispose]: async () => {
      if (!isOpen) return
      isOpen = false
      cases[Symbol.dispose]()
      blinded.clear()
      fields[Symbol.dispose]()
      await database[Symbol.asyncDispose]()
      for (const kek of keks.byId.values()) kek[Symbol.dispose]()
    },
  }
}

function sealsOf({ database, cases }: Parts): Pick<Vault, 'caseOf' | 'seal' | 'open' | 'blindItems' | 'openItems'> {
  /** Undefined once erased. A key that is neither there nor erased was taken away or never ours. */
  const withKey = async <T>(alias: string, use: (key: CaseKey) => T): Promise<{ readonly made: T } | undefined> => {
    const used = await cases.byAlias(alias, (key) => ({ made: use(key) }))
    if (used !== undefined) return used
    if ((await database.all('SELECT 1 FROM erasures WHERE alias = ?', alias)).length === 0)
      throw new SealBroken(`there is no key for ${alias}, and no erasure of it was recorded`)
    return undefined
  }
  return {
    caseOf: async (alias) => (await withKey(alias, ({ caseId }) => caseId))?.made,
    seal: async (alias, place, content) => {
      const sealed = await withKey(alias, (key) => sealBytes(key.content, aadOf(alias, place), content, headOf(alias)))
      if (sealed === undefined) throw new Error('the case was erased; nothing more is kept of it under its old key')
      return sealed.made
    },
    open: async (place, sealed, expected) => {
      const alias = aliasIn(sealed)
      if (alias === undefined || (expected !== undefined && expected !== alias))
        throw new SealBroken(
          `${place.table} ${place.row}: what stands there was sealed for another case, or not at all`,
        )
      const opened = await withKey(alias, (key) =>
        openBytes(key.content, aadOf(alias, place), sealed.subarray(HEAD_BYTES)),
      )
      if (opened === undefined) return undefined
      if (opened.made === undefined)
        throw new SealBroken(`${place.table} ${place.row}: what stands there was changed or belongs elsewhere`)
      return opened.made
    },
    blindItems: async (alias, items) => (await withKey(alias, (key) => throughItems(key, items, 'blind')))?.made,
    openItems: async (alias, items) => (await withKey(alias, (key) => throughItems(key, items, 'open')))?.made,
  }
}

const toAliasOf = ({ alias }: CaseKey): CaseAlias => alias

const aadOf = (alias: string, { table, row }: Place): Buffer =>
  Buffer.from(JSON.stringify(['passerelle seal', SCHEMA_VERSION, alias, table, row]))

const headOf = (alias: CaseAlias): Buffer => Buffer.concat([Buffer.of(FORMAT), Buffer.from(alias, 'hex')])

const aliasIn = (sealed: Uint8Array): string | undefined =>
  sealed[0] === FORMAT && sealed.length > HEAD_BYTES
    ? Buffer.from(sealed.subarray(1, HEAD_BYTES)).toString('hex')
    : undefined

const UUID_HEX = 32
const CIPHER = 'aes-256-ecb'

/** A UUID is one block of AES: each block by itself is a keyed permutation, which is what an index of unique ids needs. */
function throughItems(key: CaseKey, items: readonly ItemId[], way: 'blind' | 'open'): readonly ItemId[] {
  const make = way === 'blind' ? createCipheriv : createDecipheriv
  const blocks = make(CIPHER, key.items, null).setAutoPadding(false)
  const hex = blocks.update(items.join('').replaceAll('-', ''), 'hex', 'hex') + blocks.final('hex')
  return items.map((_, index) => toUuid(hex.slice(index * UUID_HEX, (index + 1) * UUID_HEX)))
}

function toUuid(hex: string): ItemId {
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)]
  const id = toItemId(parts.join('-'))
  if (id === undefined) throw new SealBroken('the id of an item is not one')
  return id
}
