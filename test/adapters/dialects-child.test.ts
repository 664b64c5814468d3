/** The mapping child under attack: whatever a mapping does, it is stopped and told, and the next mapping is served. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, it } from 'mocha'
import { openMapping } from '#adapters/dialects/configured/mapping-folder.ts'
import { MappingKilled, childFlags, openMappingProcess } from '#adapters/dialects/configured/mapping-process.ts'
import { PEOPLE, mapBytes, mappingOf, peopleBy, useMappings, valueOf } from '#test/support/mapped.ts'

/** Processes that this one started, as Linux names them. */
const childrenNow = (): readonly number[] =>
  readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(/\s+/).map(Number)

const SOURCE = JSON.stringify({ people: [{ name: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' }] })

describe('a mapping that attacks', function () {
  this.timeout(60_000)
  const mappings = useMappings()

  const put = async (expression: string) =>
    mapBytes(
      mappings.child,
      await mappingOf(mappings.child, mappings.folder.write('attack.json', peopleBy(expression))),
      SOURCE,
    )
  const servesOn = async (): Promise<void> => {
    const { records } = await mapBytes(
      mappings.child,
      await mappingOf(mappings.child, mappings.folder.write('good.json', PEOPLE)),
      SOURCE,
    )
    assert.equal(typeof valueOf(records[0], 'full-name'), 'string')
  }

  const STOPPED: readonly (readonly [string, string])[] = [
    ['H125 a regular expression without end', '$match($, /^(a+)+$/)'],
    ['H125 a list that grows until memory ends', '($f := function($x) { $f($append($x, $x)) }; $f([1..1000]))'],
    ['H125 a text that grows until memory ends', '($f := function($x) { $f($x & $x) }; $f("xxxxxxxx"))'],
  ]
  for (const [title, expression] of STOPPED)
    it(`${title} is stopped within seconds, told without content, and the next mapping is served`, async () => {
      const started = performance.now()
      const outcome = await put(expression).catch((cause: unknown) => cause)
      assert.ok(performance.now() - started < 45_000)
      const told = outcome instanceof MappingKilled ? outcome.message : JSON.stringify(outcome)
      assert.match(told, /stopped|memory|an expression failed \([A-Z]\d{4}\)|gave too much|failed \(no code\)/)
      assert.doesNotMatch(told, /aaaa/)
      await servesOn()
    })

  const FAILED: readonly (readonly [string, string, RegExp])[] = [
    ['H125 a tail recursion without end', '($f := function($x) { $f($x + 1) }; $f(1))', /D1012/],
    ['H125 a recursion without end', '($f := function($x) { 1 + $f($x + 1) }; $f(1))', /D1011/],
    ['H125 a range of ten million', '$count([1..10000000])', /D2015/],
  ]
  for (const [title, expression, code] of FAILED)
    it(`${title} leaves out the record, by code`, async () => {
      const { records, bad } = await put(expression)
      assert.deepEqual([records.length, bad.length], [0, 1])
      assert.match(bad[0]?.faults[0]?.reason ?? '', code)
    })

  it('H109 a process that is killed from outside while it works is told, and the next mapping is served', async () => {
    const mapping = await mappingOf(mappings.child, mappings.folder.write('many.json', PEOPLE))
    const many = JSON.stringify({ people: Array.from({ length: 20_000 }, () => ({ name: 'x' })) })
    const bytes = Buffer.from(many).toString('base64')
    const answers = mappings.child.ask({ ask: 'read', mapping, bytes, readAt: 0 })
    await assert.rejects(async () => {
      for await (const answer of answers) {
        assert.equal(answer.kind, 'record')
        throw new MappingKilled('as the child dies')
      }
    }, MappingKilled)
    await servesOn()
  })

  it('H109 a mapping that says nothing for its time is stopped, by the words of that', async () => {
    const hasty = openMappingProcess(100)
    // Read by one that has time: on a slow machine the hasty one would be stopped over the mapping itself.
    const mapping = await mappingOf(
      mappings.child,
      mappings.folder.write('slow.json', peopleBy('$match($, /^(a+)+$/)')),
    )
    await assert.rejects(mapBytes(hasty, mapping, SOURCE), /said nothing for \d+ ms and was stopped/)
    await hasty[Symbol.asyncDispose]()
  })

  const withProc = existsSync('/proc/self/stat') ? it : it.skip
  withProc(
    'waits for a process that the machine does not let work, as long as it is none that works and says nothing',
    async () => {
      const before = childrenNow()
      const starved = openMappingProcess(300)
      const [pid] = childrenNow().filter((one) => !before.includes(one))
      assert.ok(pid !== undefined)
      const mapping = await mappingOf(mappings.child, mappings.folder.write('good.json', PEOPLE))
      await mapBytes(starved, mapping, SOURCE)
      process.kill(pid, 'SIGSTOP')
      const mapped = mapBytes(starved, mapping, SOURCE)
      await sleep(900)
      process.kill(pid, 'SIGCONT')
      assert.equal((await mapped).records.length, 1)
      await starved[Symbol.asyncDispose]()
    },
  )

  const REACHED: readonly string[] = [
    '__proto__.polluted',
    'constructor',
    'constructor.constructor("return process")()',
    '$string(constructor.name)',
    '$lookup($, "__proto__")',
    '$lookup($, "constructor")',
    '$$.constructor',
    'toString',
    '$.valueOf',
    'process.env',
    'require("fs")',
    'globalThis.process',
    '$keys($lookup({}, "__proto__"))',
    '$each({"__proto__": {"polluted": 1}}, function($v, $k) { $k & "" })[0] = "no"',
  ]
  it('H126 no expression reaches a prototype, the process, its files or its environment', async () => {
    const items = REACHED.map((expression) => ({ ...PEOPLE.items[0], value: { as: 'expression', expression } }))
    const mapping = await mappingOf(mappings.child, mappings.folder.write('reach.json', { ...PEOPLE, items }))
    const told = JSON.stringify(await mapBytes(mappings.child, mapping, SOURCE))
    assert.doesNotMatch(told, /native code|\/usr|PATH|function Object/)
    await servesOn()
  })

  it('H126 the child itself may read its own code and nothing else: no file, network, child, thread or environment', async () => {
    const script = join(mappings.folder.path, 'try.mjs')
    const server = createServer((_, response) => response.end('reached'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    writeFileSync(script, ATTEMPTS.replaceAll('PORT', String(port)).replaceAll('HOME', mappings.folder.path))
    const ran = spawnSync(process.execPath, [...childFlags(), `--allow-fs-read=${script}`, script], {
      env: {},
      encoding: 'utf8',
      timeout: 60_000,
    })
    server.close()
    assert.deepEqual(
      JSON.parse(ran.stdout),
      {
        'read a file': 'refused',
        'read a folder': 'refused',
        'write a file': 'refused',
        'start a program': 'refused',
        'start a thread': 'refused',
        'reach the network': 'refused',
        'read the environment': JSON.stringify(PUT_THERE_BY_NODE),
        'H128 code from a string': 'refused',
        'H128 eval': 'refused',
        'the prototype by name': 'undefined',
      },
      ran.stderr,
    )
  })

  it('H127 a mapping that writes __proto__ or merges it changes no prototype, in its own process or here', async () => {
    for (const expression of [
      '$string($merge([{"a": 2}, {"__proto__": {"polluted": 1}}]).polluted)',
      '($ ~> |$|{"__proto__": {"polluted": 1}}|; "done")',
      '$string({}.polluted)',
    ]) {
      const { records } = await put(expression)
      assert.notEqual(valueOf(records[0], 'full-name'), '1')
    }
    assert.equal('polluted' in {}, false)
  })

  it('H127 the members of a document that are called like prototypes are refused as strict JSON', async () => {
    const mapping = await mappingOf(mappings.child, mappings.folder.write('good.json', PEOPLE))
    const { refused } = await mapBytes(mappings.child, mapping, '{"people":[{"name":"x","__proto__":{"polluted":1}}]}')
    assert.match(refused[0]?.reason ?? '', /^not strict JSON/)
  })

  it('H128 $eval and what gives another answer each time are faults of the mapping, wherever they stand', async () => {
    const named = ['eval', 'now', 'millis', 'random', 'shuffle'].flatMap((name) =>
      [`$${name}("1+1")`, `{"a": [1, ($x := $${name}; $x())]}`, `$map([1], $${name})`].map(
        (text) => [name, text] as const,
      ),
    )
    const items = named.map(([, expression]) => ({ ...PEOPLE.items[0], value: { as: 'expression', expression } }))
    const opened = await openMapping(mappings.folder.write('eval.json', { ...PEOPLE, items }), mappings.child)
    assert.deepEqual(
      opened.ok ? [] : opened.faults.map(({ at, reason }) => [at, reason]),
      named.map(([name], index) => [`/items/${index}/value/expression`, `$${name} is not for mappings`]),
    )
  })

  it('gives one process to one mapping: what the first left behind, the second does not meet', async () => {
    const first = await mappingOf(mappings.child, mappings.folder.write('first.json', peopleBy('"one"')))
    const second = await mappingOf(mappings.child, mappings.folder.write('second.json', peopleBy('"two"')))
    assert.notEqual(first.digest, second.digest)
    const both = await Promise.all([mapBytes(mappings.child, first, SOURCE), mapBytes(mappings.child, second, SOURCE)])
    assert.deepEqual(
      both.map(({ records }) => valueOf(records[0], 'full-name')),
      ['one', 'two'],
    )
  })
})

/** Where coverage is taken, Node itself puts that one name into the environment of every child. */
const PUT_THERE_BY_NODE = process.env['NODE_V8_COVERAGE'] === undefined ? [] : ['NODE_V8_COVERAGE']

const ATTEMPTS = `
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { Worker } from 'node:worker_threads'
const outcome = {}
const attempt = async (name, work) => { try { outcome[name] = String(await work()) } catch { outcome[name] = 'refused' } }
await attempt('read a file', () => readFileSync('/etc/passwd'))
await attempt('read a folder', () => readdirSync('HOME'))
await attempt('write a file', () => writeFileSync('HOME/x', ''))
await attempt('start a program', () => { const ran = spawnSync('true'); if (ran.error) throw ran.error; return 'ran' })
await attempt('start a thread', () => { new Worker('1', { eval: true }); return 'started' })
await attempt('reach the network', async () => (await fetch('http://127.0.0.1:PORT/')).text())
await attempt('read the environment', () => JSON.stringify(Object.keys(process.env)))
await attempt('H128 code from a string', () => new Function('return 1')())
await attempt('H128 eval', () => (0, eval)('1'))
await attempt('the prototype by name', () => ({}).__proto__)
console.log(JSON.stringify(outcome))
process.exit()
`
