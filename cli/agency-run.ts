/** `agency run`: a member's side that stays up: files out, parcels in, the witness, the certificate, what was deleted. */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { localUrl } from '#adapters/agency-kit/inbox.ts'
import { createLocalDoor } from '#adapters/agency-kit/local-door.ts'
import { openLock } from '#adapters/agency-kit/locked-files.ts'
import type { Lock } from '#adapters/agency-kit/locked-files.ts'
import { makeOutbox } from '#adapters/agency-kit/outbox.ts'
import { takeLock } from '#adapters/agency-kit/witness-state.ts'
import { homeIn } from './agency-join.ts'
import type { PrepareFlags } from './agency-prepare.ts'
import { keepRunFlags } from './agency-settings.ts'
import { KNOWN_DIALECTS } from './case-file.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { wholeNumber } from './files.ts'
import { addressOf, close, listen } from './listening.ts'
import { KNOWN_MAPPINGS } from './mapped-file.ts'
import { progress } from './output.ts'
import { roundOf } from './agency-round.ts'

interface RunFlags extends PrepareFlags {
  readonly home?: string
  readonly url?: string
  readonly every: string
  readonly listen?: string
  readonly deliverTo?: string
  readonly deliverElsewhere: boolean
  readonly lockWith?: string
  readonly once: boolean
}

export const addRun = (agency: Command): Command =>
  agency
    .command('run')
    .description('stay up: send what is dropped into outbox/, receive into inbox/, witness, renew, attest')
    .option('--home <folder>', 'folder of this member (or PASSERELLE_HOME)')
    .option('--url <url>', 'agency door; absent: as the joining code had it')
    .option('--every <seconds>', 'between two rounds', '2')
    .option('--once', 'one round only', false)
    .option('--kind <kind>', 'kind of message, where a file says none')
    .option('--purpose <purpose>', 'purpose, where a file says none')
    .option('--basis <id>', 'legal basis, where a file says none')
    .option('--to <organisation...>', 'only to these organisations')
    .option('--mapping <mapping>', `put each file through a mapping file: ${KNOWN_MAPPINGS}`)
    .option('--dialect <dialect>', `map each file from this dialect: ${KNOWN_DIALECTS}`)
    .option('--record <record>', 'which native record the files are')
    .option('--confirm-all', 'also Passerelle JSON with free text waits for a person', false)
    .option('--listen <port>', 'also take POST /messages on 127.0.0.1, with the token of HOME/token')
    .option('--deliver-to <url>', 'post what comes to this address instead of writing it to inbox/')
    .option('--deliver-elsewhere', 'that address may be another machine, under https', false)
    .option('--lock-with <file>', 'what comes and what was sent opens with this key alone; made where it is not there')
    .addHelpText(
      'after',
      '\nExample:\n  passerelle agency run --home ./home --mapping ./our-export.json --kind Referral',
    )
    .action(run)

async function run(flags: RunFlags): Promise<void> {
  const home = homeIn(flags)
  const deliverTo = flags.deliverTo === undefined ? undefined : addressFor(flags.deliverTo, flags.deliverElsewhere)
  const everyMs = wholeNumber('--every', flags.every) * 1000
  using _alone = aloneIn(home)
  await makeOutbox(home)
  for (const name of ['inbox', 'deleted', 'deleted/done'])
    await mkdir(join(home, name), { recursive: true, mode: 0o700 })
  const lock = flags.lockWith === undefined ? undefined : await lockFor(resolve(flags.lockWith), home)
  const settings = await keepRunFlags(home, flags)
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())
  const door = flags.listen === undefined ? undefined : await openDoor(home, wholeNumber('--listen', flags.listen))
  progress(`at work in ${home}`)
  const working = { home, settings, url: flags.url, deliverTo, lock, isOnce: flags.once }
  let failures = 0
  while (!stopping.signal.aborted) {
    const fault = await roundOf(working)
    failures = fault === undefined ? 0 : failures + 1
    if (fault !== undefined) progress(`warning: ${fault}`)
    if (flags.once) {
      if (fault !== undefined) throw new CommandFailed(fault, EXIT.unreachable)
      break
    }
    await sleep(gapAfter(failures, everyMs), undefined, { signal: stopping.signal }).catch(() => {})
  }
  if (door !== undefined) await close(door)
}

const MOST_GAP_MS = 60_000

/** Twice as long after each failure up to a minute, and never all members at the same moment. */
const gapAfter = (failures: number, everyMs: number): number =>
  failures === 0 ? everyMs : Math.min(MOST_GAP_MS, everyMs * 2 ** Math.min(failures, 10)) * (0.5 + Math.random() / 2)

function aloneIn(home: string): Disposable {
  try {
    return takeLock(join(home, 'agency.lock'))
  } catch {
    throw new CommandFailed(`${home}: another agency run is at work here, or there is no such folder`, EXIT.unreachable)
  }
}

function addressFor(text: string, isElsewhereAllowed: boolean): URL {
  try {
    return localUrl(text, isElsewhereAllowed)
  } catch (error) {
    throw new CommandFailed(`--deliver-to ${error instanceof Error ? error.message : ''}`, EXIT.usage)
  }
}

const lockFor = (keyFile: string, home: string): Promise<Lock> =>
  openLock(keyFile, home).catch((error: unknown) => {
    throw new CommandFailed(`--lock-with ${error instanceof Error ? error.message : ''}`, EXIT.usage)
  })

async function openDoor(home: string, port: number): Promise<ReturnType<typeof createLocalDoor>> {
  const path = join(home, 'token')
  await writeFile(path, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' }).catch(() => {})
  const door = await listen(createLocalDoor({ home, token: (await readFile(path, 'utf8')).trim() }), '127.0.0.1', port)
  progress(`takes POST http://${addressOf(door)}/messages with the token of ${path}`)
  return door
}
