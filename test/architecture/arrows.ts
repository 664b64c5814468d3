/** The arrows of the house as one table: which folder may import which, where each library lives, and how files are named. */
import { basename, dirname, join } from 'node:path'

export interface SourceFile {
  readonly path: string
  readonly text: string
}

const POLICIES = ['policies/language', 'policies/engine']

/** A file belongs to the longest matching folder. Imports that are only types count like all others. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'policies/language': [],
  'policies/engine': ['policies/language'],
  'gateway/core': POLICIES,
  'gateway/ports': ['gateway/core', ...POLICIES],
  'gateway/rooms': ['gateway/core', 'gateway/ports', ...POLICIES],
  'gateway/http': [
    'gateway/rooms',
    'gateway/core',
    'gateway/ports/log.ts',
    'gateway/ports/quota.ts',
    'gateway/ports/sign-in.ts',
    'gateway/ports/web-files.ts',
    // What a page of changes shows, as types.
    'gateway/ports/changes.ts',
    ...POLICIES,
  ],
  adapters: ['gateway/core', 'gateway/ports', ...POLICIES],
  // The kit is a program of its own, not a socket: it maps, signs and verifies with the parts it shares.
  'adapters/agency-kit': [
    'gateway/core',
    'gateway/ports',
    ...POLICIES,
    'adapters/dialects',
    'adapters/keys',
    'adapters/courier',
    'adapters/log',
    'adapters/trust',
    // Keys, certificate requests and certificates of its own.
    'adapters/pki',
    // One writer and one reader of the envelope, for both ends of the wire.
    'gateway/rooms/seal.ts',
    'gateway/rooms/open-envelope.ts',
    'gateway/rooms/hybrid-envelope.ts',
    'gateway/rooms/second-signature.ts',
  ],
  // How PostgreSQL is reached is one thing; what is kept there is two. Backups of both have one form.
  'adapters/store': ['gateway/core', 'gateway/ports', ...POLICIES, 'adapters/postgres', 'adapters/backup'],
  'adapters/vault': ['gateway/core', 'gateway/ports', ...POLICIES, 'adapters/postgres', 'adapters/backup'],
  // How Redis is reached is said once.
  'adapters/queue': ['gateway/core', 'gateway/ports', ...POLICIES, 'adapters/redis'],
  // The officers' list is verified by the one reader of signatures that there is.
  'adapters/trust': ['gateway/core', 'gateway/ports', ...POLICIES, 'gateway/rooms/open-envelope.ts'],
  cli: ['adapters', 'gateway', 'policies'],
}

/** A library that is not in this table has no home yet, and that is a fault too. */
export const HOMES: Readonly<Record<string, readonly string[]>> = {
  casbin: ['policies/engine/enforcer.ts'],
  express: ['gateway/http'],
  helmet: ['gateway/http'],
  'express-rate-limit': ['gateway/http/agency/rate.ts'],
  // Reads what is unknown, once, where it comes in.
  zod: ['gateway/core', 'gateway/rooms', 'gateway/http', 'adapters', 'cli'],
  'zod-openapi': ['gateway/http'],
  jose: [
    'gateway/rooms/open-envelope.ts',
    'gateway/rooms/verify.ts',
    'gateway/rooms/prove-mandate.ts',
    'gateway/rooms/second-signature.ts',
    'adapters/keys',
    'adapters/agency-kit',
    'adapters/trust',
    'adapters/sign-in/development-provider.ts',
  ],
  // For pages alone.
  i18next: ['gateway/http/web/words.ts'],
  'govuk-frontend': ['adapters/web-files'],
  rtlcss: ['adapters/web-files'],
  '@simplewebauthn/server': ['adapters/sign-in'],
  'openid-client': ['adapters/sign-in'],
  hpke: ['gateway/rooms/hybrid-envelope.ts', 'adapters/keys/post-quantum-keys.ts'],
  kysely: ['adapters/store'],
  pg: ['adapters/postgres', 'adapters/store'],
  bullmq: ['adapters/queue'],
  ioredis: ['adapters/queue', 'adapters/redis'],
  'rate-limit-redis': ['adapters/redis'],
  jsonata: ['adapters/dialects'],
  'libxml2-wasm': ['adapters/dialects'],
  'csv-parse': ['adapters/dialects'],
  'ssh2-sftp-client': ['adapters/courier'],
  nodemailer: ['adapters/courier'],
  '@opentelemetry/api': ['adapters/log'],
  'node-forge': ['adapters/pki/pkcs12.ts'],
  '@peculiar/x509': ['adapters/pki'],
  '@peculiar/asn1-x509': ['adapters/pki', 'adapters/timestamp'],
  '@peculiar/asn1-schema': ['adapters/pki', 'adapters/timestamp'],
  '@peculiar/asn1-cms': ['adapters/timestamp'],
  '@peculiar/asn1-tsp': ['adapters/timestamp'],
  pino: ['adapters/log'],
  'prom-client': ['adapters/log'],
  commander: ['cli'],
  'node:sqlite': [
    'adapters/backup/sqlite-snapshot.ts',
    'adapters/store',
    'adapters/vault',
    'adapters/pki/register.ts',
    'adapters/agency-kit/told-book.ts',
    'adapters/agency-kit/witness-state.ts',
  ],
  // Long work gives way to deliveries between two pieces.
  'node:timers/promises': ['gateway/rooms/replay-policy.ts', 'gateway/rooms/replay-invented.ts', 'adapters', 'cli'],
  'node:crypto': [
    'gateway/core/canonical-json.ts',
    'gateway/core/log/hash.ts',
    // The one writer of envelopes.
    'gateway/rooms/write-jwe.ts',
    'adapters',
    'cli',
  ],
}

/** What Node brings is for the outer folders; the doors may see the wire, everything further in sees nothing. */
const NODE_HOMES = ['adapters', 'cli']
const WIRE = ['node:http', 'node:https', 'node:net', 'node:stream', 'node:tls', 'node:url', 'node:buffer']

const BAD_NAMES = /^(index|utils?|helpers?|common|shared|manager|misc|lib|base|types)$/
const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*\.ts$/
const IMPORT =
  /^(?:import|export)\b[^'"`;]*?\bfrom\s+['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]|\bimport\(\s*['"`]([^'"`]+)['"`]/gm
const ENVIRONMENT_HOME = 'cli/environment.ts'

const isUnder = (path: string, folders: readonly string[]): boolean =>
  folders.some((folder) => path === folder || path.startsWith(folder + '/'))

/** The longest row of MAY_IMPORT that holds this file, or '' for a file outside the house. */
export const folderOf = (path: string): string =>
  Object.keys(MAY_IMPORT)
    .filter((folder) => path.startsWith(folder + '/'))
    .toSorted((a, b) => b.length - a.length)[0] ?? ''

/** Sockets are strangers to each other: the home of an adapter is its own folder, not all of `adapters/`. */
const homeOf = (path: string): string =>
  path.startsWith('adapters/') ? path.split('/').slice(0, 2).join('/') : folderOf(path)

/** Every module a file names in an import, an export … from, or an import() of a plain string. */
export const importsOf = (file: SourceFile): readonly string[] =>
  [...file.text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? '')

const packageOf = (name: string): string => name.split('/', name.startsWith('@') ? 2 : 1).join('/')

function isAtHome(path: string, name: string): boolean {
  if (!name.startsWith('node:')) return isUnder(path, HOMES[packageOf(name)] ?? [])
  if (name in HOMES) return isUnder(path, HOMES[name] ?? [])
  return isUnder(path, WIRE.includes(name) ? ['gateway/http', ...NODE_HOMES] : NODE_HOMES)
}

function goesDownhill(path: string, name: string): boolean {
  const target = name.startsWith('#') ? name.slice(1) : join(dirname(path), name)
  return isUnder(target, [homeOf(path), ...(MAY_IMPORT[folderOf(path)] ?? [])])
}

const importFault = (path: string, name: string): string | undefined =>
  /^[.#]/.test(name)
    ? goesDownhill(path, name)
      ? undefined
      : `${path} may not import ${name}`
    : isAtHome(path, name)
      ? undefined
      : `${path} is not the home of ${name}`

function nameFaults(path: string): readonly string[] {
  const words = path.split('/').map((part) => part.replace(/\.ts$/, ''))
  return [
    ...(folderOf(path) === '' ? [`${path} lies in no folder of the house`] : []),
    ...(KEBAB_CASE.test(basename(path)) ? [] : [`${path} is not kebab-case`]),
    ...(words.some((word) => BAD_NAMES.test(word)) ? [`${path} is not named for what it knows`] : []),
  ]
}

const settingsFaults = ({ path, text }: SourceFile): readonly string[] =>
  path !== ENVIRONMENT_HOME && /\bprocess\s*\.\s*env\b|\benv\b[^\n]*\}\s*=\s*process\b/.test(text)
    ? [`${path} reads process.env`]
    : []

/** Everything wrong with one file, each fault naming the file and what it did; empty where nothing is. */
export const faultsOf = (file: SourceFile): readonly string[] => [
  ...nameFaults(file.path),
  ...importsOf(file).flatMap((name) => importFault(file.path, name) ?? []),
  ...settingsFaults(file),
]
