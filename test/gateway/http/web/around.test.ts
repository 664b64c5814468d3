/** What stands around every page: head, navigation, languages, foot, assets, leaving. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { ROLES, SESSION_LIMITS_MS } from '#gateway/core/account.ts'
import type { Role } from '#gateway/core/account.ts'
import type { OrganisationId } from '#gateway/core/ids.ts'
import { CONSTANT_SENTENCE } from '#gateway/core/projection.ts'
import { html } from '#gateway/http/web/html.ts'
import { layout } from '#gateway/http/web/layout.ts'
import type { Page, Visitor } from '#gateway/http/web/route.ts'
import { refreshToNotice, signInEndsAt } from '#gateway/http/web/session-end.ts'
import { wayOf, WAYS } from '#gateway/http/web/ways.ts'
import { CATALOGUES } from '#gateway/http/web/words.ts'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { openTestWeb } from '#test/support/web.ts'
import type { TestWeb } from '#test/support/web.ts'
import { aVisit } from '#test/support/visit.ts'

const ADDRESS = /(?:href|src)="(\/assets\/[^"]+)"/g

describe('around every page', () => {
  let gateway: TestGateway
  let web: TestWeb
  before(async () => {
    gateway = await bootGateway({ worker: 'paused' })
    web = await openTestWeb(gateway.deps)
  })
  after(async () => {
    await web[Symbol.asyncDispose]()
    await gateway.stop()
  })

  const assetsOf = (text: string): readonly string[] => [...text.matchAll(ADDRESS)].map(([, address]) => address ?? '')

  it('a first view is under 50 kB in all, as it goes over the wire', async () => {
    const officer = await web.signIn('officer')
    const page = await officer.get('/accessibility')
    const sizes = await Promise.all(
      assetsOf(page.text).map(async (address) => {
        const reply = await fetch(`${web.origin}${address}`, { headers: { 'accept-encoding': 'gzip' } })
        assert.equal(reply.headers.get('content-encoding'), 'gzip')
        await reply.arrayBuffer()
        return Number(reply.headers.get('content-length'))
      }),
    )
    const whole = Buffer.byteLength(page.text) + sizes.reduce((sum, size) => sum + size, 0)
    console.log(`    ${whole} bytes: page ${Buffer.byteLength(page.text)} as it is, files ${sizes.join(' + ')} gzipped`)
    assert.ok(sizes.length >= 2 && whole < 50_000)
  })

  it('files are kept for ever under the address of their content, and asked for again under any other', async () => {
    const { text } = await web.stranger.get('/accessibility')
    for (const address of assetsOf(text)) {
      const reply = await web.stranger.get(address)
      assert.equal(reply.status, 200)
      assert.equal(reply.headers.get('cache-control'), 'public, max-age=31536000, immutable')
      const tag = reply.headers.get('etag') ?? ''
      assert.equal((await web.stranger.get(address, { 'if-none-match': tag })).status, 304)
      const bare = await web.stranger.get(address.replace(/\?.*/, ''))
      assert.equal(bare.headers.get('cache-control'), 'no-cache')
      assert.equal(bare.text, reply.text)
    }
    assert.equal((await web.stranger.get('/assets/passerelle.css')).status, 404)
  })

  it('files go as the browser can read them', async () => {
    const codings = await Promise.all(
      ['br', 'gzip', 'identity'].map(async (coding) => {
        const reply = await web.stranger.get('/assets/style.css', { 'accept-encoding': coding })
        return reply.headers.get('content-encoding')
      }),
    )
    assert.deepEqual(codings, ['br', 'gzip', null])
  })

  it('H119 no file names a source map, another host, or what belongs to GOV.UK', async () => {
    for (const name of ['style.css', 'style-rtl.css', 'page.js']) {
      const { text } = await web.stranger.get(`/assets/${name}`)
      assert.doesNotMatch(text, /sourceMappingURL|https?:..[a-z]|@font-face|GDS Transport|crest|url\(/, name)
      assert.equal((await web.stranger.get(`/assets/${name}.map`)).status, 404)
    }
  })

  it('the mirrored sheet is another one, with our own rules after it as they are', async () => {
    const plain = (await web.stranger.get('/assets/style.css')).text
    const mirrored = (await web.stranger.get('/assets/style-rtl.css')).text
    assert.notEqual(plain, mirrored)
    const own = plain.slice(plain.indexOf('/* The look of Passerelle'))
    assert.ok(own.length > 5000 && mirrored.endsWith(own))
    const physical =
      /(?:margin|padding|border)-(?:left|right|top|bottom)|[^-](?:left|right|top|bottom):|(?:^|[^-])(?:width|height):/m
    assert.doesNotMatch(own, physical)
  })

  it('a language is chosen by a link, kept, and the same page comes back', async () => {
    const person = await web.signIn('auditor')
    const reply = await person.get('/accessibility?a=1&language=fr')
    assert.equal(reply.status, 303)
    assert.equal(reply.headers.get('location'), '/accessibility?a=1')
    const cookie = (reply.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    assert.equal(cookie, '__Host-language=fr')
    const french = await person.get('/accessibility', { cookie: `${person.cookie}; ${cookie}` })
    assert.match(french.text, /<html lang="fr" dir="ltr"/)
    assert.match(french.text, /href="\/accessibility\?language=ar"/)
    assert.equal((await person.get('/accessibility?language=tlh')).status, 200)
    assert.equal((await person.get('/accessibility?language=fr')).headers.get('location'), '/accessibility')
  })

  it('a language that was chosen once is found again on another browser, and is nobody else’s', async () => {
    const person = await web.signIn('auditor')
    await person.get('/accessibility?language=fr')
    // Without the cookie, as on another browser.
    const french = /<html lang="fr"/
    assert.match((await person.get('/accessibility', { 'accept-language': 'en' })).text, french)
    const other = await web.signIn('auditor')
    assert.doesNotMatch((await other.get('/accessibility', { 'accept-language': 'en' })).text, french)
    // What somebody else chose on this browser before does not count for who has chosen.
    const left = { cookie: `${person.cookie}; __Host-language=ar` }
    assert.match((await person.get('/accessibility', left)).text, french)
  })

  it('Arabic goes from right to left, with the sheet made for it', async () => {
    const reply = await web.stranger.get('/accessibility', { 'accept-language': 'ar' })
    assert.match(reply.text, /<html lang="ar" dir="rtl"/)
    assert.match(reply.text, /style-rtl\.css\?v=/)
  })

  for (const role of ROLES)
    it(`shows a ${role} the ways of that role and no others`, async () => {
      const person = await web.signIn(role)
      const { text } = await person.get('/accessibility')
      const all = Object.values(WAYS).flat()
      for (const { href } of all)
        assert.equal(
          text.includes(`<a href="${href}"`),
          WAYS[role].some((way) => way.href === href),
          `${role} ${href}`,
        )
      assert.ok(text.includes(person.account.name))
    })

  it('marks the way that a page belongs to', () => {
    assert.equal(wayOf(WAYS.reader, '/inbox/access', undefined)?.name, 'access')
    assert.equal(wayOf(WAYS.reader, '/inbox/123', undefined)?.name, 'inbox')
    assert.equal(wayOf(WAYS.reader, '/inboxes', undefined), undefined)
    assert.equal(wayOf(WAYS.officer, '/recipients/pairs', 'policy')?.name, 'policy')
  })

  it('H119 a page goes nowhere but to who asked: not kept, not framed, not named to others', async () => {
    const { headers } = await web.stranger.get('/accessibility')
    assert.equal(headers.get('cache-control'), 'no-store')
    assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/)
    assert.equal(headers.get('referrer-policy'), 'no-referrer')
    assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin')
    assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin')
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
  })

  it('"Hide now" ends the sign-in, empties the browser and leads to a page that says nothing', async () => {
    const person = await web.signIn('reader')
    const reply = await person.post('/away')
    assert.equal(reply.status, 303)
    assert.equal(reply.headers.get('location'), '/away')
    assert.equal(reply.headers.get('clear-site-data'), '"cache", "cookies", "storage"')
    assert.match(reply.headers.get('set-cookie') ?? '', /^__Host-passerelle=; .*Max-Age=0/)
    assert.doesNotMatch((await person.get('/accessibility')).text, /sign-out/)
    const { text } = await person.get('/away')
    assert.doesNotMatch(text, /Passerelle|href="\/[^a]|form/)
  })

  it('a problem, and what is around the cases, tells a reader too that not everything may be shown, and nobody else', async () => {
    const [reader, operator] = [await web.signIn('reader'), await web.signIn('operator')]
    for (const path of ['/passkeys', '/sign-in/expiring', '/accessibility', '/inbox/none', '/nowhere']) {
      assert.ok((await reader.get(path)).text.includes(CONSTANT_SENTENCE.en), path)
      assert.ok(!(await operator.get(path)).text.includes(CONSTANT_SENTENCE.en), path)
      assert.ok(!(await web.stranger.get(path)).text.includes(CONSTANT_SENTENCE.en), path)
    }
  })

  it('a page is followed by the notice two minutes before the sign-in ends, and says when that is', async () => {
    const person = await web.signIn('reader')
    const reply = await person.get('/accessibility')
    const [seconds, address] = (reply.headers.get('refresh') ?? '').split('; url=')
    assert.ok(Math.abs(Number(seconds) - (60 - 2) * 60) <= 31, String(seconds))
    assert.equal(address, '/sign-in/expiring?to=%2Faccessibility')
    assert.match(reply.text, /Your sign-in ends at/)
    assert.equal((await web.stranger.get('/accessibility')).headers.get('refresh'), null)
  })

  it('the notice comes before the earlier of two ends, and at once when that is past', () => {
    const session = { id: '', account: '', method: 'passkey', computer: 'shared', beganAt: 0, seenAt: 0 } as const
    const late = SESSION_LIMITS_MS.shared.whole - 60_000
    assert.equal(signInEndsAt(session, late), SESSION_LIMITS_MS.shared.whole)
    assert.match(refreshToNotice(session, late, '/a b'), /^0; url=\/sign-in\/expiring\?to=%2Fa%20b$/)
  })
})

describe('the document of a page', () => {
  const aVisitor = (role: Role): Visitor => ({
    account: { id: 'a', name: 'DEMO', role, organisation: 'pairs-paris' as OrganisationId, from: 0 },
    session: { id: '', account: 'a', method: 'passkey', computer: 'own', beganAt: 0, seenAt: 0 },
  })
  const aPage: Page = { title: 'Title', body: html`<p>Body</p>` }

  it('bears the constant sentence where it shows a case, in each language, and for a reader; the caveat of print with a case alone', () => {
    for (const language of ['en', 'fr', 'ar'] as const) {
      const visit = aVisit({ language })
      const sentence = CATALOGUES[language].common.constantSentence
      const text = layout(visit, { ...aPage, isOfCase: true }, undefined)
      assert.ok(text.includes(sentence))
      assert.equal(text.split('only-print').length - 1, 2)
      const other = layout(visit, aPage, undefined)
      assert.ok(!other.includes(sentence) && !other.includes('only-print'))
      for (const role of ROLES) {
        const seen = layout(visit, aPage, aVisitor(role))
        assert.equal(seen.includes(sentence), role === 'reader', role)
        assert.ok(!seen.includes('only-print'))
      }
      const bare = layout(visit, { ...aPage, isBare: true }, aVisitor('reader'))
      assert.ok(!bare.includes(sentence))
    }
    assert.equal(CATALOGUES.en.common.constantSentence, CONSTANT_SENTENCE.en)
    assert.equal(CATALOGUES.fr.common.constantSentence, CONSTANT_SENTENCE.fr)
  })

  it('has its title first, a way back, scripts of its own and the width it asks for', () => {
    const text = layout(
      aVisit({ language: 'en' }),
      { ...aPage, back: { href: '/inbox', text: 'Inbox' }, scripts: ['page.js', 'passkey.js'], isWide: true },
      undefined,
    )
    assert.match(text, /<title>Title – Passerelle<\/title>/)
    assert.match(text, /<a href="\/inbox" class="govuk-back-link">Inbox<\/a>/)
    assert.deepEqual(
      [...text.matchAll(/<script src="\/assets\/([a-z.]+)/g)].map(([, name]) => name),
      ['page.js', 'passkey.js'],
    )
    assert.match(text, /is-wide page-middle/)
  })

  it('a script that is not there is a mistake of ours', () => {
    assert.throws(() => layout(aVisit({ language: 'en' }), { ...aPage, scripts: ['none.js'] }, undefined), /none\.js/)
  })

  it('in a demo says what is invented, what the clock says, and lets it be moved', () => {
    const controls = { aheadDays: () => 0, moveClock: async () => true, reset: () => undefined, isEnding: () => false }
    const text = layout(aVisit({ language: 'fr', web: { isDemo: true, demo: controls } }), aPage, undefined)
    assert.match(text, /tout est inventé ici/)
    assert.match(text, /Avancer l’horloge de/)
    assert.match(text, /action="\/demo\/reset"/)
    assert.doesNotMatch(layout(aVisit({ language: 'fr', web: { isDemo: true } }), aPage, undefined), /\/demo\//)
  })

  it('offers no other language on the answer to a form, which has no address', () => {
    assert.doesNotMatch(layout({ ...aVisit({ language: 'en' }), method: 'post' }, aPage, undefined), /language=fr/)
  })
})
