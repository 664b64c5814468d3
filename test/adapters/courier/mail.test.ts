/** Notices by mail against a real SMTP server: the words, what is not in them, and no mail without TLS. */
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import fc from 'fast-check'
import { after, before, describe, it } from 'mocha'
import { SMTPServer } from 'smtp-server'
import { MAIL_SUBJECT, openMailNotices } from '#adapters/courier/mail-notice.ts'
import type { MailOptions } from '#adapters/courier/mail-notice.ts'
import { courierSchema, MAIL_ADDRESS } from '#gateway/core/courier-ways.ts'
import type { CarryOutcome } from '#gateway/ports/courier.ts'
import { aServerIdentity, makeAuthorities } from '#test/support/certificates.ts'
import type { TestAuthorities, TlsIdentity } from '#test/support/certificates.ts'
import { anErrand, listening } from '#test/support/couriers.ts'
import { samples } from '#test/support/samples.ts'

const outcomeOf = (outcome: CarryOutcome): string => (outcome.kind === 'failed' ? outcome.fault : outcome.kind)
const FROM = 'notices@passerelle.example'
const TO = 'accueil@association.example'

interface Mail {
  readonly to: readonly string[]
  readonly text: string
  readonly isSecure: boolean
}

describe('A notice by mail', () => {
  let authorities: TestAuthorities
  let identity: TlsIdentity
  const mails: Mail[] = []
  let server: Awaited<ReturnType<typeof mailServer>>
  before(async () => {
    authorities = await makeAuthorities(Date.now())
    identity = await aServerIdentity(authorities)
    server = await mailServer({})
  })
  after(() => server[Symbol.asyncDispose]())

  const mailServer = (changes: object) =>
    listening(
      new SMTPServer({
        ...identity,
        authOptional: true,
        logger: false,
        onData: (stream, session, done) => {
          const chunks: Buffer[] = []
          stream.on('data', (chunk: Buffer) => chunks.push(chunk))
          stream.on('end', () => {
            const to = session.envelope.rcptTo.map(({ address }) => address)
            mails.push({ to, text: Buffer.concat(chunks).toString('utf8'), isSecure: session.secure })
            done()
          })
        },
        ...changes,
      }).server,
    )
  const notices = (changes: Partial<MailOptions> = {}) =>
    openMailNotices({
      host: 'localhost',
      port: server.port,
      tls: 'starttls',
      roots: authorities.root.pem,
      from: FROM,
      ...changes,
    })
  const errand = () => anErrand({ way: 'mail', to: TO, alternate: 'dpo@association.example' })
  const sent = async (): Promise<Mail> => {
    const before = mails.length
    assert.equal(outcomeOf(await notices().carry(errand())), 'taken')
    const [mail, ...more] = mails.slice(before)
    assert.ok(mail !== undefined && more.length === 0)
    return mail
  }

  it('says that something waits, behind TLS, to the one address', async () => {
    const { to, text, isSecure } = await sent()
    assert.deepEqual([to, isSecure], [[TO], true])
    assert.match(text, /^Subject: Un message vous attend \/ A message is waiting\r$/m)
    assert.match(text, /Sign in as usual/)
    assert.match(text, /Connectez-vous comme d/)
  })

  it('holds no id, no link, no organisation and nothing that differs from the next but date and own id', async () => {
    const one = errand()
    const bare = ({ text }: Mail): string => text.replace(/^(Date|Message-ID): .*$/gm, '').replaceAll(/=\r\n/g, '')
    const [first, second] = [await sent(), await sent()]
    assert.equal(bare(first), bare(second))
    assert.doesNotMatch(first.text, /https?:|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?!@)/)
    for (const word of [one.deliveryId, 'pairs', 'prison', 'X-Mailer', 'nodemailer'])
      assert.equal(first.text.toLowerCase().includes(word.toLowerCase()), false, word)
  })

  it('goes to the other address where that is its turn', async () => {
    const one = errand()
    const recipient = { ...one.recipient, isAlternate: true }
    assert.equal(outcomeOf(await notices().carry({ ...one, recipient })), 'taken')
    assert.deepEqual(mails.at(-1)?.to, ['dpo@association.example'])
  })

  it('is not sent without TLS, nor to a server of another name or authority', async () => {
    const before = mails.length
    await using plain = await mailServer({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] })
    assert.equal(outcomeOf(await notices({ port: plain.port }).carry(errand())), 'peer-refused')
    const strangers = await makeAuthorities(Date.now())
    const outcome = outcomeOf(await notices({ roots: strangers.root.pem }).carry(errand()))
    assert.ok(['peer-refused', 'unreachable'].includes(outcome), outcome)
    assert.equal(mails.length, before)
    assert.equal(outcomeOf(await notices({ port: plain.port, tls: 'demo' }).carry(errand())), 'taken')
  })

  it('a server that refuses, or says nothing, is tried again later', async () => {
    const before = mails.length
    const refuse = (_address: unknown, _session: unknown, done: (error: Error) => void): void => done(new Error('no'))
    await using refusing = await mailServer({ onRcptTo: refuse })
    assert.equal(outcomeOf(await notices({ port: refusing.port }).carry(errand())), 'answer-refused')
    await using silent = await listening(createServer(() => {}))
    const one = { ...errand(), signal: AbortSignal.timeout(300) }
    assert.equal(outcomeOf(await notices({ port: silent.port }).carry(one)), 'timed-out')
    assert.equal(mails.length, before)
  })

  it('whatever stands in the registry, no address ends a header or names a second recipient', async () => {
    const breaking = fc
      .tuple(
        fc.string(),
        fc.constantFrom('\r\n', '\n', '\r', ',', ';', '<', '>', '"', ' ', '\0', '\u2028'),
        fc.string(),
      )
      .map(([before, mark, after]) => `a${before}${mark}${after}@association.example`)
    await fc.assert(
      fc.asyncProperty(breaking, async (address) => {
        assert.equal(MAIL_ADDRESS.test(address), false)
        assert.equal(courierSchema.safeParse({ way: 'mail', to: address }).success, false)
        const one = anErrand({ way: 'mail', to: address })
        assert.equal(outcomeOf(await notices().carry(one)), 'not-set-up')
      }),
      { numRuns: samples(100) },
    )
    assert.throws(() => notices({ from: `${FROM}\r\nBcc: other@association.example` }))
  })

  it('the subject is the same for everything', () => assert.doesNotMatch(MAIL_SUBJECT, /[\r\n]/))

  it('a ping goes as far as the server and sends nothing', async () => {
    const before = mails.length
    assert.equal(outcomeOf(await notices().ping(errand())), 'taken')
    assert.equal(mails.length, before)
  })
})
