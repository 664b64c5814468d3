/** The gateway's own certificate, renewed by itself where the authority of members lies beside it: at two thirds of its life, for as long again. */
import { readOwnCertificate, renewingAlone, replaceOwnCertificate } from '#adapters/agency-kit/own-certificate.ts'
import type { OpenAuthority } from '#adapters/pki/authority-folder.ts'
import { readCertificate } from '#adapters/pki/certificate.ts'
import type { CertificateFacts } from '#adapters/pki/certificate.ts'
import { generateCertificateKey } from '#adapters/pki/issue.ts'
import { chainOf, digestOfKey, issueTo, periodFrom } from '#adapters/pki/issuing.ts'
import type { Clock } from '#gateway/core/time.ts'
import type { Log } from '#gateway/ports/log.ts'
import type { Instant } from '#policies/language/instant.ts'

const DAY_MS = 86_400_000
const LOOK_EVERY_MS = 60_000
/** A gateway that is off for longer is served by hand. */
const MOST_DAYS = 30

export interface OwnRenewalDeps {
  readonly open: OpenAuthority
  /** With tls.pem and tls.key.pem. */
  readonly folder: string
  readonly clock: Clock
  readonly log: Log
}

export type OwnRenewal = 'not-due' | 'renewed' | 'of-another-authority'

/** When two thirds of its life are over. */
const dueAt = ({ from, until }: CertificateFacts): Instant => from + ((until - from) * 2) / 3

/** Looks now, and each minute until it is disposed of; a renewal that fails is an alarm, told once, and tried again. */
export function keepOwnCertificate(deps: OwnRenewalDeps): AsyncDisposable {
  let told = ''
  const look = async (): Promise<void> => {
    try {
      if ((await renewOwnIfDue(deps)) === 'renewed') deps.log.info('the certificate of this gateway was renewed', {})
      told = ''
    } catch (cause) {
      const reason = cause instanceof Error ? cause.name : 'unknown'
      if (reason !== told) deps.log.alarm('the certificate of this gateway cannot be renewed', { reason })
      told = reason
    }
  }
  let turn = look()
  const timer = setInterval(() => {
    turn = turn.then(look)
  }, LOOK_EVERY_MS)
  timer.unref()
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer)
      await turn
    },
  }
}

/** Issues the same names to a new key and puts both in place together; what follows the files takes them up. Throws where it is revoked or nothing can be written. */
export async function renewOwnIfDue({ open, folder, clock }: Omit<OwnRenewalDeps, 'log'>): Promise<OwnRenewal> {
  const at = clock()
  if (at < dueAt(await ownIn(folder))) return 'not-due'
  // Gateways that share the folder take turns: whoever comes later finds it renewed.
  const renewed = await renewingAlone(folder, async () => {
    const facts = await ownIn(folder)
    if (at < dueAt(facts)) return 'not-due'
    if (facts.issuer !== open.authority.certificate.subject) return 'of-another-authority'
    await replaceOwnCertificate(folder, await issueAgain(open, facts, at))
    return 'renewed'
  })
  return renewed ?? 'not-due'
}

async function ownIn(folder: string): Promise<CertificateFacts> {
  const own = await readOwnCertificate(folder)
  const facts = own === undefined ? undefined : readCertificate(own.certificate)
  if (facts === undefined) throw new Error(`${folder}: no certificate to renew`)
  return facts
}

/** What it says is what was issued to it before, by this authority: its own names, no others. */
async function issueAgain(
  open: OpenAuthority,
  { subject, serial, uris, dnsNames, addresses, from, until }: CertificateFacts,
  at: Instant,
): Promise<{ readonly certificate: string; readonly key: string }> {
  const key = await generateCertificateKey()
  const days = Math.max(1, Math.min(Math.round((until - from) / DAY_MS), MOST_DAYS))
  const leaf = {
    name: subject.replace(/^CN=/, ''),
    uris,
    dnsNames,
    addresses,
    usages: ['client', 'server'] as const,
    period: periodFrom(at, days),
  }
  const issued = await issueTo(open, { key: key.pair.publicKey, digest: digestOfKey(key.pem) }, leaf, serial)
  return { certificate: chainOf(open, issued), key: key.pem }
}
