/** H116: whatever is written in a case, a name or a form, it stands on the page as text and does nothing. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { z } from 'zod'
import { html, textOfHtml } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import {
  backLink,
  breadcrumbs,
  button,
  buttonGroup,
  caseText,
  checkboxes,
  details,
  errorSummary,
  fieldset,
  form,
  input,
  insetText,
  link,
  linkButton,
  notification,
  pagination,
  radios,
  select,
  summaryList,
  table,
  tag,
  textarea,
  warningText,
} from '#gateway/http/web/kit.ts'
import { MAX_SHOWN_UNITS } from '#gateway/http/web/kit-texts.ts'
import { layout } from '#gateway/http/web/layout.ts'
import { wordsIn } from '#gateway/http/web/words.ts'
import { fixtureJson, hasFixtures } from '#test/support/fixtures.ts'
import { elementsOf } from '#test/support/markup.ts'
import { aVisit } from '#test/support/visit.ts'

const t = wordsIn('en')

/** Every part of the kit with that text wherever a text can stand. */
const PARTS: Readonly<Record<string, (text: string) => Html>> = {
  button: (text) => button({ text, name: 'name', value: text }),
  buttonGroup: (text) => buttonGroup(text),
  linkButton: (text) => linkButton({ text, href: '/next' }),
  link: (text) => link(text, '/next', { hidden: text, lang: text }),
  form: (text) => form({ action: '/next', hidden: { kept: text } }, text),
  input: (text) => input(t, { name: 'a', label: text, hint: text, error: text, value: text, lang: text }),
  textarea: (text) => textarea(t, { name: 'a', label: text, hint: text, error: text, value: text }),
  select: (text) =>
    select(t, { name: 'a', label: text, hint: text, error: text, value: text, items: [{ value: text, text }] }),
  radios: (text) =>
    radios(t, {
      name: 'a',
      legend: { text },
      hint: text,
      error: text,
      value: text,
      items: [{ value: text, text, hint: text }, { divider: text }],
    }),
  checkboxes: (text) =>
    checkboxes(t, {
      name: 'a',
      legend: { text, size: 'm', isHidden: true },
      items: [{ value: text, text, hint: text }],
      values: [text],
    }),
  fieldset: (text) => fieldset({ legend: { text } }, text),
  errorSummary: (text) => html`${errorSummary(t, { name: text })}`,
  notification: (text) => notification(t, text),
  warningText: (text) => warningText(t, text),
  insetText: (text) => insetText(text),
  tag: (text) => tag(text),
  details: (text) => details(text, text),
  table: (text) =>
    table({
      caption: text,
      narrow: 'scrolls',
      head: [text, { text, isHidden: true }],
      rows: [[text, { content: text }]],
    }),
  tableInBlocks: (text) => table({ caption: text, head: [text, text], rows: [[text, text]] }),
  summaryList: (text) => summaryList([{ key: text, value: text, actions: [{ text, href: '/next', hidden: text }] }]),
  pagination: (text) => html`${pagination(t, { previous: `?page=${text}`, next: `/next?page=${text}` })}`,
  breadcrumbs: (text) => breadcrumbs(t, [{ text, href: '/next' }, { text }]),
  backLink: (text) => backLink({ href: '/next', text }),
  caseText: (text) => html`<p>${caseText(t, text, text)}</p>`,
}

/** What a program that reads HTML gets back from text that was escaped. */
const unescaped = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' autofocus onfocus='alert(1)",
  '</textarea></title></style><svg onload=alert(1)>',
  'javascript:alert(1)',
  '<a href="javascript:alert(1)">x</a>',
  '\u202egnp.exe\u202c\u2066\u2069',
  '\u0000\u0007\u001b[31m\u009b',
  '{{constructor.constructor("alert(1)")()}} ${7*7} <%= 7*7 %>',
  '&lt;script&gt;&#60;script&#62;&quot;',
  'ـ\u200fنص\u200e',
  '-->]]><!--',
]

const naughty = (): readonly string[] =>
  hasFixtures() ? z.array(z.string()).parse(fixtureJson('naughty-strings/strings.json')) : []

describe('the kit with hostile texts', () => {
  for (const [name, part] of Object.entries(PARTS))
    it(`H116 ${name} has the same elements and attributes whatever it is given, and says it`, () => {
      const plain = elementsOf(textOfHtml(part('x')))
      for (const text of [...HOSTILE, ...naughty()]) {
        const made = textOfHtml(part(text))
        const elements = elementsOf(made).filter((element) => name !== 'caseText' || !element.startsWith('span class'))
        assert.deepEqual(
          elements,
          plain.filter((element) => name !== 'caseText' || !element.startsWith('span class')),
          JSON.stringify(text),
        )
        if (name !== 'caseText') assert.ok(unescaped(made).includes(text), JSON.stringify(text))
      }
    })

  it('H116 counts what it tried', () => {
    console.log(`    ${Object.keys(PARTS).length} parts with ${HOSTILE.length + naughty().length} texts`)
    assert.ok(HOSTILE.length > 10)
  })

  it('H116 a text of a megabyte is inert in every part', () => {
    const text = `<b onclick="x">\u202e${'x'.repeat(240)}`.repeat(2 ** 20 / 256)
    for (const [name, part] of Object.entries(PARTS)) {
      const made = textOfHtml(part(text))
      assert.ok(!made.includes('<b '), name)
      assert.ok(made.length > MAX_SHOWN_UNITS, name)
    }
  })

  it('H116 a whole page with it has no script and no element of its own', () => {
    const text = HOSTILE.join(' ')
    const page = (title: string): string =>
      layout(aVisit({ language: 'en' }), { title, body: html`${title}` }, undefined)
    assert.deepEqual(elementsOf(page(text)), elementsOf(page('x')))
  })
})

describe('text of a case', () => {
  const shown = (text: string, lang?: string): string => textOfHtml(caseText(t, text, lang))

  it('stands in its own language and direction, and claims none that nobody said', () => {
    assert.equal(shown('Bonjour', 'fr'), '<span class="case-text" lang="fr" dir="auto">Bonjour</span>')
    assert.match(shown('Bonjour'), /lang=""/)
  })

  it('H116 names what turns its direction or cannot be seen, so that it turns nothing', () => {
    assert.match(shown('a\u202eb'), />a<span class="unseen">U\+202E<\/span>b</)
    for (const character of [
      '\u0000',
      '\u0007',
      '\u200b',
      '\u2028',
      '\u202a',
      '\u2066',
      '\ufeff',
      '\u{e0041}',
      '\ud800',
      '\u0085',
    ]) {
      const made = shown(`a${character}b`)
      assert.ok(!made.includes(character), JSON.stringify(character))
      assert.match(made, /U\+[0-9A-F]{4,5}/)
    }
  })

  it('leaves what Arabic, Persian and joined pictures need, and how lines are broken', () => {
    const text = 'می\u200cخواهم \u200f\u200e\u061c 👩\u200d👧 a\tb\nc\r\nd'
    assert.ok(shown(text).includes(text))
  })

  it('is cut where it is longer than a page can hold, and says so', () => {
    const whole = 'x'.repeat(MAX_SHOWN_UNITS)
    assert.doesNotMatch(shown(whole), /class="cut"/)
    const long = shown(`${whole}y`)
    assert.match(long, /<strong class="cut">This text is longer than a page can hold\./)
    assert.ok(!long.includes('xy'))
    assert.ok(shown('y'.repeat(2 ** 20)).length < MAX_SHOWN_UNITS + 400)
  })
})
