/** Environment and flags to one frozen Config, or the list of all that is wrong with it. The one file that reads the environment. */
import { basename, dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { MAIL_ADDRESS } from '#gateway/core/courier-ways.ts'
import type { KeyExchange } from '#gateway/http/shell/server-limits.ts'

export const PROJECT_ROOT = resolve(import.meta.dirname, '..')

/** Whoever connects to a URL that is none throws it back whole, with its password: it is looked at before. */
function isUrl(text: string): boolean {
  try {
    const { username, password } = new URL(text)
    decodeURIComponent(username + password)
    return true
  } catch {
    return false
  }
}

const POSTGRES = /^postgres(ql)?:\/\//

const urlOr = (form: RegExp, message: string) =>
  z.string().refine((text) => text === 'none' || (form.test(text) && isUrl(text)), message)

const port = z.coerce.number().int().min(0).max(65_535)

/** Every setting of `serve`: the environment variable, its form, and what it is when unset. */
export const SETTINGS = {
  PASSERELLE_NETWORK: {
    schema: z.string().min(1),
    means: 'folder of the network: network.json, trust/, broker/',
    default: undefined,
  },
  PASSERELLE_DATABASE: {
    // A gateway that took it for PostgreSQL would believe itself alone there, and keep its keys in a folder of that name.
    schema: z.string().regex(/^(?!postgres(ql)?:)./, 'is a file; DATABASE_URL names PostgreSQL'),
    means: 'file of the embedded database',
    default: 'data/passerelle.db',
  },
  DATABASE_URL: {
    schema: urlOr(POSTGRES, 'none, or postgres://…'),
    means: 'PostgreSQL that keeps everything in place of that file, for several gateways together; or `none`',
    default: 'none',
  },
  REDIS_URL: {
    schema: urlOr(/^rediss?:\/\/./, 'none, redis://… or rediss://…'),
    means: 'Redis that tells gateways of work and counts requests for all of them, `rediss:` with TLS; or `none`',
    default: 'none',
  },
  PASSERELLE_KEK: {
    schema: z.string().min(1),
    means: 'key encryption key: a file of mode 0400 outside the database’s folder, or a `pkcs11:` URI',
    default: undefined,
  },
  PASSERELLE_KEK_EARLIER: {
    schema: z.string().min(1),
    means: 'KEKs of before, comma between, until `vault rotate` is done; or `none`',
    default: 'none',
  },
  PASSERELLE_KEYS: {
    schema: z
      .string()
      .min(1)
      .refine((text) => !POSTGRES.test(text) || isUrl(text), 'a file, or postgres://…'),
    means:
      'file of the wrapped case keys, named from the database’s folder, or `postgres://…`; with `DATABASE_URL`: in that database',
    default: 'keys.db',
  },
  PASSERELLE_KEY_BACKUP_DAYS: {
    schema: z.coerce.number().int().min(0).max(3650),
    means: 'days for which you keep backups of that file; erasure certificates name them',
    default: '30',
  },
  PASSERELLE_LOG_HEAD: {
    schema: z.string().min(1),
    means:
      'file of the newest published checkpoint, outside the database’s folder and its backups; or `beside` that folder',
    default: 'beside',
  },
  PASSERELLE_PUBLISH_MS: {
    schema: z.coerce.number().int().min(1).max(600_000),
    means: 'milliseconds between two checkpoints of the log, at least; what is delivered waits so long',
    default: '1000',
  },
  PASSERELLE_WITNESS_HEADS: {
    schema: z.string().min(1),
    means: 'files of checkpoints that witnesses hold, comma between, to compare the log with at start; or `none`',
    default: 'none',
  },
  PASSERELLE_STAMPS: {
    schema: z.string().regex(/^(none|https?:\/\/[^,=]+=[^,=]+(,https?:\/\/[^,=]+=[^,=]+)*)$/),
    means:
      'time-stamping authorities that the trust list names, as `URL=FILE` of their certificate, comma between; or `none`',
    default: 'none',
  },
  PASSERELLE_STAMP_CHECK_SECONDS: {
    schema: z.coerce.number().int().min(1).max(3600),
    means:
      'seconds between two looks at whether a time-stamp is due; one is taken every 12 hours, and as soon as one failed',
    default: '60',
  },
  PASSERELLE_POLICY: {
    schema: z.string().min(1),
    means: 'policy text to put in force at start',
    default: join(PROJECT_ROOT, 'policies/packs/france-prison-exit.json'),
  },
  PASSERELLE_POLICY_APPROVAL: {
    schema: z.enum(['off', 'required']),
    means:
      'required: once officers have changed policy on the pages, no version serves that two of them did not approve, and a file with another stops the start',
    default: 'off',
  },
  PASSERELLE_HOST: { schema: z.string().min(1), means: 'address the agency door listens on', default: '127.0.0.1' },
  PASSERELLE_PORT: { schema: port, means: 'port of the agency door (mTLS)', default: '8443' },
  PASSERELLE_INSIDE_HOST: { schema: z.string().min(1), means: 'address of health and metrics', default: '127.0.0.1' },
  PASSERELLE_INSIDE_PORT: { schema: port, means: 'port of /livez, /readyz and /metrics', default: '9464' },
  PASSERELLE_WEB_PORT: {
    schema: z.union([z.literal('none'), port]),
    means: 'port of the pages for people; or `none`',
    default: 'none',
  },
  PASSERELLE_WEB_HOST: { schema: z.string().min(1), means: 'address the pages listen on', default: '127.0.0.1' },
  PASSERELLE_WEB_ORIGIN: {
    schema: z.union([
      z.literal('localhost'),
      z.string().regex(/^https:\/\/[a-z0-9.-]+(:\d{1,5})?$/, 'https://… without a path, or localhost'),
    ]),
    means:
      'the pages as browsers know them, `https://…` without a path; or `localhost`, without TLS, to try them on one machine',
    default: 'localhost',
  },
  PASSERELLE_WEB_CERTIFICATE: {
    schema: z.string().min(1),
    means:
      'file of the certificate that browsers see; or `none`: what stands before the pages, on this machine, does TLS',
    default: 'none',
  },
  PASSERELLE_WEB_KEY: { schema: z.string().min(1), means: 'file of its key; or `none`', default: 'none' },
  PASSERELLE_TIME_ZONE: {
    schema: z
      .string()
      .refine((zone) => Intl.supportedValuesOf('timeZone').includes(zone) || zone === 'UTC', 'is no time zone'),
    means: 'zone that the pages show dates in',
    default: 'Europe/Paris',
  },
  PASSERELLE_OIDC_ISSUER: {
    schema: urlOr(/^https:\/\/|^http:\/\/(localhost|127\.0\.0\.1)[:/]/, 'none, or https://…'),
    means: 'OpenID provider that vouches for people on the pages; or `none`: passkeys alone',
    default: 'none',
  },
  PASSERELLE_OIDC_CLIENT: {
    schema: z.string().min(1).max(200),
    means: 'what this gateway is called there',
    default: 'passerelle',
  },
  PASSERELLE_OIDC_SECRET: {
    schema: z.string().min(1),
    means: 'file of the secret that it shares with that provider; or `none`',
    default: 'none',
  },
  PASSERELLE_KEY_EXCHANGE: {
    schema: z.enum(['preferred', 'hybrid']),
    means: 'key exchange of TLS: hybrid refuses whoever has no X25519MLKEM768',
    default: 'preferred',
  },
  PASSERELLE_SECOND_SIGNATURE: {
    schema: z.enum(['off', 'on']),
    means: 'on: parcels and receipts bear a post-quantum signature (ML-DSA-65) beside the one they always bear',
    default: 'off',
  },
  PASSERELLE_ENVELOPE: {
    schema: z.enum(['classic', 'hybrid']),
    means: 'hybrid: parcels are sealed with X25519 and ML-KEM-768 together (HPKE) or not at all',
    default: 'classic',
  },
  PASSERELLE_MAX_BODY_BYTES: {
    schema: z.coerce
      .number()
      .int()
      .min(1024)
      .max(16 * 1024 * 1024),
    means: 'largest message taken, bytes',
    default: String(2 * 1024 * 1024),
  },
  PASSERELLE_REQUESTS_PER_MINUTE: {
    schema: z.coerce.number().int().min(1).max(10_000_000),
    means: 'requests that one member may make in a minute',
    default: '6000',
  },
  PASSERELLE_SAMPLE_ONE_IN: {
    schema: z.coerce.number().int().min(1).max(1_000_000),
    means: 'of how many items one is asked of casbin again',
    default: '256',
  },
  PASSERELLE_JUDGE_QUESTIONS: {
    schema: z.coerce.number().int().min(100).max(10_000_000),
    means: 'random questions before a policy comes into force',
    default: '10000',
  },
  PASSERELLE_RECALL_HOURS: {
    schema: z.coerce
      .number()
      .min(0.01)
      .max(24 * 365),
    means: 'hours before an unanswered recall is overdue',
    default: '24',
  },
  PASSERELLE_WORKERS: {
    schema: z.coerce.number().int().min(1).max(64),
    means: 'deliveries worked on at once',
    default: '8',
  },
  PASSERELLE_DRAIN_MS: {
    schema: z.coerce.number().int().min(0).max(600_000),
    means: 'milliseconds between a signal to stop, when /readyz says no, and the end of listening',
    default: '0',
  },
  PASSERELLE_AUTHORITY: {
    schema: z.string().min(1),
    means: 'folder of the members’ authority, which renews and enrols; or `none`: this gateway issues nothing',
    default: 'none',
  },
  PASSERELLE_AUTHORITY_PASSPHRASE: {
    schema: z.string().min(1),
    means: 'file with the passphrase of its key; or `none`',
    default: 'none',
  },
  PASSERELLE_ENROLMENT_PORT: {
    schema: port,
    means: 'port of enrolment (TLS, no client certificate); opened only with an authority',
    default: '8444',
  },
  PASSERELLE_COURIER_FOLDERS: {
    schema: z.string().min(1),
    means: 'folder with a folder for each member that is reached by the way `folder`; or `none`',
    default: 'none',
  },
  PASSERELLE_WEBHOOK_KEY: {
    schema: z.string().min(1),
    means: 'file of the key that signs webhooks (`deliveries key`); or `none`',
    default: 'none',
  },
  PASSERELLE_SFTP_KEY: {
    schema: z.string().min(1),
    means: 'file of the key that logs in by SFTP (`ssh-keygen`); or `none`',
    default: 'none',
  },
  PASSERELLE_SMTP: {
    schema: z.string().regex(/^(none|smtps?:\/\/([A-Za-z0-9._%+-]+@)?[A-Za-z0-9.:[\]-]+)$/),
    means: 'mail server for notices, `smtps://USER@HOST:PORT` or `smtp://…` with STARTTLS; or `none`',
    default: 'none',
  },
  PASSERELLE_SMTP_PASSWORD: {
    schema: z.string().min(1),
    means: 'file with the password of that user; or `none`',
    default: 'none',
  },
  PASSERELLE_SMTP_FROM: {
    schema: z.union([z.literal('none'), z.string().regex(MAIL_ADDRESS)]),
    means: 'address that notices come from, and that is asked; or `none`',
    default: 'none',
  },
  PASSERELLE_OUTSIDE_ROOTS: {
    schema: z.string().min(1),
    means: 'file of the authorities that vouch for webhook and mail servers; or `public`: those that Node ships',
    default: 'public',
  },
  PASSERELLE_INNER_HOSTS: {
    schema: z.string().min(1),
    means: 'hosts of members that may lead to addresses of your own network, comma between; or `none`',
    default: 'none',
  },
  PASSERELLE_LOG: {
    schema: z.enum(['info', 'warn', 'error', 'silent']),
    means: 'least level that is logged, to standard error',
    default: 'info',
  },
} as const satisfies Readonly<
  Record<string, { readonly schema: z.ZodType; readonly means: string; readonly default: string | undefined }>
>

export interface Config {
  readonly network: string
  readonly database: string
  /** May hold a password: never printed. Absent: the file is the database. */
  readonly databaseUrl?: string
  /** The same. Absent: each gateway finds its work, and counts requests, by itself. */
  readonly redisUrl?: string
  readonly kek: string
  readonly earlierKeks: readonly string[]
  /** Absolute path of the key file, or `postgres://…`. */
  readonly keys: string
  readonly keyBackupDays: number
  /** Absolute path. */
  readonly logHead: string
  readonly publishMs: number
  readonly witnessHeads: readonly string[]
  readonly stampingAuthorities: readonly { readonly url: string; readonly file: string }[]
  readonly stampCheckMs: number
  readonly policy: string
  /** Two officers have to approve what is in force. */
  readonly needsApproval: boolean
  readonly host: string
  readonly port: number
  readonly insideHost: string
  readonly insidePort: number
  /** Absent where this gateway shows no pages. */
  readonly web?: WebConfig
  readonly keyExchange: KeyExchange
  readonly signsTwice: boolean
  readonly envelope: 'classic' | 'hybrid'
  readonly maxBodyBytes: number
  readonly requestsPerMinute: number
  readonly sampleOneIn: number
  readonly judgeQuestions: number
  readonly recallHours: number
  readonly workers: number
  readonly drainMs: number
  /** Absent where this gateway issues no certificates. */
  readonly authority?: AuthorityConfig
  readonly couriers: CourierConfig
  readonly log: 'info' | 'warn' | 'error' | 'silent'
}

/** Where the pages are, for whom they listen and for whom they are seen. */
export interface WebConfig {
  readonly port: number
  readonly host: string
  /** `https://…`, or `localhost`: without TLS, on this machine alone. */
  readonly origin: string
  /** Absolute paths. Absent: TLS ends before it. */
  readonly tls?: { readonly certificate: string; readonly key: string }
  readonly timeZone: string
  /** Who vouches for people. Absent: passkeys alone. */
  readonly oidc?: { readonly issuer: string; readonly clientId: string; readonly secretFile: string }
}

/** What the operator has set up of the ways onward; what is absent is not. Absolute paths. */
export interface CourierConfig {
  readonly folders?: string
  readonly webhookKey?: string
  readonly sftpKey?: string
  readonly mail?: { readonly server: string; readonly from: string; readonly passwordFile?: string }
  /** Absent: the public authorities. */
  readonly outsideRoots?: string
  readonly innerHosts: readonly string[]
}

export interface AuthorityConfig {
  readonly folder: string
  readonly passphraseFile?: string
  readonly enrolmentPort: number
}

export type ConfigResult =
  { readonly ok: true; readonly config: Config } | { readonly ok: false; readonly faults: readonly string[] }

function faultOf(given: Readonly<Record<string, string | undefined>>, { path, message }: z.core.$ZodIssue): string {
  const name = path.join('.')
  return isSetting(name) && given[name] === undefined
    ? `${name}: is needed: ${SETTINGS[name].means}`
    : `${name}: ${message}`
}

type SettingName = keyof typeof SETTINGS
const isSetting = (name: string): name is SettingName => Object.hasOwn(SETTINGS, name)

/** Flags win over the environment, the environment over the defaults. Unknown PASSERELLE_ names are faults, so that a typing slip shows. */
export function readConfig(
  flags: Readonly<Partial<Record<SettingName, string>>> = {},
  environment: NodeJS.ProcessEnv = process.env,
): ConfigResult {
  const unknown = Object.keys(environment).filter(
    (name) => name.startsWith('PASSERELLE_') && !isSetting(name) && !OTHER_NAMES.has(name),
  )
  const shape = Object.fromEntries(Object.entries(SETTINGS).map(([name, { schema }]) => [name, schema]))
  const given = Object.fromEntries(
    (Object.keys(SETTINGS) as SettingName[]).map((name) => [
      name,
      flags[name] ?? environment[name] ?? SETTINGS[name].default,
    ]),
  )
  const parsed = z.object(shape).safeParse(given)
  const faults = [
    ...unknown.map((name) => `${name}: no such setting`),
    ...(parsed.success ? [] : parsed.error.issues.map((issue) => faultOf(given, issue))),
  ]
  if (!parsed.success || faults.length > 0) return { ok: false, faults }
  return { ok: true, config: Object.freeze(toConfig(parsed.data as Readonly<Record<SettingName, never>>)) }
}

/** Names that other programs of the project read: the tests' fixtures, the client commands. */
const OTHER_NAMES: ReadonlySet<string> = new Set([
  'PASSERELLE_FIXTURES',
  'PASSERELLE_TEST_DATABASE',
  'PASSERELLE_HOME',
  'PASSERELLE_URL',
  'PASSERELLE_AS',
  'PASSERELLE_REVOCATION',
])

/** Settings as one may tell them to others: numbers and words of a fixed list as they are, of anything else only that it is set. */
export const toldSettings = (environment: NodeJS.ProcessEnv = process.env): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(SETTINGS).map(([name, { schema }]) => {
      const value = environment[name]
      if (value === undefined) return [name, 'default']
      return [name, schema instanceof z.ZodEnum || /^\d+$/.test(value) ? value : 'set']
    }),
  )

const listOf = (text: string): readonly string[] => (text === 'none' ? [] : text.split(','))

const toConfig = (values: Readonly<Record<SettingName, never>>): Config => ({
  network: resolve(values.PASSERELLE_NETWORK),
  database: values.PASSERELLE_DATABASE,
  kek: values.PASSERELLE_KEK,
  earlierKeks: listOf(values.PASSERELLE_KEK_EARLIER),
  keys: keysOf(values),
  keyBackupDays: values.PASSERELLE_KEY_BACKUP_DAYS,
  logHead: logHeadOf(values),
  publishMs: values.PASSERELLE_PUBLISH_MS,
  witnessHeads: listOf(values.PASSERELLE_WITNESS_HEADS),
  stampingAuthorities: listOf(values.PASSERELLE_STAMPS).map((pair) => {
    const [url = '', file = ''] = pair.split('=')
    return { url, file }
  }),
  stampCheckMs: values.PASSERELLE_STAMP_CHECK_SECONDS * 1000,
  policy: values.PASSERELLE_POLICY,
  needsApproval: values.PASSERELLE_POLICY_APPROVAL === 'required',
  host: values.PASSERELLE_HOST,
  port: values.PASSERELLE_PORT,
  insideHost: values.PASSERELLE_INSIDE_HOST,
  insidePort: values.PASSERELLE_INSIDE_PORT,
  keyExchange: values.PASSERELLE_KEY_EXCHANGE,
  signsTwice: values.PASSERELLE_SECOND_SIGNATURE === 'on',
  envelope: values.PASSERELLE_ENVELOPE,
  maxBodyBytes: values.PASSERELLE_MAX_BODY_BYTES,
  requestsPerMinute: values.PASSERELLE_REQUESTS_PER_MINUTE,
  sampleOneIn: values.PASSERELLE_SAMPLE_ONE_IN,
  judgeQuestions: values.PASSERELLE_JUDGE_QUESTIONS,
  recallHours: values.PASSERELLE_RECALL_HOURS,
  workers: values.PASSERELLE_WORKERS,
  drainMs: values.PASSERELLE_DRAIN_MS,
  ...urlsOf(values),
  ...webOf(values),
  couriers: couriersOf(values),
  log: values.PASSERELLE_LOG,
  ...authorityOf(values),
})

/** Gateways of one database have the same keys: in it, or in one of their own. */
function keysOf(values: Readonly<Record<SettingName, never>>): string {
  const {
    PASSERELLE_KEYS: keys,
    PASSERELLE_DATABASE: file,
    DATABASE_URL: url,
  }: Readonly<Record<string, string>> = values
  if (POSTGRES.test(keys ?? '')) return keys ?? ''
  if (url !== undefined && url !== 'none' && keys === SETTINGS.PASSERELLE_KEYS.default) return url
  return resolve(dirname(file ?? ''), keys ?? '')
}

function urlsOf(values: Readonly<Record<SettingName, never>>): Pick<Config, 'databaseUrl' | 'redisUrl'> {
  const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl }: Readonly<Record<'DATABASE_URL' | 'REDIS_URL', string>> =
    values
  return {
    ...(databaseUrl === 'none' ? {} : { databaseUrl }),
    ...(redisUrl === 'none' ? {} : { redisUrl }),
  }
}

function webOf(values: Readonly<Record<SettingName, never>>): Pick<Config, 'web'> {
  const webPort: number | 'none' = values.PASSERELLE_WEB_PORT
  const certificate: string = values.PASSERELLE_WEB_CERTIFICATE
  const key: string = values.PASSERELLE_WEB_KEY
  if (webPort === 'none') return {}
  const web = {
    port: webPort,
    host: values.PASSERELLE_WEB_HOST,
    origin: values.PASSERELLE_WEB_ORIGIN,
    timeZone: values.PASSERELLE_TIME_ZONE,
    ...oidcOf(values),
  }
  // One without the other is a mistake, and is met where they are read.
  const hasNone = certificate === 'none' && key === 'none'
  return { web: hasNone ? web : { ...web, tls: { certificate: resolve(certificate), key: resolve(key) } } }
}

/** A provider without a secret is none. */
function oidcOf(values: Readonly<Record<SettingName, never>>): Pick<WebConfig, 'oidc'> {
  const issuer: string = values.PASSERELLE_OIDC_ISSUER
  const secret: string = values.PASSERELLE_OIDC_SECRET
  if (issuer === 'none' || secret === 'none') return {}
  return { oidc: { issuer, clientId: values.PASSERELLE_OIDC_CLIENT, secretFile: resolve(secret) } }
}

/** Beside the database's folder: what is restored with that folder must not bring its own head. */
function logHeadOf(values: Readonly<Record<SettingName, never>>): string {
  const path: string = values.PASSERELLE_LOG_HEAD
  if (path !== 'beside') return resolve(path)
  const data = resolve(dirname(values.PASSERELLE_DATABASE))
  // Not a name that begins with the folder's: Node (26) then lets a confined process write to neither.
  return join(dirname(data), `head-of-${basename(data)}`, 'checkpoint')
}

/** Notices have a server and an address to come from, or there are none. */
function couriersOf(values: Readonly<Record<SettingName, never>>): CourierConfig {
  const file = (name: 'folders' | 'webhookKey' | 'sftpKey' | 'outsideRoots', path: string): Partial<CourierConfig> =>
    path === 'none' || path === 'public' ? {} : { [name]: resolve(path) }
  const server: string = values.PASSERELLE_SMTP
  const from: string = values.PASSERELLE_SMTP_FROM
  const password: string = values.PASSERELLE_SMTP_PASSWORD
  const words = password === 'none' ? {} : { passwordFile: resolve(password) }
  return {
    ...file('folders', values.PASSERELLE_COURIER_FOLDERS),
    ...file('webhookKey', values.PASSERELLE_WEBHOOK_KEY),
    ...file('sftpKey', values.PASSERELLE_SFTP_KEY),
    ...file('outsideRoots', values.PASSERELLE_OUTSIDE_ROOTS),
    ...(server === 'none' || from === 'none' ? {} : { mail: { server, from, ...words } }),
    innerHosts: listOf(values.PASSERELLE_INNER_HOSTS),
  }
}

/** A folder or file named `none` is none. */
function authorityOf(values: Readonly<Record<SettingName, never>>): Pick<Config, 'authority'> {
  const folder: string = values.PASSERELLE_AUTHORITY
  const passphraseFile: string = values.PASSERELLE_AUTHORITY_PASSPHRASE
  if (folder === 'none') return {}
  const words = passphraseFile === 'none' ? {} : { passphraseFile: resolve(passphraseFile) }
  return { authority: { folder: resolve(folder), enrolmentPort: values.PASSERELLE_ENROLMENT_PORT, ...words } }
}

/** Settings of the client commands: where the gateway is, whose folder of keys, which organisation. */
export const clientSettings = (
  environment: NodeJS.ProcessEnv = process.env,
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
export const databaseSetting = (environment: NodeJS.ProcessEnv = process.env): string => {
  const url = environment['DATABASE_URL'] ?? 'none'
  return url === 'none' ? (environment['PASSERELLE_DATABASE'] ?? SETTINGS.PASSERELLE_DATABASE.default) : url
}

/** Where the wrapped keys of that database are, for a command that needs nothing else; the environment says it where no database is named. */
export function keysSetting(database?: string, environment: NodeJS.ProcessEnv = process.env): string {
  const { PASSERELLE_KEYS: keys = SETTINGS.PASSERELLE_KEYS.default } = environment
  const place = database ?? databaseSetting(environment)
  if (POSTGRES.test(keys)) return keys
  const isServer = POSTGRES.test(place)
  if (isServer && keys === SETTINGS.PASSERELLE_KEYS.default) return place
  const file = isServer ? (environment['PASSERELLE_DATABASE'] ?? SETTINGS.PASSERELLE_DATABASE.default) : place
  return resolve(dirname(file), keys)
}

/** Example keys and invented members have no place in production. */
export const isProduction = (environment: NodeJS.ProcessEnv = process.env): boolean =>
  environment['NODE_ENV'] === 'production'
