/** The settings of the demo's gateway: small, quick, and on ports of its own. */
import { join } from 'node:path'
import { EXAMPLE_PATHS } from '#cli/certs.ts'
import { readConfig } from '#cli/config.ts'
import type { Config } from '#cli/config.ts'
import { CommandFailed, EXIT } from '#cli/exit-codes.ts'
import { SETTINGS } from '#cli/settings.ts'

export interface DemoSettings {
  /** An empty folder. */
  readonly folder: string
  /** Least level that is logged. */
  readonly log: string
  /** What settings come from beside those that a demo fixes; absent: this process's environment. */
  readonly environment?: NodeJS.ProcessEnv
  /** Port of the pages, 0 for a free one; absent: no pages. */
  readonly webPort?: number
}

/** Random questions at the start: enough to show the check, not to rely on it; `serve` asks far more. */
const DEMO_JUDGE_QUESTIONS = '500'
/** Nobody should wait for the log while a story is told. */
const PUBLISH_MS = 10

/** Throws CommandFailed where the environment sets what is no setting. */
export function demoConfig({ folder, log, webPort, environment }: DemoSettings, home: string): Config {
  const flags = {
    PASSERELLE_NETWORK: home,
    PASSERELLE_DATABASE: join(folder, 'data/passerelle.db'),
    // Invented cases belong into no database that whoever tries this has for something else.
    DATABASE_URL: 'none',
    REDIS_URL: 'none',
    PASSERELLE_KEYS: SETTINGS.PASSERELLE_KEYS.default,
    PASSERELLE_KEK: join(home, EXAMPLE_PATHS.kek),
    PASSERELLE_HOST: '127.0.0.1',
    PASSERELLE_PORT: '0',
    PASSERELLE_INSIDE_HOST: '127.0.0.1',
    PASSERELLE_INSIDE_PORT: '0',
    PASSERELLE_WEB_PORT: webPort === undefined ? 'none' : String(webPort),
    PASSERELLE_JUDGE_QUESTIONS: DEMO_JUDGE_QUESTIONS,
    PASSERELLE_SAMPLE_ONE_IN: '8',
    PASSERELLE_LOG: log,
    PASSERELLE_PUBLISH_MS: String(PUBLISH_MS),
  }
  const read = readConfig(flags, environment)
  if (!read.ok) throw new CommandFailed(read.faults.join('\n'), EXIT.usage)
  return read.config
}
