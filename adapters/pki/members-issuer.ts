/** The Issuer port over an authority of members in a folder: renewal by the old certificate, admission by code and officer. */
import { randomUUID } from 'node:crypto'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Enrolment, EnrolmentState, EnrolmentRequest, Issuer, RenewalRequest } from '#gateway/ports/issuer.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { OpenAuthority } from './authority-folder.ts'
import { readRequest, spokenFingerprint } from './certificate-request.ts'
import { normalSerial, readCertificate } from './certificate.ts'
import { USAGES } from './issue.ts'
import { chainOf, FollowsRevoked, issueTo, periodFrom, publicKeyOf } from './issuing.ts'
import type { PublicKeyOf } from './issuing.ts'
import { digestOfCode, isCode, isNear, makeCode, nearDigestOfCode } from './one-time-code.ts'
import { certificatesOnly } from './pkcs7.ts'
import type { Invitation, Issued } from './register.ts'

const DAY_MS = 86_400_000
const CODE_MS = DAY_MS
/** Of those that came near: one-time-code.ts says what that is, and what it comes to. */
const MOST_NEAR_GUESSES = 10
const LEAF_DAYS = 7
/** For small organisations, whose machine may be off for a while. */
const MOST_LEAF_DAYS = 30

export const createIssuer = (open: OpenAuthority): Issuer => ({
  renew: (request) => renew(open, request),
  authorities: () => certificatesOnly(open.authority.pem + open.issuersPem),
  enrol: (request) => enrol(open, request),
  enrolment: (id) => enrolmentOf(open, id),
  keepKeyRequest: (request) => open.register.keepKeyRequest(request),
})

const refused = (code: string): ReturnType<typeof fail> => fail('certificate-request-refused', [{ pointer: '', code }])

/** A key of the request that no certificate was ever issued for. */
async function freshKey(
  { register }: OpenAuthority,
  text: string,
): Promise<Result<PublicKeyOf & { readonly spki: Uint8Array }>> {
  const request = await readRequest(text)
  if (request.kind === 'fault') return refused(request.fault)
  const { publicKey, spki } = request
  return register.knowsKey(publicKey.digest) ? refused('key-used-before') : ok({ ...publicKey, spki })
}

async function renew(open: OpenAuthority, { uri, request, serialNumber, at }: RenewalRequest): Promise<Result<string>> {
  const key = await freshKey(open, request)
  if (!key.ok) return key
  const follows = normalSerial(serialNumber)
  const terms = { at, days: daysOf(open, follows), serves: serves(open, follows), follows }
  const issued = await issueOnce(open, key.value, uri, terms)
  return issued.ok ? ok(certificatesOnly(chainOf(open, issued.value))) : issued
}

/** As many days as the certificate before it. */
function daysOf({ register }: OpenAuthority, serial: string): number {
  const before = register.issuedAs(serial)
  const days = before === undefined ? LEAF_DAYS : Math.round((before.until - before.from) / DAY_MS)
  return Math.max(1, Math.min(days, MOST_LEAF_DAYS))
}

/** Whether the certificate before it is for a server too. */
function serves({ register }: OpenAuthority, serial: string): boolean {
  const before = readCertificate(register.issuedAs(serial)?.pem ?? '')
  return before?.usages.includes(USAGES.server) ?? false
}

interface Terms {
  readonly at: Instant
  readonly days: number
  /** It is for a server too, to which parcels are pushed; it still bears the member's one name and no other. */
  readonly serves: boolean
  /** Serial number of the certificate that asks for its own renewal. */
  readonly follows?: string
}

/** Where the same key comes twice at once, the register takes one; what was revoked a moment ago, before any list says so, renews nothing. */
async function issueOnce(
  open: OpenAuthority,
  key: PublicKeyOf,
  uri: string,
  { at, days, serves: isServer, follows }: Terms,
): Promise<Result<Issued>> {
  const name = uri.slice(uri.lastIndexOf('/') + 1)
  const leaf = {
    name,
    uris: [uri],
    dnsNames: [],
    addresses: [],
    usages: isServer ? (['client', 'server'] as const) : (['client'] as const),
    period: periodFrom(at, days),
  }
  return issueTo(open, key, leaf, follows).then(ok, (cause: unknown) => {
    if (cause instanceof FollowsRevoked) return fail('certificate-revoked')
    if (open.register.knowsKey(key.digest)) return refused('key-used-before')
    throw cause
  })
}

/** A code for the organisation, good once, for a day. It is nowhere but in this answer. An earlier one is void. */
export function invite(
  { register }: OpenAuthority,
  uri: string,
  at: Instant,
): { readonly code: string; readonly until: Instant } {
  const code = makeCode()
  const until = at + CODE_MS
  const digests = { codeDigest: digestOfCode(uri, code), nearDigest: nearDigestOfCode(uri, code) }
  register.invite({ id: randomUUID(), uri, ...digests, until })
  return { code, until }
}

async function enrol(open: OpenAuthority, { uri, code, request, at }: EnrolmentRequest): Promise<Result<Enrolment>> {
  const key = await freshKey(open, request)
  if (!key.ok) return key
  return open.register.transaction(() => {
    const invitation = open.register.invitationOf({ uri })
    if (invitation?.state !== 'open') return fail('enrolment-refused')
    if (!isCode(invitation.codeDigest, uri, code)) return countGuess(open, invitation, code)
    if (at >= invitation.until) return fail('enrolment-refused')
    const waits = open.register.invitations().some(({ keyDigest }) => keyDigest === key.value.digest)
    if (waits) return refused('key-used-before')
    open.register.updateInvitation({
      ...invitation,
      state: 'asked',
      keyDigest: key.value.digest,
      publicKey: key.value.spki,
    })
    return ok({ id: invitation.id, fingerprint: spokenFingerprint(key.value.digest) })
  })
}

/** Near or far, one row is written and the same is answered: neither says to the stranger which it was. */
function countGuess({ register }: OpenAuthority, invitation: Invitation, code: string): Result<Enrolment> {
  const { uri, nearDigest, farGuesses } = invitation
  const isFar = nearDigest !== undefined && !isNear(nearDigest, uri, code)
  const wrongGuesses = invitation.wrongGuesses + (isFar ? 0 : 1)
  const state = wrongGuesses >= MOST_NEAR_GUESSES ? 'locked' : 'open'
  register.updateInvitation({ ...invitation, wrongGuesses, farGuesses: farGuesses + (isFar ? 1 : 0), state })
  return fail('enrolment-refused')
}

function enrolmentOf(open: OpenAuthority, id: string): Result<EnrolmentState> {
  const invitation = open.register.invitationOf({ id })
  if (invitation?.state === 'asked') return ok({ kind: 'waiting' })
  const issued = invitation?.serial === undefined ? undefined : open.register.issuedAs(invitation.serial)
  return issued === undefined ? fail('not-found') : ok({ kind: 'issued', chainPem: chainOf(open, issued) })
}

/** What an officer's confirmation came to. */
export type Confirmation =
  | { readonly kind: 'issued'; readonly issued: Issued }
  | { readonly kind: 'nothing-asked' | 'fingerprint-differs' | 'code-expired' }

export interface Confirming {
  readonly fingerprint: string
  readonly at: Instant
  readonly days?: number
  /** For a server too; absent: for a client alone. */
  readonly serves?: boolean
}

/** Issues to the key that came with the code, once the officer has heard its fingerprint from the member by another way. */
export async function confirm(
  open: OpenAuthority,
  uri: string,
  { fingerprint, at, days = LEAF_DAYS, serves: isServer = false }: Confirming,
): Promise<Confirmation> {
  const invitation = open.register.invitationOf({ uri })
  if (invitation?.state !== 'asked' || invitation.publicKey === undefined) return { kind: 'nothing-asked' }
  const key = await publicKeyOf(invitation.publicKey)
  if (spokenFingerprint(key.digest) !== fingerprint.trim().toLowerCase()) return { kind: 'fingerprint-differs' }
  if (at >= invitation.until + CODE_MS) return { kind: 'code-expired' }
  const issued = await issueOnce(open, key, uri, { at, days: Math.min(days, MOST_LEAF_DAYS), serves: isServer })
  if (!issued.ok) return { kind: 'nothing-asked' }
  open.register.updateInvitation({ ...invitation, state: 'confirmed', serial: issued.value.serial })
  return { kind: 'issued', issued: issued.value }
}
