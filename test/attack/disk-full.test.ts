/** H09X with a disk that is really full: a small tmpfs under the data folder of a gateway that serves. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import type { Context } from 'mocha'
import { Refused } from '#adapters/agency-kit/member.ts'
import type { Member } from '#adapters/agency-kit/member.ts'
import { eventually } from '#test/support/eventually.ts'
import { aHandover, anItemText } from '#test/support/messages.ts'
import { inNetwork } from '#test/support/officers.ts'
import { openServing } from '#test/support/serving.ts'
import type { Serving } from '#test/support/serving.ts'
import { readinessOf } from '#test/support/readiness.ts'
import { needs } from '#test/support/needs.ts'

const ON_SENTENCE = { purpose: 'sentence-execution', legalBasisId: 'fr.cpen.r113-49' } as const
const DISK = 'size=12m'
const BLOCK = Buffer.alloc(4096, 1)

const mount = (folder: string): boolean => spawnSync('mount', ['-t', 'tmpfs', '-o', DISK, 'tmpfs', folder]).status === 0

/** Mounting takes the right to: elsewhere this is skipped aloud, and under CI it fails. */
const needsMount = (context: Context, folder: string): void =>
  needs(context, mount(folder), 'no tmpfs can be mounted here, to be filled')

describe('H09X a disk that is full', function () {
  this.timeout(120_000)
  this.bail(true)
  let serving: Serving
  let prison: Member
  let court: Member
  let data = ''
  /** Ids that were answered 202. */
  const accepted: string[] = []
  let sent = 0
  const ballast = (): string => join(data, 'ballast')

  before(async function () {
    serving = await openServing()
    data = dirname(serving.database)
    mkdirSync(data, { recursive: true })
    needsMount(this, data)
    await begin()
  })
  after(async () => {
    prison?.[Symbol.dispose]()
    court?.[Symbol.dispose]()
    await serving.kill()
    spawnSync('umount', [data])
    await serving[Symbol.asyncDispose]()
  })

  const begin = async (): Promise<void> => {
    await serving.start()
    prison = await serving.member('prison-paris')
    court = await serving.member('court-paris', 'sentence-judge')
  }
  /** Sends one message; the problem it met, or 202. */
  const send = async (): Promise<string> => {
    sent += 1
    const item = anItemText({ section: 'identity', term: 'full-name', value: `Alix DEMO-MARTIN-${sent}` })
    const body = aHandover({ caseId: `DEMO-FULL-${sent}`, ...ON_SENTENCE, items: [item], to: ['court-paris'] })
    try {
      accepted.push((await prison.send(inNetwork(serving, 'prison-paris', body))).id)
      return '202'
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      return `${error.status} ${error.code}`
    }
  }
  /** Takes all the room there is, but for the last bytes of it. */
  const fill = (leave: number): void => {
    const file = openSync(ballast(), 'w')
    let written = 0
    try {
      for (;;) written += writeSync(file, BLOCK)
    } catch (error) {
      assert.equal((error as { readonly code?: string }).code, 'ENOSPC')
    } finally {
      closeSync(file)
    }
    if (leave === 0) return
    spawnSync('truncate', ['-s', String(Math.max(0, written - leave)), ballast()])
  }
  const received = async (): Promise<number> => {
    await prison.witness()
    await court.witness()
    return (await court.list()).length
  }

  it('H09X takes nothing that it cannot keep, and readiness says why in words', async () => {
    assert.equal(await send(), '202')
    await eventually(received, (count) => count === 1)
    fill(0)
    assert.match(await send(), /^503 (log-unwritable|store-unavailable)$/)
    await eventually(
      () => readinessOf(serving.insideUrl),
      ({ code }) => code === 'log-unwritable' || code === 'store-unavailable',
    )
    assert.equal(await received().catch(() => 1), 1)
  })

  it('H09X goes on by itself when there is room', async () => {
    rmSync(ballast())
    assert.equal(await eventually(send, (answer) => answer === '202'), '202')
    await eventually(received, (count) => count === accepted.length)
  })

  it('H09X however the last bytes go, what was answered 202 is kept, and what is delivered is in the log', async () => {
    fill(400 * 1024)
    let refused = ''
    for (let tries = 0; tries < 300 && refused === ''; tries += 1) {
      const answer = await send()
      if (answer !== '202') refused = answer
    }
    assert.match(refused, /^503 (log-unwritable|store-unavailable)$/)
    await serving.kill()
    rmSync(ballast())
    prison[Symbol.dispose]()
    court[Symbol.dispose]()
    await begin()
    for (const id of accepted) {
      const { status } = await prison.call({ method: 'GET', path: `/v1/submissions/${id}` })
      assert.equal(status, 200)
    }
    await eventually(received, (count) => count === accepted.length)
    // Each is proven to stand in the log before the kit opens it.
    for (const { id } of await court.list()) await court.open(id)
    console.log(`    ${accepted.length} of ${sent} messages were answered 202, and are there`)
    await serving.kill()
    const { code, text } = await serving.run('check', 'audit', serving.database)
    console.log(`    ${text.trim()}`)
    assert.equal(code, 0, text)
  })
})
