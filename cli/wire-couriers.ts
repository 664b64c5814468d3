/** The ways onward at work: what the operator has set up, held against what the registry asks for; every fault of it before anything starts. */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { rootCertificates } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import type { Reachable } from '#adapters/courier/dial.ts'
import { openFolders } from '#adapters/courier/folder.ts'
import { openHttpsPush } from '#adapters/courier/https-push.ts'
import { openMailNotices } from '#adapters/courier/mail-notice.ts'
import { openSftp } from '#adapters/courier/sftp.ts'
import { openWebhooks } from '#adapters/courier/webhook-call.ts'
import { chainFault } from '#adapters/pki/chain-rules.ts'
import { presentedBy } from '#adapters/pki/guarded-connections.ts'
import type { LiveTls } from '#adapters/pki/live-tls.ts'
import { PUBLIC_KEY_PREFIX } from '#gateway/core/webhook.ts'
import type { Registry } from '#gateway/core/participants.ts'
import type { Clock } from '#gateway/core/time.ts'
import { openTurnstile } from '#gateway/core/turnstile.ts'
import type { Turnstile } from '#gateway/core/turnstile.ts'
import type { Carriers } from '#gateway/ports/courier.ts'
import type { Trust } from '#gateway/ports/trust.ts'
import type { Config } from './config.ts'
import type { CourierConfig } from './config-couriers.ts'
import { asOneLine, CommandFailed, EXIT } from './exit-codes.ts'
import { readText } from './files.ts'

export interface CourierWiring {
  readonly config: Pick<Config, 'couriers' | 'workers' | 'network'>
  readonly registry: Registry
  readonly tls: Pick<LiveTls, 'context'>
  readonly trust: Trust
  readonly clock: Clock
  /** Whether the network is one to try things with. */
  readonly plain: 'refused' | 'demo'
}

/** A third of a job's lease. */
const ERRAND_LIMIT_MS = 20_000
/** Errands of one recipient at a time, by whatever way; always fewer than all, so that there is room for another. */
const MOST_OF_A_RECIPIENT = 2
const turnstileFor = (workers: number): Turnstile => {
  const most = Math.max(1, Math.floor(workers / 2))
  return openTurnstile({ most, mostOfAKind: Math.max(1, Math.min(MOST_OF_A_RECIPIENT, most - 1)) })
}

/** Throws CommandFailed with every way that the registry asks for and that is not, or not rightly, set up. */
export async function openCouriers(wiring: CourierWiring): Promise<Carriers> {
  const { config, registry, tls, trust, clock, plain } = wiring
  const { couriers } = config
  const reachable: Reachable = { innerHosts: new Set(couriers.innerHosts) }
  const roots = couriers.outsideRoots === undefined ? undefined : await readText(couriers.outsideRoots)
  const webhookKey = couriers.webhookKey === undefined ? undefined : await readWebhookKey(couriers.webhookKey)
  const faults = faultsOf(wiring, webhookKey)
  if (faults.length > 0) throw new CommandFailed(`${config.network}: ${asOneLine(faults)}`, EXIT.found)
  const sftpKey = couriers.sftpKey === undefined ? undefined : await readPrivate(couriers.sftpKey)
  const mail = couriers.mail === undefined ? undefined : await mailOf(couriers.mail, roots, plain)
  return {
    turnstile: turnstileFor(config.workers),
    random: Math.random,
    limitMs: ERRAND_LIMIT_MS,
    by: {
      https: openHttpsPush({ reachable, tls: tls.context, isMember: memberAsker({ tls, trust, clock }) }),
      ...(couriers.folders === undefined ? {} : { folder: openFolders(couriers.folders) }),
      ...(sftpKey === undefined ? {} : { sftp: openSftp({ reachable, privateKey: sftpKey }) }),
      ...(webhookKey === undefined
        ? {}
        : {
            webhook: openWebhooks({
              reachable,
              key: webhookKey,
              source: registry.broker.uri,
              clock,
              roots: { ca: roots ?? [...rootCertificates], minVersion: 'TLSv1.2' },
              plain,
            }),
          }),
      ...(mail === undefined ? {} : { mail: openMailNotices(mail) }),
    },
  }
}

/** What would otherwise be found out delivery by delivery. */
function faultsOf(
  { config: { couriers }, registry, plain }: CourierWiring,
  webhookKey: KeyObject | undefined,
): readonly string[] {
  const missing = {
    https: undefined,
    folder: couriers.folders === undefined ? 'PASSERELLE_COURIER_FOLDERS' : undefined,
    sftp: couriers.sftpKey === undefined ? 'PASSERELLE_SFTP_KEY' : undefined,
    webhook: webhookKey === undefined ? 'PASSERELLE_WEBHOOK_KEY' : undefined,
    mail: couriers.mail === undefined ? 'PASSERELLE_SMTP' : undefined,
  }
  const own = webhookKey === undefined ? undefined : printWebhookKey(webhookKey)
  const asked = registry.participants.flatMap(({ id, couriers: entries = [] }) =>
    entries.map((entry) => ({ at: `${id}: ${entry.way}`, entry })),
  )
  return [
    ...asked.flatMap(({ at, entry }) =>
      missing[entry.way] === undefined ? [] : [`${at}: needs ${missing[entry.way]}`],
    ),
    ...asked.flatMap(({ at, entry }) => {
      if (!('url' in entry) || entry.url.startsWith('https:')) return []
      return plain === 'demo' && entry.way === 'webhook' ? [] : [`${at}: not https`]
    }),
    ...(own === registry.broker.webhookKey ? [] : ['broker/webhookKey: not the public half of PASSERELLE_WEBHOOK_KEY']),
  ]
}

/** `whpk_` and the public half in base64, as members know it. */
export const printWebhookKey = (key: KeyObject): string => {
  const { x = '' } = createPublicKey(key.export({ format: 'pem', type: 'pkcs8' })).export({ format: 'jwk' })
  return `${PUBLIC_KEY_PREFIX}${Buffer.from(x, 'base64url').toString('base64')}`
}

async function readWebhookKey(path: string): Promise<KeyObject> {
  const pem = await readPrivate(path)
  try {
    const key = createPrivateKey(pem)
    if (key.asymmetricKeyType === 'ed25519') return key
  } catch {
    // The cause could quote the key.
  }
  throw new CommandFailed(`${path}: not an Ed25519 private key`, EXIT.found)
}

const ANYONE_ELSE = 0o077

async function readPrivate(path: string): Promise<string> {
  const text = await readText(path)
  if (((await stat(path)).mode & ANYONE_ELSE) === 0) return text
  throw new CommandFailed(`${path}: others may read this private key; run chmod 600`, EXIT.found)
}

async function mailOf(
  { server, from, passwordFile }: NonNullable<CourierConfig['mail']>,
  roots: string | undefined,
  plain: CourierWiring['plain'],
): Promise<Parameters<typeof openMailNotices>[0]> {
  const url = new URL(server)
  const isImplicit = url.protocol === 'smtps:'
  const pass = passwordFile === undefined ? undefined : (await readPrivate(passwordFile)).trimEnd()
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (isImplicit ? 465 : 587) : Number(url.port),
    tls: isImplicit ? 'implicit' : plain === 'demo' ? 'demo' : 'starttls',
    from,
    ...(roots === undefined ? {} : { roots }),
    ...(pass === undefined ? {} : { login: { user: decodeURIComponent(url.username), pass } }),
  }
}

/** The chain under the network's root by all our rules, none of it revoked, and its leaf of that very member. */
export const memberAsker =
  ({ tls, trust, clock }: Pick<CourierWiring, 'tls' | 'trust' | 'clock'>) =>
  (socket: TLSSocket, uri: string): boolean => {
    const presented = presentedBy(socket)
    const [leaf] = presented
    if (leaf === undefined || presented.some(({ serialNumber }) => trust.isRevoked(serialNumber))) return false
    const anchors = anchorsOf(tls.context().ca)
    const raws = presented.map(({ raw }) => raw)
    if (chainFault({ presented: raws, anchors, at: clock(), purpose: 'server' }) !== undefined) return false
    const named = trust.identityOf({ raw: leaf.raw, serialNumber: leaf.serialNumber })
    return named.ok && named.value === uri
  }

const PEM_BLOCK = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g

const anchorsOf = (ca: unknown): readonly Uint8Array[] =>
  typeof ca === 'string' ? [...ca.matchAll(PEM_BLOCK)].map(([, text = '']) => Buffer.from(text, 'base64')) : []
