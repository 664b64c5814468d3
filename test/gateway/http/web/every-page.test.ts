/** Every page of the route tables as it goes over the wire: what must be true of each, whoever wrote it. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { CONSTANT_SENTENCE } from '#gateway/core/projection.ts'
import { openPageStage, viewsOf } from '#test/browser/page-stage.ts'
import type { PageStage, View } from '#test/browser/page-stage.ts'
import type { WebReply } from '#test/support/web.ts'

interface Seen {
  readonly view: View
  readonly reply: WebReply
}

/** Pages that show the content of a case, and nothing else does. */
const OF_CASE = /^\/inbox/

/** What is asked for there is about the person who writes. */
const OF_ONESELF = /^\/(passkeys|sign-in)/

const nameOf = ({ view: { role, address } }: Seen): string => `${role} ${address}`
const tagsOf = (text: string, name: string): readonly string[] =>
  [...text.matchAll(new RegExp(`<${name}(\\s[^>]*)?>`, 'g'))].map(([tag]) => tag)
const valueOf = (tag: string, name: string): string | undefined => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]

describe('every page over the wire', function () {
  this.timeout(60_000)
  let stage: PageStage
  const seen: Seen[] = []
  before(async () => {
    stage = await openPageStage()
    for (const view of await viewsOf(stage)) {
      const person = view.role === 'nobody' ? stage.web.stranger : stage.people[view.role]
      const reply = await person.get(view.address)
      if (reply.headers.get('content-type')?.startsWith('text/html') === true && reply.status !== 303)
        seen.push({ view, reply })
    }
  })
  after(() => stage[Symbol.asyncDispose]())

  it('is looked at', () => {
    console.log(`    ${seen.length} pages, ${new Set(seen.map(({ view }) => view.route)).size} routes`)
    assert.ok(seen.length > 40)
  })

  it('H119 is kept by nobody, framed by nobody, and read as nothing else', () => {
    for (const one of seen) {
      const { headers } = one.reply
      assert.equal(headers.get('cache-control'), 'no-store', nameOf(one))
      assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/, nameOf(one))
      assert.equal(headers.get('x-content-type-options'), 'nosniff', nameOf(one))
    }
  })

  it('H119 has no form that a browser fills in or remembers, but where the person writes of themselves', () => {
    let forms = 0
    for (const one of seen)
      for (const tag of tagsOf(one.reply.text, 'form')) {
        const body = one.reply.text.slice(one.reply.text.indexOf(tag) + tag.length)
        const fields = tagsOf(body.slice(0, body.indexOf('</form>')), '(?:input|textarea)').filter(
          (field) => !/type="(hidden|radio|checkbox|submit)"/.test(field),
        )
        forms += 1
        const isOff = valueOf(tag, 'autocomplete') === 'off'
        assert.ok(isOff || fields.length === 0 || OF_ONESELF.test(one.view.address), `${nameOf(one)}: ${tag}`)
      }
    assert.ok(forms > 20)
  })

  it('H116 has no script or style in it, nor anything that would run', () => {
    for (const one of seen) {
      const { text } = one.reply
      assert.doesNotMatch(text, /<style|\sstyle="|\son[a-z]+="|javascript:|<iframe|<object|<embed|<base/i, nameOf(one))
      for (const tag of tagsOf(text, 'script')) assert.match(tag, /src="\/assets\/[a-z-]+\.js\?v=[0-9a-f]{16}" defer/)
    }
  })

  it('names nothing of another host', () => {
    for (const one of seen) assert.doesNotMatch(one.reply.text, /(?:href|src|action)="(?:https?:)?\/\//, nameOf(one))
  })

  it('has one title, one heading of the first level, one main part, and no two elements of one id', () => {
    for (const one of seen) {
      const { text } = one.reply
      assert.match(text, /<title>[^<]{3,}<\/title>/, nameOf(one))
      assert.equal(tagsOf(text, 'h1').length, 1, nameOf(one))
      assert.equal(tagsOf(text, 'main').length, 1, nameOf(one))
      const ids = [...text.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id)
      assert.deepEqual(
        ids.filter((id, index) => ids.indexOf(id) !== index),
        [],
        nameOf(one),
      )
    }
  })

  it('has a label for each field, and each label has its field', () => {
    let fields = 0
    for (const one of seen) {
      const { text } = one.reply
      const labels = new Set(tagsOf(text, 'label').map((tag) => valueOf(tag, 'for')))
      for (const tag of tagsOf(text, '(?:input|select|textarea)')) {
        if (/type="hidden"/.test(tag)) continue
        fields += 1
        assert.ok(labels.has(valueOf(tag, 'id')), `${nameOf(one)}: ${tag}`)
      }
    }
    assert.ok(fields > 50)
  })

  it('bears the constant sentence for whoever reads cases, with the caveat of print where it shows one', () => {
    let [ofCase, ofReader] = [0, 0]
    for (const one of seen) {
      const isOfCase = OF_CASE.test(one.view.address)
      const isOfReader = one.view.role === 'reader'
      const bears = one.reply.text.includes(`<p class="constant-sentence">${CONSTANT_SENTENCE.en}</p>`)
      const isPrinted = one.reply.text.includes('only-print')
      if (isOfCase || isOfReader) assert.ok(bears, nameOf(one))
      if (isOfCase) assert.ok(isPrinted, nameOf(one))
      if (isOfCase) ofCase += 1
      else if (isOfReader) ofReader += 1
    }
    assert.ok(ofCase > 5 && ofReader > 3, String(ofReader))
  })

  it('is left before the sign-in ends, but where ticks, choices or words would be lost', () => {
    const [stays, goes] = [new Set<string>(), new Set<string>()]
    for (const one of seen) {
      if (one.view.role === 'nobody') continue
      const body = one.reply.text.slice(one.reply.text.indexOf('<main'), one.reply.text.indexOf('</main>'))
      const sent = body.split('<form').filter((part) => tagsOf(`<form${part}`, 'form')[0]?.includes('method="post"'))
      const fields = sent.flatMap((part) => tagsOf(part.split('</form>')[0] ?? '', '(?:input|select|textarea)'))
      const isFilledIn = fields.some((field) => !field.includes('type="hidden"'))
      const refresh = one.reply.headers.get('refresh')
      if (isFilledIn) assert.equal(refresh, null, nameOf(one))
      else assert.match(refresh ?? '', /^\d+(; url=\/sign-in\/expiring\?to=|$)/, nameOf(one))
      ;(isFilledIn ? stays : goes).add(one.view.route)
    }
    for (const route of [
      '/inbox/first',
      '/inbox/:delivery/arrival',
      '/inbox/:delivery/accept',
      '/operators/people/new',
    ])
      assert.ok(stays.has(route), route)
    for (const route of ['/inbox', '/inbox/:delivery', '/policy']) assert.ok(goes.has(route), route)
  })

  it('sends each form to a page of ours that takes it', () => {
    for (const one of seen)
      for (const tag of tagsOf(one.reply.text, 'form')) {
        assert.match(valueOf(tag, 'method') ?? '', /^(get|post)$/, `${nameOf(one)}: ${tag}`)
        assert.match(valueOf(tag, 'action') ?? '', /^\/[a-z]/, `${nameOf(one)}: ${tag}`)
      }
  })

  it('leads nowhere that is not there, for whoever sees the link', async () => {
    const tried = new Map<string, number>()
    for (const one of seen) {
      const { role } = one.view
      const person = role === 'nobody' ? stage.web.stranger : stage.people[role]
      const links = [...one.reply.text.matchAll(/<a [^>]*href="(\/[^"#]*)/g)].map(([, href]) => href ?? '')
      for (const href of new Set(links.map((each) => each.replaceAll('&amp;', '&')))) {
        const place = href.startsWith('/policy/cells/') ? '/policy/cells/PS/family' : href
        if (place.includes('language=') || tried.has(`${role} ${place}`)) continue
        const { status } = await person.get(place)
        tried.set(`${role} ${place}`, status)
      }
    }
    console.log(`    ${tried.size} links followed`)
    assert.deepEqual(
      [...tried].filter(([, status]) => status >= 400),
      [],
    )
  })
})
