/** `diagnostics`: what somebody who helps from afar has to know, in one file that may be mailed: codes and counts, no case, no person, no path, no key. */
import { writeFile } from 'node:fs/promises'
import { availableParallelism, freemem, totalmem, uptime } from 'node:os'
import type { Command } from 'commander'
import { printInstant } from '#policies/language/instant.ts'
import { checkStart } from './check-start.ts'
import { configOf } from './config-flags.ts'
import type { ConfigFlags } from './config-flags.ts'
import { toldSettings } from './environment.ts'
import { SETTINGS } from './settings.ts'
import type { Config } from './config.ts'
import { openForReading, placeOf } from './database.ts'
import { hiddenPlaces } from './hidden-places.ts'
import { print, progress } from './output.ts'
import { VERSION } from './version.ts'

interface DiagnosticsFlags extends ConfigFlags {
  readonly out?: string
}

const MIB = 1024 * 1024
const PATIENCE_MS = 2_000

export function addDiagnosticsCommand(program: Command): void {
  program
    .command('diagnostics')
    .description('gather what helps whoever helps you: safe to mail, nothing of any case is in it')
    .option('--network <folder>', SETTINGS.PASSERELLE_NETWORK.means)
    .option('--database <file>', SETTINGS.PASSERELLE_DATABASE.means)
    .option('--kek <file>', SETTINGS.PASSERELLE_KEK.means)
    .option('--inside-port <port>', SETTINGS.PASSERELLE_INSIDE_PORT.means)
    .option('--out <file>', 'write it there instead of printing it')
    .option('--json', 'said or not, what is printed is JSON')
    .addHelpText('after', '\nExample:\n  passerelle diagnostics --network ./my-network --kek ./my-network/broker/kek')
    .action(diagnose)
}

async function diagnose({ out, ...flags }: DiagnosticsFlags): Promise<void> {
  const config = configOf(flags)
  const hidden = hiddenPlaces(config)
  const gathered = {
    format: 'passerelle-diagnostics/1',
    at: printInstant(Date.now()),
    versions: versions(),
    machine: machine(),
    settings: toldSettings(),
    checks: (await checkStart(config)).map((finding) => ({ ...finding, found: hidden(finding.found) })),
    store: await standingOf(config).catch((cause: unknown) => ({
      fault: hidden(cause instanceof Error ? cause.message : 'unknown fault'),
    })),
    running: await askRunning(config),
  }
  if (out === undefined) print(true, gathered, () => [])
  else {
    await writeFile(out, `${JSON.stringify(gathered, null, 2)}\n`, { mode: 0o600 })
    progress(`${out}: read it before you send it; it names no case, no person and no path`)
  }
}

const versions = (): object => {
  const { node, openssl, sqlite, v8 } = process.versions
  return { passerelle: VERSION, node, openssl, sqlite, v8 }
}

const machine = (): object => ({
  platform: process.platform,
  arch: process.arch,
  processors: availableParallelism(),
  memoryMiB: Math.round(totalmem() / MIB),
  freeMiB: Math.round(freemem() / MIB),
  upHours: Math.round(uptime() / 3600),
})

/** Counts, ages and the head of the chain. */
async function standingOf(config: Config): Promise<object> {
  await using store = await openForReading(placeOf(config))
  const { audit, outbox, log, policies } = store.read
  const [head, jobs, next, size, published, stamp, inForce] = [
    await audit.head(),
    await outbox.count(),
    await outbox.nextDueAt(),
    await log.size(),
    await log.published(),
    await log.lastStamp(),
    await policies.inForce(),
  ]
  return {
    kind: config.databaseUrl === undefined ? 'sqlite' : 'postgresql',
    audit: { rows: head?.seq ?? 0, head: head?.hash },
    jobs,
    nextDue: next === undefined ? 'none' : printInstant(next),
    log: {
      size,
      published: published?.size ?? 0,
      ...(published === undefined ? {} : { publishedAt: printInstant(published.publishedAt) }),
      ...(stamp === undefined ? {} : { stampedAt: printInstant(stamp.stampedAt) }),
    },
    policy: inForce?.digest,
  }
}

/** What a gateway that runs here says of itself; `no answer` where none does. */
async function askRunning({ insideHost, insidePort }: Config): Promise<object | 'no answer'> {
  const ask = async (path: string): Promise<string> => {
    const answer = await fetch(`http://${insideHost}:${insidePort}${path}`, {
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    return answer.text()
  }
  try {
    return { ready: JSON.parse(await ask('/readyz')) as unknown, metrics: (await ask('/metrics')).split('\n') }
  } catch {
    return 'no answer'
  }
}
