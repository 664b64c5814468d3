/** What a presentation says of what is not in it: nothing, by no length, number, version, name or key. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { z } from 'zod'
import type { OpenedParcel } from '#adapters/agency-kit/open-parcel.ts'
import {
  aCaseId,
  BY_PAIRS,
  COURT,
  employment,
  handover,
  identity,
  ON_SENTENCE,
  PRISON,
  PROBATION,
  referral,
  SOCIAL_WORKER,
} from '#test/journey/stage.ts'
import type { Stage } from '#test/journey/stage.ts'
import { aCopySender } from '#test/support/copy-sender.ts'
import { expectStatus } from '#test/support/gateway.ts'
import { aPresentation, openedBy, partsIn } from '#test/support/presented.ts'

const acceptedSchema = z.looseObject({ id: z.uuid() })

describe('a presentation in the hands of its recipient', () => {
  let stage: Stage
  let opened: OpenedParcel
  let courts: OpenedParcel
  before(async () => {
    ;({ stage, opened, courts } = await aPresentation())
  })
  after(() => stage[Symbol.asyncDispose]())

  it('H076 H078 shares with another recipient of the same message no digest, id, name, signature or leaf', () => {
    const traces = ({ content, evidence, projection, copy }: OpenedParcel): ReadonlySet<string> => {
      const decoded = partsIn(content).flatMap((part) =>
        part.split('.').map((segment) => Buffer.from(segment, 'base64url').toString('latin1')),
      )
      const random = decoded.join('\n').match(/[A-Za-z0-9_-]{22,}|[0-9a-f]{8}-[0-9a-f-]{27}/g) ?? []
      const { leaf, salt, body } = evidence
      const ids = [projection.caseId, projection.messageId, projection.jti, copy?.jti ?? '', String(copy?.ver)]
      return new Set([...partsIn(content), ...content.split(/[~.]/), ...random, leaf, salt, body, ...ids])
    }
    const open = new Set(opened.projection.items.flatMap(({ itemId }) => itemId ?? []))
    const { jwk, kid: presenting } = stage.gateway.broker.presentKey
    const { kid: signing } = stage.gateway.network.keyOf('prison-paris', 'sign')
    const known = new Set([
      ...open,
      jwk.x,
      jwk.y,
      presenting,
      signing,
      opened.content.split('.')[0] ?? '',
      opened.projection.policy.version,
    ])
    const binding = partsIn(opened.content).at(-1)?.split('.')[0] ?? ''
    const shared = [...traces(opened)].filter(
      (trace) => traces(courts).has(trace) && !known.has(trace) && trace !== binding,
    )
    const readable = shared.filter((trace) => !/^[a-z-]+$/.test(trace))
    assert.deepEqual(readable, [])
    assert.match(opened.projection.caseId, /^[0-9a-f]{32}$/)
    assert.notEqual(opened.projection.caseId, courts.projection.caseId)
  })

  it('H070 has one length for cases that differ only in what is silent, on each side of a boundary', async function () {
    this.timeout(120_000)
    const ministry = { organisation: 'justice-ministry', mandate: 'ministry-desk' } as const
    const lengthFor = async (count: number): Promise<number> => {
      const own = aCaseId()
      await stage.send(PRISON, handover(own, [identity(), ...Array.from({ length: count - 1 }, () => employment())]))
      const waiting = (await stage.gateway.deliveries(ministry)).at(-1)
      assert.ok(waiting !== undefined)
      const { text } = expectStatus(200, await stage.gateway.collect(ministry, waiting.id))
      const [shown] = (await openedBy(stage, ministry, text)).projection.items
      assert.equal(shown?.term, 'full-name')
      return text.length
    }
    assert.equal(await lengthFor(511), await lengthFor(512))
    assert.equal(await lengthFor(513), await lengthFor(514))
  })

  it('H070 has one length for a report of another kind too, with one silent item on each side of its boundary', async () => {
    const shown = async (count: number): Promise<number> => {
      const own = aCaseId()
      await stage.send(PROBATION, referral(own, [identity()]))
      const silent = Array.from({ length: count - 1 }, () => employment({ releasableTo: ['probation-paris'] }))
      const items = [employment(), ...silent]
      await stage.send(SOCIAL_WORKER, { kind: 'QuarterlyReport', caseId: own, ...BY_PAIRS, quarter: '2026-Q4', items })
      const waiting = (await stage.gateway.deliveries(COURT)).at(-1)
      assert.equal(waiting?.kind, 'QuarterlyReport')
      const { text } = expectStatus(200, await stage.gateway.collect(COURT, waiting.id))
      assert.equal((await openedBy(stage, COURT, text)).projection.items.length, 1)
      return text.length
    }
    assert.equal(await shown(63), await shown(64))
    assert.equal(await shown(65), await shown(66))
  })

  it('H071 H073 says nothing of silent updates between two visible ones: not by number, length, content or version', async () => {
    const withheld = (): object => employment({ releasableTo: ['court-paris'] })
    const seen = async (silent: number): Promise<unknown> => {
      const own = aCaseId()
      const to = { to: ['court-paris', 'probation-paris'] }
      const before = (await stage.gateway.deliveries(PROBATION)).length
      await stage.send(PRISON, handover(own, [identity()], to))
      for (let sent = 0; sent < silent; sent += 1)
        await stage.send(PRISON, handover(own, [withheld() as never], { to: to.to }))
      await stage.send(PRISON, handover(own, [identity({ value: 'Alix DEMO-MERTON' })], to))
      const read: unknown[] = []
      const versions: number[] = []
      for (const { id } of (await stage.gateway.deliveries(PROBATION)).slice(before)) {
        const { text } = expectStatus(200, await stage.gateway.collect(PROBATION, id))
        const { projection, copy, content } = await openedBy(stage, PROBATION, text)
        versions.push(copy?.ver ?? 0)
        const { kind, sender, body, items, withheld: declared, depth } = projection
        const values = items.map(({ value: of, level }) => [of, level])
        read.push({ bytes: text.length, parts: partsIn(content).length, kind, sender, body, values, declared, depth })
      }
      const [first = 0, second = 0, ...more] = versions
      assert.deepEqual([second > first, more], [true, []])
      // A step may be as wide as several are.
      assert.ok(second - first <= 65_536 * (silent + 1))
      return read
    }
    const none = await seen(0)
    for (const silent of [1, 3]) assert.deepEqual(await seen(silent), none, String(silent))
  })

  it('H073 sends no view again that did not change, whatever is asked anew', async () => {
    const own = aCaseId()
    await stage.send(PRISON, handover(own, [identity()], { to: ['probation-paris'] }))
    const before = await stage.gateway.deliveries(PROBATION)
    await stage.gateway.choose(PROBATION, { depth: 'D4', askMe: false }, own)
    await stage.gateway.choose(PROBATION, { depth: 'D4' }, own)
    await stage.gateway.settled()
    assert.deepEqual(await stage.gateway.deliveries(PROBATION), before)
  })

  it('H069 says nothing of a sender that signed it for others and not for this one', async () => {
    const { gateway } = stage
    const own = aCaseId()
    const payload = gateway.message(
      'prison-paris',
      handover(own, [employment()], { to: ['court-paris', 'probation-paris'] }),
    )
    const types = new Map<string, string>(gateway.deps.registry().mandates.map(({ id, type }) => [id, type]))
    const keys = {
      signing: gateway.network.keyOf('prison-paris', 'sign'),
      sealing: gateway.broker.sealKey,
      presenting: gateway.broker.presentKey,
    }
    const classes = [types.get(PROBATION.mandate) ?? '']
    const sealed = await aCopySender(gateway.deps.registry).seal('prison-paris', payload, keys, { classes })
    const accepted = expectStatus(202, await gateway.post('prison-paris', sealed?.jwe ?? ''))
    await gateway.settled()
    const waiting = (await gateway.deliveries(COURT)).at(-1)
    assert.ok(waiting !== undefined)
    const { text } = expectStatus(200, await gateway.collect(COURT, waiting.id))
    const masked = await openedBy(stage, COURT, text)
    const { copy, projection, content } = masked
    const uri = gateway.broker.uri
    assert.deepEqual([projection.attested, copy?.attested, copy?.iss], ['broker', 'broker', uri])
    assert.deepEqual([projection.sender, copy?.caseHandle], [uri.split('/').at(-1), projection.caseId])
    const { id } = acceptedSchema.parse(accepted.body)
    assert.ok(![projection.messageId, waiting.messageId].includes(id), 'nor by what the others may call the message')
    assert.equal(projection.messageId, waiting.messageId)
    const ack = { kind: 'HandoverAck', caseId: projection.caseId, ...ON_SENTENCE, inReplyTo: projection.messageId }
    expectStatus(202, await gateway.send('court-paris', ack))
    const decoded = partsIn(content).flatMap((part) =>
      part.split('.').map((segment) => Buffer.from(segment, 'base64url').toString()),
    )
    const plain = [JSON.stringify(waiting), JSON.stringify(masked), ...decoded]
    const [sender] = gateway.deps.registry().participants.filter(({ id }) => id === 'prison-paris')
    const traces = [
      'prison-paris',
      own,
      keys.signing.kid,
      keys.signing.jwk.x,
      String(Reflect.get(payload, 'jti')),
      sender?.uri ?? '',
    ]
    for (const trace of traces) assert.ok(!plain.join('\n').includes(trace), trace)
  })
})
