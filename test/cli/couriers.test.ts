/** Couriers as an operator runs them: a confined `serve` that carries by folder, SFTP and webhook, and `deliveries` beside it. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, before, describe, it } from 'mocha'
import { z } from 'zod'
import { readWebhook } from '#adapters/agency-kit/verify-webhook.ts'
import type { CourierEntry } from '#gateway/core/courier-ways.ts'
import { toNumericDate } from '#gateway/core/time.ts'
import { openPeer } from '#test/support/couriers.ts'
import type { Peer } from '#test/support/couriers.ts'
import { aHandover } from '#test/support/messages.ts'
import { openServing } from '#test/support/serving.ts'
import type { Serving } from '#test/support/serving.ts'
import { needsSshd, startSftpServer } from '#test/support/sftp-server.ts'
import type { SftpServer } from '#test/support/sftp-server.ts'

const WAIT_MS = 20_000

describe('A confined gateway with couriers', function () {
  this.timeout(120_000)
  let serving: Serving
  let hook: Peer
  let sshd: SftpServer | undefined
  let webhookKey = ''
  before(async function () {
    needsSshd(this)
    serving = await openServing()
    hook = await openPeer()
    sshd = await startSftpServer()
    const made = await serving.run('deliveries', 'key', file('webhook.key'), '--json')
    webhookKey = (JSON.parse(made.text) as { readonly webhookKey: string }).webhookKey
    await writeFile(file('sftp.key'), sshd.privateKey)
    await chmod(file('sftp.key'), 0o600)
  })
  after(async () => {
    await sshd?.[Symbol.asyncDispose]()
    await hook?.[Symbol.asyncDispose]()
    await serving?.[Symbol.asyncDispose]()
  })

  const file = (...path: readonly string[]): string => join(serving.folder, ...path)
  /** network.json with that member's couriers and that key of webhooks. */
  const reachBy = async (couriers: readonly unknown[], key: string | undefined): Promise<void> => {
    const network = JSON.parse(await readFile(file('network.json'), 'utf8')) as {
      readonly broker: object
      readonly participants: readonly { readonly id: string }[]
    }
    const participants = network.participants.map((entry) =>
      entry.id === 'probation-paris' ? { ...entry, couriers } : entry,
    )
    const broker = { ...network.broker, webhookKey: key }
    await writeFile(file('network.json'), JSON.stringify({ ...network, broker, participants }))
  }
  const hooked = (): CourierEntry => ({ way: 'webhook', url: `http://127.0.0.1:${hook.port}/hook` })
  const uploads = (): CourierEntry => {
    assert.ok(sshd !== undefined)
    const { port, user, hostKey, folder } = sshd
    return { way: 'sftp', host: '127.0.0.1', port, user, hostKey, folder }
  }
  const settings = (): Readonly<Record<string, string>> => ({
    PASSERELLE_COURIER_FOLDERS: file('out'),
    PASSERELLE_WEBHOOK_KEY: file('webhook.key'),
    PASSERELLE_SFTP_KEY: file('sftp.key'),
    PASSERELLE_INNER_HOSTS: '127.0.0.1',
  })
  const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
    const deadline = Date.now() + WAIT_MS
    while (!(await isSo())) {
      assert.ok(Date.now() < deadline, `it took too long; serve said: ${serving.said()}`)
      await sleep(50)
    }
  }
  /** Whole ones: until then a name begins with a full stop. */
  /** Its receipt is of the checkpoint that was the newest when it was taken, and so may differ between two ways. */
  const parcelIn = async (path: string): Promise<{ readonly delivery: string; readonly parcel: string }> =>
    z.object({ delivery: z.string(), parcel: z.string() }).parse(JSON.parse(await readFile(path, 'utf8')))
  const filesIn = async (folder: string): Promise<readonly string[]> =>
    (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith('.'))

  it('does not start where the registry asks for ways that are not set up, and names each', async () => {
    await reachBy([hooked(), uploads(), { way: 'folder' }, { way: 'mail', to: 'a@b.example' }], webhookKey)
    await assert.rejects(serving.start(), (error: Error) => {
      for (const name of ['COURIER_FOLDERS', 'WEBHOOK_KEY', 'SFTP_KEY', 'SMTP'])
        assert.match(error.message, new RegExp(`PASSERELLE_${name}`))
      return true
    })
  })

  it('does not start with a registry that is faulty, and names every fault', async () => {
    await reachBy(
      [
        { way: 'webhook', url: 'ftp://x' },
        { way: 'mail', to: 'a' },
      ],
      'whpk_no',
    )
    await assert.rejects(serving.start(settings()), (error: Error) => {
      for (const place of ['couriers/0/url', 'couriers/1/to', 'broker/webhookKey'])
        assert.match(error.message, new RegExp(place))
      return true
    })
  })

  it('carries one handover into a folder, over SFTP and as word of it, and each parcel is the one in the mailbox', async () => {
    await reachBy([hooked(), uploads(), { way: 'folder' }], webhookKey)
    await serving.start(settings())
    using sender = await serving.member('prison-paris')
    using member = await serving.member('probation-paris')
    using court = await serving.member('court-paris')
    await sender.send({
      sch: 'passerelle/1',
      iss: 'spiffe://demo.passerelle.example/org/prison-paris',
      aud: serving.audience,
      iat: toNumericDate(Date.now()),
      jti: randomUUID(),
      ...aHandover({ caseId: 'DEMO-COURIER-01' }),
    })
    const out = file('out', 'probation-paris')
    const inbox = sshd?.folder ?? ''
    await until(async () => {
      for (const witness of [sender, member, court]) await witness.witness()
      return (await filesIn(out)).length > 0 && (await filesIn(inbox)).length > 0 && hook.heard.length > 0
    })
    const [name = '', ...more] = await filesIn(out)
    assert.deepEqual([more, await filesIn(inbox)], [[], [name]])
    const [local, remote] = await Promise.all([parcelIn(join(out, name)), parcelIn(join(inbox, name))])
    const { delivery, parcel } = local
    assert.deepEqual([delivery, parcel], [remote.delivery, remote.parcel])
    assert.equal((await member.call({ method: 'GET', path: `/v1/deliveries/${delivery}` })).text, parcel)
    const [heard] = hook.heard
    assert.ok(heard !== undefined)
    const trust = { keys: [webhookKey], source: serving.audience, now: Date.now(), seen: { once: () => true } }
    const read = await readWebhook(heard, trust)
    assert.equal(read.kind === 'believed' && read.event.subject, `/v1/deliveries/${delivery}`)
    await member.acknowledge(delivery)
  })

  it('`deliveries` shows that nothing is stuck, tries every way, and refuses what is not there', async () => {
    const at = ['--inside', serving.insideUrl]
    assert.deepEqual(await serving.run('deliveries', 'stuck', ...at), { code: 0, text: 'nothing is stuck\n' })
    const pinged = await serving.run('deliveries', 'ping', 'probation-paris', ...at)
    assert.equal(pinged.code, 0, pinged.text)
    assert.equal(pinged.text.match(/reached/g)?.length, 3)
    const id = '018f0000-0000-7000-8000-000000000001'
    const refused = await serving.run('deliveries', 'replay', id, ...at)
    assert.deepEqual([refused.code, refused.text.includes('not-found')], [1, true])
    assert.equal((await serving.run('deliveries', 'replay', 'x', ...at)).code, 2)
    assert.equal((await serving.run('deliveries', 'stuck', '--inside', 'http://127.0.0.1:9')).code, 3)
  })

  it('the operator’s port does nothing for a page that a browser has open', async () => {
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      const answer = await fetch(`${serving.insideUrl}/members/probation-paris/ping`, { method: 'POST', headers })
      assert.equal(answer.status, 400)
    }
  })

  it('nor for a page whose name was made to lead to it', async () => {
    const statusFor = async (host: string): Promise<number | undefined> => {
      const asking = request(`${serving.insideUrl}/deliveries/stuck`, { headers: { host } }).end()
      const [answer] = (await once(asking, 'response')) as [IncomingMessage]
      answer.resume()
      return answer.statusCode
    }
    const { host } = new URL(serving.insideUrl)
    assert.deepEqual(await Promise.all(['rebound.evil.example:9464', 'a.b'].map(statusFor)), [400, 400])
    assert.deepEqual(
      await Promise.all([host, 'localhost:9464', '[::1]:9464', 'gateway'].map(statusFor)),
      [200, 200, 200, 200],
    )
  })
})
