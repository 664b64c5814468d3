/** A gateway as `serve` makes it, and `openssl ts` over HTTP: stamped, without its authority, past its grace, and stamped again. */
import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { openMember } from '#adapters/agency-kit/member.ts'
import type { Member } from '#adapters/agency-kit/member.ts'
import { EXAMPLE_PATHS } from '#cli/certs.ts'
import { readConfig } from '#cli/config.ts'
import { readListFile, TRUST_PATHS } from '#cli/trust-files.ts'
import { openGateway } from '#cli/wire.ts'
import type { Gateway } from '#cli/wire.ts'
import { eventually } from '#test/support/eventually.ts'
import { aHandover, anItemText } from '#test/support/messages.ts'
import { inNetwork, publishNext } from '#test/support/officers.ts'
import { openServing } from '#test/support/serving.ts'
import type { Serving } from '#test/support/serving.ts'
import { needsOpenssl } from '#test/support/openssl.ts'
import { aTimeStampAuthority } from '#test/support/time-stamp-authority.ts'
import type { TestAuthority } from '#test/support/time-stamp-authority.ts'

const HOUR_MS = 3_600_000
const ON_SENTENCE = { purpose: 'sentence-execution', legalBasisId: 'fr.cpen.r113-49' } as const

describe('time-stamps of a gateway that serves', function () {
  this.timeout(60_000)
  this.bail(true)
  let serving: Serving
  let authority: TestAuthority
  let gateway: Gateway
  let prison: Member
  let court: Member
  let ahead = 0
  const clock = (): number => Date.now() + ahead
  const item = anItemText({ section: 'identity', term: 'full-name', value: 'Alix DEMO-MARTIN' })
  const handOver = (caseId: string): ReturnType<Member['send']> => {
    const body = aHandover({ caseId, ...ON_SENTENCE, items: [item], to: ['court-paris'] })
    return prison.send({ ...inNetwork(serving, 'prison-paris', body), iat: Math.floor(clock() / 1000) })
  }
  const waiting = async (): ReturnType<Member['list']> => {
    await prison.witness()
    await court.witness()
    return (await court.list()).filter(({ state }) => state === 'in-mailbox')
  }
  const ready = async (): Promise<string> => (await fetch(`${gateway.insideUrl}/readyz`)).text()
  const lastStamp = (): ReturnType<typeof gateway.deps.store.read.log.lastStamp> =>
    gateway.deps.store.read.log.lastStamp()

  before(async function () {
    needsOpenssl(this)
    serving = await openServing()
    authority = await aTimeStampAuthority()
    const file = join(serving.folder, 'tsa.pem')
    writeFileSync(file, authority.authority)
    const { written } = await readListFile(join(serving.folder, TRUST_PATHS.list))
    const digest = createHash('sha256')
      .update(new X509Certificate(readFileSync(file)).raw)
      .digest('hex')
    const body = join(serving.folder, 'body.json')
    const { network, officers, organisations, mandates, gateway: broker, witnesses } = written
    const listed = { network, officers, organisations, mandates, gateway: broker, witnesses, timestamping: [digest] }
    writeFileSync(body, JSON.stringify(listed))
    await publishNext(serving, '--body', body)
    const read = readConfig(
      {
        PASSERELLE_NETWORK: serving.folder,
        ...serving.kept,
        PASSERELLE_KEK: join(serving.folder, EXAMPLE_PATHS.kek),
        PASSERELLE_PORT: '0',
        PASSERELLE_INSIDE_PORT: '0',
        PASSERELLE_STAMPS: `${authority.url}=${file}`,
        PASSERELLE_STAMP_CHECK_SECONDS: '1',
        PASSERELLE_PUBLISH_MS: '20',
        PASSERELLE_JUDGE_QUESTIONS: '100',
        PASSERELLE_LOG: 'silent',
      },
      {},
    )
    assert.ok(read.ok)
    gateway = await openGateway(read.config, { clock })
    const { folder: home, audience } = serving
    const options = { home, url: gateway.agencyUrl.replace('127.0.0.1', 'localhost'), audience, clock }
    prison = await openMember({ ...options, organisation: 'prison-paris' })
    court = await openMember({ ...options, organisation: 'court-paris', mandate: 'sentence-judge' })
  })
  after(async () => {
    for (const open of [prison, court, authority]) open?.[Symbol.dispose]()
    await gateway?.[Symbol.asyncDispose]()
    await serving?.[Symbol.asyncDispose]()
  })

  it('are taken over HTTP once something is published, and openssl itself accepts them', async () => {
    await handOver('DEMO-STAMP-1')
    await eventually(waiting, (all) => all.length === 1)
    const stamp = await eventually(lastStamp, (one) => one !== undefined)
    const [checkpoint] = await gateway.deps.store.read.log.checkpoints((stamp?.size ?? 0) - 1, 1)
    assert.equal(checkpoint?.size, stamp?.size)
    assert.ok(authority.opensslAccepts(stamp?.token ?? new Uint8Array(), Buffer.from(checkpoint?.note ?? '')))
    assert.equal(authority.opensslAccepts(stamp?.token ?? new Uint8Array(), Buffer.from('another')), false)
  })

  it('H132 are missing while the authority is away: deliveries go on within the grace, then stop, and readiness says which', async () => {
    authority.letAnswer(false)
    ahead = 71 * HOUR_MS
    await handOver('DEMO-STAMP-2')
    await eventually(waiting, (all) => all.length === 2)
    assert.ok(!(await ready()).includes('timestamp-overdue'))
    ahead = 71 * HOUR_MS + 73 * HOUR_MS
    await handOver('DEMO-STAMP-3')
    assert.match(await eventually(ready, (text) => text.includes('timestamp-overdue')), /timestamp-overdue/)
    await new Promise((done) => setTimeout(done, 500))
    assert.equal((await waiting()).length, 2)
  })

  it('H132 are taken again by themselves when the authority is back, and what waited is delivered', async () => {
    authority.letAnswer(true)
    assert.ok(!(await eventually(ready, (text) => !text.includes('timestamp-overdue'))).includes('timestamp-overdue'))
    ahead += HOUR_MS
    gateway.queue.nudge()
    assert.equal((await eventually(waiting, (all) => all.length === 3)).length, 3)
  })
})
