/** A gateway that admits and renews members, for real: its authority, its two doors, and what a member does at them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { Server } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openClient } from '#adapters/agency-kit/client.ts'
import type { Answer } from '#adapters/agency-kit/client.ts'
import { makeMembersFolder, makeRootFolder } from '#adapters/pki/authority-folder.ts'
import type { OpenAuthority } from '#adapters/pki/authority-folder.ts'
import { writeRequest } from '#adapters/pki/certificate-request.ts'
import { generateCertificateKey } from '#adapters/pki/issue.ts'
import { chainOf, digestOfKey, issueTo, periodFrom, writeList } from '#adapters/pki/issuing.ts'
import { openLiveTls } from '#adapters/pki/live-tls.ts'
import type { LiveTls } from '#adapters/pki/live-tls.ts'
import { createIssuer } from '#adapters/pki/members-issuer.ts'
import { createTrust } from '#adapters/pki/trust.ts'
import { createAgencyApp } from '#gateway/http/app.ts'
import { createEnrolmentApp } from '#gateway/http/enrolment.ts'
import type { Instant } from '#policies/language/instant.ts'
import { bootGateway } from './gateway.ts'
import type { TestGateway } from './gateway.ts'
import { listening } from './listening.ts'

const DAY_MS = 86_400_000
/** The member that is admitted. */
export const ORGANISATION = 'prison-paris'
export const NETWORK = 'net.test'

/** A certificate with its chain, and its key: PEM. */
export interface OwnCertificate {
  readonly certificate: string
  readonly key: string
}

interface Names {
  /** The member's where absent. */
  readonly uri?: string
  readonly usages?: readonly ('client' | 'server')[]
  /** 7 where absent. */
  readonly days?: number
}

/** Two doors over one authority: the agency door with EST, and the door of enrolment. */
interface Doors {
  readonly agency: string
  readonly enrolment: string
}

export interface Enrolling extends AsyncDisposable {
  readonly members: OpenAuthority
  readonly rootPem: string
  /** Of the member. */
  readonly uri: string
  readonly doors: Doors
  readonly live: LiveTls
  /** How far the gateway's clock is ahead of the machine's, to be set. */
  readonly clock: { aheadMs: number }
  readonly now: () => Instant
  /** A path in a folder of its own. */
  readonly file: (...names: readonly string[]) => string
  /** Issued by the authority, without any door. */
  readonly identity: (names?: Names) => Promise<OwnCertificate>
  /** What a client of the door of enrolment is given. */
  readonly door: () => { readonly url: string; readonly authority: string }
  /** Status of the answer to that code. */
  readonly ask: (code: string, organisation?: string) => Promise<number>
  /** Sends a request, base64 of its DER, under a certificate of before. */
  readonly reenrol: (own: OwnCertificate, body: string) => Promise<Answer>
}

export async function openEnrolling(): Promise<Enrolling> {
  const folder = await mkdtemp(join(tmpdir(), 'passerelle-enrolment-'))
  const file = (...names: readonly string[]): string => join(folder, ...names)
  const gateway = await bootGateway({ worker: 'paused' })
  const { root, members } = await openAuthorities(folder)
  const rootPem = root.authority.pem
  const uri = gateway.deps.registry().participants.find(({ id }) => id === ORGANISATION)?.uri ?? ''
  const clock = { aheadMs: 0 }
  const now = (): Instant => Date.now() + clock.aheadMs
  const identity = (names: Names = {}): Promise<OwnCertificate> => issued(members, { uri, ...names })
  const server = await identity({ uri: `spiffe://${NETWORK}/broker/1`, usages: ['client', 'server'] })
  await writeFile(file('crl.pem'), (await writeList(members, Date.now(), 30)) + (await writeList(root, Date.now())))
  const { doors, live, close } = await openDoors({ gateway, members, rootPem, server, file, now })
  const door = (): { readonly url: string; readonly authority: string } => ({
    url: doors.enrolment,
    authority: rootPem,
  })
  return {
    members,
    rootPem,
    uri,
    doors,
    live,
    clock,
    now,
    file,
    identity,
    door,
    ask: async (code, organisation = ORGANISATION) => {
      using client = openClient(door())
      const body = JSON.stringify({ organisation, code, request: await aRequest() })
      return (await client.call({ method: 'POST', path: '/v1/enrolments', body })).status
    },
    reenrol: async (own, body) => {
      using client = openClient({ url: doors.agency, authority: rootPem, ...own })
      const contentType = 'application/pkcs10'
      return await client.call({ method: 'POST', path: '/.well-known/est/simplereenroll', body, contentType })
    },
    [Symbol.asyncDispose]: async () => {
      close()
      await gateway.stop()
      for (const open of [root, members]) open[Symbol.dispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function openAuthorities(
  folder: string,
): Promise<{ readonly root: OpenAuthority; readonly members: OpenAuthority }> {
  const period = { from: Date.now() - DAY_MS, until: Date.now() + 400 * DAY_MS }
  const root = await makeRootFolder({ folder: join(folder, 'root'), name: 'DEMO Root', period })
  // strongSwan 5.9.8 reads no constraint on addresses.
  const free = { dnsNames: ['localhost'], addresses: 'any' } as const
  const about = { name: 'DEMO Members CA', period, network: NETWORK, ...free }
  return { root, members: await makeMembersFolder(root, { folder: join(folder, 'members'), ...about }) }
}

async function issued(
  members: OpenAuthority,
  { uri = '', usages = ['client'], days = 7 }: Names,
): Promise<OwnCertificate> {
  const key = await generateCertificateKey()
  const publicKey = { key: key.pair.publicKey, digest: digestOfKey(key.pem) }
  const names = usages.includes('server')
    ? { dnsNames: ['localhost'], addresses: ['127.0.0.1'] }
    : { dnsNames: [], addresses: [] }
  const leaf = { name: 'DEMO', uris: [uri], ...names, usages, period: periodFrom(Date.now(), days) }
  return { certificate: chainOf(members, await issueTo(members, publicKey, leaf)), key: key.pem }
}

interface DoorParts extends Pick<Enrolling, 'members' | 'rootPem' | 'file' | 'now'> {
  readonly gateway: TestGateway
  /** What the doors show of themselves. */
  readonly server: OwnCertificate
}

async function openDoors({ gateway, members, rootPem, server, file, now }: DoorParts): Promise<{
  readonly doors: Doors
  readonly live: LiveTls
  readonly close: () => void
}> {
  const files = {
    certificate: file('tls.pem'),
    key: file('tls.key.pem'),
    root: file('root.pem'),
    lists: file('crl.pem'),
  }
  await writeFile(files.certificate, server.certificate)
  await writeFile(files.key, server.key)
  await writeFile(files.root, rootPem)
  const live = await openLiveTls({ files, clock: now, log: gateway.deps.log })
  const trust = createTrust({ revocation: live.revocation, clock: now })
  const deps = { ...gateway.deps, clock: now, trust, issuer: createIssuer(members) }
  const agency = createServer({ ...live.context(), requestCert: true, rejectUnauthorized: true }, createAgencyApp(deps))
  live.attach(agency)
  const enrolment = createServer({ cert: server.certificate, key: server.key }, createEnrolmentApp(deps))
  const [agencyPort, enrolmentPort] = [await listening(agency), await listening(enrolment)]
  return {
    doors: { agency: `https://localhost:${agencyPort}`, enrolment: `https://localhost:${enrolmentPort}` },
    live,
    close: () => {
      live[Symbol.dispose]()
      closeAll(agency, enrolment)
    },
  }
}

function closeAll(...servers: readonly Server[]): void {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
}

/** A certificate request under a new key: base64 of its DER. */
export const aRequest = async (): Promise<string> =>
  Buffer.from(await writeRequest(await generateCertificateKey(), 'DEMO')).toString('base64')

/** Status, code and first place of a refusal. */
export function faultOf({ status, text }: Answer): string {
  const problem = JSON.parse(text) as {
    readonly code: string
    readonly errors?: readonly { readonly code: string }[]
  }
  return `${status} ${problem.code} ${problem.errors?.[0]?.code ?? ''}`
}
