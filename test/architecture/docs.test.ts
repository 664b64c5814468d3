/** The documents agree with the code: every problem has its page, links lead somewhere, laws name tests, commands exist. */
import assert from 'node:assert/strict'
import { existsSync, globSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { describe, it } from 'mocha'
import { PROBLEMS } from '#gateway/core/problem.ts'
import { anchorsOf, codeBlocksOf, headingsOf, linksOf, sectionOf } from './markdown.ts'
import { ROOT, textOf } from './tracked-files.ts'

const DOCUMENTS = globSync(['*.md', 'docs/**/*.md', 'policies/*.md', 'certs-example/*.md'], { cwd: ROOT }).toSorted()
const DECISIONS = DOCUMENTS.filter((path) => path.startsWith('docs/decisions/'))
const DECISION_PARTS = ['Context', 'Decision', 'Consequences', 'What would change our mind']

const deadLinksIn = (path: string, markdown: string): readonly string[] =>
  linksOf(path, markdown)
    .filter(({ to, anchor }) => {
      if (to !== path && !existsSync(join(ROOT, to))) return true
      return anchor !== '' && to.endsWith('.md') && !anchorsOf(to === path ? markdown : textOf(to)).includes(anchor)
    })
    .map(({ to, anchor }) => `${path} links to ${to}${anchor === '' ? '' : `#${anchor}`}`)

interface Law {
  readonly number: number
  readonly title: string
}

/** The laws that a page names, `Law 3: …`, each with the title of its test in the code quotes that follow on the line. */
const lawsIn = (markdown: string): readonly Law[] =>
  [...markdown.matchAll(/\bLaw (\d+): `([^`]+)`/g)].map((m) => ({ number: Number(m[1]), title: m[2] ?? '' }))

const testTexts = (): string =>
  globSync('test/**/*.test.ts', { cwd: ROOT })
    .map((path) => textOf(path))
    .join('\n')

const scriptsInUse = (text: string): readonly string[] =>
  [...text.matchAll(/\bnpm run (?:--silent |-s )?([\w:-]+)/g)].map((match) => match[1] ?? '')

interface Package {
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
}
const PACKAGE = JSON.parse(textOf('package.json')) as Package // our own file, checked by npm

describe('docs/problems.md', () => {
  const page = textOf('docs/problems.md')
  it('has one heading for each problem, and for nothing else', () =>
    assert.deepEqual(
      headingsOf(page, 2).toSorted(),
      Object.keys(PROBLEMS)
        .map((code) => '`' + code + '`')
        .toSorted(),
    ))

  for (const [code, row] of Object.entries(PROBLEMS)) {
    it(`gives status, title and advice for ${code}`, () => {
      const section = page.split('\n## `' + code + '`\n')[1]?.split('\n## ')[0] ?? ''
      const first = `**${row.status}** · ${row.title}${'retryable' in row ? ' · try again' : ''}`
      assert.equal(section.trim().split('\n')[0], first)
      assert.match(section, /^What to do: .{20,}/m)
    })
  }
})

describe('documents', () => {
  it('are there, and every link to a file or heading of this repository leads to one', () => {
    console.log(`    looked at ${DOCUMENTS.length} documents`)
    assert.ok(DOCUMENTS.length >= 15)
    assert.deepEqual(
      DOCUMENTS.flatMap((path) => deadLinksIn(path, textOf(path))),
      [],
    )
  })

  it('would be caught linking to a file or a heading that is not there', () => {
    const planted = '# Here\n[a](gone.md) [b](../README.md) [c](#there) [d](#here) [e](https://example.org)'
    assert.deepEqual(deadLinksIn('docs/planted.md', planted), [
      'docs/planted.md links to docs/gone.md',
      'docs/planted.md links to docs/planted.md#there',
    ])
  })

  it('call only scripts that package.json has', () => {
    const called = DOCUMENTS.flatMap((path) => scriptsInUse(textOf(path)))
    assert.ok(called.length > 0)
    assert.deepEqual(
      called.filter((name) => !(name in PACKAGE.scripts)),
      [],
    )
  })

  it('mark as tested only commands that start from this folder', () => {
    const tested = DOCUMENTS.flatMap((path) => codeBlocksOf(textOf(path)).filter(({ label }) => label === 'sh test'))
    console.log(`    found ${tested.length} blocks of commands marked as tested`)
    const commands = tested.flatMap(({ text }) => text.split('\n').filter((line) => /^\S/.test(line)))
    assert.deepEqual(
      commands.filter((line) => !/^(#|npm |\.\/passerelle |cat |\| )/.test(line)),
      [],
    )
  })
})

describe('docs/policy-language.md', () => {
  const page = textOf('docs/policy-language.md')

  it('names for each of the 15 laws tests that exist', () => {
    const laws = lawsIn(page)
    const tests = testTexts()
    assert.deepEqual(
      [...new Set(laws.map(({ number }) => number))],
      Array.from({ length: 15 }, (_, index) => index + 1),
    )
    assert.deepEqual(
      laws.filter(({ number, title }) => !tests.includes(`Law ${number}: ${title}`)).map(({ title }) => title),
      [],
    )
  })

  it('lists every way in which casbin fails open that has a test, and no other', () => {
    const titles = [
      ...textOf('test/policies/casbin-gotchas.test.ts').matchAll(/^ +it\((['"`])(.*?)(?: ?\$\{.*)?\1, /gm),
    ]
    const listed = [...sectionOf(page, 'Where casbin fails open').matchAll(/^- `(.*)`$/gm)].map((m) => m[1] ?? '')
    assert.ok(listed.length > 20)
    assert.deepEqual(
      listed,
      titles.map((match) => match[2] ?? ''),
    )
  })

  it('shows a rule as it stands in the shipped pack', () => {
    const pack = JSON.parse(textOf('policies/packs/france-prison-exit.json')) as { readonly rules: readonly object[] }
    const shown = codeBlocksOf(page).filter(({ label }) => label === 'json')
    for (const { text } of shown) {
      const members = Object.entries(JSON.parse(text) as object)
      const isInPack = pack.rules.some((rule) =>
        members.every(([name, value]) => isDeepStrictEqual(valueOf(rule, name), value)),
      )
      assert.ok(isInPack, text)
    }
    assert.equal(shown.length, 2)
  })
})

const valueOf = (rule: object, name: string): unknown => new Map<string, unknown>(Object.entries(rule)).get(name)

describe('decisions', () => {
  it('are numbered from 0001 without a gap or a double', () =>
    assert.deepEqual(
      DECISIONS.map((path) => Number(/\/(\d{4})-[a-z0-9-]+\.md$/.exec(path)?.[1])),
      DECISIONS.map((_, index) => index + 1),
    ))

  for (const path of DECISIONS) {
    it(`${path} says why, what follows and what would change our mind`, () =>
      assert.deepEqual(headingsOf(textOf(path), 2), DECISION_PARTS))
  }

  it('give a reason for every package that runs in production, and for no other', () => {
    const page = textOf(DECISIONS.find((path) => path.includes('runtime-dependencies')) ?? '')
    const reasons = [...page.matchAll(/^\| `([^`]+)` +\|/gm)].map((match) => match[1] ?? '')
    assert.deepEqual(reasons.toSorted(), Object.keys(PACKAGE.dependencies).toSorted())
  })
})
