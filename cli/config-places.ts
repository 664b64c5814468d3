/** Where things are kept, as read from the settings. */
import { basename, dirname, join, resolve } from 'node:path'
import { POSTGRES } from './setting-forms.ts'
import { SETTINGS } from './settings.ts'
import type { SettingValues } from './settings.ts'

/** Either may hold a password: never printed. */
export interface ServerUrls {
  /** `postgres://…`. Absent: the file is the database. */
  readonly databaseUrl?: string
  /** `redis://…` or `rediss://…`. Absent: each gateway finds its work, and counts requests, by itself. */
  readonly redisUrl?: string
}

export const urlsOf = ({ DATABASE_URL: databaseUrl, REDIS_URL: redisUrl }: SettingValues): ServerUrls => ({
  ...(databaseUrl === 'none' ? {} : { databaseUrl }),
  ...(redisUrl === 'none' ? {} : { redisUrl }),
})

/** The parts of a list with commas between; `none` has none. */
export const listOf = (text: string): readonly string[] => (text === 'none' ? [] : text.split(','))

/** Absolute path of the key file, or `postgres://…`: gateways of one database have the same keys, in it or in one of their own. */
export function keysOf({ PASSERELLE_KEYS: keys, PASSERELLE_DATABASE: file, DATABASE_URL: url }: SettingValues): string {
  if (POSTGRES.test(keys)) return keys
  if (url !== 'none' && keys === SETTINGS.PASSERELLE_KEYS.default) return url
  return resolve(dirname(file), keys)
}

/** Absolute path. Beside the database's folder: what is restored with that folder must not bring its own head. */
export function logHeadOf({ PASSERELLE_LOG_HEAD: path, PASSERELLE_DATABASE: database }: SettingValues): string {
  if (path !== 'beside') return resolve(path)
  const data = resolve(dirname(database))
  // Not a name that begins with the folder's: Node (26) then lets a confined process write to neither.
  return join(dirname(data), `head-of-${basename(data)}`, 'checkpoint')
}
