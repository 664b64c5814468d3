/** Faults between machines, against gateways that are programs: lines that are black-holed, slow or cut, servers that answer nonsense or never, clocks that jump. */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import type { ServerOptions } from 'node:https'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, before, describe, it } from 'mocha'
import { openMember, Refused } from '#adapters/agency-kit/member.ts'
import type { Member } from '#adapters/agency-kit/member.ts'
import { writeRequest } from '#adapters/pki/certificate-request.ts'
import { PATH_OPTIONS } from '#adapters/pki/chain-rules.ts'
import { generateCertificateKey } from '#adapters/pki/issue.ts'
import { EXAMPLE_PATHS } from '#cli/certs.ts'
import { openBrokenLine } from '#test/support/broken-line.ts'
import type { BrokenLine, LineManner } from '#test/support/broken-line.ts'
import { openPeer, takes } from '#test/support/couriers.ts'
import type { Heard, Manner, Peer } from '#test/support/couriers.ts'
import { eventually } from '#test/support/eventually.ts'
import { aHandover } from '#test/support/messages.ts'
import { openMovedClock } from '#test/support/moved-clock.ts'
import type { MovedClock } from '#test/support/moved-clock.ts'
import { inNetwork } from '#test/support/officers.ts'
import { readinessOf } from '#test/support/readiness.ts'
import { startLoad } from '#test/support/replica-load.ts'
import type { Load } from '#test/support/replica-load.ts'
import { openReplicas } from '#test/support/replicas.ts'
import type { OneReplica, Replicas } from '#test/support/replicas.ts'
import { isFullRun } from '#test/support/samples.ts'

const HOUR_MS = 3_600_000
const FAULTS: readonly LineManner[] = ['black-holed', 'slow', 'cut-from-caller', 'cut-to-caller']
const FAULT_MS = 1_200
const TIMES = isFullRun ? 6 : 2
/** Longer than a member waits for an answer. */
const LONGEST_HOLE_MS = 25_000

describe('gateways and members with a network between them that fails', function () {
  this.timeout(10 * 60_000)
  let replicas: Replicas
  let line: BrokenLine
  let clock: MovedClock
  let load: Load
  const counts = new Map<string, number>()

  const only = (): OneReplica => replicas.all[0] ?? assert.fail('none')
  const made = async (name: string, ms: number, undo: () => void): Promise<void> => {
    await sleep(ms)
    undo()
    counts.set(name, (counts.get(name) ?? 0) + 1)
    await sleep(300)
  }
  const whole = (): void => line.behave('whole')
  const readiness = (): ReturnType<typeof readinessOf> => readinessOf(only().insideUrl)

  before(async () => {
    replicas = await openReplicas({ count: 1, databaseUrl: 'none', settings: { PASSERELLE_LOG: 'error' } })
    clock = openMovedClock(join(replicas.folder, 'clock'))
    await only().start(clock.settings)
    line = await openBrokenLine(Number(new URL(only().url).port))
    load = await startLoad(throughLine(replicas, { port: line.port, clock }))
    await sleep(1_000)
  })
  after(async () => {
    await line?.[Symbol.asyncDispose]()
    await replicas?.[Symbol.asyncDispose]()
  })

  it('is broken in each of its ways, and its clocks jump', async () => {
    for (let times = 0; times < TIMES; times += 1)
      for (const manner of FAULTS) {
        line.behave(manner)
        await made(manner, isFullRun && times === 0 && manner === 'black-holed' ? LONGEST_HOLE_MS : FAULT_MS, whole)
      }
    assert.ok(line.cuts() > 0, 'nothing was cut')
    clock.setAhead(6 * HOUR_MS)
    await made('jumps of six hours ahead', FAULT_MS, () => {})
    clock.setAhead(5 * HOUR_MS)
    await eventually(readiness, ({ code }) => code === 'clock-unreliable')
    await made('jumps of an hour back', FAULT_MS, () => clock.setAhead(6 * HOUR_MS + 60_000))
    await eventually(readiness, ({ status }) => status === 200)
    await load.settle()
    console.log(
      `    ${[...counts].map(([name, times]) => `${times} ${name}`).join(', ')}, ${line.cuts()} connections cut`,
    )
  })

  it('loses no acknowledged submission and repeats no acknowledged delivery', () => load.check())

  it('keeps one audit chain, whole', () => auditIsWhole(replicas, only()))
})

/** The same gateway for members, by way of the line, and at the machine's own time. */
const throughLine = (
  replicas: Replicas,
  { port, clock }: { readonly port: number; readonly clock: MovedClock },
): Replicas => ({
  ...replicas,
  member: async (_at, organisation, mandate) => {
    const url = `https://localhost:${port}`
    const { folder: home, audience } = replicas
    const member = await openMember({ home, organisation, mandate, url, audience, clock: clock.now })
    return {
      ...member,
      list: () => atItsTime(member.list),
      open: (id) => atItsTime(() => member.open(id)),
      acknowledge: (id) => atItsTime(() => member.acknowledge(id)),
    }
  },
})

/** The word of a mandate that was on its way as the clock jumped is out of its time, and is asked for again. */
const atItsTime = <Value>(ask: () => Promise<Value>): Promise<Value> =>
  ask().catch((error: unknown) => {
    const isLate = error instanceof Refused && error.code === 'mandate-unproven'
    throw isLate ? new Error('the clock jumped meanwhile', { cause: error }) : error
  })

describe('the server of a recipient, and the line to it, that fail', function () {
  this.timeout(10 * 60_000)
  let replicas: Replicas
  let clock: MovedClock
  let peer: Peer
  let line: BrokenLine
  let prison: Member
  let court: Member
  let ahead = 0
  let sent = 0
  const counts = { messages: 0, pushes: 0 }
  const taken = new Set<string>()
  const takesIt: Manner = (heard, response) => {
    taken.add(deliveryIn(heard))
    takes(heard, response)
  }

  const only = (): OneReplica => replicas.all[0] ?? assert.fail('none')
  const file = (...path: readonly string[]): string => join(replicas.folder, ...path)

  before(async () => {
    replicas = await openReplicas({
      count: 1,
      databaseUrl: 'none',
      settings: { PASSERELLE_LOG: 'error', PASSERELLE_INNER_HOSTS: 'localhost' },
    })
    clock = openMovedClock(file('clock'))
    peer = await openPeer({ tls: await serverOf(replicas, RECIPIENT) })
    line = await openBrokenLine(peer.port)
    await reachBy(file('network.json'), { way: 'https', url: `https://localhost:${line.port}/parcels` })
    await only().start(clock.settings)
    const { folder: home, audience } = replicas
    const opened = { home, audience, url: only().url, clock: clock.now }
    prison = await openMember({ ...opened, organisation: 'prison-paris' })
    court = await openMember({ ...opened, organisation: RECIPIENT })
  })
  after(async () => {
    for (const member of [prison, court]) member?.[Symbol.dispose]()
    await line?.[Symbol.asyncDispose]()
    await peer?.[Symbol.asyncDispose]()
    await replicas?.[Symbol.asyncDispose]()
  })

  /** Answers how often its parcel was heard, whole, by the id of the delivery. */
  const handOver = async (): Promise<() => readonly Heard[]> => {
    const before = new Set(peer.heard.map(deliveryIn))
    sent += 1
    const body = aHandover({ caseId: `DEMO-LINE-${sent}`, ...ON_SENTENCE, to: [RECIPIENT] })
    await prison.send(inNetwork({ audience: replicas.audience }, 'prison-paris', body))
    counts.messages += 1
    return () => peer.heard.filter((heard) => !before.has(deliveryIn(heard)))
  }
  const witnessed = async (): Promise<void> => {
    for (const member of [prison, court]) await member.witness()
  }
  /** Its next attempt is due; a way that was left alone is tried again. */
  const later = async (): Promise<void> => {
    ahead += LATER_MS
    clock.setAhead(ahead)
    await witnessed()
  }
  /** Until its server has taken it; then it is acknowledged, twice, and never comes again. */
  const arrives = async (heardOf: () => readonly Heard[]): Promise<void> => {
    peer.behave(takesIt)
    line.behave('whole')
    const heard = await eventually(
      async () => {
        await later()
        await sleep(BETWEEN_JUMPS_MS)
        return heardOf()
      },
      (all) => all.some((one) => taken.has(deliveryIn(one))),
    )
    assert.equal(new Set(heard.map(({ headers, body }) => `${String(headers['idempotency-key'])} ${body}`)).size, 1)
    const id = deliveryIn(heard[0] ?? assert.fail('none'))
    const timeline = await eventually(
      async () => (await court.list()).find((one) => one.id === id)?.state,
      (state) => state === 'collected',
    )
    assert.equal(timeline, 'collected')
    for (let times = 0; times < 2; times += 1) await court.acknowledge(id)
    const most = heardOf().length
    await later()
    await sleep(1_200)
    assert.equal(heardOf().length, most, 'it was pushed again after it was acknowledged')
    counts.pushes += most
  }

  const servers: Readonly<Record<string, Manner>> = {
    'answers 500': (_heard, response) => void response.writeHead(500).end(),
    'answers garbage': (_heard, response) => void response.socket?.end('\x00\x01garbage'),
    'never answers': () => {},
    'is gone before it has answered': (_heard, response) => void response.socket?.destroy(),
  }
  for (const [name, manner] of Object.entries(servers))
    it(`a server that ${name} gets the parcel again, under one key, until it takes it`, async () => {
      peer.behave(manner)
      const heardOf = await handOver()
      await eventually(
        async () => {
          await witnessed()
          return heardOf()
        },
        ({ length }) => length > 0,
      )
      await arrives(heardOf)
    })

  for (const manner of ['black-holed', 'slow', 'cut-from-caller', 'cut-to-caller'] as const)
    it(`a line that is ${manner} loses no parcel`, async () => {
      peer.behave(takesIt)
      line.behave(manner)
      const cuts = line.cuts()
      const heardOf = await handOver()
      for (const until = Date.now() + HELD_MS; Date.now() < until && line.cuts() === cuts; await sleep(50))
        await witnessed()
      await arrives(heardOf)
    })

  it('keeps one audit chain, whole', async () => {
    assert.ok(line.cuts() > 0, 'nothing was cut')
    console.log(
      `    ${counts.messages} messages, pushed ${counts.pushes} times, ${line.cuts()} connections cut, none lost`,
    )
    await auditIsWhole(replicas, only())
  })
})

const RECIPIENT = 'court-paris'
const ON_SENTENCE = { purpose: 'sentence-execution', legalBasisId: 'fr.cpen.r113-49' } as const
/** Longer than the first gaps between attempts, and than a way is left alone. */
const LATER_MS = 10 * 60_000
const BETWEEN_JUMPS_MS = 1_500
const HELD_MS = 3_000

const deliveryIn = ({ headers }: Heard): string => String(headers['passerelle-delivery'])

/** A certificate for its server, as an officer issues it, and the gateway's authority to ask for. */
async function serverOf(replicas: Replicas, organisation: string): Promise<ServerOptions> {
  const at = (name: string): string => join(replicas.folder, name)
  const key = await generateCertificateKey()
  const request = Buffer.from(await writeRequest(key, 'its server')).toString('base64')
  await writeFile(at('its.csr'), `-----BEGIN CERTIFICATE REQUEST-----\n${request}\n-----END CERTIFICATE REQUEST-----\n`)
  const authority = ['--authority', join(replicas.folder, EXAMPLE_PATHS.authority('members'))]
  const words = ['certs', 'issue', organisation, '--server', '--request', at('its.csr'), '--out', at('its.pem')]
  const { code, text } = await replicas.run(...words, ...authority)
  assert.equal(code, 0, text)
  const [cert, ca] = await Promise.all(['its.pem', 'trust/root.pem'].map((name) => readFile(at(name), 'utf8')))
  return { cert, key: key.pem, ca, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3', ...PATH_OPTIONS }
}

async function reachBy(path: string, courier: object): Promise<void> {
  const network = JSON.parse(await readFile(path, 'utf8')) as {
    readonly participants: readonly { readonly id: string }[]
  }
  const participants = network.participants.map((entry) =>
    entry.id === RECIPIENT ? { ...entry, couriers: [courier] } : entry,
  )
  await writeFile(path, JSON.stringify({ ...network, participants }))
}

async function auditIsWhole(replicas: Replicas, { kill }: OneReplica): Promise<void> {
  await kill()
  const { code, text } = await replicas.run('check', 'audit', join(replicas.folder, 'replica-0/passerelle.db'))
  console.log(`    ${text.trim()}`)
  assert.equal(code, 0, text)
}
