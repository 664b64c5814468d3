/** Clients of the trust list: the highest seen is never forgotten, an expired one is never used, a published one is taken at once. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, copyFile, cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, before, beforeEach, describe, it } from 'mocha'
import { NotTrusted, openMemberTrust, TRUST_LIST_PATH } from '#adapters/agency-kit/member-trust.ts'
import type { Answer } from '#adapters/agency-kit/client.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { openKeptLists } from '#adapters/trust/kept-lists.ts'
import type { KeptLists } from '#adapters/trust/kept-lists.ts'
import { openTrustClient } from '#adapters/trust/trust-client.ts'
import type { TrustClient } from '#adapters/trust/trust-client.ts'
import { watchList } from '#adapters/trust/watch-list.ts'
import type { Pinned, TrustListBody } from '#gateway/core/trust-list/list.ts'
import { propose, revokeOrganisation } from '#gateway/core/trust-list/propose.ts'
import type { VerifiedTrustList } from '#gateway/core/trust-list/verify.ts'
import { aFirstList, DAY_MS, officersText, read, signedBy, someOfficers, verified } from '#test/support/trust-list.ts'
import type { TestOfficer } from '#test/support/trust-list.ts'
import { samples } from '#test/support/samples.ts'
import { TEST_NETWORK } from '#test/support/certificates.ts'

const AT = Date.now()
const TAKER = join(import.meta.dirname, 'trust-taker.ts')

describe('a client of the trust list', () => {
  let officers: readonly TestOfficer[]
  let first: VerifiedTrustList
  let second: VerifiedTrustList
  let body: TrustListBody
  let pinned: Pinned
  let root: string
  let folder: string
  let now: number
  let count = 0

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'passerelle-trust-'))
    officers = await someOfficers('ana', 'ben', 'cleo')
    ;({ first, body, pinned } = await aFirstList(officers, AT))
    second = await verified(await follow(first), first, AT)
  })
  beforeEach(() => {
    folder = join(root, `${(count += 1)}`)
    now = AT
  })
  after(() => rm(root, { recursive: true, force: true }))

  const follow = (list: VerifiedTrustList, changes: Partial<TrustListBody> = {}): Promise<string> =>
    signedBy(officers.slice(0, 2), propose(list, { ...body, ...changes }, { issued: AT }))
  const open = (): Promise<TrustClient> => openTrustClient({ pinned, clock: () => now, folder })
  const outcome = async (client: Pick<TrustClient, 'take'>, text: string): Promise<string> => {
    const taken = await client.take(text)
    return taken.ok ? taken.value : taken.problem.code
  }

  it('has nothing in force before it has seen a list', async () => {
    const listed = (await open()).inForce()
    assert.equal(listed.ok ? '' : listed.problem.code, 'trust-list-missing')
  })

  it('H101 refuses a lower list after it was opened again, and after another client of the folder saw a higher one', async () => {
    const one = await open()
    const two = await open()
    assert.equal(await outcome(two, first.text), 'taken')
    assert.equal(await outcome(one, second.text), 'taken')
    assert.equal(await outcome(two, first.text), 'trust-list-rolled-back')
    assert.equal(await outcome(await open(), first.text), 'trust-list-rolled-back')
    assert.equal((await open()).highest()?.list.version, 2)
    assert.deepEqual(await readdir(folder), ['0000000002.json'])
  })

  it('H101 refuses another list under a version that it has', async () => {
    const client = await open()
    await client.take(second.text)
    assert.equal(await outcome(client, await follow(first, { timestamping: ['a'.repeat(64)] })), 'trust-list-forked')
    assert.equal(await outcome(client, await follow(first, {})), 'known')
  })

  it('H101 goes back to no list of a folder that was put back while it runs', async () => {
    const client = await open()
    await client.take(first.text)
    await cp(folder, `${folder}-backup`, { recursive: true })
    await client.take(second.text)
    await rm(folder, { recursive: true })
    await cp(`${folder}-backup`, folder, { recursive: true })
    assert.equal(await outcome(client, first.text), 'trust-list-rolled-back')
    assert.equal(client.highest()?.list.version, 2)
  })

  it('H101 two that keep lists in one folder at once end at the highest, and neither stumbles', async () => {
    const [one, two] = [openKeptLists(folder), openKeptLists(folder)]
    const numbers = Array.from({ length: 100 }, (_, index) => index + 1)
    const keepAll = async (kept: KeptLists, rest: number): Promise<void> => {
      for (const version of numbers.filter((number) => number % 2 === rest)) await kept.keep(version, `list ${version}`)
    }
    const readAll = async (kept: KeptLists): Promise<void> => {
      for (const _ of numbers) assert.match((await kept.highest()) ?? 'list', /^list/)
    }
    await Promise.all([keepAll(one, 0), keepAll(two, 1), readAll(one), readAll(two)])
    assert.equal(await one.highest(), 'list 100')
  })

  it('judges lists that come at once one after the other', async () => {
    const client = await open()
    const outcomes = await Promise.all([second.text, first.text, second.text].map((text) => outcome(client, text)))
    assert.deepEqual(outcomes, ['taken', 'trust-list-rolled-back', 'known'])
  })

  it('H102 stops when the list expires, and goes on by itself with the next', async () => {
    const client = await open()
    await client.take(first.text)
    now = AT + 7 * DAY_MS
    const listed = client.inForce()
    assert.equal(listed.ok ? '' : listed.problem.code, 'trust-list-expired')
    const next = await signedBy(officers.slice(1), propose(first, body, { issued: now }))
    assert.equal(await outcome(client, next), 'taken')
    assert.equal(client.inForce().ok, true)
  })

  it('keeps the officers of the list it holds, not those of its first day', async () => {
    const news = await someOfficers('dan', 'fay')
    const changed = propose(first, { ...body, officers: officersText(news, AT) }, { issued: AT })
    const client = await open()
    await client.take(first.text)
    assert.equal(await outcome(client, await signedBy([...officers.slice(0, 2), ...news], changed)), 'taken')
    const again = await open()
    const held = again.highest()
    assert.ok(held !== undefined)
    const after = propose(held, { ...body, officers: officersText(news, AT) }, { issued: AT })
    assert.equal(await outcome(again, await signedBy(officers.slice(0, 2), after)), 'key-unknown')
    assert.equal(await outcome(again, await signedBy(news, after)), 'taken')
  })

  it('does not open on a kept list that was changed', async () => {
    await (await open()).take(first.text)
    const [name = ''] = await readdir(folder)
    const changed = read(first.text).payload
    await chmod(join(folder, name), 0o600)
    await writeFile(join(folder, name), first.text.replace(changed.slice(0, 400), changed.slice(0, 398)))
    await assert.rejects(open(), /the highest trust list seen is damaged/)
  })

  it('H101 after kill -9 holds at least the last version that it said it had kept', async function () {
    this.timeout(10 * 60_000)
    const texts = [first.text]
    let last = first
    for (let version = 2; version <= 150; version += 1) {
      const text = await follow(last)
      last = { list: read(text).list, digest: read(text).digest, text }
      texts.push(text)
    }
    const lists = join(root, 'lists.json')
    const officersPinned = { network: TEST_NETWORK, officers: officersText(officers, AT) }
    await writeFile(lists, JSON.stringify({ pinned: officersPinned, texts }))
    let kept = 0
    // Once all are taken there is nothing left to interrupt.
    for (let kill = 0; kill < samples(4) && kept < texts.length; kill += 1) {
      const child = spawn(process.execPath, [TAKER, folder, lists], { stdio: ['ignore', 'pipe', 'inherit'] })
      let said = ''
      child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
      const exited = once(child, 'exit')
      await Promise.race([once(child.stdout, 'data'), exited, sleep(10_000)])
      await sleep(20 + 17 * kill)
      child.kill('SIGKILL')
      await exited
      kept = Math.max(kept, Number(said.trim().split('\n').at(-1)))
      const highest = (await open()).highest()?.list.version ?? 0
      assert.ok(highest >= kept && kept > 0, `held ${highest}, had said ${kept}`)
      assert.equal(await outcome(await open(), first.text), highest === 1 ? 'known' : 'trust-list-rolled-back')
    }
  })

  describe('in a gateway', () => {
    const lines: string[] = []
    const say = (event: string): void => void lines.push(event)

    it('H102 raises an alarm at half life and at the end, once each, and takes an emergency list at once', async () => {
      const client = await open()
      await client.take(first.text)
      const path = join(root, 'list.json')
      await writeFile(path, first.text)
      let takes = 0
      const watch = watchList({ path, client, log: { info: say, warn: say, alarm: say }, onTaken: () => (takes += 1) })
      await watch.look()
      assert.equal(lines.length, 0)
      now = AT + 3.5 * DAY_MS
      await watch.look()
      await watch.look()
      now = AT + 7 * DAY_MS
      await watch.look()
      await watch.look()
      assert.deepEqual(
        lines.map((line: string) => line.split(':')[0]),
        ['half the life of the trust list is over', 'the trust list has expired'],
      )
      now = AT
      const out = revokeOrganisation(
        { ...body, organisations: [...body.organisations, { ...witness(), id: 'stolen', uri: `${witness().uri}-2` }] },
        'stolen',
        { at: AT, reason: 'compromised' },
      )
      await writeFile(path, await follow(first, out ?? {}))
      await watch.look()
      assert.equal(takes, 1)
      await writeFile(path, first.text)
      await watch.look()
      await watch.look()
      assert.deepEqual(lines.slice(2), ['a trust list was taken', 'a published trust list was refused'])
      await watch.stop()
    })

    it('takes a list that came too early once its time has come, and says once that it was early', async () => {
      const client = await open()
      await client.take(first.text)
      const path = join(root, 'early.json')
      await writeFile(path, second.text)
      const told: string[] = []
      const tell = (event: string): void => void told.push(event)
      const log = { info: tell, warn: tell, alarm: tell }
      const watch = watchList({ path, client, log, onTaken: () => {} })
      now = AT - 60_001
      await watch.look()
      await watch.look()
      now = AT
      await watch.look()
      assert.deepEqual(told, ['a published trust list was refused', 'a trust list was taken'])
      await watch.stop()
    })

    it('tells of a list that another process of the folder took first, and of one that it holds and that is no longer published', async () => {
      const [client, other] = [await open(), await open()]
      await client.take(first.text)
      const path = join(root, 'shared.json')
      const versions: (number | undefined)[] = []
      const log = { info: () => {}, warn: () => {}, alarm: () => {} }
      const onTaken = (): void => void versions.push(client.highest()?.list.version)
      const watch = watchList({ path, client, log, onTaken })
      await other.take(second.text)
      await writeFile(path, second.text)
      await watch.look()
      assert.deepEqual(versions, [2])
      const third = await verified(await follow(second), second, AT)
      await other.take(third.text)
      await writeFile(path, first.text)
      await watch.look()
      assert.deepEqual(versions, [2, 3])
      await watch.stop()
    })
    const witness = (): TrustListBody['organisations'][number] => {
      const [entry] = body.organisations
      assert.ok(entry !== undefined)
      return { ...entry, keys: [], witnessKey: undefined }
    }
  })

  describe('at a member', () => {
    const warned: string[] = []
    const held: (string | undefined)[] = []
    let home: string
    let served: string
    let asked: string[]
    beforeEach(async () => {
      home = await mkdtemp(join(root, 'home-'))
      await writeFile(
        join(root, 'officers.json'),
        JSON.stringify({ network: TEST_NETWORK, officers: officersText(officers, AT) }),
      )
      await mkdir(join(home, 'trust'))
      await copyFile(join(root, 'officers.json'), join(home, 'trust/officers.json'))
      served = first.text
      asked = []
      held.length = 0
      warned.length = 0
    })
    const openAtMember = (): ReturnType<typeof openMemberTrust> =>
      openMemberTrust({
        home,
        folder,
        clock: () => now,
        warn: (line) => warned.push(line),
        client: {
          call: async ({ path, headers }): Promise<Answer> => {
            asked.push(path)
            held.push(headers?.['if-none-match'])
            if (headers?.['if-none-match'] === `"${sha256Hex(served)}"`) return { status: 304, headers: {}, text: '' }
            if (served === '') throw new Error('unreachable')
            return { status: 200, headers: {}, text: served }
          },
        },
      })

    it('asks the gateway for the list, and for nothing else', async () => {
      const trust = await openAtMember()
      assert.equal((await trust()).version, 1)
      await trust()
      assert.deepEqual(asked, [TRUST_LIST_PATH])
      served = second.text
      now += 60_000
      assert.equal((await trust()).version, 2)
    })

    it('asks whether the list changed that it holds, also in another process, and goes on with it where it has not', async () => {
      await (
        await openAtMember()
      )()
      now += 60_000
      assert.equal((await (await openAtMember())()).version, 1)
      assert.deepEqual(held.slice(0, 2), [undefined, `"${sha256Hex(first.text)}"`])
      served = second.text
      now += 60_000
      assert.equal((await (await openAtMember())()).version, 2)
    })

    it('H100 believes no list that the gateway made up, and says so', async () => {
      const [mole] = await someOfficers('mole')
      assert.ok(mole !== undefined)
      const trust = await openAtMember()
      await trust()
      served = await signedBy(
        [mole],
        propose(first, { ...body, gateway: { ...body.gateway, keys: [] } }, { issued: AT }),
      )
      now += 60_000
      assert.equal((await trust()).version, 1)
      assert.deepEqual(warned, ['the trust list of the gateway was refused (key-unknown); tell the officers'])
    })

    it('H102 goes on without the gateway until the list expires, warned at half life, then stops', async () => {
      const trust = await openAtMember()
      await trust()
      served = ''
      now = AT + 3.5 * DAY_MS
      assert.equal((await trust()).version, 1)
      await trust()
      assert.equal(warned.length, 1)
      assert.match(warned[0] ?? '', /^Trusted until .* Half its life is over/)
      now = AT + 7 * DAY_MS
      await assert.rejects(trust(), (thrown) => thrown instanceof NotTrusted && thrown.code === 'trust-list-expired')
      now = AT
      assert.equal((await (await openAtMember())()).version, 1)
    })

    it('tells that there is no gateway where it has no list yet, and asks again at the next call', async () => {
      served = ''
      const trust = await openAtMember()
      await assert.rejects(trust(), /unreachable/)
      served = first.text
      assert.equal((await trust()).version, 1)
    })

    it('asks once for first calls that come at once, and answers each', async () => {
      const trust = await openAtMember()
      const lists = await Promise.all([trust(), trust(), trust()])
      assert.deepEqual(
        lists.map(({ version }) => version),
        [1, 1, 1],
      )
      assert.deepEqual(asked, [TRUST_LIST_PATH])
    })
  })
})
