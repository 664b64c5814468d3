/** A member's own side against a real gateway: killed at any moment it sends nothing twice and loses nothing; what it cannot send it says. */
import assert from 'node:assert/strict'
import { copyFile, cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, before, describe, it } from 'mocha'
import type { Member } from '#adapters/agency-kit/member.ts'
import { openOwnHome } from '#test/support/own-home.ts'
import type { OwnHome } from '#test/support/own-home.ts'
import { openServing } from '#test/support/serving.ts'
import type { Serving } from '#test/support/serving.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const VISITS = join(ROOT, 'docs/examples/visits.csv')
const MAPPING = join(ROOT, 'docs/examples/visits-mapping.json')
const FILES = 8
const KILLS = 5
const LIMIT_MS = 150_000

interface Receipt {
  readonly messages: readonly { readonly id: string; readonly jti: string }[]
  readonly leftOut: readonly string[]
}

describe('agency run', function () {
  this.timeout(240_000)
  let serving: Serving
  let sender: OwnHome
  let recipient: OwnHome
  let pairs: Member
  let court: Member
  const witnessing = new AbortController()
  let caseText = ''
  before(async () => {
    serving = await openServing()
    await serving.start()
    sender = await openOwnHome(serving, 'probation-paris', ['probation-counsellor'])
    recipient = await openOwnHome(serving, 'pairs-paris', ['pairs-social-worker'])
    pairs = await serving.member('pairs-paris', 'pairs-social-worker')
    court = await serving.member('court-paris')
    caseText = await readFile(join(ROOT, 'docs/examples/my-case.json'), 'utf8')
    void witness()
  })
  after(async () => {
    witnessing.abort()
    for (const open of [pairs, court]) open?.[Symbol.dispose]()
    for (const home of [sender, recipient]) await home?.[Symbol.asyncDispose]()
    await serving?.[Symbol.asyncDispose]()
  })

  /** Another member's, so that what is delivered is also shown. */
  async function witness(): Promise<void> {
    while (!witnessing.signal.aborted) {
      await court.witness().catch(() => undefined)
      await sleep(500)
    }
  }
  const caseOf = (id: string): string => caseText.replace('"MY-CASE-2"', `"${id}"`)
  const drop = (name: string, text: string): Promise<void> => writeFile(join(sender.home, 'outbox', name), text)
  const receipts = async (): Promise<readonly Receipt[]> => {
    const names = (await sender.names('sent')).filter((name) => name.endsWith('.receipt'))
    return Promise.all(
      names.map(async (name) => JSON.parse(await readFile(join(sender.home, 'sent', name), 'utf8')) as Receipt),
    )
  }
  const eventually = async (what: string, isSo: () => Promise<boolean>): Promise<void> => {
    const end = Date.now() + LIMIT_MS
    while (!(await isSo())) {
      if (Date.now() > end)
        throw new Error(`${what}: never; it said ${sender.said().slice(-1500)}${recipient.said().slice(-1500)}`)
      await sleep(500)
    }
  }

  it('killed at random sends each file once, and each has its receipt', async () => {
    await sender.once()
    for (let file = 0; file < FILES; file += 1) await drop(`case-${file}.json`, caseOf(`KILLED-${file}`))
    for (let kill = 0; kill < KILLS; kill += 1) {
      await sender.start()
      await sleep(Math.random() * 1_500)
      await sender.kill()
    }
    await sender.start()
    await eventually('all sent', async () => (await receipts()).length === FILES)
    await sender.kill()
    // What it was writing when it was killed last is cleared away.
    await writeFile(join(sender.home, 'sending', 'half.json.part'), '{"half')
    await sender.once()
    const taken = (await receipts()).flatMap(({ messages }) => messages)
    assert.equal(new Set(taken.map(({ id }) => id)).size, FILES)
    assert.deepEqual(
      [await sender.names('outbox'), await sender.names('sending'), await sender.names('refused')],
      [[], [], []],
    )
    await eventually('all delivered', async () => (await pairs.list()).length >= FILES)
    const delivered = await pairs.list()
    assert.equal(delivered.length, FILES)
    assert.equal(new Set(delivered.map(({ messageId }) => messageId)).size, FILES)
  })

  it('killed at random keeps each delivery before it acknowledges it, and loses none', async () => {
    for (let kill = 0; kill < KILLS; kill += 1) {
      await recipient.start()
      await sleep(Math.random() * 2_000)
      await recipient.kill()
      const kept = new Set(await recipient.names('inbox'))
      for (const { id, state } of await pairs.list())
        if (state === 'acknowledged') assert.ok(kept.has(`${id}.json`) && kept.has(`${id}.proof`), id)
    }
    await recipient.start()
    await eventually('all acknowledged', async () =>
      (await pairs.list()).every(({ state }) => state === 'acknowledged'),
    )
    await recipient.kill()
    const files = (await recipient.names('inbox')).filter((name) => name.endsWith('.json'))
    assert.equal(files.length, FILES)
  })

  it('tells why a file was refused, without what it says', async () => {
    await drop('misshapen.json', caseOf('MISSHAPEN-1').replace('"postcode": "75019"', '"postcode": 75019'))
    await drop('broken.json', '{')
    await sleep(600)
    assert.equal((await sender.once()).code, 0)
    const names = (await sender.names('refused')).filter((name) => name.endsWith('.reason'))
    const reasons = await Promise.all(names.map((name) => readFile(join(sender.home, 'refused', name), 'utf8')))
    assert.equal(reasons.length, 2)
    assert.match(reasons.join(''), /items\/2\/value \(address\): expected text at \/postcode/)
    assert.match(reasons.join(''), /broken\.json: not strict JSON/)
    assert.doesNotMatch(reasons.join(''), /75019|Ariane/)
    assert.deepEqual(await sender.names('outbox'), [])
  })

  it('lets a mapped file with free text wait for a person, then sends its good rows and names the bad one', async () => {
    const how = [
      '--mapping',
      MAPPING,
      '--kind',
      'Referral',
      '--basis',
      'eu.led.9-2',
      '--purpose',
      'disengagement-support',
    ]
    await copyFile(VISITS, join(sender.home, 'outbox/visits.csv'))
    await sleep(600)
    await sender.once(...how)
    assert.deepEqual(await sender.names('to-confirm'), ['visits.csv'])
    const shown = await serving.run('agency', 'confirm', 'visits.csv', '--home', sender.home)
    assert.match(shown.text, /programmes \/ programme-engagement\n.*Came on time/)
    assert.deepEqual(await sender.names('to-confirm'), ['visits.csv'])
    await serving.run('agency', 'confirm', 'visits.csv', '--home', sender.home, '--yes')
    await sleep(600)
    await sender.once(...how)
    const [receipt] = (await receipts()).filter(({ leftOut }) => leftOut.length > 0)
    assert.equal(receipt?.messages.length, 2)
    assert.match(receipt?.leftOut.join('') ?? '', /record 3 \(line 4\): .*expected a day/)
  })

  it('H092 keeps what came and what was sent readable on its own machine alone', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'passerelle-thief-'))
    const key = join(elsewhere, 'own/machine.key')
    await drop('locked.json', caseOf('LOCKED-1'))
    await sleep(600)
    assert.equal((await sender.once('--lock-with', key)).code, 0)
    await eventually('delivered', async () => (await pairs.list()).some(({ state }) => state !== 'acknowledged'))
    assert.equal((await recipient.once('--lock-with', key)).code, 0)
    const locked = (await recipient.names('inbox')).filter((name) => name.endsWith('.locked'))
    const sent = (await sender.names('sent')).filter((name) => name.endsWith('.locked'))
    assert.ok(locked.length > 0 && sent.some((name) => name.includes('locked.json')))
    const stolen = join(elsewhere, 'stolen')
    for (const [home, folder] of [
      [recipient.home, 'inbox'],
      [sender.home, 'sent'],
    ] as const)
      await cp(join(home, folder), join(stolen, folder), {
        recursive: true,
        filter: (from) => !/\.(json|proof)$/.test(from),
      })
    const bytes = await Promise.all(
      [...locked.map((name) => join(stolen, 'inbox', name)), ...sent.map((name) => join(stolen, 'sent', name))].map(
        (path) => readFile(path),
      ),
    )
    assert.doesNotMatch(Buffer.concat(bytes).toString('latin1'), /LOCKED-1|Ariane|75019/)
    const [name = ''] = locked
    const unlock = (home: string, lockWith: string): ReturnType<typeof serving.run> =>
      serving.run('agency', 'unlock', name, '--home', home, '--lock-with', lockWith)
    const thief = await unlock(stolen, join(elsewhere, 'thief/machine.key'))
    assert.notEqual(thief.code, 0)
    assert.match(thief.text, /was not locked on this machine/)
    const owner = await unlock(recipient.home, key)
    assert.equal(owner.code, 0)
    assert.match(owner.text, /"projection":/)
    const within = await recipient.once('--lock-with', join(recipient.home, 'machine.key'))
    assert.notEqual(within.code, 0)
    assert.match(within.text, /would have the key too/)
    await rm(elsewhere, { recursive: true })
  })

  it('takes messages on this machine with the token, once for each key, and from no page in a browser', async () => {
    const port = 20_000 + Math.floor(Math.random() * 20_000)
    await sender.start('--listen', String(port))
    const token = (await readFile(join(sender.home, 'token'), 'utf8')).trim()
    assert.equal((await stat(join(sender.home, 'token'))).mode & 0o777, 0o600)
    const url = `http://127.0.0.1:${port}/messages`
    const post = (headers: Readonly<Record<string, string>>): Promise<Response> =>
      fetch(url, { method: 'POST', body: caseOf('LOCAL-1'), headers })
    const authorization = `Bearer ${token}`
    assert.equal((await post({})).status, 401)
    assert.equal((await post({ authorization: 'Bearer x' })).status, 401)
    assert.equal((await post({ authorization, origin: 'https://page.example' })).status, 403)
    const before = (await receipts()).length
    const key = '018f0000-0000-4000-8000-00000000000a'
    for (let again = 0; again < 3; again += 1)
      assert.equal((await post({ authorization, 'idempotency-key': key })).status, 202)
    const state = async (): Promise<string> =>
      ((await (await fetch(`${url}/${key}`, { headers: { authorization } })).json()) as { readonly state: string })
        .state
    await eventually('sent', async () => (await state()) === 'sent')
    assert.equal((await post({ authorization, 'idempotency-key': key })).status, 202)
    await sleep(2_500)
    await sender.kill()
    assert.equal((await receipts()).length, before + 1)
  })

  it('acknowledges what it posts only once the local address has said that it has it, and posts nowhere else', async () => {
    const bodies: string[] = []
    let status = 500
    const local = createServer((incoming, response) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('end', () => {
        bodies.push(Buffer.concat(chunks).toString('utf8'))
        response.writeHead(status).end()
      })
    }).listen(0, '127.0.0.1')
    await new Promise((listening) => local.once('listening', listening))
    const url = `http://127.0.0.1:${(local.address() as AddressInfo).port}/in`
    try {
      await eventually('something waits', async () =>
        (await pairs.list()).some(({ state }) => state !== 'acknowledged'),
      )
      const refused = await recipient.once('--deliver-to', url)
      assert.match(refused.text, /the local address answered 500; nothing was acknowledged/)
      assert.ok((await pairs.list()).some(({ state }) => state === 'collected'))
      status = 204
      assert.equal((await recipient.once('--deliver-to', url)).code, 0)
      assert.ok((await pairs.list()).every(({ state }) => state === 'acknowledged'))
      assert.match(bodies.at(-1) ?? '', /"projection":.*"proof":/)
      const away = await recipient.once('--deliver-to', 'http://192.0.2.1/in')
      assert.deepEqual([away.code, /not this machine/.test(away.text)], [2, true])
    } finally {
      local.close()
    }
  })

  it('attests by a file of deleted/ that what was recalled is gone', async () => {
    await sender.once()
    const items = ['018f0000-0000-7000-8000-0000000000e1', '018f0000-0000-7000-8000-0000000000e2']
    const { items: all, ...rest } = JSON.parse(caseOf('RECALLED-1')) as { readonly items: readonly object[] }
    const kept = all.slice(0, items.length).map((item, index) => ({ ...item, itemId: items[index] }))
    const envelope = { purpose: 'disengagement-support', legalBasisId: 'eu.led.9-2', to: ['pairs-paris'] }
    await drop('recalled.json', JSON.stringify({ ...rest, items: kept }))
    await sleep(600)
    assert.equal((await sender.once()).code, 0)
    await eventually('it came', async () => {
      await recipient.once()
      return (
        (await recipient.names('inbox')).length > 0 &&
        (await pairs.list()).every(({ state }) => state === 'acknowledged')
      )
    })
    const recall = { kind: 'Recall', caseId: 'RECALLED-1', recalled: items, reason: 'inaccurate', ...envelope }
    await drop('recall.json', JSON.stringify(recall))
    await sleep(600)
    const said = await sender.once()
    const name = (await sender.names('sent')).find((one) => one.endsWith('-recall.json.receipt')) ?? said.text
    const { messages } = JSON.parse(await readFile(join(sender.home, 'sent', name), 'utf8')) as Receipt
    const id = messages[0]?.id ?? ''
    await eventually('the notice came', async () => (await pairs.list()).some(({ messageId }) => messageId === id))
    await recipient.once()
    await writeFile(join(recipient.home, 'deleted', id), '')
    const attested = await recipient.once()
    assert.match(attested.text, /attested as deleted/)
    assert.deepEqual(await recipient.names('deleted/done'), [id])
    using probation = await serving.member('probation-paris')
    const { text } = await probation.call({ method: 'GET', path: `/v1/submissions/${id}/closure` })
    assert.match(text, /"organisation":"pairs-paris","state":"deleted"/)
  })

  it('works alone in its folder, and goes on by itself when the gateway is back', async () => {
    await sender.start()
    assert.match((await sender.once()).text, /another agency run is at work here/)
    await serving.kill()
    const before = (await receipts()).length
    await drop('later.json', caseOf('LATER-1'))
    await eventually('it says so', async () => sender.said().includes('the gateway cannot be reached'))
    await serving.start()
    await eventually('sent', async () => (await receipts()).length === before + 1)
    await sender.kill()
  })
})
