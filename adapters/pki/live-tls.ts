/** The gateway's TLS from files that change under it: new lists and a renewed certificate count within seconds, without a restart. */
import { X509Certificate, createPrivateKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import type { SecureContextOptions, Server } from 'node:tls'
import type { Instant } from '#policies/language/instant.ts'
import type { Expiring } from '#gateway/core/expiry.ts'
import type { Clock } from '#gateway/core/time.ts'
import type { Log } from '#gateway/ports/log.ts'
import { readCertificate } from './certificate.ts'
import { PATH_OPTIONS } from './chain-rules.ts'
import { guardConnections } from './guarded-connections.ts'
import type { GuardedConnections } from './guarded-connections.ts'
import { areExpired, readRevocationLists } from './revocation.ts'
import type { RevocationLists } from './revocation.ts'
import { stampOf, startLooking } from './watched-files.ts'

const PEM_BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g
/** As if the lists had always been out of date. */
const CLOSED: Instant = 0

export interface TlsFiles {
  /** Chain of the gateway, PEM. */
  readonly certificate: string
  readonly key: string
  readonly root: string
  /** Every list of the network, PEM. */
  readonly lists: string
}

export interface LiveTlsOptions {
  readonly files: TlsFiles
  readonly clock: Clock
  readonly log: Log
  /** How often the files are looked at. */
  readonly everyMs?: number
  /** What never changes while the gateway runs. */
  readonly fixed?: SecureContextOptions
}

export interface LiveTls extends Disposable {
  /** For `createServer`; later ones reach the attached servers by themselves. */
  readonly context: () => SecureContextOptions
  /** The lists in force now. */
  readonly revocation: () => RevocationLists
  /** Why nobody can come in now. */
  readonly fault: () => 'revocation-list-expired' | 'gateway-certificate-expired' | undefined
  /** Every certificate and list that this gateway stands on, by its own name or its issuer's. */
  readonly expiring: () => readonly Expiring[]
  /** From now on this server follows the files, and loses the connections of whoever is revoked. */
  readonly attach: (server: Server) => void
  /** This server follows the files too, and asks nobody for a certificate. */
  readonly follow: (server: Server) => void
}

interface Loaded {
  readonly context: SecureContextOptions
  readonly lists: RevocationLists
  /** DER. */
  readonly anchors: readonly Uint8Array[]
  /** Life of the gateway's own certificate. */
  readonly ownFrom: Instant
  readonly ownUntil: Instant
}

function faultOf({ lists, ownUntil }: Loaded, at: Instant): ReturnType<LiveTls['fault']> {
  if (areExpired(lists, at)) return 'revocation-list-expired'
  return at > ownUntil ? 'gateway-certificate-expired' : undefined
}

/** Reads the files, and again whenever one changes. Throws where they cannot be used at start; later that is an alarm, and what was in force stays until it runs out. */
export async function openLiveTls(options: LiveTlsOptions): Promise<LiveTls> {
  const { files, clock, log } = options
  let stamp = await stampOf(Object.values(files))
  let loaded = await load(options)
  const required = new Set([subjectOf(loaded), ...issuersOf(loaded.lists)])
  loaded = orClosed(loaded, required, log)
  const servers: Server[] = []
  const guarded: GuardedConnections[] = []
  const watch = watchTime(clock, log)
  const isOut = (serial: string): boolean => areExpired(loaded.lists, clock()) || loaded.lists.serials.has(serial)
  const dropRevoked = (): void => {
    const dropped = guarded.reduce((sum, connections) => sum + connections.drop(isOut), 0)
    if (dropped > 0) log.warn('connections of revoked certificates closed', { connections: dropped })
  }
  const readAnew = async (): Promise<void> => {
    const found = await stampOf(Object.values(files))
    if (found === stamp) return
    const next = orClosed(notOlder(loaded, await load(options)), required, log)
    stamp = found
    loaded = next
    for (const server of servers) server.setSecureContext(next.context)
    log.info('certificates and revocation lists read anew', { revoked: next.lists.serials.size })
  }
  /** What is in force grows old, whether or not the files can be read. */
  const look = (): Promise<void> =>
    readAnew().finally(() => {
      watch(loaded)
      dropRevoked()
    })
  const timer = startLooking(look, {
    log,
    everyMs: options.everyMs,
    fault: 'certificates or revocation lists cannot be read anew',
  })
  return {
    context: () => loaded.context,
    revocation: () => loaded.lists,
    fault: () => faultOf(loaded, clock()),
    expiring: () => expiringOf(loaded),
    attach: (server) => {
      servers.push(server)
      guarded.push(guardConnections(server, { log, clock, anchors: () => loaded.anchors }))
    },
    follow: (server) => void servers.push(server),
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

/** Throws where certificate and key do not belong together, as in the middle of a renewal, or a list cannot be read. */
async function load({ files, fixed }: LiveTlsOptions): Promise<Loaded> {
  const [cert = '', key = '', ca = '', text = ''] = await Promise.all(
    [files.certificate, files.key, files.root, files.lists].map((path) => readFile(path, 'utf8')),
  )
  const lists = readRevocationLists(text)
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
    throw new Error('certificate and key do not belong together')
  // No keys of tickets are set, ever: with a context of its own each change also voids the tickets that were given out before it.
  const context: SecureContextOptions = {
    ...fixed,
    ...PATH_OPTIONS,
    cert,
    key,
    ca,
    crl: [...lists.pems],
    minVersion: 'TLSv1.3',
  }
  createSecureContext(context)
  const anchors = (ca.match(PEM_BLOCK) ?? []).map((block) => new X509Certificate(block).raw)
  const own = readCertificate(cert)
  return { context, lists, anchors, ownFrom: own?.from ?? 0, ownUntil: own?.until ?? 0 }
}

/** The chain of the gateway, the roots, and the lists. */
function expiringOf({ context: { cert, ca }, lists }: Loaded): readonly Expiring[] {
  const blocks = [cert, ca].flatMap((pem) => (typeof pem === 'string' ? (pem.match(PEM_BLOCK) ?? []) : []))
  const certificates = blocks.flatMap((block) => readCertificate(block) ?? [])
  return [
    ...certificates.map(({ subject, from, until }) => ({ what: `certificate ${subject}`, from, until })),
    ...lists.lists.map(({ issuer, from, until }) => ({ what: `revocation list of ${issuer}`, from, until })),
  ]
}

const issuersOf = ({ lists }: RevocationLists): readonly string[] => lists.map(({ issuer }) => issuer)

function subjectOf({ context: { ca } }: Loaded): string {
  const facts = typeof ca === 'string' ? readCertificate(ca) : undefined
  if (facts === undefined) throw new Error('no root of trust')
  return facts.subject
}

/** Throws where a list has a lower number than the one of its issuer in force: someone brings an old one back. */
function notOlder(present: Loaded, next: Loaded): Loaded {
  const isOlder = next.lists.lists.some(({ issuer, number = 0n }) =>
    present.lists.lists.some((known) => known.issuer === issuer && number < (known.number ?? 0n)),
  )
  if (isOlder) throw new Error('a revocation list is older than the one in force')
  return next
}

/** Without the list of an authority nobody below it can be believed: OpenSSL refuses each handshake, and this each request. */
function orClosed(loaded: Loaded, required: ReadonlySet<string>, log: Log): Loaded {
  const missing = [...required].filter((issuer) => !issuersOf(loaded.lists).includes(issuer))
  if (missing.length === 0) return loaded
  log.alarm('a revocation list is missing: everybody is refused', { lists: missing.length })
  return { ...loaded, lists: { ...loaded.lists, until: CLOSED } }
}

/** Tells once that lists are late, once that they have run out, and once that the gateway's own certificate should have been renewed. */
function watchTime(clock: Clock, log: Log): (loaded: Loaded) => void {
  let late: RevocationLists | undefined
  let out: RevocationLists | undefined
  let old: Instant | undefined
  return ({ lists, ownFrom, ownUntil }) => {
    const at = clock()
    if (at >= ownFrom + ((ownUntil - ownFrom) * 2) / 3 && old !== ownUntil) {
      old = ownUntil
      log.alarm('the certificate of this gateway is past two thirds of its time', { untilMs: ownUntil })
    }
    if (lists.until === CLOSED) return
    if (areExpired(lists, at) && out !== lists) {
      out = lists
      log.alarm('a revocation list has run out: everybody is refused', { untilMs: lists.until })
    } else if (at >= lists.halfLife && late !== lists && out !== lists) {
      late = lists
      log.alarm('a revocation list is past half of its time', { untilMs: lists.until })
    }
  }
}
