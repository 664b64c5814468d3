/** A gateway that was taken over, and an agency that lies: what a recipient of a real parcel, or the door, makes of it. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { after, before, describe, it } from 'mocha'
import { z } from 'zod'
import { believeContent } from '#adapters/agency-kit/believe-content.ts'
import type { Believed, Believing } from '#adapters/agency-kit/believe-content.ts'
import { openParcel } from '#adapters/agency-kit/open-parcel.ts'
import type { OpenedParcel } from '#adapters/agency-kit/open-parcel.ts'
import { openSeenBook } from '#adapters/agency-kit/seen-book.ts'
import { copiedMessage } from '#adapters/agency-kit/sign-copies.ts'
import { sealMessage, signCompact } from '#adapters/agency-kit/sign-message.ts'
import { verifyExported } from '#cli/verify.ts'
import { canonicalise, sha256Base64Url } from '#gateway/core/canonical-json.ts'
import { copiesOf } from '#gateway/core/case-copy/copies.ts'
import { COPIES_ENVELOPE } from '#gateway/core/jose-headers.ts'
import type { Result } from '#gateway/core/problem.ts'
import { conceal, hidden, value } from '#gateway/core/sd-jwt/conceal.ts'
import type { ClaimNode } from '#gateway/core/sd-jwt/conceal.ts'
import { encryptTo, seal } from '#gateway/rooms/seal.ts'
import {
  BY_PAIRS,
  COURT,
  ON_SENTENCE,
  PRISON,
  PROBATION,
  SOCIAL_WORKER,
  aCaseId,
  employment,
  handover,
  identity,
  openStage,
  referral,
} from '#test/journey/stage.ts'
import type { Stage } from '#test/journey/stage.ts'
import { aCopySender } from '#test/support/copy-sender.ts'
import type { Asking } from '#test/support/gateway.ts'
import { expectStatus, refusal } from '#test/support/gateway.ts'
import { A_SALT, encode, saltsFrom } from '#test/support/sd-jwt.ts'

const acceptedSchema = z.looseObject({ id: z.uuid() })
const LIST = (text: string): readonly string[] => text.split('~')

describe('a presentation in the hands of its recipient', () => {
  let stage: Stage
  let caseId: string
  let parcel: string
  let opened: OpenedParcel
  let courts: OpenedParcel
  before(async () => {
    stage = await openStage()
    caseId = aCaseId()
    await stage.send(PRISON, handover(caseId, [identity(), employment()]))
    parcel = await parcelOf(PROBATION)
    opened = await openedBy(PROBATION, parcel)
    courts = await openedBy(COURT, await parcelOf(COURT))
  })
  after(() => stage[Symbol.asyncDispose]())

  const parcelOf = async (asking: Asking): Promise<string> => {
    const [waiting] = await stage.gateway.deliveries(asking)
    assert.ok(waiting !== undefined)
    return expectStatus(200, await stage.gateway.collect(asking, waiting.id)).text
  }
  /** As the agency kit of that organisation believes. */
  const believing = ({ organisation }: Asking): Believing => {
    const { deps, broker } = stage.gateway
    const listed = deps.trustLists?.inForce()
    assert.ok(listed?.ok === true)
    const { mandates } = deps.registry()
    return {
      gatewayKeys: broker.keyRing.publicKeys(),
      organisations: listed.value.list.organisations,
      typeOf: (id) => mandates.find((mandate) => mandate.id === id && mandate.organisation === organisation)?.type,
    }
  }
  const keyOf = (asking: Asking): string => asking.mandate ?? asking.organisation
  const sealKeyOf = (asking: Asking): { readonly kid: string; readonly key: CryptoKey; readonly jwk: object } => {
    const { network } = stage.gateway
    try {
      return network.keyOf(keyOf(asking), 'seal')
    } catch {
      return network.keyOf(asking.organisation, 'seal')
    }
  }
  const openedBy = async (asking: Asking, text: string): Promise<OpenedParcel> => {
    const read = await openParcel(text, sealKeyOf(asking).key, believing(asking))
    assert.ok(read.ok, JSON.stringify(read))
    return read.value
  }
  /** What the agency kit says to another content, sealed to the same recipient with the evidence of the real one. */
  const verdictOn = async (content: string, asking: Asking = PROBATION): Promise<string> => {
    const { deps } = stage.gateway
    const { kid } = sealKeyOf(asking)
    const { participants, mandates } = deps.registry()
    const entry = [...participants, ...mandates].flatMap(({ keys }) => keys).find((key) => key.kid === kid)
    assert.ok(entry !== undefined)
    const { jwe } = await seal({ content, evidence: opened.evidence }, entry)
    return verdictOf(await openParcel(jwe, sealKeyOf(asking).key, believing(asking)))
  }
  const verdictOf = (read: Result<unknown>): string =>
    read.ok ? 'believed' : [read.problem.code, read.problem.errors?.[0]?.code].join(' ').trim()
  /** The same after whoever holds the gateway's key has bound it anew. */
  const rebound = async (parts: readonly string[], changes: object = {}): Promise<string> => {
    const text = `${parts.join('~')}~`
    const binding = LIST(opened.content).at(-1)?.split('.')[1] ?? ''
    const claims = JSON.parse(Buffer.from(binding, 'base64url').toString()) as object
    const bound = { ...claims, sd_hash: sha256Base64Url(text), ...changes }
    const key = stage.gateway.broker.presentKey
    return `${text}${await signCompact(Buffer.from(JSON.stringify(bound)), 'kb+jwt', key)}`
  }
  const parts = (): readonly string[] => LIST(opened.content).slice(0, -1)

  it('shows what its sender signed, under the signature of its sender', async () => {
    assert.equal(await verdictOn(opened.content), 'believed')
    assert.equal(await verdictOn(await rebound(parts())), 'believed')
    assert.equal(opened.projection.attested, 'originator')
    assert.equal(opened.copy?.iss, 'spiffe://net.test/org/prison-paris')
    assert.deepEqual(
      opened.projection.items.map(({ value }) => value),
      ['Alix DEMO-MARTIN', 'apprentice-baker'],
    )
  })

  it('H040 is refused with a disclosure more, one less, one changed or one twice', async () => {
    const [first = '', ...rest] = parts()
    const [one = '', ...others] = rest
    const strange = encode([A_SALT, 'note', 'added on the way'])
    const unbound = [first, ...others, LIST(opened.content).at(-1)].join('~')
    assert.notEqual(await verdictOn(unbound), 'believed')
    for (const [changed, verdict] of [
      [[first, ...rest, strange], 'disclosure-refused unreferenced'],
      [[first, ...rest, one], 'disclosure-refused sent-twice'],
      [[first, encode([A_SALT, 'name', 'another']), ...others], 'disclosure-refused unreferenced'],
    ] as const)
      assert.equal(await verdictOn(await rebound(changed)), verdict)
    for (let at = 1; at < parts().length; at += 1)
      assert.notEqual(
        await verdictOn(await rebound(parts().filter((_, index) => index !== at))),
        'believed',
        String(at),
      )
  })

  it('H041 is refused without its binding, for another recipient and under another key', async () => {
    assert.equal(await verdictOn(`${parts().join('~')}~`), 'key-binding-invalid missing')
    assert.equal(await verdictOn(opened.content, COURT), 'presentation-refused audience')
    assert.equal(
      await verdictOn(await rebound(parts(), { aud: COURT.mandate }), COURT),
      'presentation-refused audience-class',
    )
    assert.equal(
      await verdictOn(await rebound(parts(), { nonce: courts.projection.jti })),
      'presentation-refused delivery',
    )
    const text = `${parts().join('~')}~`
    const claims = Buffer.from(JSON.stringify({ aud: PROBATION.mandate, sd_hash: sha256Base64Url(text) }))
    const forged = await signCompact(claims, 'kb+jwt', stage.gateway.broker.signKey)
    assert.equal(await verdictOn(`${text}${forged}`), 'key-unknown')
  })

  it('H042 is refused where the gateway invents or changes a word, or says in its own name what a member would sign', async () => {
    const [first = '', ...rest] = parts()
    const [header = '', payload = '', signature = ''] = first.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
    const invented = Buffer.from(JSON.stringify({ ...claims, note: 'dangerous' })).toString('base64url')
    assert.equal(
      await verdictOn(await rebound([[header, invented, signature].join('.'), ...rest])),
      'signature-invalid',
    )
    const own = await signCompact(Buffer.from(payload, 'base64url'), 'gw-case+sd-jwt', stage.gateway.broker.signKey)
    assert.equal(await verdictOn(await rebound([own, ...rest])), 'presentation-refused attested')
    const other = stage.gateway.network.keyOf('court-paris', 'sign')
    const others = await signCompact(Buffer.from(payload, 'base64url'), 'gw-case+sd-jwt', other)
    assert.equal(await verdictOn(await rebound([others, ...rest])), 'issuer-mismatch')
    const { broker } = stage.gateway
    const said = await broker.keyRing.sign('gw-projection+jws', Buffer.from(JSON.stringify(opened.projection)), 0)
    assert.equal(await verdictOn(said), 'presentation-refused not-signed-by-its-sender')
  })

  it('H043 is refused where a part comes without the item that it stands in', async () => {
    const named = parts().findIndex((part) =>
      Buffer.from(part, 'base64url').toString().includes('"section":"employment"'),
    )
    assert.ok(named > 0)
    const without = parts().filter((_, index) => index !== named)
    assert.equal(await verdictOn(await rebound(without)), 'disclosure-refused unreferenced')
  })

  it('H047 is accepted in none of 6,000 random changes, neither by its recipient nor by verify delivery', async function () {
    this.timeout(60_000)
    const { content, evidence } = opened
    const marks = 'ABCxyz019-_.~'
    const receipt = await receiptOf(PROBATION)
    const trust = stage.gateway.logTrust()
    assert.ok(verifyExported({ content, evidence, receipt }, trust).ok)
    const believes = believing(PROBATION)
    const original = canonicalise(opened.projection)
    let tried = 0
    await fc.assert(
      fc.asyncProperty(fc.nat(content.length - 1), fc.nat(marks.length - 1), fc.nat(2), async (at, mark, how) => {
        const kept = content.slice(at + (how === 1 ? 0 : 1))
        const changed = `${content.slice(0, at)}${how === 2 ? '' : (marks[mark] ?? '')}${kept}`
        if (changed === content) return
        tried += 1
        assert.equal(verifyExported({ content: changed, evidence, receipt }, trust).ok, false)
        const read: Result<Believed> = await believeContent(changed, believes)
        if (read.ok) assert.equal(canonicalise(read.value.projection), original)
      }),
      { numRuns: 6_300, seed: 47 },
    )
    assert.ok(tried >= 6_000, String(tried))
  })

  const receiptOf = async (asking: Asking): Promise<string> => {
    const [waiting] = await stage.gateway.deliveries(asking)
    const { headers } = await stage.gateway.collect(asking, waiting?.id ?? '')
    return Buffer.from(String(headers['passerelle-log-receipt']), 'base64url').toString()
  }

  it('H048 is refused where an older case is shown as the news, and read where it says that it is older', async () => {
    const book = openSeenBook(mkdtempSync(join(tmpdir(), 'passerelle-seen-')))
    const { copy, projection } = opened
    assert.ok(copy !== undefined)
    const shown = (ver: number, later: number, isEarlier = false): ReturnType<typeof book.see> =>
      book.see({ projection: { ...projection, iat: projection.iat + later }, copy: { ...copy, ver, isEarlier } })
    assert.equal(verdictOf(await shown(copy.ver, 0)), 'believed')
    assert.equal(verdictOf(await shown(copy.ver + 9, 10)), 'believed')
    assert.equal(verdictOf(await shown(copy.ver, 20)), 'case-stale earlier-than-seen')
    assert.equal(verdictOf(await shown(copy.ver, 20, true)), 'believed')
    assert.equal(verdictOf(await shown(copy.ver, 5)), 'believed', 'presented before the newer one')
    const renamed = { ...projection, caseId: 'ANOTHER-CASE' }
    assert.equal(verdictOf(await book.see({ projection: renamed, copy })), 'presentation-refused case')
  })

  it('H048 says openly that it is older where its sender has said something since', async () => {
    const own = aCaseId()
    await stage.gateway.choose(PROBATION, { depth: 'D0' })
    await stage.send(PRISON, handover(own, [identity(), employment()], { to: ['probation-paris'] }))
    await stage.send(PRISON, handover(own, [employment()], { to: ['probation-paris'] }))
    await stage.gateway.choose(PROBATION, { depth: 'D4' }, own)
    await stage.gateway.settled()
    const read: (readonly [number, boolean])[] = []
    for (const { id, messageId } of (await stage.gateway.deliveries(PROBATION)).slice(1)) {
      const { copy } = await openedBy(PROBATION, (await stage.gateway.collect(PROBATION, id)).text)
      assert.equal(copy?.jti, messageId)
      read.push([copy.ver, copy.isEarlier])
    }
    await stage.gateway.choose(PROBATION, { depth: 'D4' })
    const newest = Math.max(...read.map(([ver]) => ver))
    assert.ok(read.length >= 2)
    assert.ok(
      read.every(([ver, isEarlier]) => isEarlier === ver < newest),
      JSON.stringify(read),
    )
  })

  it('H076 H078 shares with another recipient of the same message no digest, id, name, signature or leaf', () => {
    const traces = ({ content, evidence, projection, copy }: OpenedParcel): ReadonlySet<string> => {
      const decoded = LIST(content).flatMap((part) =>
        part.split('.').map((segment) => Buffer.from(segment, 'base64url').toString('latin1')),
      )
      const random = decoded.join('\n').match(/[A-Za-z0-9_-]{22,}|[0-9a-f]{8}-[0-9a-f-]{27}/g) ?? []
      const { leaf, salt, body } = evidence
      const ids = [projection.caseId, projection.messageId, projection.jti, copy?.jti ?? '', String(copy?.ver)]
      return new Set([...LIST(content), ...content.split(/[~.]/), ...random, leaf, salt, body, ...ids])
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
    const binding = LIST(opened.content).at(-1)?.split('.')[0] ?? ''
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
      const [shown] = (await openedBy(ministry, text)).projection.items
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
      assert.equal((await openedBy(COURT, text)).projection.items.length, 1)
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
        const { projection, copy, content } = await openedBy(PROBATION, text)
        versions.push(copy?.ver ?? 0)
        const { kind, sender, body, items, withheld: declared, depth } = projection
        const values = items.map(({ value: of, level }) => [of, level])
        read.push({ bytes: text.length, parts: LIST(content).length, kind, sender, body, values, declared, depth })
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
    const masked = await openedBy(COURT, text)
    const { copy, projection, content } = masked
    const uri = gateway.broker.uri
    assert.deepEqual([projection.attested, copy?.attested, copy?.iss], ['broker', 'broker', uri])
    assert.deepEqual([projection.sender, copy?.caseHandle], [uri.split('/').at(-1), projection.caseId])
    const { id } = acceptedSchema.parse(accepted.body)
    assert.ok(![projection.messageId, waiting.messageId].includes(id), 'nor by what the others may call the message')
    assert.equal(projection.messageId, waiting.messageId)
    const ack = { kind: 'HandoverAck', caseId: projection.caseId, ...ON_SENTENCE, inReplyTo: projection.messageId }
    expectStatus(202, await gateway.send('court-paris', ack))
    const decoded = LIST(content).flatMap((part) =>
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

  it('H069 is refused where the gateway says it in the name of a member, or a member in the name of the gateway', async () => {
    const { gateway } = stage
    const [first = '', ...rest] = parts()
    const [, payload = ''] = first.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
    const signedBy = (key: Parameters<typeof signCompact>[2], changes: object): Promise<string> =>
      signCompact(Buffer.from(JSON.stringify({ ...claims, ...changes })), 'gw-case+sd-jwt', key)
    const ofSender = { iss: 'spiffe://net.test/org/prison-paris', attested: 'broker' }
    const [broker, prison] = [gateway.broker.signKey, gateway.network.keyOf('prison-paris', 'sign')]
    const verdict = async (jwt: string): Promise<string> => verdictOn(await rebound([jwt, ...rest]))
    assert.equal(await verdict(await signedBy(broker, ofSender)), 'issuer-mismatch')
    assert.equal(await verdict(await signedBy(broker, { iss: gateway.broker.uri })), 'presentation-refused attested')
    assert.equal(await verdict(await signedBy(prison, ofSender)), 'presentation-refused attested')
    const another = { iss: 'spiffe://net.test/broker/2', attested: 'broker' }
    assert.equal(await verdict(await signedBy(broker, another)), 'presentation-refused attested', 'as its annotations')
  })
})

describe('copies at the door', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage()
  })
  after(() => stage[Symbol.asyncDispose]())

  const posted = async (json: object): Promise<string> => {
    const { gateway } = stage
    const jwe = await encryptTo({ text: JSON.stringify(json), rule: COPIES_ENVELOPE, key: gateway.broker.sealKey })
    const { code, errors } = refusal(422, await gateway.post('prison-paris', jwe))
    return [code, errors?.[0]?.code].join(' ')
  }
  /** One copy, whole, of any payload that the prison signs. */
  const copyOf = async (changes: object, disclosures: readonly string[] = []): Promise<string> => {
    const { broker, network } = stage.gateway
    const open = {
      sch: 'passerelle/1',
      iss: 'spiffe://net.test/org/prison-paris',
      iat: Math.floor(stage.gateway.now() / 60_000) * 60,
      jti: '66666666-6666-4666-8666-666666666666',
      ver: 7,
      cnf: { jwk: broker.presentKey.jwk },
      audienceClass: 'SP',
    }
    const bytes = Buffer.from(JSON.stringify({ ...open, _sd_alg: 'sha-256', ...changes }))
    const jwt = await signCompact(bytes, 'gw-case+sd-jwt', network.keyOf('prison-paris', 'sign'))
    return `${[jwt, ...disclosures].join('~')}~`
  }

  it('H044 refuses a reserved name, a hidden claim over an open one, and a digest twice', async () => {
    const reserved = encode([A_SALT, '_sd', []])
    const over = encode([A_SALT, 'iss', 'spiffe://net.test/org/court-paris'])
    const digest = sha256Base64Url(over)
    assert.equal(
      await posted({ copies: [await copyOf({ _sd: [sha256Base64Url(reserved)] }, [reserved])] }),
      'disclosure-refused reserved-name',
    )
    assert.equal(await posted({ copies: [await copyOf({ _sd: [digest] }, [over])] }), 'disclosure-refused name-twice')
    assert.equal(await posted({ copies: [await copyOf({ _sd: [digest, digest] })] }), 'disclosure-refused digest-twice')
  })

  it('H045 refuses forty disclosures inside one another', async () => {
    let inner = encode([A_SALT, 'note', 1])
    const nested = [inner]
    for (let depth = 0; depth < 40; depth += 1) {
      inner = encode([A_SALT, 'note', { _sd: [sha256Base64Url(inner)] }])
      nested.push(inner)
    }
    assert.equal(
      await posted({ copies: [await copyOf({ _sd: [sha256Base64Url(inner)] }, nested)] }),
      'disclosure-refused too-deep',
    )
  })

  it('H046 refuses any algorithm but sha-256', async () =>
    assert.equal(await posted({ copies: [await copyOf({ _sd_alg: 'sha-256-32' })] }), 'disclosure-refused algorithm'))

  it('refuses a copy that somebody else could present', async () =>
    assert.equal(
      await posted({ copies: [await copyOf({ cnf: { jwk: stage.gateway.broker.signKey.jwk } })] }),
      'key-binding-invalid not-ours',
    ))

  it('H042 H049 refuses copies that say another thing than the message beside them', async () => {
    const { gateway } = stage
    const own = aCaseId()
    const payload = gateway.message('prison-paris', handover(own, [employment()]))
    const jwt = (await copyOf({ audienceClass: 'SP' })).split('~')[0] ?? ''
    const copies = [{ jwt, seed: 'A'.repeat(43), caseHandle: 'a'.repeat(32) }]
    assert.equal(await posted({ message: payload, copies }), 'copies-differ message')
    assert.equal(await posted({ message: payload, copies: [...copies, ...copies] }), 'copies-differ audienceClass')
  })

  it('H049 refuses a ladder that the sender signed and that contradicts itself, and shows nobody any of it', async () => {
    const { gateway } = stage
    const own = aCaseId()
    const born = identity({ term: 'birth-date', value: '1987-03-14' })
    const message = copiedMessage(gateway.message('prison-paris', handover(own, [born])))
    assert.ok(message !== undefined)
    const signed = async (wrong: Readonly<Record<string, unknown>>): Promise<string> => {
      const copy = { audienceClass: 'SP', jti: randomUUID(), caseHandle: 'a'.repeat(32), ver: 7 }
      const made = copiesOf({
        message,
        copies: [{ ...copy, salt: saltsFrom('salts of a liar') }],
        presenter: gateway.broker.presentKey.jwk,
      })
      assert.ok(made.ok)
      const [unsigned] = made.value
      assert.ok(unsigned !== undefined)
      const lied = withParts(unsigned.nodes, wrong)
      const { payload, disclosures } = conceal({ kind: 'object', width: 8, members: lied }, saltsFrom('others'))
      const key = gateway.network.keyOf('prison-paris', 'sign')
      return [await signCompact(Buffer.from(payload), 'gw-case+sd-jwt', key), ...disclosures, ''].join('~')
    }
    for (const [part, value] of [
      ['g3', '2000s'],
      ['g1', '1987-04'],
      ['g2', '1988'],
    ] as const)
      assert.match(await posted({ copies: [await signed({ [part]: value })] }), /^ladder-contradicted /, part)
    assert.deepEqual(await gateway.deps.store.read.messages.ofCase(own as never), [])
    const jwe = await encryptTo({
      text: JSON.stringify({ copies: [await signed({})] }),
      rule: COPIES_ENVELOPE,
      key: gateway.broker.sealKey,
    })
    expectStatus(202, await gateway.post('prison-paris', jwe))
  })

  it('refuses what holds items and was signed whole', async () => {
    const { gateway } = stage
    const payload = gateway.message('prison-paris', handover(aCaseId(), [employment()]))
    const plain = await sealMessage(payload, gateway.network.keyOf('prison-paris', 'sign'), gateway.broker.sealKey)
    assert.equal(refusal(422, await gateway.post('prison-paris', plain)).code, 'copies-missing')
  })

  it('H048 refuses copies that do not follow on the last ones of their case', async () => {
    const { gateway } = stage
    const own = aCaseId()
    const sender = aCopySender(gateway.deps.registry)
    const keys = {
      signing: gateway.network.keyOf('prison-paris', 'sign'),
      sealing: gateway.broker.sealKey,
      presenting: gateway.broker.presentKey,
    }
    const seal = async (changes = {}): Promise<{ readonly jwe: string; readonly taken: () => void }> => {
      const sealed = await sender.seal(
        'prison-paris',
        gateway.message('prison-paris', handover(own, [employment()])),
        keys,
        changes,
      )
      assert.ok(sealed !== undefined)
      return sealed
    }
    const first = await seal()
    expectStatus(202, await gateway.post('prison-paris', first.jwe))
    assert.equal(refusal(409, await gateway.post('prison-paris', (await seal()).jwe)).code, 'case-stale')
    first.taken()
    const sent = sender.sentOf('prison-paris', own)
    assert.ok(sent !== undefined)
    const above = Object.fromEntries(Object.entries(sent.versions).map(([name, ver]) => [name, ver + 1_000_000]))
    const second = await seal({ sent: { versions: above, digest: sent.digest } })
    expectStatus(202, await gateway.post('prison-paris', second.jwe))
    second.taken()
    const digest = sender.sentOf('prison-paris', own)?.digest ?? ''
    const lower = await seal({ sent: { versions: sent.versions, digest } })
    assert.equal(refusal(409, await gateway.post('prison-paris', lower.jwe)).errors?.[0]?.code, 'not-higher')
    expectStatus(202, await gateway.post('prison-paris', (await seal()).jwe))
  })
})

/** The nodes of a copy with other parts in each of its items. */
function withParts(
  nodes: Readonly<Record<string, ClaimNode>>,
  wrong: Readonly<Record<string, unknown>>,
): Readonly<Record<string, ClaimNode>> {
  const { items } = nodes
  assert.ok(items?.kind === 'hidden' && items.node.kind === 'array')
  const elements = items.node.elements.map((element): ClaimNode => {
    assert.ok(element.kind === 'hidden' && element.node.kind === 'object')
    const { members, width } = element.node
    const parts = Object.fromEntries(Object.entries(wrong).map(([name, part]) => [name, hidden(value(part))]))
    return hidden({ kind: 'object', members: { ...members, ...parts }, ...(width === undefined ? {} : { width }) })
  })
  return { ...nodes, items: hidden({ ...items.node, elements }) }
}
