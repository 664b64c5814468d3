/** What is issued is what was asked for, OpenSSL agrees where it is present, and what is read is read from DER. */
import assert from 'node:assert/strict'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { after, before, describe, it } from 'mocha'
import { registrySchema } from '#gateway/core/participants.ts'
import { edgeFault } from '#gateway/core/routing.ts'
import { openFileKeys } from '#adapters/keys/file-keys.ts'
import { readPrivateKeys } from '#adapters/keys/private-key-file.ts'
import { normalSerial, readCertificate } from '#adapters/pki/certificate.ts'
import { derInteger, tlv } from '#adapters/pki/der.ts'
import { chainFault } from '#adapters/pki/chain-rules.ts'
import { createMembersAuthority } from '#adapters/pki/issue.ts'
import { packPkcs12 } from '#adapters/pki/pkcs12.ts'
import { areExpired, readRevocationLists } from '#adapters/pki/revocation.ts'
import { createTrust } from '#adapters/pki/trust.ts'
import { withListedKeys } from '#gateway/core/trust-list/registry.ts'
import { readPinned, TRUST_PATHS } from '#cli/trust-files.ts'
import { read, verdictOn } from '#test/support/trust-list.ts'
import { EXAMPLE_PATHS, inspectCertificate, makeExampleNetwork } from '#cli/certs.ts'
import { needsOpenssl, openssl } from '#test/support/openssl.ts'
import { aTlsIdentity, makeAuthorities, revocationLists, uriOf } from '#test/support/certificates.ts'
import type { TestAuthorities, TlsIdentity } from '#test/support/certificates.ts'

const DAY_MS = 86_400_000
const at = Date.now()
const PASSWORD = 'correct horse'

describe('certificates', () => {
  let folder: string
  let authorities: TestAuthorities
  let prison: TlsIdentity
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'passerelle-pki-'))
    authorities = await makeAuthorities(at)
    prison = await aTlsIdentity(authorities, 'prison', { dnsNames: ['localhost'], addresses: ['127.0.0.1'] })
  })
  after(() => rm(folder, { recursive: true, force: true }))
  const write = async (name: string, text: string | Uint8Array): Promise<string> => {
    const path = join(folder, name)
    await writeFile(path, text)
    return path
  }

  it('say what was asked for', () => {
    const facts = readCertificate(prison.cert)
    assert.ok(facts !== undefined)
    assert.deepEqual(facts.uris, [uriOf('prison')])
    assert.deepEqual(facts.dnsNames, ['localhost'])
    assert.deepEqual(facts.addresses, ['127.0.0.1'])
    assert.deepEqual([facts.isAuthority, facts.usages], [false, ['1.3.6.1.5.5.7.3.2']])
    assert.equal(facts.serial, normalSerial(new X509Certificate(prison.cert).serialNumber))
  })

  it('are verified by Node under the authority that issued them, and by no other', () => {
    const leaf = new X509Certificate(prison.cert)
    const members = new X509Certificate(authorities.members.pem)
    const root = new X509Certificate(authorities.root.pem)
    assert.equal(leaf.verify(members.publicKey) && members.verify(root.publicKey) && root.verify(root.publicKey), true)
    assert.equal(leaf.verify(root.publicKey), false)
    assert.equal(members.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1')
    assert.equal(root.publicKey.asymmetricKeyDetails?.namedCurve, 'secp384r1')
  })

  it('pass openssl’s strict check inside the name constraints only', async function () {
    needsOpenssl(this)
    const outside = await aTlsIdentity(authorities, 'prison', { uris: ['spiffe://other.test/org/prison'] })
    const chain = [
      'verify',
      '-x509_strict',
      '-CAfile',
      await write('root.pem', authorities.root.pem),
      '-untrusted',
      await write('ca.pem', authorities.members.pem),
    ]
    assert.match(openssl(...chain, await write('leaf.pem', prison.cert)), /OK/)
    assert.match(openssl(...chain, await write('outside.pem', outside.cert)), /permitted subtree violation/)
  })

  it('name no IP address but those of its authority, and none where it was made for none, by openssl’s word; and our rules read such constraints', async function () {
    needsOpenssl(this)
    const period = { from: at - DAY_MS, until: at + DAY_MS }
    const verdicts = async (permitted: readonly string[], named: string): Promise<readonly string[]> => {
      const names = { uriHosts: ['net.test'], dnsNames: ['net.test'], addresses: permitted }
      const members = await createMembersAuthority(authorities.root, 'DEMO Members CA', period, names)
      const leaf = await aTlsIdentity({ ...authorities, members }, 'prison', { addresses: [named] })
      const root = await write('root.pem', authorities.root.pem)
      const chain = ['-CAfile', root, '-untrusted', await write('ca.pem', members.pem)]
      const said = openssl('verify', '-x509_strict', ...chain, await write('leaf.pem', leaf.cert))
      const fault = chainFault({
        presented: [leaf.cert, members.pem].map((pem) => new X509Certificate(pem).raw),
        anchors: [new X509Certificate(authorities.root.pem).raw],
        at,
        purpose: 'client',
      })
      return [/(permitted|excluded) subtree violation|OK/.exec(said)?.[0] ?? said, fault ?? 'OK']
    }
    assert.deepEqual(await verdicts(['192.0.2.7', '2001:db8::7'], '192.0.2.7'), ['OK', 'OK'])
    assert.deepEqual(await verdicts(['192.0.2.7', '2001:db8::7'], '2001:db8::7'), ['OK', 'OK'])
    for (const [permitted, named] of [
      [['192.0.2.7'], '192.0.2.8'],
      [['192.0.2.7'], '2001:db8::7'],
      [['2001:db8::7'], '2001:db8::8'],
      [['2001:db8::7'], '192.0.2.7'],
    ] as const)
      assert.deepEqual(await verdicts(permitted, named), ['permitted subtree violation', 'OK'])
    for (const named of ['192.0.2.7', '2001:db8::7', '127.0.0.1'])
      assert.deepEqual(await verdicts([], named), ['excluded subtree violation', 'OK'])
    for (const none of ['', 'localhost', '192.0.2', '192.0.2.0/24', 'fe80::1%eth0'])
      await assert.rejects(verdicts([none], '192.0.2.7'), RangeError)
  })

  it('read as nothing where there is no certificate', () => {
    for (const input of ['', 'text', authorities.root.key.pem, Buffer.from([0x30, 0x00]), Buffer.alloc(0)])
      assert.equal(readCertificate(input), undefined)
  })

  it('trust reads the one URI from DER, refuses the revoked in any spelling of the serial number, and everybody once a list has expired', async () => {
    const facts = readCertificate(prison.cert)
    assert.ok(facts !== undefined)
    const lists = readRevocationLists((await revocationLists(authorities, [facts.serial])).join(''))
    const none = readRevocationLists((await revocationLists(authorities)).join(''))
    const raw = new X509Certificate(prison.cert).raw
    const identity = (revocation: typeof lists, now = at): string => {
      const known = createTrust({ revocation: () => revocation, clock: () => now }).identityOf({
        raw,
        serialNumber: facts.serial,
      })
      return known.ok ? known.value : known.problem.code
    }
    assert.equal(identity(none), uriOf('prison'))
    assert.equal(identity(lists), 'certificate-revoked')
    assert.equal(identity(none, none.until), 'certificate-revoked')
    const trust = createTrust({ revocation: () => lists, clock: () => at })
    for (const spelling of [facts.serial.toUpperCase(), `00${facts.serial}`])
      assert.equal(trust.isRevoked(spelling), true)
    assert.equal(trust.isRevoked('01'), false)
  })

  it('revocation lists come one PEM each, with the earliest end, and refuse what is none', async () => {
    const pems = await revocationLists(authorities, ['0102'])
    const lists = readRevocationLists(pems.join('\n'))
    assert.equal(lists.pems.length, 2)
    assert.deepEqual([...lists.serials], ['102'])
    assert.deepEqual([areExpired(lists, lists.until - 1), areExpired(lists, lists.until)], [false, true])
    for (const text of ['', 'text', authorities.root.pem, '-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----'])
      assert.throws(() => readRevocationLists(text))
    createSecureContext({ crl: [...lists.pems] })
  })

  it('DER lengths and integers are the shortest (X.690 §8.1.3, §8.3)', () => {
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
    assert.deepEqual(
      [0, 1, 127, 128, 300, 65_536].map((value) => hex(derInteger(value))),
      ['020100', '020101', '02017f', '02020080', '0202012c', '0203010000'],
    )
    assert.deepEqual(
      [127, 128, 256].map((size) => hex(tlv(4, new Uint8Array(size)).subarray(0, 4))),
      ['047f0000', '04818000', '04820100'],
    )
  })

  it('PKCS#12 with an EC key opens in Node and openssl, with AES-256 and SHA-256, and not with another password', async function () {
    const file = packPkcs12({
      keyPem: prison.key,
      certificatePems: [prison.cert, authorities.members.pem],
      password: PASSWORD,
      friendlyName: 'DEMO',
      iterations: 2_000,
    })
    createSecureContext({ pfx: Buffer.from(file), passphrase: PASSWORD })
    assert.throws(() => createSecureContext({ pfx: Buffer.from(file), passphrase: 'another' }))
    needsOpenssl(this)
    const path = await write('person.p12', file)
    const said = openssl('pkcs12', '-in', path, '-info', '-noout', '-passin', `pass:${PASSWORD}`)
    assert.match(said, /MAC: sha256/)
    assert.match(said, /salt length: 8/)
    assert.equal(said.match(/AES-256-CBC, Iteration 2000, PRF hmacWithSHA256/g)?.length, 2)
    const key = openssl('pkcs12', '-in', path, '-nocerts', '-nodes', '-passin', `pass:${PASSWORD}`)
    const pem = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/.exec(key)?.[0] ?? ''
    assert.equal(createPrivateKey(pem).equals(createPrivateKey(prison.key)), true)
  })

  it('PKCS#12 opens with a password that has accents, as it was typed', () => {
    const password = 'clé de la prévôté'
    const content = { keyPem: prison.key, certificatePems: [prison.cert], friendlyName: 'DEMO', iterations: 2_000 }
    createSecureContext({ pfx: Buffer.from(packPkcs12({ ...content, password })), passphrase: password })
  })
})

interface PackWords {
  readonly vocabulary: Readonly<Record<'recipientTypes' | 'roles' | 'purposes', readonly string[]>>
  readonly bases: readonly { readonly id: string }[]
  readonly statutes: readonly { readonly id: string }[]
}
const unknown = (words: readonly string[], known: readonly string[]): readonly string[] =>
  words.filter((word) => !known.includes(word))

describe('certs example', () => {
  let folder: string
  let agencies: unknown
  before(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'passerelle-net-')), 'network')
    agencies = JSON.parse(await readFile(join(import.meta.dirname, '../../certs-example/agencies.json'), 'utf8'))
    await makeExampleNetwork({ folder, agencies, now: at })
  })
  after(() => rm(join(folder, '..'), { recursive: true, force: true }))
  const text = (path: string): Promise<string> => readFile(join(folder, path), 'utf8')
  const registry = async (): Promise<ReturnType<typeof registrySchema.parse>> =>
    registrySchema.parse(JSON.parse(await text(EXAMPLE_PATHS.registry)))

  it('writes a registry without keys, and a trust list that agrees with it', async () => {
    const whole = await registry()
    assert.deepEqual(
      [...whole.participants, ...whole.mandates].flatMap(({ keys }) => keys),
      [],
    )
    const { list } = read(await text(TRUST_PATHS.list))
    assert.deepEqual(withListedKeys(whole, list).disagreements, [])
    assert.equal(await verdictOn(await text(TRUST_PATHS.list), await readPinned(folder), at), 'verified')
    assert.deepEqual(list.gateway.keys.map(({ use }) => use).toSorted(), ['present', 'seal', 'sign'])
  })

  it('writes a trust list in which every member and mandate has keys, and no private one', async () => {
    const { participants, mandates } = withListedKeys(
      await registry(),
      read(await text(TRUST_PATHS.list)).list,
    ).registry
    assert.deepEqual([participants.length, mandates.length], [8, 10])
    for (const { keys, name } of participants) {
      assert.deepEqual(keys.map((key) => key.use).toSorted(), ['seal', 'sign'])
      assert.match(name.en + name.fr, /DEMO.*DEMO/)
    }
    for (const { keys, keysHeldBy } of mandates)
      assert.deepEqual(
        keys.map((key) => key.use).toSorted(),
        keysHeldBy === 'mandate' ? ['assert', 'seal'] : ['assert'],
      )
    assert.equal((await text(EXAMPLE_PATHS.registry)).includes('"d"'), false)
  })

  it('agrees flows of which each stands now, between members that are there, both ways where an answer is due', async () => {
    const whole = await registry()
    for (const edge of whole.edges) assert.equal(edgeFault(whole, edge, at), undefined, edge.id)
    for (const { from, to, id } of whole.edges)
      assert.ok(whole.edges.some((other) => other.from === to && other.to === from) || from === 'pairs-paris', id)
    assert.equal(new Set(whole.edges.map(({ id }) => id)).size, whole.edges.length)
    const toIntelligence = whole.edges.find(({ from, to }) => from === 'prison-paris' && to === 'prison-intelligence')
    assert.equal(toIntelligence?.kinds.includes('CaseHandover'), false)
  })

  it('speaks the words of the pack for prison exit: recipient types, roles, purposes, bases and statutory flows', async () => {
    const pack = JSON.parse(
      await readFile(join(import.meta.dirname, '../../policies/packs/france-prison-exit.json'), 'utf8'),
    ) as PackWords
    const { edges, mandates } = await registry()
    assert.deepEqual(
      unknown(
        mandates.map(({ type }) => type),
        pack.vocabulary.recipientTypes,
      ),
      [],
    )
    assert.deepEqual(
      unknown(
        pack.vocabulary.recipientTypes,
        mandates.map(({ type }) => type),
      ),
      [],
    )
    assert.deepEqual(
      unknown(
        mandates.map(({ role }) => role),
        pack.vocabulary.roles,
      ),
      [],
    )
    assert.deepEqual(
      unknown(
        edges.flatMap(({ purposes }) => purposes),
        pack.vocabulary.purposes,
      ),
      [],
    )
    assert.deepEqual(
      unknown(
        edges.map(({ basis }) => basis),
        pack.bases.map(({ id }) => id),
      ),
      [],
    )
    assert.deepEqual(
      unknown(
        edges.flatMap(({ statutory }) => statutory),
        pack.statutes.map(({ id }) => id),
      ),
      [],
    )
  })

  it('gives each private file to its owner alone, and one key one use', async () => {
    const kids: string[] = []
    for (const path of await readdir(folder, { recursive: true })) {
      const isPrivate = /\.key\.pem$|\.jwk\.json$|^person\/./.test(path)
      if (isPrivate) assert.equal((await stat(join(folder, path))).mode & 0o777, 0o600, path)
      if (path.endsWith('/keys')) kids.push(...(await readPrivateKeys(join(folder, path))).map((key) => key.kid))
    }
    assert.equal(kids.length, 3 + 8 * 2 + 10 + 3)
    assert.equal(new Set(kids).size, kids.length)
    await openFileKeys(join(folder, EXAMPLE_PATHS.broker, EXAMPLE_PATHS.keys))
  })

  it('makes members that trust knows, and three strangers that it or OpenSSL does not', async () => {
    const lists = readRevocationLists(await text(EXAMPLE_PATHS.revocation))
    const trust = createTrust({ revocation: () => lists, clock: () => at })
    const identityAt = async (place: string): Promise<string> => {
      const certificate = new X509Certificate(await text(`${place}/${EXAMPLE_PATHS.certificate}`))
      const known = trust.identityOf({ raw: certificate.raw, serialNumber: certificate.serialNumber })
      return known.ok ? known.value : known.problem.code
    }
    for (const { id, uri } of (await registry()).participants)
      assert.equal(await identityAt(EXAMPLE_PATHS.organisation(id)), uri)
    assert.equal(await identityAt(EXAMPLE_PATHS.hostile('revoked')), 'certificate-revoked')
    assert.equal(await identityAt(EXAMPLE_PATHS.hostile('wrong-name')), 'spiffe://elsewhere.example/org/prison-paris')
    const expired = await inspectCertificate(join(folder, EXAMPLE_PATHS.hostile('expired'), EXAMPLE_PATHS.certificate))
    assert.ok(expired.until < at && at - expired.until < 2 * DAY_MS)
    const broker = await inspectCertificate(join(folder, EXAMPLE_PATHS.broker, EXAMPLE_PATHS.certificate))
    assert.deepEqual(broker.dnsNames, ['broker.demo.passerelle.example', 'localhost'])
  })

  it('packs a file for a person that opens with its password', async () => {
    const pfx = await readFile(join(folder, EXAMPLE_PATHS.person))
    createSecureContext({ pfx, passphrase: (await text(EXAMPLE_PATHS.personPassword)).trim() })
  })

  it('writes nothing into a folder that holds a network, and names the place of what does not fit', async () => {
    await assert.rejects(makeExampleNetwork({ folder, agencies, now: at }), /holds a network already/)
    const broken = { ...(agencies as object), participants: [{ id: 'X' }] }
    await assert.rejects(makeExampleNetwork({ folder: `${folder}-2`, agencies: broken, now: at }), /participants/)
  })

  it('inspects no file that holds no certificate', async () => {
    await assert.rejects(inspectCertificate(join(folder, EXAMPLE_PATHS.registry)), /no certificate/)
  })
})
