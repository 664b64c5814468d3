/** A new member from code to certificate, against a gateway that serves; hostile codes. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, afterEach, before, describe, it } from 'mocha'
import { collectCertificate, enrol } from '#adapters/agency-kit/enrol.ts'
import { openClient } from '#adapters/agency-kit/client.ts'
import { readCertificate } from '#adapters/pki/certificate.ts'
import { confirm, createIssuer, invite } from '#adapters/pki/members-issuer.ts'
import { aRequest, NETWORK, openEnrolling, ORGANISATION } from '#test/support/enrolling.ts'
import type { Enrolling } from '#test/support/enrolling.ts'

const DAY_MS = 86_400_000

describe('enrolment and renewal', function () {
  this.timeout(120_000)
  let enrolling: Enrolling
  let members: Enrolling['members']
  let rootPem: Enrolling['rootPem']
  let uri: Enrolling['uri']
  let doors: Enrolling['doors']
  let clock: Enrolling['clock']
  let now: Enrolling['now']
  let file: Enrolling['file']
  let door: Enrolling['door']
  let ask: Enrolling['ask']
  before(async () => {
    enrolling = await openEnrolling()
    ;({ members, rootPem, uri, doors, clock, now, file, door, ask } = enrolling)
  })
  after(() => enrolling[Symbol.asyncDispose]())
  afterEach(() => void (clock.aheadMs = 0))

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
    clock.aheadMs = DAY_MS
    assert.equal(await ask(code), 403)
    clock.aheadMs = DAY_MS - 60_000
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
      const bytes = (await readFile(file('members', name))).toString('latin1')
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
})
