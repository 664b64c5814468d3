/** Webhooks to real servers: what is said, to whom it is not said, and what a member makes of it. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { after, before, describe, it } from 'mocha'
import { WEBHOOK_WINDOW_MS, readWebhook } from '#adapters/agency-kit/verify-webhook.ts'
import type { ReceivedWebhook, WebhookTrust } from '#adapters/agency-kit/verify-webhook.ts'
import { isInner } from '#adapters/courier/inner-address.ts'
import { openWebhooks } from '#adapters/courier/webhook-call.ts'
import type { WebhookOptions } from '#adapters/courier/webhook-call.ts'
import { printWebhookKey } from '#cli/wire-couriers.ts'
import { courierSchema } from '#gateway/core/courier-ways.ts'
import type { CourierEntry } from '#gateway/core/courier-ways.ts'
import type { CarryOutcome } from '#gateway/ports/courier.ts'
import { aServerIdentity, aTlsIdentity, makeAuthorities } from '#test/support/certificates.ts'
import type { TestAuthorities, TlsIdentity } from '#test/support/certificates.ts'
import { anErrand, openPeer, takes } from '#test/support/couriers.ts'
import { fixtureJson, needsFixturesHere } from '#test/support/fixtures.ts'
import type { Heard, Peer } from '#test/support/couriers.ts'
import { samples } from '#test/support/samples.ts'

const SOURCE = 'spiffe://net.test/broker/1'
const { privateKey: key } = generateKeyPairSync('ed25519')
const WEBHOOK_KEY = printWebhookKey(key)
const NOW = Date.UTC(2026, 10, 21, 9)
const LOCAL = new Set(['localhost', '127.0.0.1'])

const failed = (outcome: CarryOutcome): string => (outcome.kind === 'failed' ? outcome.fault : outcome.kind)
const to = (url: string): CourierEntry => ({ way: 'webhook', url })

describe('Webhooks', () => {
  let authorities: TestAuthorities
  let server: TlsIdentity
  let peer: Peer
  before(async () => {
    authorities = await makeAuthorities(Date.now())
    server = await aServerIdentity(authorities)
    peer = await openPeer({ tls: server })
  })
  after(() => peer[Symbol.asyncDispose]())

  const webhooks = (changes: Partial<WebhookOptions> = {}): ReturnType<typeof openWebhooks> =>
    openWebhooks({
      reachable: { innerHosts: LOCAL },
      key,
      source: SOURCE,
      clock: () => NOW,
      roots: { ca: authorities.root.pem },
      plain: 'refused',
      ...changes,
    })
  const url = (host = 'localhost', port = peer.port): string => `https://${host}:${port}/hook`
  const call = async (target: string, changes: Partial<WebhookOptions> = {}): Promise<string> =>
    failed(await webhooks(changes).carry(anErrand(to(target), { signal: AbortSignal.timeout(800) })))
  /** Calls once and answers what the server heard. */
  const heardOnce = async (): Promise<Heard> => {
    const before = peer.heard.length
    peer.behave(takes)
    assert.equal(await call(url()), 'taken')
    const [heard, ...more] = peer.heard.slice(before)
    assert.ok(heard !== undefined && more.length === 0)
    return heard
  }
  const trust = (changes: Partial<WebhookTrust> = {}): WebhookTrust => {
    const had = new Set<string>()
    const once = (id: string): boolean => !had.has(id) && had.add(id).has(id)
    return { keys: [WEBHOOK_KEY], source: SOURCE, now: NOW, seen: { once }, ...changes }
  }

  it('H099 say that something waits and nothing else: six members, all of them opaque', async () => {
    const { headers, body, method, path } = await heardOnce()
    const event = JSON.parse(body) as Record<string, unknown>
    assert.deepEqual(Object.keys(event).toSorted(), ['id', 'source', 'specversion', 'subject', 'time', 'type'])
    assert.match(String(event['subject']), /^\/v1\/deliveries\/[0-9a-f-]{36}$/)
    assert.equal(event['type'], 'passerelle.delivery.waiting.v1')
    assert.deepEqual([method, path, headers['content-type']], ['POST', '/hook', 'application/cloudevents+json'])
    assert.deepEqual(Object.keys(headers).toSorted(), [
      'connection',
      'content-length',
      'content-type',
      'host',
      'webhook-id',
      'webhook-signature',
      'webhook-timestamp',
    ])
  })

  it('never take a parcel out of its mailbox', async () => {
    const errand = anErrand(to(url()))
    assert.equal((await webhooks().carry(errand)).kind, 'taken')
    assert.equal(errand.taken(), 0)
  })

  it('are believed by their member once, and known when they come again', async () => {
    const heard = await heardOnce()
    const trusting = trust()
    assert.equal((await readWebhook(heard, trusting)).kind, 'believed')
    assert.equal((await readWebhook(heard, trusting)).kind, 'seen')
  })

  it('are refused by their member when they are old, early, of another gateway, or of another key', async () => {
    const heard = await heardOnce()
    const other = printWebhookKey(generateKeyPairSync('ed25519').privateKey)
    const reasonOf = async (changes: Partial<WebhookTrust>, given: ReceivedWebhook = heard): Promise<string> => {
      const read = await readWebhook(given, trust(changes))
      return read.kind === 'refused' ? read.reason : read.kind
    }
    assert.equal(await reasonOf({ now: NOW + WEBHOOK_WINDOW_MS + 1000 }), 'time')
    assert.equal(await reasonOf({ now: NOW - WEBHOOK_WINDOW_MS - 1000 }), 'time')
    assert.equal(await reasonOf({ source: 'spiffe://net.test/broker/2' }), 'source')
    assert.equal(await reasonOf({ keys: [other] }), 'signature')
    assert.equal(await reasonOf({ keys: [other, WEBHOOK_KEY] }), 'believed')
    assert.equal(await reasonOf({ keys: ['whpk_short', 'no key'] }), 'signature')
    assert.equal(await reasonOf({}, { ...heard, headers: { ...heard.headers, 'webhook-id': 'another' } }), 'signature')
    assert.equal(await reasonOf({}, { ...heard, headers: {} }), 'headers')
    assert.equal(await reasonOf({}, { ...heard, body: ' '.repeat(5000) }), 'too-large')
    const symmetric = String(heard.headers['webhook-signature']).replace('v1a,', 'v1,')
    assert.equal(
      await reasonOf({}, { ...heard, headers: { ...heard.headers, 'webhook-signature': symmetric } }),
      'signature',
    )
  })

  it('whatever is changed in the body, the member believes none of it', async () => {
    const heard = await heardOnce()
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: heard.body.length - 1 }),
        fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 3 }),
        async (at, put) => {
          const body = heard.body.slice(0, at) + put + heard.body.slice(at + 1)
          fc.pre(body !== heard.body)
          assert.equal((await readWebhook({ ...heard, body }, trust())).kind, 'refused')
        },
      ),
      { numRuns: samples(200) },
    )
  })

  it('H093 are not sent to loopback, private, link-local, metadata, mapped and translated addresses, however they are spelled', async () => {
    const inner = [
      '127.0.0.1 127.1 2130706433 0x7f000001 0177.0.0.1 0 10.1.2.3 172.16.0.1 172.31.255.255 192.168.0.1 100.64.0.1',
      '169.254.169.254 192.0.0.1 198.18.0.1 224.0.0.1 255.255.255.255 240.0.0.1',
      '[::1] [::] [::ffff:127.0.0.1] [::ffff:8.8.8.8] [::ffff:a00:1] [::127.0.0.1] [64:ff9b::7f00:1] [64:ff9b:1::1]',
      '[fe80::1] [fec0::1] [fc00::1] [fd00:ec2::254] [ff02::1] [2002:7f00:1::] [2001::1] [2001:db8::1] [100::1]',
    ].flatMap((line) => line.split(' '))
    const before = peer.heard.length
    for (const host of inner) {
      const target = new URL(`https://${host}:${peer.port}/hook`)
      assert.equal(await call(target.href, { reachable: { innerHosts: new Set() } }), 'address-refused', host)
    }
    assert.equal(peer.heard.length, before)
    assert.equal(isInner('8.8.8.8') || isInner('2606:4700::1111'), false)
    assert.equal(isInner('fe80::1%eth0') && isInner('2606:4700::1111%eth0') && isInner('no address'), true)
  })

  it('H093 an entry with an address in another spelling than its plain one is not read', () => {
    for (const host of ['127.1', '2130706433', '0x7f000001', '0177.0.0.1', 'LOCALHOST', 'a%2eb'])
      assert.equal(courierSchema.safeParse(to(`https://${host}/hook`)).success, false, host)
  })

  it('H093 no address of the payload list is ever called, even where its entry was read', async function () {
    needsFixturesHere(this)
    const { payloads } = fixtureJson('payloads/ssrf-url.json') as { readonly payloads: readonly { payload: string }[] }
    assert.ok(payloads.length > 50, `${payloads.length} payloads`)
    const before = peer.heard.length
    // Nobody is asked where the names of that list lead.
    const reachable = { innerHosts: new Set<string>(), resolve: async () => ['169.254.169.254'] }
    for (const { payload } of payloads)
      for (const text of [payload, payload.replace(/^http:/, 'https:')]) {
        if (URL.canParse(text)) assert.equal(await call(text, { reachable }), 'address-refused', text)
        else assert.equal(courierSchema.safeParse(to(text)).success, false, text)
      }
    assert.equal(peer.heard.length, before)
  })

  it('H094 are not sent where a name leads inside, or inside as well', async () => {
    const named = url('member.test')
    const answers = (...addresses: readonly string[]) => ({
      reachable: { innerHosts: new Set<string>(), resolve: async () => addresses },
    })
    assert.equal(await call(named, answers('127.0.0.1')), 'address-refused')
    assert.equal(await call(named, answers('2a00::1', '127.0.0.1')), 'address-refused')
    assert.equal(await call(named, answers('169.254.169.254', '2a00::1')), 'address-refused')
    assert.equal(await call(named, answers('168.63.129.16')), 'address-refused')
    assert.equal(await call(named, answers()), 'unreachable')
  })

  it('H094 ask once where a name leads: a second answer that leads inside is never asked for', async () => {
    const before = peer.heard.length
    let asked = 0
    const resolve = async (): Promise<readonly string[]> => {
      asked += 1
      return asked === 1 ? ['2a00::1'] : ['127.0.0.1']
    }
    const outcome = await call(url('member.test'), { reachable: { innerHosts: new Set(), resolve } })
    assert.ok(['unreachable', 'timed-out'].includes(outcome))
    assert.equal(asked, 1)
    assert.equal(peer.heard.length, before)
  })

  it('are sent inside where the operator names the host, and only there', async () => {
    const resolve = async (): Promise<readonly string[]> => ['127.0.0.1']
    const allowing = (host: string) => ({ reachable: { innerHosts: new Set([host]), resolve } })
    peer.behave(takes)
    assert.equal(await call(url(), allowing('localhost')), 'taken')
    assert.equal(await call(url(), allowing('other.test')), 'address-refused')
  })

  it('H095 follow no redirect', async () => {
    await using inner = await openPeer()
    for (const status of [301, 302, 303, 307, 308]) {
      peer.behave((_heard, response) =>
        response.writeHead(status, { location: `http://127.0.0.1:${inner.port}/latest/meta-data` }).end(),
      )
      assert.equal(await call(url()), 'answer-refused', String(status))
    }
    assert.deepEqual(inner.heard, [])
  })

  it('H096 an entry with a user, another scheme, a fragment or a line break in its URL is not read', () => {
    const wrong = [
      'https://user@member.test/hook',
      'https://user:word@member.test/hook',
      'file:///etc/passwd',
      'gopher://member.test/1',
      'ftp://member.test/',
      'javascript:alert(1)',
      'https://member.test/hook#part',
      'https://member.test/hook\r\nHost: inner.test',
      'https://member.test/ho ok',
      'https://member.test\\@inner.test/',
      '//member.test/hook',
      'member.test',
    ]
    for (const text of wrong) assert.equal(courierSchema.safeParse(to(text)).success, false, text)
    for (const text of ['https://member.test', 'https://member.test/hook?a=1', 'https://member.test:8443/'])
      assert.equal(courierSchema.safeParse(to(text)).success, true, text)
  })

  it('H096 plain http is called in a demo alone', async () => {
    await using plain = await openPeer()
    const target = `http://127.0.0.1:${plain.port}/hook`
    assert.equal(await call(target), 'address-refused')
    assert.deepEqual(plain.heard, [])
    assert.equal(await call(target, { plain: 'demo' }), 'taken')
  })

  it('H097 an answer without end is cut, one that never comes is not waited for, and one that is slow has its time', async () => {
    const chunk = 'x'.repeat(60_000)
    peer.behave((_heard, response) => {
      response.writeHead(200)
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', more)
      }
      more()
    })
    assert.equal(await call(url()), 'answer-too-large')
    peer.behave(() => {})
    assert.equal(await call(url()), 'timed-out')
    peer.behave((_heard, response) => {
      response.writeHead(200)
      const timer = setInterval(() => response.write('.'), 50)
      response.once('close', () => clearInterval(timer))
    })
    assert.equal(await call(url()), 'timed-out')
  })

  it('an answer that is cut, or is no HTTP, or says anything but 2xx is no yes', async () => {
    peer.behave((_heard, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half')
      setTimeout(() => response.destroy(), 20)
    })
    assert.equal(await call(url()), 'cut-off')
    peer.behave((_heard, response) => void response.socket?.end('garbage\r\n\r\n'))
    assert.equal(await call(url()), 'answer-refused')
    peer.behave((_heard, response) => void response.socket?.destroy())
    assert.equal(await call(url()), 'cut-off')
    for (const status of [400, 404, 410, 429, 500, 503]) {
      peer.behave((_heard, response) => void response.writeHead(status).end('no'))
      assert.equal(await call(url()), 'answer-refused', String(status))
    }
  })

  it('H098 go to no server of another name, another authority or an old certificate', async () => {
    const before = peer.heard.length
    const resolve = async (): Promise<readonly string[]> => ['127.0.0.1']
    const reachable = { innerHosts: new Set(['other.test', 'localhost']), resolve }
    assert.equal(await call(url('other.test'), { reachable }), 'peer-refused')
    const strangers = await makeAuthorities(Date.now())
    assert.equal(await call(url(), { roots: { ca: strangers.root.pem } }), 'peer-refused')
    const old = { from: Date.now() - 90_000_000, until: Date.now() - 60_000 }
    const names = { dnsNames: ['localhost'], usages: ['client', 'server'] as const, period: old }
    await using expired = await openPeer({ tls: await aTlsIdentity(authorities, 'pairs-paris', names) })
    assert.equal(await call(url('localhost', expired.port)), 'peer-refused')
    assert.equal(peer.heard.length + expired.heard.length, before)
  })

  it('a ping is signed like everything else, and names no delivery', async () => {
    const errand = anErrand(to(url()))
    peer.behave(takes)
    const notice = { ...errand.notice, type: 'passerelle.ping.v1', subject: '/v1/deliveries' } as const
    assert.equal((await webhooks().ping({ ...errand, notice })).kind, 'taken')
    const heard = peer.heard.at(-1)
    assert.ok(heard !== undefined)
    const read = await readWebhook(heard, trust())
    assert.equal(read.kind === 'believed' && read.event.subject, '/v1/deliveries')
  })
})
