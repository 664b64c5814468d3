/** Opens the vault over a key file and the KEKs that are configured; refuses to start where a KEK is wrong, missing or old. */
import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { toItemId } from '#gateway/core/ids.ts'
import type { ItemId } from '#gateway/core/ids.ts'
import { SealBroken } from '#gateway/ports/vault.ts'
import type { CaseAlias, Place, Vault, VaultKeeping } from '#gateway/ports/vault.ts'
import { openBytes, sealBytes } from './aes-gcm.ts'
import { caseKeysIn } from './case-keys.ts'
import type { CaseKey, CaseKeys, Keks } from './case-keys.ts'
import { fieldKeysIn } from './field-keys.ts'
import type { FieldKeys } from './field-keys.ts'
import { keepingOf, kekCounts } from './keeping.ts'
import type { Kek } from './kek.ts'
import { openKeyFile } from './key-file.ts'

/** Of the tables as they are sealed; part of what a seal is bound to. */
const SCHEMA_VERSION = 1
const FORMAT = 1
const HEAD_BYTES = 17
const MOST_UNWRAPPED = 1024

export interface VaultOptions {
  /** Of keys.db; `:memory:` for one that is gone when closed. */
  readonly path: string
  /** The first wraps new keys; the others only unwrap. */
  readonly keks: readonly [Kek, ...Kek[]]
  /** Most keys unwrapped at a time. */
  readonly capacity?: number
  /** Called when a case was erased: by this process, or by another as soon as it is noticed, at the next key that is asked for. */
  readonly onErased?: () => void
}

export interface OpenedVault extends Vault, VaultKeeping {
  /** True where the key file was empty before. */
  readonly isNew: boolean
  /** How many keys are unwrapped now. */
  readonly unwrapped: () => number
}

/** Throws, naming the KEK, where keys are wrapped under one that is not configured or is not what it says. */
export function openVault({ path, keks: [current, ...earlier], ...options }: VaultOptions): OpenedVault {
  const { capacity = MOST_UNWRAPPED, onErased } = options
  const keks: Keks = { current, byId: new Map([current, ...earlier].map((kek) => [kek.id, kek])) }
  const database = openKeyFile(path)
  try {
    const isNew = kekCounts(database).size === 0
    refuseUnknownKeks(database, keks)
    const fields = fieldKeysIn(database, keks)
    const cases = caseKeysIn(database, keks, { capacity, onErased })
    return vaultOver({ path, database, keks, fields, cases }, isNew)
  } catch (cause) {
    database.close()
    throw cause
  }
}

function refuseUnknownKeks(database: DatabaseSync, { byId }: Keks): void {
  for (const [kek, keys] of kekCounts(database))
    if (!byId.has(kek))
      throw new Error(
        `${keys} keys are wrapped under the KEK ${kek}, which is not configured; configured: ${[...byId.keys()].join(', ')}`,
      )
}

interface Parts {
  readonly path: string
  readonly database: DatabaseSync
  readonly keks: Keks
  readonly fields: FieldKeys
  readonly cases: CaseKeys
}

function vaultOver(parts: Parts, isNew: boolean): OpenedVault {
  const { database, keks, fields, cases } = parts
  const blindCase = (caseId: string): string => fields.blind('case', caseId)
  const own = (cases.byBlind(blindCase('')) ?? cases.make(blindCase(''), '')).alias
  return {
    ...sealsOf(parts),
    ...keepingOf(parts),
    own,
    isNew,
    unwrapped: cases.cached,
    blind: fields.blind,
    aliasOf: (caseId) => cases.byBlind(blindCase(caseId))?.alias,
    aliasFor: (caseId) => (cases.byBlind(blindCase(caseId)) ?? cases.make(blindCase(caseId), caseId)).alias,
    [Symbol.dispose]: () => {
      if (!database.isOpen) return
      cases[Symbol.dispose]()
      fields[Symbol.dispose]()
      database.close()
      for (const kek of keks.byId.values()) kek[Symbol.dispose]()
    },
  }
}

function sealsOf({ database, cases }: Parts): Pick<Vault, 'caseOf' | 'seal' | 'open' | 'blindItems' | 'openItems'> {
  const erasures = database.prepare('SELECT 1 FROM erasures WHERE alias = ?')
  /** Undefined once erased. A key that is neither there nor erased was taken away or never ours. */
  const keyOf = (alias: string): CaseKey | undefined => {
    const key = cases.byAlias(alias)
    if (key === undefined && erasures.get(alias) === undefined)
      throw new SealBroken(`there is no key for ${alias}, and no erasure of it was recorded`)
    return key
  }
  return {
    caseOf: (alias) => keyOf(alias)?.caseId,
    seal: (alias, place, content) => {
      const key = keyOf(alias)
      if (key === undefined) throw new Error('the case was erased; nothing more is kept of it under its old key')
      return sealBytes(key.content, aadOf(alias, place), content, headOf(alias))
    },
    open: (place, sealed, expected) => {
      const alias = aliasIn(sealed)
      if (alias === undefined || (expected !== undefined && expected !== alias))
        throw new SealBroken(
          `${place.table} ${place.row}: what stands there was sealed for another case, or not at all`,
        )
      const key = keyOf(alias)
      if (key === undefined) return undefined
      const content = openBytes(key.content, aadOf(alias, place), sealed.subarray(HEAD_BYTES))
      if (content === undefined)
        throw new SealBroken(`${place.table} ${place.row}: what stands there was changed or belongs elsewhere`)
      return content
    },
    blindItems: (alias, items) => throughItems(keyOf(alias), items, 'blind'),
    openItems: (alias, items) => throughItems(keyOf(alias), items, 'open'),
  }
}

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
function throughItems(
  key: CaseKey | undefined,
  items: readonly ItemId[],
  way: 'blind' | 'open',
): readonly ItemId[] | undefined {
  if (key === undefined) return undefined
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
