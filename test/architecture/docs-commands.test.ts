/** The commands that documents show as tested are run as they stand, beside a demo of their own, and print what is shown. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { globSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, before, describe, it } from 'mocha'
import { freshFolder, seen, start } from '#test/journey/demo-run.ts'
import type { Started } from '#test/journey/demo-run.ts'
import { codeBlocksOf } from './markdown.ts'
import { ROOT, textOf } from './tracked-files.ts'

const LIMIT_MS = 60_000
/** The demo stands until the last command has run, on a machine that has other work. */
const DEMO_LIMIT_MS = 15 * 60_000
const TRIES = 20
const BETWEEN_TRIES_MS = 500

interface Ran {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Settings of whoever runs the tests are none of a reader's. */
const withoutOurs = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PASSERELLE_')))

const shell = (line: string, home: string): Ran => {
  const environment = { ...withoutOurs, PASSERELLE_HOME: home }
  const ran = spawnSync('sh', ['-c', line], { cwd: ROOT, env: environment, encoding: 'utf8', timeout: LIMIT_MS })
  return { exitCode: ran.status, stdout: ran.stdout, stderr: ran.stderr }
}

/** What was sent is judged a moment later: a reader who finds nothing asks again, as the README says. */
async function patiently(line: string, home: string): Promise<Ran> {
  for (let tries = 1; ; tries += 1) {
    const ran = shell(line, home)
    if (ran.exitCode !== 0 || ran.stdout !== 'nothing waits\n' || tries === TRIES) return ran
    await sleep(BETWEEN_TRIES_MS)
  }
}

interface Step {
  readonly commands: readonly string[]
  /** Lines that the last command must print, in this order, beside others. */
  readonly shown: readonly string[]
}

/** Blocks `sh test`, each with the block `text shown` that follows it. */
const stepsOf = (markdown: string): readonly Step[] => {
  const blocks = codeBlocksOf(markdown)
  const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line.trim() !== '')
  return blocks.flatMap(({ label, text }, index) => {
    if (label !== 'sh test') return []
    const next = blocks[index + 1]
    return [{ commands: linesOf(text), shown: next?.label === 'text shown' ? linesOf(next.text) : [] }]
  })
}

const DOCUMENTS = globSync(['*.md', 'docs/*.md'], { cwd: ROOT })
  .toSorted()
  .flatMap((path) => {
    const steps = stepsOf(textOf(path))
    return steps.length === 0 ? [] : [{ path, steps }]
  })

const squeezed = (line: string): string => line.trim().replaceAll(/\s+/g, ' ')

/** The first of the lines that the output does not have after the ones before it; what stands after `…` is not looked at. */
function missingFrom(output: string, lines: readonly string[]): string | undefined {
  const printed = output.split('\n').map(squeezed)
  let from = 0
  for (const line of lines) {
    const at = printed.findIndex((text, index) => index >= from && text.startsWith(squeezed(line.split('…')[0] ?? '')))
    if (at === -1) return line
    from = at + 1
  }
  return undefined
}

/** A case has another handle each time that it is tried. */
const unnamed = (text: string): string => text.replaceAll(/\b[0-9a-f]{32}\b/g, 'a handle')

describe('commands in the documents', function () {
  this.timeout(300_000)
  const folder = freshFolder()
  let demo: Started
  let home: string

  before(async () => {
    demo = start(['demo', '--state', folder], {}, DEMO_LIMIT_MS)
    const [, printed = ''] = await seen(demo, /export PASSERELLE_HOME=(\S+)/)
    home = printed
    await seen(demo, /r begins anew/)
  })
  after(async () => {
    demo?.child.stdin?.write('q\n')
    await demo?.ended
    rmSync(folder, { recursive: true, force: true })
  })

  it('find the folder of keys that the demo prints', () => assert.equal(home, join(folder, 'network')))

  for (const { path, steps } of DOCUMENTS)
    it(`of ${path} end well and print what is shown`, async () => {
      for (const { commands, shown } of steps) {
        let last = ''
        for (const command of commands) {
          const { exitCode, stdout, stderr } = await patiently(command, home)
          assert.equal(exitCode, 0, `${command}: ${stderr}`)
          last = stdout
        }
        assert.equal(
          missingFrom(unnamed(last), shown.map(unnamed)),
          undefined,
          `${commands.at(-1) ?? ''} printed:\n${last}`,
        )
      }
    })

  it('show blocks that would be missed in the output of another command', () => {
    assert.equal(missingFrom('a  b\nc\n', ['a b', 'c']), undefined)
    assert.equal(missingFrom('c\na b\n', ['a b', 'c']), 'c')
  })

  it('in the README let a newcomer send a case and read it as each of three colleagues', () => {
    const commands = stepsOf(textOf('README.md')).flatMap((step) => step.commands)
    for (const wanted of [
      'send --as probation-paris',
      'receive --as pairs-social-worker',
      'receive --as pairs-mediator',
    ])
      assert.ok(
        commands.some((command) => command.includes(wanted)),
        wanted,
      )
  })

  it('let the psychologist alone read what is for psychologists, and the mediator nothing of the address', () => {
    const read = (mandate: string): string => shell(`./passerelle receive --all --json --as ${mandate}`, home).stdout
    const sentence = 'Speaks of it to the psychologist and to nobody else.'
    const holders = ['pairs-social-worker', 'pairs-psychologist', 'pairs-mediator'].filter((mandate) =>
      read(mandate).includes(sentence),
    )
    assert.deepEqual(holders, ['pairs-psychologist'])
    assert.ok(!read('pairs-mediator').includes('rue Imaginaire'))
  })
})
