/** `certs invite | confirm | pending` for the officer, `certs enrol | renew` for the member: how a key gets its first and its next certificate. */
import { rm, writeFile, mkdir, access } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { z } from 'zod'
import { collectCertificate, enrol } from '#adapters/agency-kit/enrol.ts'
import type { EnrolmentDoor, PendingEnrolment } from '#adapters/agency-kit/enrol.ts'
import { organisationFolder, replaceOwnCertificate } from '#adapters/agency-kit/own-certificate.ts'
import { renewIfDue } from '#adapters/agency-kit/renew.ts'
import { confirm, invite } from '#adapters/pki/members-issuer.ts'
import { printInstant } from '#policies/language/instant.ts'
import { openNamed, orFail, uriIn, withAuthority } from './authority-flags.ts'
import type { AuthorityFlags } from './authority-flags.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { readInput, readJson, readText, wholeNumber } from './files.ts'
import { print, progress } from './output.ts'

const PENDING = 'enrolment.json'
const POLL_MS = 1_000
const OWNER_ONLY = 0o600

export function addEnrolmentCommands(certs: Command): void {
  withAuthority(certs.command('invite').description('make a one-time code for an organisation: once, for a day'))
    .argument('<organisation>', 'its id in network.json')
    .addHelpText('after', '\nExample:\n  passerelle certs invite prison-paris --authority ./members')
    .action(inviteOrganisation)
  withAuthority(certs.command('pending').description('say which codes are out, and which keys wait to be confirmed'))
    .addHelpText('after', '\nExample:\n  passerelle certs pending --authority ./members')
    .action(listPending)
  withAuthority(certs.command('confirm').description('issue to the key whose fingerprint the member read out'))
    .argument('<organisation>', 'its id in network.json')
    .argument('<fingerprint>', 'as heard from the member, not as shown here')
    .option('--days <days>', 'how long its certificates stand: 7, or 30 for small organisations', '7')
    .option('--server', 'for its server too, to which parcels are pushed', false)
    .addHelpText(
      'after',
      '\nExample:\n  passerelle certs confirm prison-paris 03ab-…-77f0 --authority ./members --days 30',
    )
    .action(confirmKey)
  memberFlags(certs.command('enrol').description('come in with a code: make a key here, and wait for its certificate'))
    .option('--code-file <file>', 'the code; - for standard input', '-')
    .option('--wait <minutes>', 'how long to wait; the same command goes on later', '60')
    .addHelpText(
      'after',
      '\nExample:\n  passerelle certs enrol prison-paris --url https://localhost:8444 --home ./home',
    )
    .action(enrolHere)
  memberFlags(
    certs.command('renew').description('renew the certificate where two thirds of its life are over; run it daily'),
  )
    .addHelpText(
      'after',
      '\nExample:\n  passerelle certs renew prison-paris --url https://localhost:8443 --home ./home',
    )
    .action(renewHere)
}

const memberFlags = (command: Command): Command =>
  command
    .argument('<organisation>', 'its id in network.json')
    .requiredOption('--url <url>', 'door of enrolment, or agency door to renew')
    .requiredOption('--home <folder>', 'folder with trust/root.pem; keys and certificate go below organisations/')
    .option('--json', 'print JSON', false)

async function inviteOrganisation(organisation: string, options: AuthorityFlags): Promise<void> {
  using open = await openNamed(options)
  const { code, until } = invite(open, uriIn(open, organisation), Date.now())
  print(options.json, { organisation, code, until: printInstant(until) }, () => [
    code,
    `for ${organisation}, once, until ${printInstant(until)}; it is shown nowhere again`,
  ])
}

/** No fingerprint is shown: the officer is to hear it from the member, and not to copy it from here. */
async function listPending(options: AuthorityFlags): Promise<void> {
  using open = await openNamed(options)
  const pending = open.register
    .invitations()
    .map(({ uri, state, until, farGuesses }) => ({ uri, state, until: printInstant(until), farGuesses }))
  print(options.json, pending, () =>
    pending.map(({ farGuesses, ...entry }) =>
      [...Object.values(entry), ...(farGuesses === 0 ? [] : [`${farGuesses} guesses by strangers`])].join('  '),
    ),
  )
}

const REFUSALS = {
  'nothing-asked': 'no key waits to be confirmed',
  'fingerprint-differs': 'another key waits than the one that was read out: confirm nothing, and ask the member',
  'code-expired': 'the code is too old: invite again',
} as const

async function confirmKey(
  organisation: string,
  fingerprint: string,
  options: AuthorityFlags & { readonly days: string; readonly server: boolean },
): Promise<void> {
  using open = await openNamed(options)
  const days = wholeNumber('--days', options.days)
  const confirmed = await orFail(
    confirm(open, uriIn(open, organisation), { fingerprint, days, at: Date.now(), serves: options.server }),
  )
  if (confirmed.kind !== 'issued') throw new CommandFailed(`${organisation}: ${REFUSALS[confirmed.kind]}`, EXIT.found)
  const { uri, serial, until } = confirmed.issued
  print(options.json, { uri, serial, until: printInstant(until) }, () => [
    `${uri}, serial ${serial}, until ${printInstant(until)}`,
  ])
}

interface MemberFlags {
  readonly url: string
  readonly home: string
  readonly json: boolean
}

const pendingSchema = z.strictObject({ id: z.uuid(), fingerprint: z.string(), key: z.string() })

async function enrolHere(
  organisation: string,
  options: MemberFlags & { readonly codeFile: string; readonly wait: string },
): Promise<void> {
  const folder = organisationFolder(options.home, organisation)
  const door = { url: options.url, authority: await readText(join(options.home, 'trust/root.pem')) }
  const minutes = wholeNumber('--wait', options.wait)
  const pending = (await pendingIn(folder)) ?? (await begin(folder, door, { organisation, codeFile: options.codeFile }))
  progress(`read this to the officer: ${pending.fingerprint}`)
  const certificate = await waitFor(door, pending, Date.now() + minutes * 60_000)
  if (certificate === undefined)
    throw new CommandFailed(`${organisation}: not confirmed yet; run this again to go on`, EXIT.found)
  await replaceOwnCertificate(folder, { certificate, key: pending.key })
  await rm(join(folder, PENDING))
  print(options.json, { organisation, folder }, () => [`certificate and key of ${organisation} in ${folder}`])
}

/** A key that was handed in by an earlier run. */
async function pendingIn(folder: string): Promise<PendingEnrolment | undefined> {
  const path = join(folder, PENDING)
  const exists = await access(path).then(
    () => true,
    () => false,
  )
  return exists ? pendingSchema.parse(await readJson(path)) : undefined
}

async function begin(
  folder: string,
  door: EnrolmentDoor,
  { organisation, codeFile }: { readonly organisation: string; readonly codeFile: string },
): Promise<PendingEnrolment> {
  const code = (await readInput(codeFile)).trim()
  const pending = await orFail(enrol(door, { organisation, code }))
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(join(folder, PENDING), `${JSON.stringify(pending, null, 2)}\n`, { mode: OWNER_ONLY })
  return pending
}

async function waitFor(door: EnrolmentDoor, pending: PendingEnrolment, end: number): Promise<string | undefined> {
  for (;;) {
    const certificate = await orFail(collectCertificate(door, pending))
    if (certificate !== undefined || Date.now() + POLL_MS > end) return certificate
    await sleep(POLL_MS)
  }
}

async function renewHere(organisation: string, { url, home, json }: MemberFlags): Promise<void> {
  const authority = await readText(join(home, 'trust/root.pem'))
  const renewal = await orFail(renewIfDue({ home, organisation, url, authority, clock: Date.now }))
  const until = printInstant(renewal.until)
  print(json, { organisation, ...renewal, until }, () => [
    renewal.kind === 'renewed' ? `renewed until ${until}` : `not due yet; it stands until ${until}`,
  ])
}
