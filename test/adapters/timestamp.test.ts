/** Time-stamps: tokens of `openssl ts` are taken, and everything that is not quite one is refused. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import * as fc from 'fast-check'
import { after, before, describe, it } from 'mocha'
import { readDer } from '#adapters/timestamp/der.ts'
import { openTimeStamps } from '#adapters/timestamp/http.ts'
import { isTrustedAt } from '#adapters/timestamp/signer-certificate.ts'
import { checkToken } from '#adapters/timestamp/token.ts'
import { lawRuns } from '#test/support/law-runs.ts'
import { needsOpenssl } from '#test/support/openssl.ts'
import { aTimeStampAuthority, STAMPING_EXTENSIONS } from '#test/support/time-stamp-authority.ts'
import type { AuthorityChanges, TestAuthority } from '#test/support/time-stamp-authority.ts'

const CONTENT = Buffer.from('net.test/audit\n42\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n')

/** The step that refused, or `ok`. */
const stepOf = (result: ReturnType<typeof checkToken>): string =>
  result.ok ? 'ok' : `${result.problem.code} ${result.problem.errors?.[0]?.code ?? ''}`

describe('a time-stamp', () => {
  let authority: TestAuthority
  let token: Uint8Array = new Uint8Array()
  let authorities: readonly X509Certificate[] = []
  const opened: TestAuthority[] = []

  /** What an authority with that fault comes to. */
  async function stampedBy(changes: AuthorityChanges, trusted?: string): Promise<string> {
    const made = await aTimeStampAuthority(changes)
    opened.push(made)
    const certificate = trusted ?? made.authority
    return stepOf(await openTimeStamps([{ url: made.url, certificate }]).stamp(CONTENT))
  }

  before(async function () {
    needsOpenssl(this)
    authority = await aTimeStampAuthority()
    opened.push(authority)
    const stamped = await openTimeStamps([{ url: authority.url, certificate: authority.authority }]).stamp(CONTENT)
    assert.ok(stamped.ok)
    token = stamped.value.token
    authorities = [new X509Certificate(authority.authority)]
    assert.ok(Math.abs(stamped.value.at - Date.now()) < 60_000)
  })
  after(() => {
    for (const made of opened) made[Symbol.dispose]()
  })

  it('is one that openssl verifies too, over that content alone', () => {
    assert.ok(authority.opensslAccepts(token, CONTENT))
    assert.ok(!authority.opensslAccepts(token, Buffer.from('else')))
  })

  it('can be checked long after, without the number it was asked with', () =>
    assert.equal(stepOf(checkToken({ token, content: CONTENT, authorities })), 'ok'))

  it('by an RSA key holds too', async () => assert.equal(await stampedBy({ key: 'rsa' }), 'ok'))

  it('over other content is refused', () =>
    assert.equal(
      stepOf(checkToken({ token, content: Buffer.from('else'), authorities })),
      'timestamp-invalid other-content',
    ))

  it('that answers another request is refused', () =>
    assert.equal(
      stepOf(checkToken({ token, content: CONTENT, nonce: Uint8Array.of(64, 1, 2, 3, 4, 5, 6, 7), authorities })),
      'timestamp-invalid other-nonce',
    ))

  it('with another signature is refused', () => {
    // The signature is what a token ends with.
    const changed = Uint8Array.from(token).with(-1, (token.at(-1) ?? 0) ^ 1)
    const judged = checkToken({ token: changed, content: CONTENT, authorities })
    assert.equal(stepOf(judged), 'timestamp-invalid signature-wrong')
  })

  it('under another authority is refused', async () =>
    assert.equal(await stampedBy({}, authority.authority), 'timestamp-invalid certificate-not-trusted'))

  it('under no authority is refused', () =>
    assert.equal(
      stepOf(checkToken({ token, content: CONTENT, authorities: [] })),
      'timestamp-invalid certificate-not-trusted',
    ))

  /** Whether a certificate with those extensions may sign time-stamps, so long after it was made. */
  function isTrusted(extensions: string, days = 0): boolean {
    const certificate = new X509Certificate(authority.certify(extensions))
    return isTrustedAt({ certificate, certificates: [], authorities, at: Date.now() + days * 86_400_000 })
  }

  it('is by a certificate for time-stamping alone, in force then', () => {
    assert.ok(isTrusted(STAMPING_EXTENSIONS))
    assert.ok(!isTrusted(STAMPING_EXTENSIONS, 31))
    assert.ok(!isTrusted(STAMPING_EXTENSIONS, -2))
  })

  for (const [name, extensions] of Object.entries({
    'for two purposes': 'extendedKeyUsage=critical,timeStamping,clientAuth\nbasicConstraints=CA:FALSE',
    'for time-stamping, but not critically': 'extendedKeyUsage=timeStamping\nbasicConstraints=CA:FALSE',
    'for another purpose': 'extendedKeyUsage=critical,clientAuth\nbasicConstraints=CA:FALSE',
    'for no stated purpose': 'basicConstraints=CA:FALSE',
    'that is an authority itself': 'extendedKeyUsage=critical,timeStamping\nbasicConstraints=critical,CA:TRUE',
  }))
    it(`by a certificate ${name} is refused`, () => assert.ok(!isTrusted(extensions)))

  it('over what was not asked for is refused', async () => {
    const other = await aTimeStampAuthority({
      // The digest in the request stands at its end, before nonce and certReq.
      swap: (request) => Uint8Array.from(request).with(40, (request[40] ?? 0) ^ 1),
    })
    opened.push(other)
    const stamps = openTimeStamps([{ url: other.url, certificate: other.authority }])
    assert.equal(stepOf(await stamps.stamp(CONTENT)), 'timestamp-invalid other-content')
  })

  it('that is cut short, doubled or no DER is refused', async () => {
    for (const spoil of [
      (answer: Uint8Array) => answer.subarray(0, -1),
      (answer: Uint8Array) => Buffer.concat([answer, answer]),
      () => Buffer.from('hello'),
      () => new Uint8Array(),
    ])
      assert.equal(await stampedBy({ spoil }), 'timestamp-invalid not-granted')
  })

  it('of which one byte is changed is refused, or says the same', () => {
    const at = fc.nat({ max: token.length - 1 })
    const before = checkToken({ token, content: CONTENT, authorities })
    fc.assert(
      fc.property(at, fc.integer({ min: 1, max: 255 }), (place, flip) => {
        const changed = Uint8Array.from(token).with(place, (token[place] ?? 0) ^ flip)
        const judged = checkToken({ token: changed, content: CONTENT, authorities })
        // Bytes outside what is signed (the list of digest algorithms, an unused version) may differ; the time may not.
        assert.ok(!judged.ok || (before.ok && judged.value.at === before.value.at))
      }),
      { numRuns: lawRuns(250) },
    )
  })

  it('comes from the second authority where the first does not answer, and from none where none does', async () => {
    const away = { url: 'http://127.0.0.1:1/', certificate: authority.authority }
    const there = { url: authority.url, certificate: authority.authority }
    assert.ok((await openTimeStamps([away, there]).stamp(CONTENT)).ok)
    await assert.rejects(openTimeStamps([away]).stamp(CONTENT), /no time-stamping authority answers/)
  })
})

describe('DER as far as it is read by hand', () => {
  it('never reads past its end, and gives back what it was given', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const values = readDer(bytes)
        if (values !== undefined) assert.deepEqual(Buffer.concat(values.map(({ whole }) => whole)), Buffer.from(bytes))
      }),
      { numRuns: lawRuns(500) },
    ))
})
