/** The kit against the fixtures that govuk-frontend ships: same markup, for every fixture whose options the kit has. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, it } from 'mocha'
import { html, textOfHtml } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { wordsIn } from '#gateway/http/web/words.ts'
import { markupOf } from '#test/support/kit-fixtures.ts'

const t = wordsIn('en')
const components = join(
  createRequire(import.meta.url).resolve('govuk-frontend/package.json'),
  '../dist/govuk/components',
)

interface Fixture {
  readonly name: string
  readonly options: unknown
  readonly html: string
}

const fixturesOf = (component: string): readonly Fixture[] =>
  (
    JSON.parse(readFileSync(join(components, component, 'fixtures.json'), 'utf8')) as {
      readonly fixtures: readonly Fixture[]
    }
  ).fixtures

/** White space between tags counts for nothing, nor does the order of attributes, nor how a character is escaped. */
const normalised = (markup: string): string =>
  markup
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ?([<>]) ?/g, '$1')
    .replaceAll('&#39;', '’')
    .replaceAll("'", '’')
    // The kit says the whole sentence in sight: what is hidden of it differs from language to language.
    .replaceAll(/(Previous|Next)<span class="govuk-visually-hidden">page<\/span>/g, '$1 page')
    .replaceAll(/ \/>/g, '>')
    .replaceAll(/<(\w+) ([^>]*)>/g, (_, name: string, rest: string) => {
      const found = rest.match(/[\w-]+(="[^"]*")?/g) ?? []
      return `<${name} ${found.toSorted().join(' ')}>`
    })

/** How many fixtures of each component the kit has the options for: fewer is a loss, more is a gain to write down. */
const HELD = {
  button: 11,
  input: 19,
  textarea: 11,
  select: 8,
  radios: 12,
  checkboxes: 10,
  fieldset: 6,
  'error-summary': 2,
  table: 1,
  'summary-list': 1,
  'notification-banner': 8,
  'warning-text': 2,
  'inset-text': 3,
  tag: 8,
  details: 5,
  pagination: 3,
  breadcrumbs: 5,
  'back-link': 1,
} as const

describe('the kit beside govuk-frontend 6.6.0', () => {
  let held = 0
  let all = 0
  for (const [component, least] of Object.entries(HELD))
    it(`gives the same markup for ${component}`, () => {
      const made = fixturesOf(component).map((fixture) => ({
        fixture,
        ours: markupOf(t, component, fixture.options),
      }))
      const compared = made.flatMap(
        ({ fixture, ours }): readonly { readonly fixture: Fixture; readonly ours: Html }[] =>
          ours === undefined ? [] : [{ fixture, ours }],
      )
      for (const { fixture, ours } of compared)
        assert.equal(normalised(textOfHtml(ours)), normalised(fixture.html), `${component}: ${fixture.name}`)
      held += compared.length
      all += made.length
      assert.equal(compared.length, least, `${component}: fixtures that the kit has the options for`)
    })

  it('counts what it compared', () => {
    console.log(`    ${held} of ${all} fixtures of ${Object.keys(HELD).length} components are held`)
    assert.equal(
      held,
      Object.values(HELD).reduce((sum, each) => sum + each, 0),
    )
  })

  it('tells markup that differs apart', () => {
    assert.notEqual(normalised(textOfHtml(html`<p class="a">x</p>`)), normalised('<p class="b">x</p>'))
    assert.notEqual(normalised('<p>x y</p>'), normalised('<p>xy</p>'))
  })
})
