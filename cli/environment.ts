/** The environment: the one file that reads it, and what is asked of it by commands that need no whole Config. */
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { POSTGRES } from './setting-forms.ts'
import { SETTINGS } from './settings.ts'

/** The variables of this process, as they are now. */
export const environmentNow = (): NodeJS.ProcessEnv => process.env

/** Example keys and invented members have no place in production. */
export const isProduction = (environment: NodeJS.ProcessEnv = environmentNow()): boolean =>
  environment['NODE_ENV'] === 'production'

/** Settings of the client commands: where the gateway is, whose folder of keys, which organisation. */
export const clientSettings = (
  environment: NodeJS.ProcessEnv = environmentNow(),
): {
  readonly home?: string
  readonly url?: string
  readonly as?: string
  readonly revocation: 'known' | 'strict'
} => ({
  ...(environment['PASSERELLE_HOME'] === undefined ? {} : { home: environment['PASSERELLE_HOME'] }),
  ...(environment['PASSERELLE_URL'] === undefined ? {} : { url: environment['PASSERELLE_URL'] }),
  ...(environment['PASSERELLE_AS'] === undefined ? {} : { as: environment['PASSERELLE_AS'] }),
  // Anything but the one word that says less asks for more.
  revocation: (environment['PASSERELLE_REVOCATION'] ?? 'known') === 'known' ? 'known' : 'strict',
})

/** Where the environment says that everything is kept, for commands that look at nothing else: `postgres://…`, or a file. */
export const databaseSetting = (environment: NodeJS.ProcessEnv = environmentNow()): string => {
  const url = environment['DATABASE_URL'] ?? 'none'
  return url === 'none' ? (environment['PASSERELLE_DATABASE'] ?? SETTINGS.PASSERELLE_DATABASE.default) : url
}

/** Where the wrapped keys of that database are, for a command that needs nothing else; the environment says it where no database is named. */
export function keysSetting(database?: string, environment: NodeJS.ProcessEnv = environmentNow()): string {
  const { PASSERELLE_KEYS: keys = SETTINGS.PASSERELLE_KEYS.default } = environment
  const place = database ?? databaseSetting(environment)
  if (POSTGRES.test(keys)) return keys
  const isServer = POSTGRES.test(place)
  if (isServer && keys === SETTINGS.PASSERELLE_KEYS.default) return place
  const file = isServer ? (environment['PASSERELLE_DATABASE'] ?? SETTINGS.PASSERELLE_DATABASE.default) : place
  return resolve(dirname(file), keys)
}

/** Settings as one may tell them to others: numbers and words of a fixed list as they are, of anything else only that it is set. */
export const toldSettings = (environment: NodeJS.ProcessEnv = environmentNow()): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(SETTINGS).map(([name, { schema }]) => {
      const value = environment[name]
      if (value === undefined) return [name, 'default']
      return [name, schema instanceof z.ZodEnum || /^\d+$/.test(value) ? value : 'set']
    }),
  )
