/** Tables and formats that a page shows are those of the code: depths, settings, audit acts, problems, headers. */
import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { describe, it } from 'mocha'
import { PROJECT_ROOT } from '#cli/project-root.ts'
import { SETTINGS } from '#cli/settings.ts'
import { DEPTHS, choiceSchema } from '#gateway/core/choice.ts'
import * as headers from '#gateway/core/jose-headers.ts'
import { envelopeSchema } from '#gateway/core/message.ts'
import { PROBLEMS } from '#gateway/core/problem.ts'
import { DEPTH_TABLE } from '#gateway/core/vocabulary/depths.ts'
import { SECTION_IDS } from '#gateway/core/vocabulary/section.ts'
import { codeBlocksOf, tableOf } from './markdown.ts'
import { ROOT, textOf } from './tracked-files.ts'

describe('docs/choices.md', () => {
  const page = textOf('docs/choices.md')

  it('has the table of depths, section by section, as the gateway has it', () => {
    const [head = [], ...rows] = tableOf(page, 'section')
    assert.deepEqual(head, ['section', ...DEPTHS])
    assert.deepEqual(
      rows,
      SECTION_IDS.map((section) => [
        `\`${section}\``,
        ...DEPTHS.map((depth) => DEPTH_TABLE[depth][section].replace('nothing', '·')),
      ]),
    )
  })

  it('names every member of a choice', () =>
    assert.deepEqual(
      tableOf(page, 'in the choice')
        .slice(1)
        .map(([name = '']) => name.replaceAll('`', ''))
        .toSorted(),
      Object.keys(choiceSchema.unwrap().shape).toSorted(),
    ))
})

describe('docs/running.md', () => {
  it('has every setting with its default and its meaning', () =>
    assert.deepEqual(
      tableOf(textOf('docs/running.md'), 'setting').slice(1),
      Object.entries(SETTINGS).map(([name, { default: value, means }]) => [
        `\`${name}\``,
        value === undefined ? 'none, needed' : `\`${value.replace(`${PROJECT_ROOT}/`, '')}\``,
        means,
      ]),
    ))
})

/** `act: 'one'`, and `act` or `act:` with one of two. */
const actsOf = (text: string): readonly string[] =>
  [...text.matchAll(/\bact(?::| =)(?: '([a-z-]+)'|[^\n]* \? '([a-z-]+)' : '([a-z-]+)')/g)].flatMap(([, ...acts]) =>
    acts.filter((act) => act !== undefined),
  )

describe('docs/walk.md', () => {
  const page = textOf('docs/walk.md')
  const rooms = globSync('gateway/rooms/*.ts', { cwd: ROOT }).map((path) => textOf(path))

  it('has a row for each act that a room writes to the audit, and for no other', () =>
    assert.deepEqual(
      tableOf(page, 'act')
        .slice(1)
        .map(([act = '']) => act.replaceAll('`', ''))
        .toSorted(),
      [...new Set(rooms.flatMap(actsOf))].toSorted(),
    ))

  it('names for the first walk every problem that its rooms answer with, and only problems that exist', () => {
    const named = tableOf(page, 'room').flatMap(([, , codes = '']) =>
      [...codes.matchAll(/`([a-z-]+)`/g)].map((m) => m[1] ?? ''),
    )
    assert.deepEqual(
      named.filter((code) => !Object.hasOwn(PROBLEMS, code)),
      [],
    )
    const walked = ['identify', 'verify', 'open-envelope', 'understand', 'read-native', 'route', 'record', 'walk']
    const answered = walked
      .map((room) => textOf(`gateway/rooms/${room}.ts`))
      .flatMap((text) => [...text.matchAll(/\bfail\(\s*'([a-z-]+)'/g)].map((match) => match[1] ?? ''))
    assert.ok(answered.length > 15)
    assert.deepEqual(
      answered.filter((code) => !named.includes(code)),
      [],
    )
  })

  it('names every type and content type that a header of ours may hold', () => {
    const rules = Object.values(headers).filter((value) => typeof value === 'object')
    const types = rules.flatMap(({ exact }) => [exact['typ'], exact['cty']].flatMap((name) => name ?? []))
    assert.ok(types.length >= 8)
    assert.deepEqual(
      types.filter((name) => !page.includes(name)),
      [],
    )
  })

  it('shows a message whose members are those of the envelope', () => {
    const [shown] = codeBlocksOf(page).filter(({ label }) => label === 'json')
    const { items: _items, ...envelope } = JSON.parse(shown?.text ?? '{}') as { readonly items: unknown }
    assert.equal(envelopeSchema.safeParse(envelope).success, true)
  })
})
