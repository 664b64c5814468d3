/** One round of `agency run`: the certificate, files out, parcels in, what was deleted. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { emptyMailbox, postTo } from '#adapters/agency-kit/inbox.ts'
import type { Lock } from '#adapters/agency-kit/locked-files.ts'
import { Refused } from '#adapters/agency-kit/member.ts'
import { NotTrusted } from '#adapters/agency-kit/member-trust.ts'
import { emptyOutbox, OUTBOX_PATHS } from '#adapters/agency-kit/outbox.ts'
import type { ReceivedDelivery } from '#adapters/agency-kit/prove-delivery.ts'
import { renewIfDue } from '#adapters/agency-kit/renew.ts'
import { isRetryable, PROBLEMS } from '#gateway/core/problem.ts'
import type { ProblemCode } from '#gateway/core/problem.ts'
import { attestDropped } from './agency-attest.ts'
import { prepare } from './agency-prepare.ts'
import type { PrepareFlags } from './agency-prepare.ts'
import { memberOf } from './member-options.ts'
import { progress } from './output.ts'
import { writeDelivery } from './receive.ts'
import { noteSent } from './sent-documents.ts'

/** What `agency run` works with, round after round. */
export interface Working {
  readonly home: string
  readonly settings: PrepareFlags
  readonly url: string | undefined
  readonly deliverTo: URL | undefined
  readonly lock: Lock | undefined
  readonly isOnce: boolean
}

/** The parts of a round, each on its own: one that fails keeps no other from its work. Answers the first fault as one line. */
export async function roundOf(working: Working): Promise<string | undefined> {
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

/** As each of this member's seats: whichever was asked answers. */
const attestDeleted = (working: Working): Promise<void> =>
  attestDropped(
    working.home,
    () => seatsOf(working),
    (as) => memberOf(flagsOf(working, as)),
  )
