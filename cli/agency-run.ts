/** `agency run`: a member's side that stays up: files out, parcels in, the witness, the certificate, what was deleted. */
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { attest, NotAsked } from '#adapters/agency-kit/attest.ts'
import { readHeldRegistry } from '#adapters/agency-kit/held-registry.ts'
import { emptyMailbox, localUrl, postTo } from '#adapters/agency-kit/inbox.ts'
import { createLocalDoor } from '#adapters/agency-kit/local-door.ts'
import { openLock } from '#adapters/agency-kit/locked-files.ts'
import type { Lock } from '#adapters/agency-kit/locked-files.ts'
import { Refused } from '#adapters/agency-kit/member.ts'
import { NotTrusted } from '#adapters/agency-kit/member-trust.ts'
import { emptyOutbox, makeOutbox, OUTBOX_PATHS } from '#adapters/agency-kit/outbox.ts'
import type { ReceivedDelivery } from '#adapters/agency-kit/prove-delivery.ts'
import { renewIfDue } from '#adapters/agency-kit/renew.ts'
import { takeLock } from '#adapters/agency-kit/witness-state.ts'
import { isRetryable, PROBLEMS } from '#gateway/core/problem.ts'
import type { ProblemCode } from '#gateway/core/problem.ts'
import type { Registry } from '#gateway/core/participants.ts'
import { UUID_PATTERN } from '#gateway/core/ids.ts'
import { homeIn } from './agency-join.ts'
import { prepare } from './agency-prepare.ts'
import type { PrepareFlags } from './agency-prepare.ts'
import { keepRunFlags } from './agency-settings.ts'
import { KNOWN_DIALECTS } from './case-file.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { wholeNumber } from './files.ts'
import { addressOf, close, listen } from './listening.ts'
import { KNOWN_MAPPINGS } from './mapped-file.ts'
import { memberOf } from './member-options.ts'
import type { Identity } from './member-options.ts'
import { progress } from './output.ts'
import { writeDelivery } from './receive.ts'
import { noteSent } from './sent-documents.ts'

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

interface Working {
  readonly home: string
  readonly settings: PrepareFlags
  readonly url: string | undefined
  readonly deliverTo: URL | undefined
  readonly lock: Lock | undefined
  readonly isOnce: boolean
}

/** The parts of a round, each on its own: one that fails keeps no other from its work. Answers the first fault as one line. */
async function roundOf(working: Working): Promise<string | undefined> {
  let first: string | undefined
  for (const part of [renew, sendFiles, receiveAll, attestDeleted])
    await part(working).catch((error: unknown) => {
      first ??= lineOf(error)
    })
  return first
}

function lineOf(error: unknown): string {
  if (error instanceof Refused) return `the gateway refused: ${error.message}`
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
  if (error instanceof NotTrusted || code === undefined) return error instanceof Error ? error.message : 'a fault'
  return `the gateway cannot be reached (${code})`
}

const flagsOf = ({ home, url }: Working, as?: string): Parameters<typeof memberOf>[0] => ({
  home,
  json: false,
  ...(url === undefined ? {} : { url }),
  ...(as === undefined ? {} : { as }),
})

/** A gateway that issues nothing is no fault of this round: whoever issues by hand sees it in `agency status`. */
async function renew(working: Working): Promise<void> {
  const { home } = working
  const { member, identity, url } = await memberOf(flagsOf(working))
  member[Symbol.dispose]()
  const authority = await readFile(join(home, 'trust/root.pem'), 'utf8')
  const { organisation } = identity
  await renewIfDue({ home, organisation, url, authority, clock: Date.now }).then(
    ({ kind }) => (kind === 'renewed' ? progress('certificate renewed') : undefined),
    (error: unknown) => {
      if (!(error instanceof Refused && error.code === 'renewal-unavailable')) throw error
    },
  )
}

/** Refusals that say nothing of the message: the member, its keys or its certificate are at fault, and may be well tomorrow. */
const OF_THE_MEMBER =
  /^(certificate-|trust-list-|participant-suspended|competence-expired|key-unknown|not-found|unknown)/

const isFinal = ({ code }: Refused): boolean => isProblem(code) && !isRetryable(code) && !OF_THE_MEMBER.test(code)
const isProblem = (code: string): code is ProblemCode => Object.hasOwn(PROBLEMS, code)

async function sendFiles(working: Working): Promise<void> {
  const { home, settings } = working
  const { member, identity } = await memberOf(flagsOf(working))
  using sender = member
  await sender.witness()
  await emptyOutbox({
    home,
    prepare: (path, isConfirmed) => prepare({ home, identity, flags: settings }, path, isConfirmed),
    send: (payload) => sender.send(payload),
    onSent: async ({ origin }, { id }) => {
      if (origin === undefined) return
      const { mapping, digest, documentId } = origin
      await noteSent(home, identity.organisation, { origin: { mapping, digest, documentId }, id })
    },
    isFinal,
    clock: Date.now,
    tell: progress,
  })
  // Receipts and reasons hold no content, and are looked at every day.
  for (const folder of [OUTBOX_PATHS.sent, OUTBOX_PATHS.refused])
    await working.lock?.lockAll(join(home, folder), (name) => !/\.(receipt|reason|part)$/.test(name))
}

async function receiveAll(working: Working): Promise<void> {
  const { deliverTo } = working
  for (const as of await seatsOf(working)) {
    const { member, identity } = await memberOf(flagsOf(working, as))
    using recipient = member
    const kept = await emptyMailbox({
      member: recipient,
      isMandate: identity.mandate !== undefined,
      keep: deliverTo === undefined ? inboxOf(working) : postTo(deliverTo),
      tell: progress,
    })
    if (kept > 0) progress(`${as}: ${kept} received`)
  }
}

/** Files of `inbox/`: what it says and its proof, or both together under lock. */
const inboxOf =
  ({ home, lock }: Working): ((one: ReceivedDelivery) => Promise<void>) =>
  (one) =>
    lock === undefined
      ? writeDelivery(join(home, 'inbox'), one)
      : lock.keep(join(home, 'inbox'), `${one.projection.jti}.json`, JSON.stringify(one))

/** The organisation, and those of its mandates whose keys lie here. */
async function seatsOf(working: Working): Promise<readonly string[]> {
  const { member, identity } = await memberOf(flagsOf(working))
  member[Symbol.dispose]()
  const mandates = identity.mandates.filter((id) => existsSync(join(working.home, 'mandates', id, 'keys')))
  return [identity.organisation, ...mandates]
}

/** A file of `deleted/` is named for the recall that it answers; one that says `locked` inside answers so. It goes to `deleted/done/`. */
async function attestDeleted(working: Working): Promise<void> {
  const folder = join(working.home, 'deleted')
  const ids = (await readdir(folder)).filter((name) => UUID_PATTERN.test(name))
  const { edges } = ids.length === 0 ? { edges: [] } : await readHeldRegistry(working.home)
  for (const as of ids.length === 0 ? [] : await seatsOf(working)) {
    const { member, identity } = await memberOf(flagsOf(working, as))
    using attesting = member
    for (const id of ids) await attestOne(join(folder, id), id, { member: attesting, identity, edges })
  }
}

interface Answering {
  readonly member: Parameters<typeof attest>[0]['member']
  readonly identity: Identity
  readonly edges: Registry['edges']
}

async function attestOne(path: string, id: string, { member, identity, edges }: Answering): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  const sender = (await member.list()).find(({ messageId }) => messageId === id)?.sender
  if (text === undefined || sender === undefined) return
  const attester = { member, uri: identity.uri, audience: identity.audience, clock: Date.now }
  const action = text.trim() === 'locked' ? 'locked' : 'deleted'
  const back = edges.find(
    ({ from, to, kinds }) => from === identity.organisation && to === sender && kinds.includes('RecallAck'),
  )
  const grounds = { purpose: back?.purposes[0] ?? 'sentence-execution', legalBasisId: back?.basis ?? 'eu.led.8' }
  try {
    await attest(attester, id, action, grounds)
    await rename(path, join(path, '..', 'done', id))
    progress(`${id}: attested as ${action}`)
  } catch (error) {
    // Another seat of this member was asked, or nobody was.
    if (!(error instanceof NotAsked)) throw error
  }
}
