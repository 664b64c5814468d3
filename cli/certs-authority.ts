/** `certs root | members-ca | issue | revoke | crl | pkcs12`: the authorities of a network, on the machines that hold their keys. */
import { readFile, writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { makeMembersFolder, makeRootFolder, replaceFile } from '#adapters/pki/authority-folder.ts'
import type { OpenAuthority } from '#adapters/pki/authority-folder.ts'
import { readRequest } from '#adapters/pki/certificate-request.ts'
import { normalSerial } from '#adapters/pki/certificate.ts'
import { generateCertificateKey } from '#adapters/pki/issue.ts'
import type { Leaf } from '#adapters/pki/issue.ts'
import { chainOf, digestOfKey, issueTo, listedIn, periodFrom, revoke, writeList } from '#adapters/pki/issuing.ts'
import { packPkcs12 } from '#adapters/pki/pkcs12.ts'
import type { Issued, RevocationReason } from '#adapters/pki/register.ts'
import { printInstant } from '#policies/language/instant.ts'
import { openNamed, orFail, passphraseIn, uriIn, withAuthority } from './authority-flags.ts'
import type { AuthorityFlags } from './authority-flags.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { whileLocked } from './file-lock.ts'
import { readText, wholeNumber } from './files.ts'
import { print } from './output.ts'

const PRIVATE = 0o600
const NETWORK = /^(?=.{3,100}$)[a-z0-9-]+(\.[a-z0-9-]+)+$/
const REASONS: readonly RevocationReason[] = ['key-compromise', 'superseded', 'cessation']
const DEMO = /\bDEMO\b/

const commaList = (text: string): readonly string[] => text.split(',').filter((name) => name !== '')

export function addAuthorityCommands(certs: Command): void {
  certs
    .command('root')
    .description('make a root: once, on a machine without a network')
    .requiredOption('--folder <folder>', 'a new folder')
    .requiredOption('--name <name>', 'common name of the root')
    .option('--days <days>', 'how long it stands', '3650')
    .option('--passphrase-file <file>', 'encrypts its key; only a root named DEMO may do without')
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      '\nExample:\n  passerelle certs root --folder ./root --name "Justice Root" --passphrase-file ./words',
    )
    .action(makeRoot)
  certs
    .command('members-ca')
    .description('make the authority of a network’s members, under the root')
    .requiredOption('--root <folder>', 'folder of the root')
    .option('--root-passphrase-file <file>', 'passphrase of the root’s key')
    .requiredOption('--folder <folder>', 'a new folder')
    .requiredOption('--name <name>', 'common name of the authority')
    .requiredOption('--network <domain>', 'domain in which members are named')
    .option('--dns <names>', 'DNS names that its servers may have, commas between', '')
    .option(
      '--addresses <addresses>',
      'IP addresses that its servers may have, commas between, and no other; or any',
      '',
    )
    .option('--days <days>', 'how long it stands', '730')
    .option('--passphrase-file <file>', 'encrypts its key')
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      '\nExample:\n  passerelle certs members-ca --root ./root --folder ./members --name "Members CA 1" --network justice.example',
    )
    .action(makeMembers)
  withAuthority(
    certs.command('issue').description('issue a certificate to a member or a broker for the key of its request'),
  )
    .argument('<name>', 'organisation, or broker with --broker')
    .requiredOption('--request <file>', 'its PKCS#10 request, PEM; only the key is taken from it')
    .requiredOption('--out <file>', 'where the chain goes, PEM')
    .option('--broker', 'for a broker: it serves as well', false)
    .option('--server', 'for the server of a member too, to which parcels are pushed', false)
    .option('--dns <names>', 'DNS names of a broker', '')
    .option('--addresses <addresses>', 'IP addresses of a broker, of those that the authority was made for', '')
    .option('--days <days>', 'how long it stands: 7, or 30 for small organisations', '7')
    .addHelpText(
      'after',
      '\nExample:\n  passerelle certs issue prison-paris --authority ./members --request ./prison.csr --out ./tls.pem',
    )
    .action(issue)
  withAuthority(
    certs.command('revoke').description('revoke a certificate, or all of an organisation, and sign the list'),
  )
    .argument('<which>', 'serial number in hex, or organisation')
    .option('--reason <reason>', REASONS.join(', '), 'key-compromise')
    .option('--into <file>', 'list file of the gateway, in which this authority’s list is replaced')
    .addHelpText(
      'after',
      '\nExample:\n  passerelle certs revoke prison-paris --authority ./members --into ./my-network/trust/crl.pem',
    )
    .action(revokeNamed)
  withAuthority(
    certs.command('crl').description('sign the list of revoked certificates anew: before the last runs out'),
  )
    .option('--days <days>', 'until the next; a root’s 365, the members’ 7')
    .option('--into <file>', 'list file of the gateway, in which this authority’s list is replaced')
    .addHelpText('after', '\nExample:\n  passerelle certs crl --authority ./root --into ./my-network/trust/crl.pem')
    .action(signList)
  withAuthority(
    certs.command('pkcs12').description('issue a certificate to a person and pack it with its key for a browser'),
  )
    .argument('<person>', 'identifier of the person')
    .requiredOption('--out <file>', 'where the .p12 goes')
    .requiredOption('--password-file <file>', 'password of the .p12, 12 characters or more')
    .option('--days <days>', 'how long it stands', '30')
    .addHelpText(
      'after',
      '\nExample:\n  passerelle certs pkcs12 demo-person-1 --authority ./members --out ./me.p12 --password-file ./words',
    )
    .action(packPerson)
}

interface MakingFlags {
  readonly folder: string
  readonly name: string
  readonly days: string
  readonly passphraseFile?: string
  readonly json: boolean
}

async function makeRoot(options: MakingFlags): Promise<void> {
  const passphrase = await passphraseIn(options.passphraseFile)
  if (passphrase === undefined && !DEMO.test(options.name))
    throw new CommandFailed('a root has --passphrase-file, or DEMO in its --name', EXIT.usage)
  const period = periodFrom(Date.now(), wholeNumber('--days', options.days))
  using root = await orFail(makeRootFolder({ ...options, period, passphrase }))
  await writeList(root, Date.now())
  told(options.json, root)
}

interface MembersFlags extends MakingFlags {
  readonly root: string
  readonly rootPassphraseFile?: string
  readonly network: string
  readonly dns: string
  readonly addresses: string
}

async function makeMembers(options: MembersFlags): Promise<void> {
  if (!NETWORK.test(options.network)) throw new CommandFailed(`--network ${options.network}: not a domain`, EXIT.usage)
  const period = periodFrom(Date.now(), wholeNumber('--days', options.days))
  const passphrase = await passphraseIn(options.passphraseFile)
  const { rootPassphraseFile } = options
  using root = await openNamed({
    authority: options.root,
    ...(rootPassphraseFile === undefined ? {} : { passphraseFile: rootPassphraseFile }),
  })
  const names = {
    dnsNames: commaList(options.dns),
    addresses: options.addresses === 'any' ? ('any' as const) : commaList(options.addresses),
  }
  using members = await orFail(makeMembersFolder(root, { ...options, ...names, period, passphrase }))
  await writeList(members, Date.now())
  told(options.json, members)
}

function told(isJson: boolean, { folder, authority, about }: OpenAuthority): void {
  const until = printInstant(authority.certificate.notAfter.getTime())
  print(isJson, { folder, subject: authority.certificate.subject, kind: about.kind, until }, () => [
    `${authority.certificate.subject}, until ${until}, in ${folder}`,
  ])
}

interface IssueFlags extends AuthorityFlags {
  readonly request: string
  readonly out: string
  readonly broker: boolean
  readonly server: boolean
  readonly dns: string
  readonly addresses: string
  readonly days: string
}

async function issue(name: string, options: IssueFlags): Promise<void> {
  const request = await readRequest(await readText(options.request))
  if (request.kind === 'fault') throw new CommandFailed(`${options.request}: ${request.fault}`, EXIT.found)
  using open = await openNamed(options)
  const period = periodFrom(Date.now(), wholeNumber('--days', options.days))
  const issued = await orFail(issueTo(open, request.publicKey, { ...leafFor(open, name, options), period }))
  await writeFile(options.out, chainOf(open, issued))
  toldIssued(options, issued)
}

function leafFor(
  open: OpenAuthority,
  name: string,
  { broker, server, dns, addresses }: IssueFlags,
): Omit<Leaf, 'period'> {
  const uri = uriIn(open, name)
  const usages = server ? (['client', 'server'] as const) : (['client'] as const)
  if (!broker) return { name, uris: [uri], dnsNames: [], addresses: [], usages }
  return {
    name,
    uris: [uri.replace('/org/', '/broker/')],
    dnsNames: commaList(dns),
    addresses: commaList(addresses),
    usages: ['client', 'server'],
  }
}

function toldIssued({ json, out }: { readonly json: boolean; readonly out: string }, issued: Issued): void {
  const { uri, serial } = issued
  const until = printInstant(issued.until)
  print(json, { uri, serial, until, out }, () => [`${uri}, serial ${serial}, until ${until}, in ${out}`])
}

interface RevokeFlags extends AuthorityFlags {
  readonly reason: string
  readonly into?: string
}

async function revokeNamed(which: string, options: RevokeFlags): Promise<void> {
  const reason = REASONS.find((known) => known === options.reason)
  if (reason === undefined) throw new CommandFailed(`--reason ${options.reason}: ${REASONS.join(', ')}`, EXIT.usage)
  using open = await openNamed(options)
  const at = Date.now()
  const serials = revoke(open, isSerial(open, which) ? { serial: normalSerial(which) } : { uri: uriIn(open, which) }, {
    at,
    reason,
  })
  if (serials.length === 0) throw new CommandFailed(`${which}: holds no certificate of this authority`, EXIT.found)
  await publish(open, await writeList(open, at), options)
  print(options.json, { revoked: serials }, () => [`${serials.length} revoked: ${serials.join(', ')}`])
}

/** A name may look like hex, so the register is asked first. */
const isSerial = ({ register }: OpenAuthority, which: string): boolean =>
  register.issuedAs(normalSerial(which)) !== undefined || /^[0-9a-f:]{20,60}$/i.test(which)

async function signList(options: AuthorityFlags & { readonly days?: string; readonly into?: string }): Promise<void> {
  using open = await openNamed(options)
  const days = options.days === undefined ? undefined : wholeNumber('--days', options.days)
  const pem = await writeList(open, Date.now(), days)
  await publish(open, pem, options)
  print(options.json, { folder: open.folder }, () => [`list of ${open.authority.certificate.subject} signed`])
}

/** Puts the list into the file that the gateway reads; lists of others in it stay. */
async function publish({ authority }: OpenAuthority, pem: string, { into }: { readonly into?: string }): Promise<void> {
  if (into === undefined) return
  // Two authorities may publish at once: without the lock the later one would put back what the earlier one replaced.
  await whileLocked(into, async () => {
    const present = await readFile(into, 'utf8').catch(() => '')
    await replaceFile(into, listedIn(present, authority.certificate.subject, pem))
  })
}

interface PersonFlags extends AuthorityFlags {
  readonly out: string
  readonly passwordFile: string
  readonly days: string
}

/** A person's name is no organisation's: it opens no agency door. */
async function packPerson(person: string, options: PersonFlags): Promise<void> {
  const password = (await passphraseIn(options.passwordFile)) ?? ''
  using open = await openNamed(options)
  const uris = [uriIn(open, person).replace('/org/', '/person/')]
  const period = periodFrom(Date.now(), wholeNumber('--days', options.days))
  const key = await generateCertificateKey()
  const issued = await orFail(
    issueTo(
      open,
      { key: key.pair.publicKey, digest: digestOfKey(key.pem) },
      { name: person, uris, dnsNames: [], addresses: [], usages: ['client'], period },
    ),
  )
  const certificatePems = [issued.pem, open.authority.pem]
  await writeFile(options.out, packPkcs12({ keyPem: key.pem, certificatePems, password, friendlyName: person }), {
    mode: PRIVATE,
  })
  toldIssued(options, issued)
}
