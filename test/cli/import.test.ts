/** `import`: a register of 300 cases, killed three times at random, is taken once; what is wrong with a row is told by its number and a code. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, before, describe, it } from 'mocha'
import { openBackup, rowsOf } from '#adapters/backup/read-backup.ts'
import { runCommand } from '#test/support/command-child.ts'
import { openServing } from '#test/support/serving.ts'
import type { Serving } from '#test/support/serving.ts'
import { aHandover } from '#test/support/messages.ts'

const MAIN = join(import.meta.dirname, '../../cli/main.ts')
const CASES = 300
const KILLS = 3
const AS = 'prison-paris'

describe('import', function () {
  this.timeout(300_000)
  let serving: Serving
  let backups = 0
  const at = (name: string): string => join(serving.folder, name)
  const command = (file: string, ...more: readonly string[]): readonly string[] => [
    'import',
    file,
    '--home',
    serving.folder,
    '--url',
    serving.url,
    '--as',
    AS,
    '--json',
    ...more,
  ]
  const register = (name: string, rows: readonly unknown[]): string => {
    writeFileSync(at(name), rows.map((row) => `${typeof row === 'string' ? row : JSON.stringify(row)}\n`).join(''))
    return at(name)
  }
  /** How many messages, and how many cases, the gateway holds. */
  const held = async (): Promise<readonly number[]> => {
    const out = at(`held-${(backups += 1)}.pb`)
    const { code, text } = await runCommand(['backup', '--out', out, '--database', serving.database])
    assert.equal(code, 0, text)
    const cases = new Set<unknown>()
    const backup = await openBackup(out)
    for await (const { table, columns, rows } of rowsOf(backup))
      if (table === 'messages') for (const row of rows) cases.add(row[columns.indexOf('caseId')])
    return [backup.trailer.rows['acceptances'] ?? 0, cases.size]
  }
  const file = (): string => at('register.jsonl')

  before(async () => {
    serving = await openServing()
    await serving.start()
    register(
      'register.jsonl',
      Array.from({ length: CASES }, (_, index) => aHandover({ caseId: `DEMO-IMPORT-${index}` })),
    )
  })
  after(() => serving[Symbol.asyncDispose]())

  it(`takes each of ${CASES} cases once, however it is killed meanwhile`, async () => {
    const begunAt = performance.now()
    for (let kill = 1; kill <= KILLS; kill += 1) await killedAt(endedIn(`${file()}.journal`) + 20 + randomInt(60))
    const { code, text } = await runCommand(command(file()))
    assert.equal(code, 0, text)
    const printed = JSON.parse(text.slice(text.indexOf('{'))) as { readonly taken: number; readonly before: number }
    assert.deepEqual(printed, { taken: CASES, before: 0, refused: 0 })
    assert.deepEqual(await held(), [CASES, CASES])
    const seconds = (performance.now() - begunAt) / 1000
    console.log(`    ${CASES} cases, ${KILLS} kills, ${seconds.toFixed(1)} s with all starts`)
  })

  /** Begins the import, and kills it when so many rows have ended. */
  const killedAt = async (rows: number): Promise<void> => {
    const child = spawn(process.execPath, [MAIN, ...command(file())], { stdio: 'ignore' })
    const ended = once(child, 'exit')
    while (child.exitCode === null && endedIn(`${file()}.journal`) < rows) await sleep(5)
    assert.equal(child.exitCode, null, 'it ended before it was killed')
    child.kill('SIGKILL')
    await ended
  }

  it('sends nothing when it is begun again after its end', async () => {
    const { code, text } = await runCommand(command(file()))
    assert.equal(code, 0, text)
    assert.deepEqual(await held(), [CASES, CASES])
  })

  it('takes nothing twice where its journal was lost', async () => {
    const few = register('few.jsonl', readFileSync(file(), 'utf8').trimEnd().split('\n').slice(0, 12))
    const { code, text } = await runCommand(command(few))
    assert.equal(code, 0, text)
    assert.match(text, /"before": 12/)
    assert.deepEqual(await held(), [CASES, CASES])
  })

  it('tells what was refused by number and code, and takes the rest', async () => {
    const mixed = register('mixed.jsonl', [
      aHandover({ caseId: 'DEMO-MIXED-1' }),
      '{"caseId": "DEMO-SECRET-NAME',
      '',
      { ...aHandover({}), caseId: undefined },
      { ...aHandover({ caseId: 'DEMO-MIXED-2' }), items: [{ section: 'gossip', value: 'Zoé Testard' }] },
      aHandover({ caseId: 'DEMO-MIXED-3', legalBasisId: 'no.such.basis' }),
    ])
    const { code, text } = await runCommand(command(mixed))
    assert.equal(code, 1, text)
    assert.equal(
      readFileSync(`${mixed}.journal.refused.csv`, 'utf8'),
      'row,code\n2,row-not-json\n4,row-without-case\n5,row-not-a-case\n6,basis-invalid\n',
    )
    const said = text + readFileSync(`${mixed}.journal`, 'utf8')
    assert.doesNotMatch(said, /Testard|DEMO-MIXED|SECRET|gossip/)
    assert.deepEqual(await held(), [CASES + 1, CASES + 1])
  })

  it('puts a file through a mapping, row by row', async () => {
    const csv = register('visits.csv', readFileSync('docs/examples/visits.csv', 'utf8').trimEnd().split('\n'))
    const [before = 0] = await held()
    const { text } = await runCommand(command(csv, '--mapping', 'docs/examples/visits-mapping.json'))
    const taken = Number(/"taken": (\d+)/.exec(text)?.[1])
    assert.ok(taken > 0, text)
    assert.equal((await held())[0], before + taken)
  })

  it('is not begun twice at once, nor over another file', async () => {
    const journal = at('held.journal')
    writeFileSync(`${journal}.lock`, `${process.pid}\n`)
    const twice = await runCommand(command(file(), '--journal', journal))
    assert.deepEqual([twice.code, existsSync(journal)], [1, false])
    assert.match(twice.text, /another process is at this import/)
    rmSync(`${journal}.lock`)
    const other = await runCommand(command(at('few.jsonl'), '--journal', `${file()}.journal`))
    assert.equal(other.code, 1)
    assert.match(other.text, /of another file/)
  })

  it('waits while the gateway is away, and goes on by itself', async () => {
    const late = register('late.jsonl', [aHandover({ caseId: 'DEMO-LATE-1' })])
    const [before = 0] = await held()
    await serving.kill()
    const child = spawn(process.execPath, [MAIN, ...command(late)], { stdio: 'ignore' })
    const ended = once(child, 'exit')
    while (!existsSync(`${late}.journal`) || !readFileSync(`${late}.journal`, 'utf8').includes('"jti"')) await sleep(20)
    await serving.start()
    assert.deepEqual(await ended, [0, null])
    assert.equal((await held())[0], before + 1)
  })
})

/** How many rows the journal says have ended. */
const endedIn = (journal: string): number =>
  existsSync(journal) ? [...readFileSync(journal, 'utf8').matchAll(/"(taken|refused|before)"/g)].length : 0
