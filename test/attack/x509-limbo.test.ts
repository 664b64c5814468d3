/** The published cases of x509-limbo: OpenSSL builds and verifies the path in a handshake, our rules may refuse what it took, and both together must be right. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:tls'
import type { SecureContextOptions, TLSSocket } from 'node:tls'
import { before, describe, it } from 'mocha'
import { z } from 'zod'
import { PATH_OPTIONS, chainFault } from '#adapters/pki/chain-rules.ts'
import { presentedBy } from '#adapters/pki/guarded-connections.ts'
import { serverNameFault } from '#adapters/pki/server-name.ts'
import { aServerIdentity, makeAuthorities } from '#test/support/certificates.ts'
import type { TlsIdentity } from '#test/support/certificates.ts'
import { fixtureJson, hasFixtures, needsFixtures } from '#test/support/fixtures.ts'

const LIMIT_MS = 2_000
/** Far more than a gateway takes: the cases are about paths of any length. */
const LONG_PATH = 8

const caseSchema = z.looseObject({
  id: z.string(),
  features: z.array(z.string()),
  validation_kind: z.enum(['CLIENT', 'SERVER']),
  trusted_certs: z.array(z.string()),
  untrusted_intermediates: z.array(z.string()),
  peer_certificate: z.string(),
  peer_certificate_key: z.string().nullable(),
  validation_time: z.string().nullable(),
  expected_result: z.enum(['SUCCESS', 'FAILURE']),
  expected_peer_name: z.looseObject({ kind: z.string(), value: z.string() }).nullable(),
  max_chain_depth: z.number().nullable(),
  crls: z.array(z.string()),
})
type Case = z.output<typeof caseSchema>

/**
 * What is not ours to decide, each with its rule. `webpki::` states the profile of public web certificates (CA/Browser Forum), which
 * no certificate here falls under; of it, what a server's name has to do with is kept and the rest listed where it differs.
 */
const SET_ASIDE: Readonly<Record<string, string>> = {
  'webpki::cn::ipv4-hex-mismatch': 'how a common name is spelt: names are read from the alternative names alone',
  'webpki::cn::ipv6-non-rfc5952-mismatch': 'the same',
  'webpki::cn::ipv6-uppercase-mismatch': 'the same',
  'webpki::cn::punycode-not-in-san': 'the same',
  'webpki::san::public-suffix-private-namespace-wildcard-san':
    'pedantic-public-suffix-wildcard: no list of suffixes here',
}
/** Groups of which no case may differ. */
const REQUIRED = ['crl', 'cve', 'pathlen', 'pathological', 'rfc5280'] as const
/** OpenSSL has no other clock than the machine's: where a case names another time, our rule of time decides, by the case's clock. */
const OF_THE_CLOCK = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'CRL_HAS_EXPIRED', 'CRL_NOT_YET_VALID'])

interface Decided {
  readonly openssl: string
  readonly ours: string | undefined
  readonly ms: number
}

const cases: readonly Case[] = hasFixtures()
  ? z.looseObject({ testcases: z.array(caseSchema) }).parse(fixtureJson('x509-limbo/limbo.json')).testcases
  : []

describe('x509-limbo', function () {
  this.timeout(60_000)
  needsFixtures()
  let own: TlsIdentity
  const decided = new Map<string, Decided>()
  before(async () => {
    own = await aServerIdentity(await makeAuthorities(Date.now()))
    for (const entry of cases) {
      const startedAt = performance.now()
      const { openssl, ours } = await decide(entry, own)
      decided.set(entry.id, { openssl, ours, ms: performance.now() - startedAt })
    }
  })
  const of = (id: string): Decided => {
    const found = decided.get(id)
    assert.ok(found !== undefined, id)
    return found
  }
  const isTaken = ({ openssl, ours }: Decided): boolean => openssl === 'OK' && ours === undefined
  const differing = (of_: (entry: Case) => boolean): readonly string[] =>
    cases
      .filter(of_)
      .filter((entry) => isTaken(of(entry.id)) !== (entry.expected_result === 'SUCCESS'))
      .map(({ id }) => `${id} ${JSON.stringify(of(id))}`)

  for (const group of REQUIRED)
    it(`H014 every case of ${group} is decided as it says`, () => {
      const inGroup = (entry: Case): boolean => entry.id.startsWith(`${group}::`)
      assert.ok(cases.filter(inGroup).length >= 2)
      assert.deepEqual(differing(inGroup), [])
    })

  it('H014 so is every case of the web’s profile that is not set aside by a written rule', () => {
    assert.deepEqual(
      differing(({ id }) => id.startsWith('webpki::') && SET_ASIDE[id] === undefined),
      [],
    )
    for (const id of Object.keys(SET_ASIDE))
      assert.ok(
        cases.some((entry) => entry.id === id),
        id,
      )
  })

  it('each is decided within two seconds', () => {
    assert.equal(decided.size, cases.length)
    assert.ok(cases.length >= 96)
    assert.deepEqual(
      [...decided].filter(([, { ms }]) => ms > LIMIT_MS).map(([id]) => id),
      [],
    )
  })

  it('our rules refuse some that OpenSSL takes, and nothing that OpenSSL refuses is taken', () => {
    const added = cases.filter(({ id }) => of(id).openssl === 'OK' && of(id).ours !== undefined)
    assert.ok(added.length >= 15, `${added.length}`)
    const refused = cases.filter(({ id }) => of(id).openssl !== 'OK')
    assert.ok(refused.length >= 35, `${refused.length}`)
    console.log(`    ${cases.length} cases: OpenSSL refuses ${refused.length}, our rules ${added.length} more`)
    assert.deepEqual(
      refused.filter(({ id }) => isTaken(of(id))),
      [],
    )
  })
})

/** The handshake of the case on loopback, its peer presenting leaf and intermediates; then our rules over what TLS shows of it. */
async function decide(
  entry: Case,
  own: TlsIdentity,
): Promise<{ readonly openssl: string; readonly ours: string | undefined }> {
  const shown = await shake(entry, own)
  if (typeof shown === 'string') return { openssl: shown, ours: undefined }
  const openssl = entry.validation_time !== null && OF_THE_CLOCK.has(shown.verdict) ? 'OK' : shown.verdict
  const at = entry.validation_time === null ? Date.now() : Date.parse(entry.validation_time)
  const purpose = entry.validation_kind === 'SERVER' ? 'server' : 'client'
  const depth = entry.max_chain_depth ?? LONG_PATH
  const host = entry.expected_peer_name?.value
  const [leaf = new Uint8Array()] = shown.presented
  const ours =
    chainFault({
      presented: shown.presented,
      anchors: entry.trusted_certs.map((pem) => new X509Certificate(pem).raw),
      at,
      purpose,
      mostIntermediates: depth,
    }) ?? (host === undefined ? undefined : serverNameFault(host, leaf))
  return { openssl, ours }
}

interface Shown {
  /** `OK`, or OpenSSL's reason. */
  readonly verdict: string
  readonly presented: readonly Uint8Array[]
}

/** A text where no handshake came about at all. */
async function shake(entry: Case, own: TlsIdentity): Promise<Shown | string> {
  const presents = {
    cert: entry.peer_certificate + entry.untrusted_intermediates.join(''),
    key: entry.peer_certificate_key ?? '',
  }
  const verifies: SecureContextOptions = {
    ...PATH_OPTIONS,
    ca: entry.trusted_certs,
    ...(entry.crls.length === 0 ? {} : { crl: entry.crls }),
  }
  const isServer = entry.validation_kind === 'SERVER'
  try {
    return await meet(isServer ? presents : { ...own, ...verifies }, isServer ? verifies : presents, isServer)
  } catch (cause) {
    return cause instanceof Error && 'code' in cause ? String(cause.code) : 'refused'
  }
}

async function meet(
  server: SecureContextOptions,
  client: SecureContextOptions,
  isServerJudged: boolean,
): Promise<Shown> {
  const listener = createServer({
    ...server,
    requestCert: !isServerJudged,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.3',
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  const met = once(listener, 'secureConnection') as Promise<[TLSSocket]>
  met.catch(() => undefined)
  const failed = once(listener, 'tlsClientError').then(([cause]) => Promise.reject(cause as Error))
  failed.catch(() => undefined)
  // Names are our rule's to judge; here only OpenSSL's word on the path is asked for.
  const socket = connect({
    ...client,
    host: '127.0.0.1',
    port,
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  })
  try {
    await Promise.race([once(socket, 'secureConnect'), failed])
    const judged = isServerJudged ? socket : (await Promise.race([met, failed]))[0]
    const error: unknown = judged.authorizationError
    return {
      verdict: judged.authorized ? 'OK' : verdictOf(error),
      presented: presentedBy(judged).map(({ raw }) => raw),
    }
  } finally {
    socket.on('error', () => undefined).destroy()
    listener.close()
  }
}

/** A client's side tells an Error, a server's a text. */
const verdictOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : typeof error === 'string' ? error : 'refused'
