/** A new member from code to certificate to renewal, against a gateway that serves; hostile codes and requests; openssl and curl as strangers. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { X509Certificate, generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { Server } from 'node:https'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, it } from 'mocha'
import { collectCertificate, enrol } from '#adapters/agency-kit/enrol.ts'
import { openClient } from '#adapters/agency-kit/client.ts'
import type { Answer } from '#adapters/agency-kit/client.ts'
import { readOwnCertificate, renewingAlone, replaceOwnCertificate } from '#adapters/agency-kit/own-certificate.ts'
import { openRenewingClient } from '#adapters/agency-kit/renewing-client.ts'
import { dueAt, renewIfDue } from '#adapters/agency-kit/renew.ts'
import { makeMembersFolder, makeRootFolder } from '#adapters/pki/authority-folder.ts'
import type { OpenAuthority } from '#adapters/pki/authority-folder.ts'
import { readRequest, writeRequest } from '#adapters/pki/certificate-request.ts'
import { readCertificate } from '#adapters/pki/certificate.ts'
import { generateCertificateKey, USAGES } from '#adapters/pki/issue.ts'
import { chainOf, digestOfKey, issueTo, periodFrom, revoke, writeList } from '#adapters/pki/issuing.ts'
import { openLiveTls } from '#adapters/pki/live-tls.ts'
import type { LiveTls } from '#adapters/pki/live-tls.ts'
import { confirm, createIssuer, invite } from '#adapters/pki/members-issuer.ts'
import { readCertificatesOnly } from '#adapters/pki/pkcs7.ts'
import { createTrust } from '#adapters/pki/trust.ts'
import { createAgencyApp } from '#gateway/http/app.ts'
import { createEnrolmentApp } from '#gateway/http/enrolment.ts'
import type { Instant } from '#policies/language/instant.ts'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { needs, needsProgram } from '#test/support/needs.ts'
import { openssl } from '#test/support/openssl.ts'

const DAY_MS = 86_400_000
const ORGANISATION = 'prison-paris'
const NETWORK = 'net.test'

/** Two doors over one authority: the agency door with EST, and the door of enrolment. */
interface Doors {
  readonly agency: string
  readonly enrolment: string
  readonly agencyPort: number
}

describe('enrolment and renewal', function () {
  this.timeout(120_000)
  let folder: string
  let gateway: TestGateway
  let root: OpenAuthority
  let members: OpenAuthority
  let rootPem: string
  let uri: string
  let doors: Doors
  let live: LiveTls
  let ahead = 0
  const servers: Server[] = []
  const now = (): Instant => Date.now() + ahead

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'passerelle-enrolment-'))
    gateway = await bootGateway({ worker: 'paused' })
    const period = { from: Date.now() - DAY_MS, until: Date.now() + 400 * DAY_MS }
    root = await makeRootFolder({ folder: join(folder, 'root'), name: 'DEMO Root', period })
    // strongSwan 5.9.8 reads no constraint on addresses.
    const free = { dnsNames: ['localhost'], addresses: 'any' } as const
    const about = { name: 'DEMO Members CA', period, network: NETWORK, ...free }
    members = await makeMembersFolder(root, { folder: join(folder, 'members'), ...about })
    rootPem = root.authority.pem
    uri = gateway.deps.registry().participants.find(({ id }) => id === ORGANISATION)?.uri ?? ''
    const [agencyPort, enrolmentPort] = await openDoors()
    doors = {
      agencyPort,
      agency: `https://localhost:${agencyPort}`,
      enrolment: `https://localhost:${enrolmentPort}`,
    }
  })
  after(async () => {
    live[Symbol.dispose]()
    for (const server of servers) {
      server.closeAllConnections()
      server.close()
    }
    await gateway.stop()
    for (const open of [root, members]) open[Symbol.dispose]()
    await rm(folder, { recursive: true, force: true })
  })
  beforeEach(() => (ahead = 0))
  afterEach(() => (ahead = 0))

  const file = (name: string): string => join(folder, name)
  const putLists = async (at: Instant): Promise<void> =>
    writeFile(file('crl.pem'), (await writeList(members, at, 30)) + (await writeList(root, at)))
  async function openDoors(): Promise<readonly [number, number]> {
    const server = await identity({ uri: `spiffe://${NETWORK}/broker/1`, usages: ['client', 'server'] })
    await writeFile(file('tls.pem'), server.certificate)
    await writeFile(file('tls.key.pem'), server.key)
    await writeFile(file('root.pem'), rootPem)
    await putLists(Date.now())
    const files = {
      certificate: file('tls.pem'),
      key: file('tls.key.pem'),
      root: file('root.pem'),
      lists: file('crl.pem'),
    }
    live = await openLiveTls({ files, clock: now, log: gateway.deps.log })
    const trust = createTrust({ revocation: live.revocation, clock: now })
    const deps = { ...gateway.deps, clock: now, trust, issuer: createIssuer(members) }
    const agency = createServer(
      { ...live.context(), requestCert: true, rejectUnauthorized: true },
      createAgencyApp(deps),
    )
    live.attach(agency)
    const enrolment = createServer({ cert: server.certificate, key: server.key }, createEnrolmentApp(deps))
    servers.push(agency, enrolment)
    return [await listening(agency), await listening(enrolment)]
  }

  async function identity(
    changes: { readonly uri?: string; readonly usages?: readonly ('client' | 'server')[]; readonly days?: number } = {},
  ): Promise<{ readonly certificate: string; readonly key: string }> {
    const key = await generateCertificateKey()
    const publicKey = { key: key.pair.publicKey, digest: digestOfKey(key.pem) }
    const { usages = ['client'], days = 7 } = changes
    const names = usages.includes('server')
      ? { dnsNames: ['localhost'], addresses: ['127.0.0.1'] }
      : { dnsNames: [], addresses: [] }
    const leaf = { name: 'DEMO', uris: [changes.uri ?? uri], ...names, usages, period: periodFrom(Date.now(), days) }
    return { certificate: chainOf(members, await issueTo(members, publicKey, leaf)), key: key.pem }
  }
  const door = (): { readonly url: string; readonly authority: string } => ({
    url: doors.enrolment,
    authority: rootPem,
  })
  const aRequest = async (): Promise<string> =>
    Buffer.from(await writeRequest(await generateCertificateKey(), 'DEMO')).toString('base64')
  const ask = async (code: string, organisation = ORGANISATION): Promise<number> => {
    using client = openClient(door())
    const body = JSON.stringify({ organisation, code, request: await aRequest() })
    return (await client.call({ method: 'POST', path: '/v1/enrolments', body })).status
  }
  const reenrol = async (
    own: { readonly certificate: string; readonly key: string },
    body: string,
  ): Promise<Answer> => {
    using client = openClient({ url: doors.agency, authority: rootPem, ...own })
    const contentType = 'application/pkcs10'
    return await client.call({ method: 'POST', path: '/.well-known/est/simplereenroll', body, contentType })
  }
  const faultOf = ({ status, text }: Answer): string => {
    const problem = JSON.parse(text) as {
      readonly code: string
      readonly errors?: readonly { readonly code: string }[]
    }
    return `${status} ${problem.code} ${problem.errors?.[0]?.code ?? ''}`
  }

  it('brings a member in whose key nobody else ever had, once an officer has confirmed the fingerprint', async () => {
    const { code } = invite(members, uri, now())
    const pending = await enrol(door(), { organisation: ORGANISATION, code })
    assert.match(pending.fingerprint, /^([0-9a-f]{4}-){7}[0-9a-f]{4}$/)
    assert.equal(await collectCertificate(door(), pending), undefined)
    const wrong = await confirm(members, uri, { fingerprint: pending.fingerprint.replaceAll(/./g, '0'), at: now() })
    assert.equal(wrong.kind, 'fingerprint-differs')
    assert.equal(await collectCertificate(door(), pending), undefined)
    assert.equal((await confirm(members, uri, { fingerprint: pending.fingerprint, at: now() })).kind, 'issued')
    const certificate = (await collectCertificate(door(), pending)) ?? ''
    assert.deepEqual(readCertificate(certificate)?.uris, [uri])
    using client = openClient({ url: doors.agency, authority: rootPem, certificate, key: pending.key })
    assert.equal((await client.call({ method: 'GET', path: '/.well-known/jwks.json' })).status, 200)
    assert.equal((await confirm(members, uri, { fingerprint: pending.fingerprint, at: now() })).kind, 'nothing-asked')
  })

  it('H018 takes a code once', async () => {
    const { code } = invite(members, uri, now())
    assert.equal(await ask(code), 202)
    assert.equal(await ask(code), 403)
  })

  it('H018 takes no code after 24 hours', async () => {
    const { code } = invite(members, uri, now())
    ahead = DAY_MS
    assert.equal(await ask(code), 403)
    ahead = DAY_MS - 60_000
    assert.equal(await ask(code), 202)
  })

  it('H018 is locked after ten wrong guesses that came near, and takes the right code after nine', async () => {
    const first = invite(members, uri, now())
    const near = (code: string): string => `${code.slice(0, 5).toLowerCase()} ${'0'.repeat(21)}`
    for (let guess = 0; guess < 9; guess += 1) assert.equal(await ask(near(first.code)), 403)
    assert.equal(await ask(first.code.toLowerCase().replaceAll('-', ' ')), 202)
    const second = invite(members, uri, now())
    for (let guess = 0; guess < 10; guess += 1) assert.equal(await ask(near(second.code)), 403)
    assert.equal(await ask(second.code), 403)
    assert.equal(members.register.invitationOf({ uri })?.state, 'locked')
  })

  it('H018 is locked by no stranger: what is wrong from the first group on counts apart, and is answered the same', async () => {
    const { code } = invite(members, uri, now())
    const far = (code.startsWith('0') ? '1' : '0').repeat(26)
    for (let guess = 0; guess < 25; guess += 1) assert.equal(await ask(far), 403)
    const { state, wrongGuesses, farGuesses } = members.register.invitationOf({ uri }) ?? {}
    assert.deepEqual({ state, wrongGuesses, farGuesses }, { state: 'open', wrongGuesses: 0, farGuesses: 25 })
    assert.equal(await ask(code), 202)
  })

  it('H018 gives a code to many at once and takes it from one', async () => {
    const { code } = invite(members, uri, now())
    const met = await Promise.all(Array.from({ length: 8 }, () => ask(code)))
    assert.deepEqual(
      met.toSorted((a, b) => a - b),
      [202, ...Array.from({ length: 7 }, () => 403)],
    )
  })

  it('H018 takes a code for no other organisation, and none for one that nobody knows or invited', async () => {
    const { code } = invite(members, uri, now())
    for (const organisation of ['probation-paris', 'nobody', '', '../x'])
      assert.equal(await ask(code, organisation), 403)
    assert.equal(await ask(code), 202)
  })

  it('keeps of a code only a hash', async () => {
    const { code } = invite(members, uri, now())
    const plain = code.replaceAll('-', '')
    for (const name of ['register.db', 'register.db-wal']) {
      const bytes = (await readFile(join(folder, 'members', name))).toString('latin1')
      assert.equal(bytes.includes(code) || bytes.includes(plain), false)
    }
    assert.match(members.register.invitationOf({ uri })?.codeDigest ?? '', /^[0-9a-f]{64}$/)
  })

  it('tells nothing of an enrolment to who does not know its id, and takes no other body', async () => {
    using client = openClient(door())
    const get = async (path: string): Promise<number> => (await client.call({ method: 'GET', path })).status
    assert.equal(await get('/v1/enrolments/018f0000-0000-7000-8000-000000000001'), 404)
    assert.equal(await get('/v1/enrolments/x'), 404)
    assert.equal(await get('/v1/submissions'), 404)
    assert.equal(await get('/.well-known/est/cacerts'), 200)
    for (const body of ['{', '{}', '{"organisation":"a-b","code":"","request":"","more":1}'])
      assert.equal((await client.call({ method: 'POST', path: '/v1/enrolments', body })).status, 400)
  })

  it('renews at two thirds of a life, for as long again, and not before', async () => {
    const home = file('home')
    const own = join(home, 'organisations', ORGANISATION)
    await replaceOwnCertificate(own, await identity({ days: 30 }))
    const facts = readCertificate((await readOwnCertificate(own))?.certificate ?? '')
    assert.ok(facts !== undefined)
    const options = { home, organisation: ORGANISATION, url: doors.agency, authority: rootPem }
    const early = await renewIfDue({ ...options, clock: () => dueAt(facts) - 1 })
    assert.deepEqual(early, { kind: 'not-due', until: facts.until })
    const renewed = await renewIfDue({ ...options, clock: () => dueAt(facts) })
    assert.equal(renewed.kind, 'renewed')
    const next = readCertificate((await readOwnCertificate(own))?.certificate ?? '')
    assert.deepEqual([next?.uris, next?.until], [[uri], renewed.until])
    assert.equal(Math.round((renewed.until - Date.now()) / DAY_MS), 30)
    assert.notEqual(next?.serial, facts.serial)
    assert.deepEqual(next?.usages, [USAGES.client])
    assert.equal((await reenrol(await mustRead(own), await aRequest())).status, 200)
  })

  it('renews the certificate of a member’s server as one for a server, under its name alone', async () => {
    const home = file('home-of-a-server')
    const own = join(home, 'organisations', ORGANISATION)
    const code = invite(members, uri, now()).code
    const pending = await enrol(door(), { organisation: ORGANISATION, code })
    const confirmed = await confirm(members, uri, { fingerprint: pending.fingerprint, at: now(), serves: true })
    assert.equal(confirmed.kind, 'issued')
    const certificate = (await collectCertificate(door(), pending)) ?? ''
    await replaceOwnCertificate(own, { certificate, key: pending.key })
    const facts = readCertificate(certificate)
    assert.ok(facts !== undefined)
    const options = { home, organisation: ORGANISATION, url: doors.agency, authority: rootPem }
    assert.equal((await renewIfDue({ ...options, clock: () => dueAt(facts) })).kind, 'renewed')
    const next = readCertificate((await readOwnCertificate(own))?.certificate ?? '')
    assert.notEqual(next?.serial, facts.serial)
    for (const one of [facts, next])
      assert.deepEqual([one?.usages.toSorted(), one?.uris, one?.dnsNames], [[USAGES.server, USAGES.client], [uri], []])
  })

  const mustRead = async (own: string): Promise<{ readonly certificate: string; readonly key: string }> => {
    const read = await readOwnCertificate(own)
    assert.ok(read !== undefined)
    return read
  }

  it('renews while a member stays open, in the call that comes first after two thirds, once for calls that come at once', async () => {
    const home = file('long')
    const own = join(home, 'organisations', ORGANISATION)
    const old = await identity({ days: 7 })
    await replaceOwnCertificate(own, old)
    const facts = readCertificate(old.certificate)
    assert.ok(facts !== undefined)
    const warned: string[] = []
    const warn = (line: string): void => void warned.push(line)
    let at = Date.now()
    const options = { home, organisation: ORGANISATION, url: doors.agency, authority: rootPem, own: old, warn }
    using client = openRenewingClient({ ...options, clock: () => at })
    const call = async (): Promise<number> =>
      (await client.call({ method: 'GET', path: '/.well-known/jwks.json' })).status
    assert.equal(await call(), 200)
    assert.deepEqual(await mustRead(own), old)
    const issuedBefore = members.register.issuedTo(uri).length
    at = dueAt(facts)
    assert.deepEqual(await Promise.all([call(), call(), call()]), [200, 200, 200])
    assert.equal(members.register.issuedTo(uri).length, issuedBefore + 1)
    assert.notDeepEqual(await mustRead(own), old)
    assert.equal(await call(), 200)
    assert.deepEqual(warned, [])
  })

  it('goes on with the old certificate where it cannot be renewed, says so once an hour, and renews later', async () => {
    const home = file('kept')
    const own = join(home, 'organisations', ORGANISATION)
    const old = await identity({ days: 7 })
    await replaceOwnCertificate(own, old)
    const serial = readCertificate(old.certificate)?.serial ?? ''
    revoke(members, { serial }, { at: now(), reason: 'superseded' })
    const warned: string[] = []
    const warn = (line: string): void => void warned.push(line)
    let at = Date.now() + 5 * DAY_MS
    const options = { home, organisation: ORGANISATION, url: doors.agency, authority: rootPem, own: old, warn }
    using client = openRenewingClient({ ...options, clock: () => at })
    for (let call = 0; call < 3; call += 1)
      assert.equal((await client.call({ method: 'GET', path: '/.well-known/jwks.json' })).status, 200)
    assert.equal(warned.length, 1)
    assert.match(warned[0] ?? '', /stands until .* was not renewed/)
    await replaceOwnCertificate(own, await identity({ days: 7 }))
    at += 3_600_000
    await client.call({ method: 'GET', path: '/.well-known/jwks.json' })
    assert.equal(warned.length, 1)
    assert.notEqual(readCertificate((await mustRead(own)).certificate)?.serial, serial)
  })

  it('is renewed by one process of a folder at a time', async () => {
    const home = file('shared')
    const own = join(home, 'organisations', ORGANISATION)
    await replaceOwnCertificate(own, await identity({ days: 7 }))
    const options = { home, organisation: ORGANISATION, url: doors.agency, authority: rootPem }
    const renew = (): ReturnType<typeof renewIfDue> => renewIfDue({ ...options, clock: () => Date.now() + 5 * DAY_MS })
    const held = await renewingAlone(own, renew)
    assert.equal(held?.kind, 'not-due')
    const both = await Promise.all([renew(), renew()])
    assert.deepEqual(both.map(({ kind }) => kind).toSorted(), ['not-due', 'renewed'])
    await mustRead(own)
  })

  it('mends a renewal that was killed between key and certificate', async () => {
    const own = file('killed')
    const [first, second] = [await identity(), await identity()]
    await replaceOwnCertificate(own, first)
    await writeFile(join(own, 'tls.key.pem.new'), second.key)
    assert.deepEqual(await readOwnCertificate(own), first)
    await writeFile(join(own, 'tls.pem.new'), second.certificate)
    assert.deepEqual(await readOwnCertificate(own), second)
    await writeFile(join(own, 'tls.key.pem'), first.key)
    await writeFile(join(own, 'tls.pem.new'), first.certificate)
    assert.deepEqual(await readOwnCertificate(own), first)
  })

  it('H016 names the caller, whatever name the request asks for', async function () {
    needsProgram(this, 'openssl', 'version')
    const { request } = opensslRequest('prime256v1', ['-addext', `subjectAltName=URI:spiffe://${NETWORK}/org/evil`])
    const answer = await reenrol(await identity(), request)
    assert.equal(answer.status, 200, answer.text)
    const facts = readCertificate(readCertificatesOnly(answer.text))
    assert.deepEqual([facts?.uris, facts?.dnsNames, facts?.subject], [[uri], [], `CN=${ORGANISATION}`])
    assert.match(openssl('req', '-in', file('foreign.csr'), '-noout', '-text'), /org\/evil/)
  })

  it('H017 refuses a key that has a certificate, and a request that was sent before', async () => {
    const own = await identity()
    const key = await generateCertificateKey()
    const request = Buffer.from(await writeRequest(key, 'DEMO')).toString('base64')
    assert.equal((await reenrol(own, request)).status, 200)
    assert.equal(faultOf(await reenrol(own, request)), '400 certificate-request-refused key-used-before')
    const again = Buffer.from(await writeRequest(key, 'another request, the same key')).toString('base64')
    assert.equal(faultOf(await reenrol(own, again)), '400 certificate-request-refused key-used-before')
  })

  it('H017 gives one certificate to a request that comes eight times at once', async () => {
    const own = await identity()
    const request = await aRequest()
    const met = await Promise.all(Array.from({ length: 8 }, () => reenrol(own, request)))
    assert.deepEqual(
      met.map(({ status }) => status).toSorted((a, b) => a - b),
      [200, ...Array.from({ length: 7 }, () => 400)],
    )
  })

  it('H017 refuses an RSA key, another curve, a broken signature, and what is no request', async function () {
    needsProgram(this, 'openssl', 'version')
    const own = await identity()
    for (const kind of ['rsa', 'secp384r1', 'secp256k1']) {
      const answer = faultOf(await reenrol(own, opensslRequest(kind).request))
      assert.equal(answer, '400 certificate-request-refused key-type', kind)
    }
    const whole = Buffer.from(await aRequest(), 'base64')
    for (let at = whole.length - 8; at < whole.length; at += 1) {
      const tampered = Buffer.from(whole)
      tampered[at] = (tampered[at] ?? 0) ^ 1
      assert.equal((await readRequest(tampered)).kind, 'fault')
      assert.match(faultOf(await reenrol(own, tampered.toString('base64'))), /^400 certificate-request-refused/)
    }
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const bodies = [
      '',
      'none',
      publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
      whole.subarray(0, -9).toString('base64'),
    ]
    for (const body of [...bodies, Buffer.concat([whole, whole]).toString('base64')])
      assert.match(faultOf(await reenrol(own, body)), /^400 certificate-request-refused (malformed|proof)/)
  })

  it('H017 refuses another spelling of a point, which would be one key under two fingerprints', async function () {
    needsProgram(this, 'openssl', 'version')
    const own = await identity()
    const { request, keyPath } = opensslRequest('prime256v1')
    assert.equal((await reenrol(own, request)).status, 200)
    for (const form of ['compressed', 'hybrid']) {
      openssl('ec', '-in', keyPath, '-conv_form', form, '-out', file('respelt.key.pem'))
      openssl(
        'req',
        '-new',
        '-key',
        file('respelt.key.pem'),
        '-subj',
        '/CN=a',
        '-outform',
        'DER',
        '-out',
        file('respelt'),
      )
      const respelt = (await readFile(file('respelt'))).toString('base64')
      assert.equal(faultOf(await reenrol(own, respelt)), '400 certificate-request-refused key-type', form)
    }
  })

  it('renews nothing for a certificate revoked a moment ago, before any list says so', async () => {
    const own = await identity()
    const serial = readCertificate(own.certificate)?.serial ?? ''
    revoke(members, { serial }, { at: now(), reason: 'key-compromise' })
    assert.equal(live.revocation().serials.has(serial), false)
    const before = members.register.issuedTo(uri).length
    assert.match(faultOf(await reenrol(own, await aRequest())), /^403 certificate-revoked/)
    assert.equal(members.register.issuedTo(uri).length, before)
  })

  it('H017 refuses a key that waits for another organisation, and keeps the code', async () => {
    const other = `spiffe://${NETWORK}/org/another`
    const issuer = createIssuer(members)
    const request = await aRequest()
    const first = { uri, code: invite(members, uri, now()).code, request, at: now() }
    const second = { uri: other, code: invite(members, other, now()).code, request, at: now() }
    assert.equal((await issuer.enrol(first)).ok, true)
    const refused = await issuer.enrol(second)
    assert.equal(refused.ok ? '' : refused.problem.errors?.[0]?.code, 'key-used-before')
    assert.equal((await issuer.enrol({ ...second, request: await aRequest() })).ok, true)
  })

  it('renews nothing for a certificate that has run out, not on a connection that it opened before either', async () => {
    const own = await identity()
    const body = await aRequest()
    using client = openClient({ url: doors.agency, authority: rootPem, ...own })
    const call = { method: 'POST', path: '/.well-known/est/simplereenroll', contentType: 'application/pkcs10' } as const
    assert.equal((await client.call({ ...call, body: 'none' })).status, 400)
    ahead = 7.5 * DAY_MS
    assert.match(faultOf(await client.call({ ...call, body })), /^403 certificate-expired/)
    await assert.rejects(reenrol(own, body))
    ahead = 0
    assert.equal((await reenrol(own, body)).status, 200)
  })

  it('is renewed by curl and read by openssl, which know nothing of us', async function () {
    needsProgram(this, 'curl', '--version')
    needsProgram(this, 'openssl', 'version')
    const own = await identity()
    await writeFile(file('own.pem'), own.certificate)
    await writeFile(file('own.key.pem'), own.key, { mode: 0o600 })
    const { request, keyPath } = opensslRequest('prime256v1')
    await writeFile(file('foreign.b64'), request)
    const tls = ['-sS', '--max-time', '10', '--cacert', file('root.pem')]
    const asMember = (certificate: string, key: string): readonly string[] => [
      ...tls,
      '--cert',
      certificate,
      '--key',
      key,
    ]
    const est = ['-H', 'Content-Type: application/pkcs10', '-H', 'Content-Transfer-Encoding: base64']
    const post = [...est, '--data-binary', `@${file('foreign.b64')}`, `${doors.agency}/.well-known/est/simplereenroll`]
    const base64 = await curl(...asMember(file('own.pem'), file('own.key.pem')), '-i', ...post)
    assert.match(base64, /^HTTP\/1.1 200/)
    assert.match(base64, /content-type: application\/pkcs7-mime; smime-type=certs-only/i)
    assert.match(base64, /content-length: \d+/i)
    await writeFile(file('foreign.p7'), Buffer.from(base64.split('\r\n\r\n')[1] ?? '', 'base64'))
    await writeFile(file('foreign.pem'), openssl('pkcs7', '-inform', 'DER', '-in', file('foreign.p7'), '-print_certs'))
    const check = ['-crl_check_all', '-CRLfile', file('crl.pem'), '-untrusted', join(folder, 'members/ca.pem')]
    assert.match(openssl('verify', '-x509_strict', '-CAfile', file('root.pem'), ...check, file('foreign.pem')), /OK/)
    const keys = await curl(...asMember(file('foreign.pem'), keyPath), `${doors.agency}/.well-known/jwks.json`)
    assert.ok(keys.includes('"keys"'), keys)
  })

  it('hands out its authorities over EST as openssl reads them', async function () {
    needsProgram(this, 'openssl', 'version')
    using client = openClient({ url: doors.agency, authority: rootPem, ...(await identity()) })
    const { text, headers } = await client.call({ method: 'GET', path: '/.well-known/est/cacerts' })
    assert.equal(headers['content-transfer-encoding'], 'base64')
    await writeFile(file('ca.p7'), Buffer.from(text, 'base64'))
    const pem = openssl('pkcs7', '-inform', 'DER', '-in', file('ca.p7'), '-print_certs')
    const serials = (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
      (block) => new X509Certificate(block).serialNumber,
    )
    const ours = [members.authority.pem, rootPem].map((block) => new X509Certificate(block).serialNumber)
    assert.deepEqual(serials, ours)
  })

  it('is asked by strongSwan’s EST client too', async function () {
    needsProgram(this, 'pki', '--help')
    needs(this, openStrongswan().includes('--est'), 'this strongSwan asks nobody over EST')
    const own = await identity()
    await writeFile(file('own.pem'), own.certificate)
    await writeFile(file('own.key.pem'), own.key, { mode: 0o600 })
    const { keyPath } = opensslRequest('prime256v1')
    const req = spawnSync('pki', ['--req', '--in', keyPath, '--type', 'priv', '--dn', 'CN=foreign'], {
      timeout: 20_000,
    })
    await writeFile(file('strongswan.csr'), req.stdout)
    const words = ['--est', '--url', doors.agency, '--in', file('strongswan.csr'), '--cacert', file('root.pem')]
    const chain = ['--cacert', join(folder, 'members/ca.pem'), '--cert', file('own.pem'), '--key', file('own.key.pem')]
    await writeFile(file('strongswan.conf'), 'libtls { version_max = 1.3 }\n')
    const settings = { STRONGSWAN_CONF: file('strongswan.conf') }
    const made = await program('pki', [...words, ...chain, '--outform', 'pem'], settings)
    assert.match(made, /-----BEGIN CERTIFICATE-----/)
  })

  const openStrongswan = (): string => {
    const { stdout, stderr } = spawnSync('pki', ['--help'], { encoding: 'utf8', timeout: 20_000 })
    return stdout + stderr
  }

  /** A key and a request made by openssl; base64 of its DER. */
  function opensslRequest(
    kind: string,
    more: readonly string[] = [],
  ): { readonly request: string; readonly keyPath: string } {
    const keyPath = file(`foreign-${kind}.key.pem`)
    const key =
      kind === 'rsa'
        ? ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048']
        : ['-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${kind}`]
    openssl('genpkey', ...key, '-out', keyPath)
    openssl('req', '-new', '-key', keyPath, '-subj', '/CN=foreign', ...more, '-out', file('foreign.csr'))
    const der = spawnSync('openssl', ['req', '-in', file('foreign.csr'), '-outform', 'DER'], { timeout: 20_000 }).stdout
    return { request: der.toString('base64'), keyPath }
  }
})

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** What it printed; not in step with this process, which has to answer it. */
async function program(name: string, words: readonly string[], settings: NodeJS.ProcessEnv = {}): Promise<string> {
  const child = spawn(name, words, { timeout: 20_000, env: { ...process.env, ...settings } })
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(child, 'close')
  return Buffer.concat(chunks).toString('utf8')
}
const curl = (...words: readonly string[]): Promise<string> => program('curl', words)
