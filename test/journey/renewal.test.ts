/** A member’s certificate renewed before it ends, at the gateway that knows the old one; hostile requests. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, describe, it } from 'mocha'
import { collectCertificate, enrol } from '#adapters/agency-kit/enrol.ts'
import { openClient } from '#adapters/agency-kit/client.ts'
import { readOwnCertificate, renewingAlone, replaceOwnCertificate } from '#adapters/agency-kit/own-certificate.ts'
import { openRenewingClient } from '#adapters/agency-kit/renewing-client.ts'
import { dueAt, renewIfDue } from '#adapters/agency-kit/renew.ts'
import { readRequest, writeRequest } from '#adapters/pki/certificate-request.ts'
import { readCertificate } from '#adapters/pki/certificate.ts'
import { generateCertificateKey, USAGES } from '#adapters/pki/issue.ts'
import { revoke } from '#adapters/pki/issuing.ts'
import { confirm, invite } from '#adapters/pki/members-issuer.ts'
import { readCertificatesOnly } from '#adapters/pki/pkcs7.ts'
import { needsProgram } from '#test/support/needs.ts'
import { openssl, opensslRequest } from '#test/support/openssl.ts'
import { aRequest, faultOf, NETWORK, openEnrolling, ORGANISATION } from '#test/support/enrolling.ts'
import type { Enrolling, OwnCertificate } from '#test/support/enrolling.ts'

const DAY_MS = 86_400_000

const mustRead = async (own: string): Promise<OwnCertificate> => {
  const read = await readOwnCertificate(own)
  assert.ok(read !== undefined)
  return read
}

describe('enrolment and renewal', function () {
  this.timeout(120_000)
  let enrolling: Enrolling
  let members: Enrolling['members']
  let rootPem: Enrolling['rootPem']
  let uri: Enrolling['uri']
  let doors: Enrolling['doors']
  let live: Enrolling['live']
  let clock: Enrolling['clock']
  let now: Enrolling['now']
  let file: Enrolling['file']
  let identity: Enrolling['identity']
  let door: Enrolling['door']
  let reenrol: Enrolling['reenrol']
  before(async () => {
    enrolling = await openEnrolling()
    ;({ members, rootPem, uri, doors, live, clock, now, file, identity, door, reenrol } = enrolling)
  })
  after(() => enrolling[Symbol.asyncDispose]())
  afterEach(() => void (clock.aheadMs = 0))

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
    const { request } = opensslRequest(file, 'prime256v1', [
      '-addext',
      `subjectAltName=URI:spiffe://${NETWORK}/org/evil`,
    ])
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
      const answer = faultOf(await reenrol(own, opensslRequest(file, kind).request))
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
    const { request, keyPath } = opensslRequest(file, 'prime256v1')
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

  it('renews nothing for a certificate that has run out, not on a connection that it opened before either', async () => {
    const own = await identity()
    const body = await aRequest()
    using client = openClient({ url: doors.agency, authority: rootPem, ...own })
    const call = { method: 'POST', path: '/.well-known/est/simplereenroll', contentType: 'application/pkcs10' } as const
    assert.equal((await client.call({ ...call, body: 'none' })).status, 400)
    clock.aheadMs = 7.5 * DAY_MS
    assert.match(faultOf(await client.call({ ...call, body })), /^403 certificate-expired/)
    await assert.rejects(reenrol(own, body))
    clock.aheadMs = 0
    assert.equal((await reenrol(own, body)).status, 200)
  })
})
