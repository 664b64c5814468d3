/** Environment and flags to one frozen Config, or the list of all that is wrong with it. */
import { resolve } from 'node:path'
import { z } from 'zod'
import type { KeyExchange } from '#gateway/http/shell/server-limits.ts'
import { couriersOf } from './config-couriers.ts'
import type { CourierConfig } from './config-couriers.ts'
import { keysOf, listOf, logHeadOf, urlsOf } from './config-places.ts'
import type { ServerUrls } from './config-places.ts'
import { webOf } from './config-web.ts'
import type { WebConfig } from './config-web.ts'
import { environmentNow } from './environment.ts'
import { isSetting, SETTINGS } from './settings.ts'
import type { SettingName, SettingValues } from './settings.ts'

export interface Config extends ServerUrls {
  readonly network: string
  readonly database: string
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
  /** Whether two officers have to approve what is in force: not at all, once they have begun to, or from the first start on. */
  readonly policyApproval: 'off' | 'required' | 'adopted'
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

export interface AuthorityConfig {
  readonly folder: string
  readonly passphraseFile?: string
  readonly enrolmentPort: number
}

export type ConfigResult =
  { readonly ok: true; readonly config: Config } | { readonly ok: false; readonly faults: readonly string[] }

/** Flags win over the environment, the environment over the defaults. Unknown PASSERELLE_ names are faults, so that a typing slip shows. */
export function readConfig(
  flags: Readonly<Partial<Record<SettingName, string>>> = {},
  environment: NodeJS.ProcessEnv = environmentNow(),
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
  return { ok: true, config: Object.freeze(toConfig(parsed.data as SettingValues)) }
}

function faultOf(given: Readonly<Record<string, string | undefined>>, { path, message }: z.core.$ZodIssue): string {
  const name = path.join('.')
  return isSetting(name) && given[name] === undefined
    ? `${name}: is needed: ${SETTINGS[name].means}`
    : `${name}: ${message}`
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

const toConfig = (values: SettingValues): Config => ({
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
  policyApproval: values.PASSERELLE_POLICY_APPROVAL,
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

/** A folder or file named `none` is none. */
function authorityOf(values: SettingValues): Pick<Config, 'authority'> {
  const { PASSERELLE_AUTHORITY: folder, PASSERELLE_AUTHORITY_PASSPHRASE: passphraseFile } = values
  if (folder === 'none') return {}
  const words = passphraseFile === 'none' ? {} : { passphraseFile: resolve(passphraseFile) }
  return { authority: { folder: resolve(folder), enrolmentPort: values.PASSERELLE_ENROLMENT_PORT, ...words } }
}
