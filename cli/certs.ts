/** `certs example` makes a whole network of invented members to try things with; `certs inspect` says what a certificate says. */
import { randomBytes } from 'node:crypto'
import { access, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Instant } from '#policies/language/instant.ts'
import type { RegistryText } from '#gateway/core/participants.ts'
import { GATEWAY_KEY_USES } from '#adapters/keys/file-keys.ts'
import { createPrivateKeyFile } from '#adapters/keys/private-key-file.ts'
import type { KeyUse, PrivateKey } from '#adapters/keys/private-key-file.ts'
import { readCertificate } from '#adapters/pki/certificate.ts'
import type { CertificateFacts } from '#adapters/pki/certificate.ts'
import { organisationUri, readAgencies, toRegistry } from '#adapters/pki/example-agencies.ts'
import type { Agencies } from '#adapters/pki/example-agencies.ts'
import { makeMembersFolder, makeRootFolder } from '#adapters/pki/authority-folder.ts'
import type { NewAuthority, NewMembersAuthority, OpenAuthority } from '#adapters/pki/authority-folder.ts'
import { generateCertificateKey } from '#adapters/pki/issue.ts'
import type { CertificateKey, Leaf, Period } from '#adapters/pki/issue.ts'
import { chainOf, digestOfKey, issueTo, revoke, writeList } from '#adapters/pki/issuing.ts'
import { packPkcs12 } from '#adapters/pki/pkcs12.ts'
import { createFileKek } from '#adapters/vault/file-kek.ts'
import type { Issued } from '#adapters/pki/register.ts'
import { publicEntry, writeExampleTrust } from './example-trust.ts'
import { codeOf } from './files.ts'

const DAY_MS = 86_400_000
const LEAF_DAYS = 7
const AUTHORITY_DAYS = 730
const ROOT_DAYS = 3650
const KEY_DAYS = 365
const PRIVATE = 0o600

export interface ExampleOptions {
  /** A folder without a network in it. */
  readonly folder: string
  /** Parsed agencies.json. */
  readonly agencies: unknown
  readonly now: Instant
  /** How long leaves and lists stand; absent: as long as in a network. */
  readonly days?: number
}

/** Of every example network; `serve` takes it with --demo only. */
const EXAMPLE_ROOT = 'DEMO Root'

/** Paths below the folder of an example network. */
export const EXAMPLE_PATHS = {
  registry: 'network.json',
  root: 'trust/root.pem',
  revocation: 'trust/crl.pem',
  authority: (kind: 'root' | 'members'): string => `authority/${kind}`,
  broker: 'broker',
  /** Signs the checkpoints of the log. */
  logKey: 'broker/keys/log.key',
  /** Wraps the keys of the cases. */
  kek: 'broker/kek',
  organisation: (id: string): string => `organisations/${id}`,
  mandate: (id: string): string => `mandates/${id}`,
  hostile: (name: 'revoked' | 'expired' | 'wrong-name'): string => `hostile/${name}`,
  person: 'person/demo-person.p12',
  personPassword: 'person/password.txt',
  /** Within the folder of a broker or an organisation. */
  certificate: 'tls.pem',
  certificateKey: 'tls.key.pem',
  /** Within the folder of a broker, an organisation or a mandate. */
  keys: 'keys',
} as const

interface Making {
  readonly folder: string
  readonly agencies: Agencies
  readonly now: Instant
  readonly days: number | undefined
  readonly root: OpenAuthority
  readonly members: OpenAuthority
}

/** Writes certificates, keys, lists and network.json; answers the registry, which holds no keys. Throws where the folder holds a network already. */
export async function makeExampleNetwork({
  folder,
  agencies: input,
  now,
  days,
}: ExampleOptions): Promise<RegistryText> {
  await refuseExisting(folder)
  const agencies = readAgencies(input)
  using root = await makeRootFolder(rootOf(folder, now))
  using members = await makeMembersFolder(root, membersOf(folder, agencies, now))
  const making = { folder, agencies, now, days, root, members }
  await write(making, EXAMPLE_PATHS.root, root.authority.pem)
  await writeBroker(making)
  const keys = new Map<string, readonly PrivateKey[]>()
  for (const { id } of agencies.participants) keys.set(id, await writeOrganisation(making, id))
  for (const mandate of agencies.mandates) keys.set(mandate.id, await writeMandateKeys(making, mandate))
  await writePerson(making)
  await writeRevocation(making, await writeHostile(making))
  const registry = await writeExampleTrust({
    folder,
    now,
    ...(days === undefined ? {} : { days }),
    registry: toRegistry(agencies, (holder) => (keys.get(holder) ?? []).map(publicEntry)),
    gatewayKeys: join(folder, EXAMPLE_PATHS.broker, EXAMPLE_PATHS.keys),
    keysOf: (id) => join(folder, EXAMPLE_PATHS.organisation(id), EXAMPLE_PATHS.keys),
  })
  await write(making, EXAMPLE_PATHS.registry, `${JSON.stringify(registry, null, 2)}\n`)
  return registry
}

async function refuseExisting(folder: string): Promise<void> {
  const exists = await access(join(folder, EXAMPLE_PATHS.registry)).then(
    () => true,
    () => false,
  )
  if (exists) throw new Error(`${folder} holds a network already; name a new folder, or remove it first`)
}

const daysFrom = (now: Instant, from: number, until: number): Period => ({
  from: now + from * DAY_MS,
  until: now + until * DAY_MS,
})

const rootOf = (folder: string, now: Instant): NewAuthority => ({
  folder: join(folder, EXAMPLE_PATHS.authority('root')),
  name: EXAMPLE_ROOT,
  period: daysFrom(now, -1, ROOT_DAYS),
})

const membersOf = (folder: string, { network, broker }: Agencies, now: Instant): NewMembersAuthority => ({
  folder: join(folder, EXAMPLE_PATHS.authority('members')),
  name: 'DEMO Members CA',
  period: daysFrom(now, -1, AUTHORITY_DAYS),
  network,
  dnsNames: broker.dnsNames,
  addresses: broker.addresses,
})

async function write(
  { folder }: Pick<Making, 'folder'>,
  path: string,
  content: string | Uint8Array,
  mode = 0o644,
): Promise<void> {
  const target = join(folder, path)
  await mkdir(join(target, '..'), { recursive: true, mode: 0o755 })
  await writeFile(target, content, { mode })
}

/** Certificate with its issuer behind it, and key. */
async function writeTls(making: Making, place: string, leaf: Leaf): Promise<Issued> {
  const { issued, key } = await issueWithKey(making, leaf)
  await write(making, `${place}/${EXAMPLE_PATHS.certificate}`, chainOf(making.members, issued))
  await write(making, `${place}/${EXAMPLE_PATHS.certificateKey}`, key.pem, PRIVATE)
  return issued
}

async function issueWithKey(
  { members }: Pick<Making, 'members'>,
  leaf: Leaf,
): Promise<{ readonly issued: Issued; readonly key: CertificateKey }> {
  const key = await generateCertificateKey()
  const publicKey = { key: key.pair.publicKey, digest: digestOfKey(key.pem) }
  return { issued: await issueTo(members, publicKey, leaf), key }
}

const leafOf = ({ agencies, now, days = LEAF_DAYS }: Making, id: string): Leaf => ({
  name: `DEMO ${id}`,
  uris: [organisationUri(agencies.network, id)],
  dnsNames: [],
  addresses: [],
  usages: ['client'],
  period: daysFrom(now, -1 / 24, days),
})

async function writeKeys(making: Making, place: string, uses: readonly KeyUse[]): Promise<readonly PrivateKey[]> {
  const folder = join(making.folder, place, EXAMPLE_PATHS.keys)
  const period = daysFrom(making.now, -1, KEY_DAYS)
  return Promise.all(uses.map((use) => createPrivateKeyFile(folder, use, period)))
}

async function writeBroker(making: Making): Promise<void> {
  const { network, broker } = making.agencies
  const names = { dnsNames: [`broker.${network}`, ...broker.dnsNames], addresses: broker.addresses }
  const leaf: Leaf = { ...leafOf(making, broker.id), uris: [broker.uri], ...names, usages: ['client', 'server'] }
  await writeTls(making, EXAMPLE_PATHS.broker, leaf)
  await writeKeys(making, EXAMPLE_PATHS.broker, GATEWAY_KEY_USES)
  await createFileKek(join(making.folder, EXAMPLE_PATHS.kek))
}

async function writeOrganisation(making: Making, id: string): Promise<readonly PrivateKey[]> {
  await writeTls(making, EXAMPLE_PATHS.organisation(id), leafOf(making, id))
  return writeKeys(making, EXAMPLE_PATHS.organisation(id), ['sign', 'seal'])
}

/** A mandate whose organisation opens its parcels has a key to prove itself with, and none to open with. */
const writeMandateKeys = (
  making: Making,
  { id, keysHeldBy }: Agencies['mandates'][number],
): Promise<readonly PrivateKey[]> =>
  writeKeys(making, EXAMPLE_PATHS.mandate(id), keysHeldBy === 'mandate' ? ['seal', 'assert'] : ['assert'])

/** Three certificates that must not get in; answers the serial number of the revoked one. */
async function writeHostile(making: Making): Promise<string> {
  const [first] = making.agencies.participants
  if (first === undefined) throw new Error('an example network has at least one participant')
  const leaf = leafOf(making, first.id)
  const expired = { ...leaf, name: 'DEMO expired', period: daysFrom(making.now, -LEAF_DAYS - 1, -1) }
  const wrongName = { ...leaf, name: 'DEMO wrong name', uris: [organisationUri('elsewhere.example', first.id)] }
  await writeTls(making, EXAMPLE_PATHS.hostile('expired'), expired)
  await writeTls(making, EXAMPLE_PATHS.hostile('wrong-name'), wrongName)
  const { serial } = await writeTls(making, EXAMPLE_PATHS.hostile('revoked'), { ...leaf, name: 'DEMO revoked' })
  return serial
}

/** Node wants a list for every authority of the chain, the root too. */
async function writeRevocation(making: Making, serial: string): Promise<void> {
  revoke(making.members, { serial }, { at: making.now, reason: 'key-compromise' })
  const lists = [await writeList(making.members, making.now, making.days), await writeList(making.root, making.now)]
  await write(making, EXAMPLE_PATHS.revocation, lists.join(''))
}

/** For a browser. It holds no organisation's name, so that it opens no agency door. */
async function writePerson(making: Making): Promise<void> {
  const leaf = { ...leafOf(making, 'person'), uris: [`spiffe://${making.agencies.network}/person/demo-person`] }
  const { issued, key } = await issueWithKey(making, leaf)
  const password = randomBytes(12).toString('base64url')
  const certificatePems = [issued.pem, making.members.authority.pem]
  const file = packPkcs12({ keyPem: key.pem, certificatePems, password, friendlyName: 'DEMO person' })
  await write(making, EXAMPLE_PATHS.person, file, PRIVATE)
  await write(making, EXAMPLE_PATHS.personPassword, `${password}\n`, PRIVATE)
}

/** What the first certificate of a PEM or DER file says; nothing of it is verified. Throws where there is none. */
export async function inspectCertificate(path: string): Promise<CertificateFacts> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new Error(`${path}: cannot be read (${codeOf(cause)})`)
  })
  const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(bytes.toString('latin1'))
  const facts = readCertificate(block?.[0] ?? bytes)
  if (facts === undefined) throw new Error(`${path}: no certificate in this file`)
  return facts
}
