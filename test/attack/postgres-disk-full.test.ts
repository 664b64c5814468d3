/** H09X on PostgreSQL whose disk is really full: a small tmpfs under its tables, and a gateway that serves. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chownSync, closeSync, cpSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { Refused } from '#adapters/agency-kit/member.ts'
import type { Member } from '#adapters/agency-kit/member.ts'
import { eventually } from '#test/support/eventually.ts'
import { aHandover, anItemText } from '#test/support/messages.ts'
import { needs } from '#test/support/needs.ts'
import { inNetwork } from '#test/support/officers.ts'
import { needsPostgres, openPostgresServer } from '#test/support/postgres-server.ts'
import type { PostgresServer } from '#test/support/postgres-server.ts'
import { readinessOf } from '#test/support/readiness.ts'
import { openReplicas } from '#test/support/replicas.ts'
import type { OneReplica, Replicas } from '#test/support/replicas.ts'

const ON_SENTENCE = { purpose: 'sentence-execution', legalBasisId: 'fr.cpen.r113-49' } as const
const DISK = 'size=72m'
const FULL = /^503 (log-unwritable|store-unavailable)$/
const BLOCK = Buffer.alloc(8192, 1)
/** What a message is made larger by, so that tables soon need another page. */
const NOTE = 'He keeps his appointments. '.repeat(300)

describe('H09X PostgreSQL whose disk is full', function () {
  this.timeout(180_000)
  this.bail(true)
  needsPostgres()
  let postgres: PostgresServer
  let replicas: Replicas
  let prison: Member
  let court: Member
  let databaseUrl = ''
  let tables = ''
  let isMounted = false
  const accepted: string[] = []
  let sent = 0
  const ballast = (): string => join(tables, 'ballast')
  const only = (): OneReplica => replicas.all[0] ?? assert.fail('none')

  before(async function () {
    postgres = await openPostgresServer()
    databaseUrl = await postgres.database()
    replicas = await openReplicas({ count: 1, databaseUrl, settings: { PASSERELLE_LOG: 'error' } })
    await only().start()
    await only().stop()
    await postgres.halt()
    tables = join(postgres.data, 'base')
    isMounted = ontoSmallDisk(tables)
    needs(this, isMounted, 'no tmpfs can be mounted here, to be filled')
    await postgres.start()
    await only().start()
    prison = await replicas.member(only(), 'prison-paris')
    court = await replicas.member(only(), 'court-paris', 'sentence-judge')
  })
  after(async () => {
    for (const member of [prison, court]) member?.[Symbol.dispose]()
    await replicas?.[Symbol.asyncDispose]()
    await postgres?.kill()
    if (isMounted) spawnSync('umount', [tables])
    await postgres?.stop()
  })

  /** Sends one message; the problem it met, or 202. */
  const send = async (): Promise<string> => {
    sent += 1
    const item = anItemText({ section: 'programmes', term: 'programme-engagement', value: `${sent} ${NOTE}` })
    const body = aHandover({ caseId: `DEMO-FULL-${sent}`, ...ON_SENTENCE, items: [item], to: ['court-paris'] })
    try {
      accepted.push((await prison.send(inNetwork({ audience: replicas.audience }, 'prison-paris', body))).id)
      return '202'
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      return `${error.status} ${error.code}`
    }
  }
  const fill = (): void => {
    const file = openSync(ballast(), 'w')
    try {
      for (;;) writeSync(file, BLOCK)
    } catch (error) {
      assert.equal((error as { readonly code?: string }).code, 'ENOSPC')
    } finally {
      closeSync(file)
    }
  }
  const readiness = (): ReturnType<typeof readinessOf> => readinessOf(only().insideUrl)
  const received = async (): Promise<number> => {
    await prison.witness()
    await court.witness()
    return (await court.list()).length
  }

  it('H09X takes nothing that it cannot keep, and says so to its sender and its operator', async () => {
    assert.equal(await send(), '202')
    await eventually(received, (count) => count === 1)
    fill()
    const refused = await eventually(send, (answer) => answer !== '202')
    assert.match(refused, FULL)
    assert.ok(only().said().includes('"alarm":true'))
    await eventually(readiness, ({ code }) => code === 'store-unavailable')
  })

  it('H09X goes on by itself when there is room, and everything that was answered 202 is there and is delivered', async () => {
    rmSync(ballast())
    await eventually(send, (answer) => answer === '202')
    await eventually(received, (count) => count === accepted.length)
    for (const id of accepted) {
      const { status } = await prison.call({ method: 'GET', path: `/v1/submissions/${id}` })
      assert.equal(status, 200)
    }
    for (const { id } of await court.list()) await court.open(id)
    await eventually(readiness, ({ status }) => status === 200)
    console.log(`    ${accepted.length} of ${sent} messages were answered 202, and are there`)
    await only().stop()
    const { code, text } = await replicas.run('check', 'audit', databaseUrl)
    console.log(`    ${text.trim()}`)
    assert.equal(code, 0, text)
  })
})

/** What lies in the folder lies on a small disk from now on. False where that may not be. */
function ontoSmallDisk(folder: string): boolean {
  const { uid, gid, mode } = statSync(folder)
  const away = `${folder}-before`
  cpSync(folder, away, { recursive: true })
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', DISK, 'tmpfs', folder])
  if (status !== 0) return false
  spawnSync('cp', ['-a', `${away}/.`, folder])
  spawnSync('chown', ['-R', `${uid}:${gid}`, folder])
  chownSync(folder, uid, gid)
  spawnSync('chmod', [(mode & 0o777).toString(8), folder])
  return true
}
