/** A certificate that browsers see, from files that change under it: a renewed one counts within seconds, without a restart. */
import { X509Certificate, createPrivateKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import type { SecureContextOptions, Server } from 'node:tls'
import type { Expiring } from '#gateway/core/expiry.ts'
import type { Log } from '#gateway/ports/log.ts'
import { readCertificate } from './certificate.ts'
import { stampOf, startLooking } from './watched-files.ts'

export interface LiveCertificateOptions {
  /** Chain, PEM. */
  readonly certificate: string
  /** Its key, PEM. */
  readonly key: string
  readonly log: Log
  /** How often the files are looked at; a second when not said. */
  readonly everyMs?: number
}

export interface LiveCertificate extends Disposable {
  /** For `createServer`. */
  readonly context: () => SecureContextOptions
  /** From now on this server follows the files. */
  readonly follow: (server: Server) => void
  /** The chain as it is now, by the name of each. */
  readonly expiring: () => readonly Expiring[]
}

/** Throws where the files cannot be used at start; later that is an alarm, and the one before stays. */
export async function openLiveCertificate(options: LiveCertificateOptions): Promise<LiveCertificate> {
  const { certificate, key, log, everyMs } = options
  const paths = [certificate, key]
  let stamp = await stampOf(paths)
  let loaded = await load(options)
  const servers: Server[] = []
  const look = async (): Promise<void> => {
    const found = await stampOf(paths)
    if (found === stamp) return
    loaded = await load(options)
    stamp = found
    for (const server of servers) server.setSecureContext(loaded.context)
    log.info('the certificate of the pages is read anew', {})
  }
  const timer = startLooking(look, { log, everyMs, fault: 'the certificate of the pages cannot be read anew' })
  return {
    context: () => loaded.context,
    follow: (server) => void servers.push(server),
    expiring: () => loaded.expiring,
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

interface Loaded {
  readonly context: SecureContextOptions
  readonly expiring: readonly Expiring[]
}

const PEM_BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** Throws where certificate and key do not belong together, as in the middle of a renewal. */
async function load({ certificate, key: keyFile }: LiveCertificateOptions): Promise<Loaded> {
  const [cert, key] = await Promise.all([readFile(certificate, 'utf8'), readFile(keyFile, 'utf8')])
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
    throw new Error('certificate and key do not belong together')
  createSecureContext({ cert, key })
  const chain = (cert.match(PEM_BLOCK) ?? []).flatMap((block) => readCertificate(block) ?? [])
  return {
    context: { cert, key },
    expiring: chain.map(({ subject, from, until }) => ({ what: `certificate of the pages ${subject}`, from, until })),
  }
}
