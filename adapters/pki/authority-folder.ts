/** An authority on disk: certificate, key, register and last list in one folder that belongs to whoever issues. */
import './reflect.ts'
import { createPrivateKey, createPublicKey, randomUUID, webcrypto } from 'node:crypto'
import { access, chmod, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { X509Certificate } from '@peculiar/x509'
import { z } from 'zod'
import { createMembersAuthority, createRoot } from './issue.ts'
import type { Authority, Period } from './issue.ts'
import type { PermittedNames } from './der.ts'
import { openRegister } from './register.ts'
import type { Register } from './register.ts'

const FILES = {
  about: 'authority.json',
  certificate: 'ca.pem',
  key: 'ca.key.pem',
  issuers: 'issuers.pem',
  register: 'register.db',
  list: 'crl.pem',
} as const
const OWNER_ONLY = 0o600
const ANYONE_ELSE = 0o077

const aboutSchema = z.strictObject({
  kind: z.enum(['root', 'members']),
  /** Of members: the domain of the network they are named in. */
  network: z.string().optional(),
  curve: z.enum(['P-256', 'P-384']),
})
type About = z.output<typeof aboutSchema>

/** Who stands in the folder, ready to sign. */
export interface OpenAuthority extends Disposable {
  readonly folder: string
  readonly about: About
  readonly authority: Authority
  /** PEM of those above it, nearest first; empty for a root. */
  readonly issuersPem: string
  readonly register: Register
}

export interface NewAuthority {
  readonly folder: string
  readonly name: string
  readonly period: Period
  /** Encrypts the key file. A root has one, or is of a demo. */
  readonly passphrase?: string | undefined
}

/** Makes a root in a folder without an authority in it. Throws where there is one. */
export async function makeRootFolder(making: NewAuthority): Promise<OpenAuthority> {
  await refuseExisting(making.folder)
  const authority = await createRoot(making.name, making.period)
  return writeFolder(making, { kind: 'root', curve: authority.curve }, authority, '')
}

export interface NewMembersAuthority extends NewAuthority {
  readonly network: string
  /** DNS names that its servers may have, beside those below the network's own domain. */
  readonly dnsNames: readonly string[]
  /** IP addresses that its servers may have: none where there is none. */
  readonly addresses: PermittedNames['addresses']
}

/** Makes the authority of a network's members, under the root and under critical name constraints. Throws where the folder has one. */
export async function makeMembersFolder(root: OpenAuthority, making: NewMembersAuthority): Promise<OpenAuthority> {
  await refuseExisting(making.folder)
  if (root.about.kind !== 'root') throw new Error(`${root.folder}: only a root stands above an authority of members`)
  const { network, dnsNames, addresses, name, period } = making
  const uriHosts = [network, `.${network}`]
  const permitted: PermittedNames = { uriHosts, dnsNames: [network, ...dnsNames], addresses }
  const authority = await createMembersAuthority(root.authority, name, period, permitted)
  return writeFolder(making, { kind: 'members', network, curve: authority.curve }, authority, root.authority.pem)
}

async function refuseExisting(folder: string): Promise<void> {
  const exists = await access(join(folder, FILES.about)).then(
    () => true,
    () => false,
  )
  if (exists) throw new Error(`${folder} holds an authority already; name a new folder`)
}

async function writeFolder(
  { folder, passphrase }: NewAuthority,
  about: About,
  authority: Authority,
  issuersPem: string,
): Promise<OpenAuthority> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const key = passphrase === undefined ? authority.key.pem : encrypted(authority.key.pem, passphrase)
  await writeFile(join(folder, FILES.key), key, { mode: OWNER_ONLY, flag: 'wx' })
  await writeFile(join(folder, FILES.certificate), authority.pem)
  await writeFile(join(folder, FILES.issuers), issuersPem)
  await writeFile(join(folder, FILES.about), `${JSON.stringify(about, null, 2)}\n`)
  return { ...(await withRegister(folder)), folder, about, authority, issuersPem }
}

async function withRegister(folder: string): Promise<Pick<OpenAuthority, 'register' | typeof Symbol.dispose>> {
  const path = join(folder, FILES.register)
  const register = openRegister(path)
  await chmod(path, OWNER_ONLY)
  return { register, [Symbol.dispose]: () => register[Symbol.dispose]() }
}

const encrypted = (pem: string, passphrase: string): string =>
  createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }).toString()

/** Opens a folder. Throws, naming the file and never its content, where others may read the key, or the key is another's. */
export async function openAuthorityFolder(folder: string, passphrase?: string): Promise<OpenAuthority> {
  const text = (name: string): Promise<string> => readFile(join(folder, name), 'utf8')
  const about = aboutSchema.parse(JSON.parse(await text(FILES.about)))
  const keyPath = join(folder, FILES.key)
  if (((await stat(keyPath)).mode & ANYONE_ELSE) !== 0)
    throw new Error(`${keyPath}: others may read this private key; run chmod 600`)
  const pem = await text(FILES.certificate)
  const certificate = new X509Certificate(pem)
  const key = await importKey(keyPath, await text(FILES.key), about.curve, passphrase)
  if (!createPublicKey(key.pem).equals(createPublicKey(pem)))
    throw new Error(`${keyPath}: not the key of the certificate beside it`)
  const authority: Authority = { certificate, pem, curve: about.curve, key }
  const issuersPem = await text(FILES.issuers)
  return { ...(await withRegister(folder)), folder, about, authority, issuersPem }
}

async function importKey(
  path: string,
  text: string,
  namedCurve: Authority['curve'],
  passphrase = '',
): Promise<Authority['key']> {
  try {
    const secret = createPrivateKey({ key: text, passphrase })
    const algorithm = { name: 'ECDSA', namedCurve }
    const privateKey = await webcrypto.subtle.importKey(
      'pkcs8',
      secret.export({ type: 'pkcs8', format: 'der' }),
      algorithm,
      true,
      ['sign'],
    )
    const publicDer = createPublicKey(secret).export({ type: 'spki', format: 'der' })
    const publicKey = await webcrypto.subtle.importKey('spki', publicDer, algorithm, true, ['verify'])
    return { pair: { privateKey, publicKey }, pem: secret.export({ type: 'pkcs8', format: 'pem' }).toString() }
  } catch {
    // The cause could quote the key.
    throw new Error(`${path}: the key cannot be used; is the passphrase right?`)
  }
}

/** Path of the authority's last list. */
export const listPath = ({ folder }: Pick<OpenAuthority, 'folder'>): string => join(folder, FILES.list)

/** Writes a file whole or not at all: a reader meets the old one or the new one. */
export async function replaceFile(path: string, text: string, mode = 0o644): Promise<void> {
  const beside = `${path}.${randomUUID()}.new`
  await writeFile(beside, text, { mode, flush: true })
  await rename(beside, path)
}
