/** Keys of fields: one for each secret column that is looked up by its value, so that equal values of two columns show no likeness. */
import { createHmac, randomBytes } from 'node:crypto'
import { BLIND_FIELDS, SealBroken } from '#gateway/ports/vault.ts'
import type { BlindField } from '#gateway/ports/vault.ts'
import { KEY_BYTES } from './aes-gcm.ts'
import type { Keks } from './case-keys.ts'
import type { KeyDatabase } from './key-database.ts'
import type { Kek } from './kek.ts'

const aadOf = (field: string, kek: string): string => JSON.stringify(['passerelle field key', 1, field, kek])

export interface FieldKeys extends Disposable {
  /** HMAC-SHA256 under the key of the field, 64 hex digits. */
  readonly blind: (field: BlindField, value: string) => string
}

/** Reads the keys of the fields, and makes those that the file has not. Throws where one was changed. */
export async function fieldKeysIn(database: KeyDatabase, keks: Keks): Promise<FieldKeys> {
  const keys = new Map<BlindField, Buffer>()
  for (const field of BLIND_FIELDS) keys.set(field, await keyOf(database, keks, field))
  return {
    blind: (field, value) => {
      const key = keys.get(field)
      if (key === undefined) throw new Error(`no key for the field ${field}`)
      return createHmac('sha256', key).update(value).digest('hex')
    },
    [Symbol.dispose]: () => {
      for (const key of keys.values()) key.fill(0)
    },
  }
}

async function keyOf(database: KeyDatabase, keks: Keks, field: BlindField): Promise<Buffer> {
  const [read] = await database.all('SELECT kek, wrapped FROM field_keys WHERE field = ?', field)
  if (read !== undefined) return unwrapped(keks, field, read)
  const { current } = keks
  const wrapped = current.wrap(aadOf(field, current.id), randomBytes(KEY_BYTES))
  // Whoever came first has made it.
  const insert = 'INSERT INTO field_keys (field, kek, wrapped) VALUES (?, ?, ?) ON CONFLICT (field) DO NOTHING'
  await database.run(insert, field, current.id, wrapped)
  return keyOf(database, keks, field)
}

function unwrapped(keks: Keks, field: string, row: Readonly<Record<string, unknown>>): Buffer {
  const kek = typeof row['kek'] === 'string' ? keks.byId.get(row['kek']) : undefined
  const wrapped = row['wrapped']
  const key = kek !== undefined && wrapped instanceof Uint8Array ? kek.unwrap(aadOf(field, kek.id), wrapped) : undefined
  if (key?.length !== KEY_BYTES)
    throw new SealBroken(`the key of the field ${field} was changed, or its KEK is another than it says`)
  return Buffer.from(key)
}

/** The key of a field under another KEK. */
export function rewrapFieldKey(keks: Keks, to: Kek, field: string, row: Readonly<Record<string, unknown>>): Uint8Array {
  const key = unwrapped(keks, field, row)
  const wrapped = to.wrap(aadOf(field, to.id), key)
  key.fill(0)
  return wrapped
}
