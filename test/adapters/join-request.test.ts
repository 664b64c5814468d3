/** What a new member asks to have listed, as an officer reads it: whoever does not hold every key, or is not who it says, gets nothing in. */
import assert from 'node:assert/strict'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { printJoiningCode, readJoiningCode, rootOf } from '#adapters/agency-kit/joining-code.ts'
import { organisationFolder, replaceOwnCertificate } from '#adapters/agency-kit/own-certificate.ts'
import { askForKeys, makeOwnKeys } from '#adapters/agency-kit/own-keys.ts'
import { makeMembersFolder, makeRootFolder } from '#adapters/pki/authority-folder.ts'
import type { OpenAuthority } from '#adapters/pki/authority-folder.ts'
import { generateCertificateKey } from '#adapters/pki/issue.ts'
import { chainOf, digestOfKey, issueTo, periodFrom } from '#adapters/pki/issuing.ts'
import { readSignedJoinRequest } from '#adapters/trust/join-request.ts'
import { registrySchema } from '#gateway/core/participants.ts'
import type { Registry } from '#gateway/core/participants.ts'
import { networkFor, printNetwork } from '#gateway/core/member-view.ts'
import { printJoinRequest } from '#gateway/core/trust-list/join-request.ts'
import type { JoinRequestText, SignedJoinRequest } from '#gateway/core/trust-list/join-request.ts'
import type { Issuer } from '#gateway/ports/issuer.ts'
import { keepKeyRequest } from '#gateway/rooms/admit.ts'
import type { OrganisationId } from '#gateway/core/ids.ts'
import { aTestNetwork } from '#test/support/example-network.ts'

const DAY_MS = 86_400_000
const ORGANISATION = 'pairs-paris'

describe('a request to list keys', function () {
  this.timeout(120_000)
  let folder: string
  let registry: Registry
  let root: OpenAuthority
  let members: OpenAuthority
  let signed: SignedJoinRequest
  let uri = ''
  const now = Date.now()

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'passerelle-join-request-'))
    ;({ registry } = await aTestNetwork(now))
    uri = registry.participants.find(({ id }) => id === ORGANISATION)?.uri ?? ''
    const period = { from: now - DAY_MS, until: now + 400 * DAY_MS }
    root = await makeRootFolder({ folder: join(folder, 'root'), name: 'DEMO Root', period })
    const about = { name: 'DEMO Members CA', period, network: registry.network, dnsNames: ['localhost'], addresses: [] }
    members = await makeMembersFolder(root, { folder: join(folder, 'members'), ...about })
    await certify(join(folder, 'home'), uri)
    await makeOwnKeys({ home: join(folder, 'home'), organisation: ORGANISATION, registry, now })
    signed = await ask(join(folder, 'home'))
  })
  after(async () => {
    for (const open of [root, members]) open[Symbol.dispose]()
    await rm(folder, { recursive: true, force: true })
  })

  const ask = (home: string): Promise<SignedJoinRequest> =>
    askForKeys({ home, organisation: ORGANISATION, registry, now })
  async function certify(home: string, name: string): Promise<void> {
    const key = await generateCertificateKey()
    const publicKey = { key: key.pair.publicKey, digest: digestOfKey(key.pem) }
    const names = { uris: [name], dnsNames: [], addresses: [] }
    const leaf = { name: 'DEMO', ...names, usages: ['client'] as const, period: periodFrom(now, 7) }
    const certificate = chainOf(members, await issueTo(members, publicKey, leaf))
    await replaceOwnCertificate(organisationFolder(home, ORGANISATION), { certificate, key: key.pem })
  }
  const read = (request: unknown, at = now): string => {
    const result = readSignedJoinRequest(JSON.stringify(request), {
      root: root.authority.pem,
      network: registry.network,
      uriOf: (id) => registry.participants.find((entry) => entry.id === id)?.uri,
      now: at,
    })
    return result.ok
      ? 'taken'
      : [result.problem.code, ...(result.problem.errors ?? []).map(({ code }) => code)].join(' ')
  }
  const without = (test: (by: string) => boolean): SignedJoinRequest => ({
    ...signed,
    signatures: signed.signatures.filter(({ by }) => !test(by)),
  })
  const payload = (): JoinRequestText =>
    JSON.parse(Buffer.from(signed.payload, 'base64url').toString('utf8')) as JoinRequestText

  it('is taken when every key that can sign has signed it, and holds no private half', () => {
    assert.equal(read(signed), 'taken')
    const { keys, mandates } = payload()
    assert.deepEqual(keys.map(({ use }) => use).toSorted(), ['seal', 'sign'])
    assert.equal(mandates.length, 3)
    assert.doesNotMatch(JSON.stringify(payload()), /"d":|PRIVATE/)
  })

  it('is refused without the signature of the certificate, of the witness, or of any key that can sign', () => {
    assert.equal(read(without((by) => by === 'certificate')), 'key-request-refused not-by-the-certificate')
    assert.equal(read(without((by) => by === 'witness')), 'key-request-refused not-by-the-witness')
    for (const { use, kid } of [...payload().keys, ...payload().mandates.flatMap(({ keys }) => keys)])
      assert.equal(read(without((by) => by === kid)), use === 'seal' ? 'taken' : `key-request-refused not-by-${use}`)
  })

  it('is refused with another payload under the same signatures', () => {
    const other = { ...signed, payload: printJoinRequest({ ...payload(), iat: payload().iat + 1 }) }
    assert.equal(read(other), 'key-request-refused not-by-the-certificate')
  })

  it('is refused for a key under another name than its thumbprint', () => {
    const [first, ...rest] = payload().keys
    assert.ok(first !== undefined)
    const keys = [{ ...first, kid: `A${first.kid.slice(1)}` }, ...rest]
    assert.equal(read({ ...signed, payload: printJoinRequest({ ...payload(), keys }) }), 'trust-list-kid-wrong')
  })

  it('is refused with the certificate of another member, however well it is signed', async () => {
    const home = join(folder, 'other')
    await cp(join(folder, 'home'), home, { recursive: true })
    await certify(home, uri.replace(ORGANISATION, 'city-paris'))
    assert.equal(read(await ask(home)), 'key-request-refused not-of-this-organisation')
  })

  it('is refused under another root, when it is old, of the future, or of another network', async () => {
    const other = await makeRootFolder({
      folder: join(folder, 'other-root'),
      name: 'DEMO Root',
      period: { from: now - DAY_MS, until: now + DAY_MS },
    })
    const result = readSignedJoinRequest(JSON.stringify(signed), {
      root: other.authority.pem,
      network: registry.network,
      uriOf: () => uri,
      now,
    })
    other[Symbol.dispose]()
    assert.ok(!result.ok)
    assert.equal(read(signed, now + 15 * DAY_MS), 'submission-stale')
    assert.equal(read(signed, now - DAY_MS), 'submission-stale')
    const foreign = { ...signed, payload: printJoinRequest({ ...payload(), network: 'other.example' }) }
    assert.equal(read(foreign), 'key-request-refused of-another')
    for (const text of [{}, { ...signed, payload: 'AAAA' }, { ...signed, more: 1 }])
      assert.equal(read(text), 'key-request-refused not-a-request')
  })

  it('is kept by the gateway for whom the certificate names, and for nobody else', () => {
    const kept: string[] = []
    const issuer = { keepKeyRequest: (one: { readonly uri: string }): void => void kept.push(one.uri) }
    const deps = { clock: () => now, issuer: issuer as unknown as Issuer }
    const keep = (id: string): string => {
      const participant = registry.participants.find((entry) => entry.id === id)
      assert.ok(participant !== undefined)
      const result = keepKeyRequest(deps, participant, signed)
      return result.ok ? 'kept' : result.problem.code
    }
    assert.equal(keep('city-paris'), 'key-request-refused')
    assert.deepEqual([keep(ORGANISATION), kept], ['kept', [uri]])
  })

  it('is made again from the keys that are there', async () => {
    const again = { home: join(folder, 'home'), organisation: ORGANISATION, registry, now }
    await makeOwnKeys(again)
    assert.equal((await ask(join(folder, 'home'))).payload, signed.payload)
  })
})

describe('the network as a member is told it', () => {
  let registry: Registry
  before(async () => {
    ;({ registry } = await aTestNetwork(Date.now()))
  })
  const told = (id: string): string => printNetwork(registry, id as OrganisationId)

  it('is a network, and the same text whoever makes it', () => {
    assert.equal(registrySchema.safeParse(networkFor(registry, 'pairs-paris' as OrganisationId)).success, true)
    assert.equal(told('pairs-paris'), told('pairs-paris'))
  })

  it('holds no keys, no persons of others, and no cases of others', () => {
    const text = told('city-paris')
    assert.doesNotMatch(text, /"kid"|demo-person-2|"couriers"/)
    assert.match(text, /demo-person-31/)
  })
})

describe('a joining code', () => {
  const code = async (): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'passerelle-code-'))
    const period = { from: Date.now() - DAY_MS, until: Date.now() + DAY_MS }
    using made = await makeRootFolder({ folder, name: 'DEMO Root', period })
    const der = made.authority.pem.replaceAll(/-----[^-]+-----|\s/g, '')
    await rm(folder, { recursive: true, force: true })
    return printJoiningCode({
      version: 1,
      url: 'https://gateway.example:8443',
      enrolmentUrl: 'https://gateway.example:8444',
      organisation: ORGANISATION,
      root: Buffer.from(der, 'base64').toString('base64url'),
      officers: { network: 'demo.example', officers: { threshold: 0, members: [] } },
      code: 'ABCDE-FGHIJ',
      network: 'a'.repeat(64),
    })
  }

  it('is read as it was written, whatever white space a mail put into it', async () => {
    const text = await code()
    const read = readJoiningCode(` ${text.slice(0, 70)}\r\n ${text.slice(70)}\n`)
    assert.ok(read.kind === 'code')
    assert.equal(read.code.organisation, ORGANISATION)
    assert.match(rootOf(read.code) ?? '', /BEGIN CERTIFICATE/)
  })

  it('is refused with any one character changed or left out', async () => {
    const text = await code()
    for (let at = 0; at < text.length; at += 37) {
      const other = text[at] === 'A' ? 'B' : 'A'
      assert.equal(readJoiningCode(text.slice(0, at) + other + text.slice(at + 1)).kind, 'fault', String(at))
      assert.equal(readJoiningCode(text.slice(0, at) + text.slice(at + 1)).kind, 'fault', String(at))
    }
    for (const wrong of ['', 'x', '{}', 'A'.repeat(4000)]) assert.equal(readJoiningCode(wrong).kind, 'fault')
  })

  it('names doors under https alone', async () => {
    const read = readJoiningCode(await code())
    assert.ok(read.kind === 'code')
    const plain = printJoiningCode({ ...read.code, url: 'http://gateway.example' })
    assert.equal(readJoiningCode(plain).kind, 'fault')
  })
})
