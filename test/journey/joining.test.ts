/** A stranger joins with the commands of docs/join.md: from the pasted code to the first message out of a format of its own. */
import assert from 'node:assert/strict'
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { NEW_MEMBER, NEWCOMER, openJoining, until } from '#test/support/joining.ts'
import type { Joining } from '#test/support/joining.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const VISITS = join(ROOT, 'docs/examples/visits.csv')
const MAPPING = join(ROOT, 'docs/examples/visits-mapping.json')

interface Step {
  readonly step: string
  readonly state: string
  readonly detail: string
}

describe('joining from the documents alone', function () {
  this.timeout(180_000)
  let joining: Joining
  let code = ''
  const times: [string, number][] = []
  const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const from = performance.now()
    const value = await work()
    times.push([what, performance.now() - from])
    return value
  }
  before(async () => {
    joining = await openJoining()
    await joining.start()
  })
  after(async () => {
    const told = times.map(([what, ms]) => `${what} ${(ms / 1000).toFixed(1)} s`).join(', ')
    console.log(`    ${told}`)
    await joining?.[Symbol.asyncDispose]()
  })
  const standing = async (): Promise<readonly Step[]> => {
    const { code: exit, text } = await joining.tried('agency', 'status', '--home', joining.home, '--json')
    assert.equal(exit, 0, text)
    return (JSON.parse(text.slice(text.indexOf('{'))) as { readonly steps: readonly Step[] }).steps
  }
  const steps = async (): Promise<ReadonlyMap<string, string>> =>
    new Map((await standing()).map(({ step, state }) => [step, state]))

  it('begins with an entry of the registry, whose faults are told all at once', async () => {
    const { folder } = joining.serving
    const faulty = join(folder, 'faulty.json')
    const text = await readFile(NEW_MEMBER, 'utf8')
    await writeFile(
      faulty,
      text.replace('"GDPR",\n      "controllerRole"', '"none",\n      "controllerRole"').replace('"type": "PS",', ''),
    )
    const refused = await joining.tried('members', 'add', faulty, '--network', folder)
    assert.equal(refused.code, 1)
    assert.match(refused.text, /2 faults, nothing was entered: .*\/participants\/0\/regime.*\/mandates\/0\/type/)
    await timed('registry', () => joining.run('members', 'add', NEW_MEMBER, '--network', folder))
    const again = await joining.tried('members', 'add', NEW_MEMBER, '--network', folder)
    assert.match(again.text, /4 faults.*visits-paris is there already/)
  })

  it('takes a code that was copied whole, and no other', async () => {
    code = await timed('code', () => joining.invite())
    const wrong = code.slice(0, 100) + (code[100] === 'A' ? 'B' : 'A') + code.slice(101)
    const { code: exit, text } = await joining.tried('agency', 'join', wrong, '--home', joining.home)
    assert.deepEqual([exit, text], [2, 'passerelle: the code: a character is wrong or missing: copy the whole code\n'])
    await assert.rejects(stat(joining.home))
  })

  it('makes keys that never leave, in a folder for their owner alone, and asks for them to be listed', async () => {
    const said = await timed('join', () => joining.join(code))
    assert.match(said, /asked for; the officers now sign the list/)
    const { home } = joining
    assert.equal((await stat(home)).mode & 0o777, 0o700)
    const keys = [`organisations/${NEWCOMER}/tls.key.pem`, `organisations/${NEWCOMER}/keys/witness.key`]
    for (const path of keys) assert.equal((await stat(join(home, path))).mode & 0o777, 0o600, path)
    const request = await readFile(join(home, 'key-request.json'), 'utf8')
    assert.doesNotMatch(request + Buffer.from(request).toString('utf8'), /"d":/)
    const known = await steps()
    assert.deepEqual(
      [known.get('certificate'), known.get('keys'), known.get('keys listed')],
      ['done', 'done', 'waiting'],
    )
  })

  it('goes on where it was when it is run again, with no code', async () => {
    const before = await readdir(join(joining.home, 'organisations', NEWCOMER, 'keys'))
    assert.match(await joining.run('agency', 'join', '--home', joining.home), /asked for/)
    assert.deepEqual(await readdir(join(joining.home, 'organisations', NEWCOMER, 'keys')), before)
  })

  it('may do nothing else until the officers have signed', async () => {
    const { code: exit, text } = await joining.tried('agency', 'receive', '--home', joining.home)
    assert.equal(exit, 1)
    assert.match(text, /participant-suspended/)
  })

  it('is in once two officers have signed, and the gateway was never restarted', async () => {
    await timed('officers', () => joining.list())
    const known = await timed('in force', () =>
      until(async () => {
        const now = await steps()
        return now.get('mailbox') === 'done' ? now : undefined
      }),
    )
    assert.deepEqual(
      [...known.values()].filter((state) => state !== 'done'),
      [],
    )
    assert.equal(known.get('keys listed'), 'done')
    const trust = (await standing()).find(({ step }) => step === 'trust list')
    assert.match(trust?.detail ?? '', /^Trusted until \d+ [A-Z][a-z]+ \d{4}, \d\d:\d\d UTC \(list \d+\)\.$/)
  })

  it('is what docs/join.md shows: each of its commands, with each of its flags, is run here', async () => {
    const page = await readFile(join(ROOT, 'docs/join.md'), 'utf8')
    const shown = [...page.matchAll(/^\.\/passerelle ([a-z]+ [a-z-]+)(.*)$/gm)]
    assert.ok(shown.length >= 11)
    const notHere = new Set(['certs example', 'map try', 'agency run', 'agency send'])
    for (const [, command = '', flags = ''] of shown) {
      const ran = joining.commands.filter((words) => words.slice(0, 2).join(' ') === command)
      if (notHere.has(command)) continue
      assert.ok(ran.length > 0, command)
      for (const flag of flags.match(/--[a-z-]+/g) ?? [])
        assert.ok(
          ran.some((words) => words.includes(flag)),
          `${command} ${flag}`,
        )
    }
  })

  it('sends a record of its own format, and its recipient reads it', async () => {
    const how = ['--mapping', MAPPING, '--record', '1', '--kind', 'Referral', '--basis', 'eu.gdpr.6-1-e']
    const purpose = ['--purpose', 'disengagement-support']
    const said = await timed('send', () =>
      joining.run('agency', 'send', '--home', joining.home, ...how, ...purpose, VISITS),
    )
    assert.match(said, /accepted as/)
    const {
      folder,
      last: { url },
    } = joining.serving
    let last = ''
    const read = await timed('read', () =>
      until(async () => {
        await joining.run('witness', '--home', folder, '--url', url, '--as', 'court-paris', '--once')
        const { text } = await joining.tried('receive', '--home', folder, '--url', url, '--as', 'pairs-social-worker')
        last = text
        return text.includes('Referral from visits-paris') ? text : undefined
      }).catch((error: unknown) => {
        throw new Error(`never read: ${last}`, { cause: error })
      }),
    )
    assert.match(read, /Ariane Exemple/)
    const status = (await joining.tried('agency', 'status', '--home', joining.home)).text
    assert.match(status, /\ndone +last sent +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\n/)
    assert.doesNotMatch(status, /contradictions/)
    const reports = join(joining.home, 'organisations', NEWCOMER, 'contradictions')
    await mkdir(reports)
    await writeFile(join(reports, 'delivery-0123456789abcdef.json'), '{}')
    const warned = (await joining.tried('agency', 'status', '--home', joining.home)).text
    assert.match(warned, /\nwaiting +contradictions +1 reports in contradictions: show them to the officers\n/)
    const total = times.reduce((sum, [, ms]) => sum + ms, 0)
    assert.ok(total < 600_000, `from the code to the first message: ${total} ms`)
  })
})
