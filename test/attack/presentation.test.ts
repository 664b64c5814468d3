/** A gateway that was taken over and binds anew what a member signed: what the software of a recipient makes of it. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { after, before, describe, it } from 'mocha'
import { believeContent } from '#adapters/agency-kit/believe-content.ts'
import type { Believed } from '#adapters/agency-kit/believe-content.ts'
import type { OpenedParcel } from '#adapters/agency-kit/open-parcel.ts'
import { openSeenBook } from '#adapters/agency-kit/seen-book.ts'
import { signCompact } from '#adapters/agency-kit/sign-message.ts'
import { writeDelivery } from '#cli/receive.ts'
import { verifyExported } from '#cli/verify.ts'
import { canonicalise, sha256Base64Url } from '#gateway/core/canonical-json.ts'
import { printReceipt, readReceipt } from '#gateway/core/log/receipt.ts'
import type { Result } from '#gateway/core/problem.ts'
import { aCaseId, COURT, employment, handover, identity, PRISON, PROBATION } from '#test/journey/stage.ts'
import type { Stage } from '#test/journey/stage.ts'
import { A_SALT, encode } from '#test/support/sd-jwt.ts'
import {
  aPresentation,
  believing,
  openedBy,
  partsIn,
  rebound,
  receiptOf,
  signedParts,
  verdictOf,
  verdictOn,
} from '#test/support/presented.ts'
import type { Presented } from '#test/support/presented.ts'

describe('a presentation in the hands of its recipient', () => {
  let shown: Presented
  let stage: Stage
  let opened: OpenedParcel
  let courts: OpenedParcel
  before(async () => {
    shown = await aPresentation()
    ;({ stage, opened, courts } = shown)
  })
  after(() => stage[Symbol.asyncDispose]())

  it('shows what its sender signed, under the signature of its sender', async () => {
    assert.equal(await verdictOn(shown, opened.content), 'believed')
    assert.equal(await verdictOn(shown, await rebound(shown, signedParts(opened))), 'believed')
    assert.equal(opened.projection.attested, 'originator')
    assert.equal(opened.copy?.iss, 'spiffe://net.test/org/prison-paris')
    assert.deepEqual(
      opened.projection.items.map(({ value }) => value),
      ['Alix DEMO-MARTIN', 'apprentice-baker'],
    )
  })

  it('H040 is refused with a disclosure more, one less, one changed or one twice', async () => {
    const [first = '', ...rest] = signedParts(opened)
    const [one = '', ...others] = rest
    const strange = encode([A_SALT, 'note', 'added on the way'])
    const unbound = [first, ...others, partsIn(opened.content).at(-1)].join('~')
    assert.notEqual(await verdictOn(shown, unbound), 'believed')
    for (const [changed, verdict] of [
      [[first, ...rest, strange], 'disclosure-refused unreferenced'],
      [[first, ...rest, one], 'disclosure-refused sent-twice'],
      [[first, encode([A_SALT, 'name', 'another']), ...others], 'disclosure-refused unreferenced'],
    ] as const)
      assert.equal(await verdictOn(shown, await rebound(shown, changed)), verdict)
    for (let at = 1; at < signedParts(opened).length; at += 1)
      assert.notEqual(
        await verdictOn(
          shown,
          await rebound(
            shown,
            signedParts(opened).filter((_, index) => index !== at),
          ),
        ),
        'believed',
        String(at),
      )
  })

  it('H041 is refused without its binding, for another recipient and under another key', async () => {
    assert.equal(await verdictOn(shown, `${signedParts(opened).join('~')}~`), 'key-binding-invalid missing')
    assert.equal(await verdictOn(shown, opened.content, COURT), 'presentation-refused audience')
    assert.equal(
      await verdictOn(shown, await rebound(shown, signedParts(opened), { aud: COURT.mandate }), COURT),
      'presentation-refused audience-class',
    )
    assert.equal(
      await verdictOn(shown, await rebound(shown, signedParts(opened), { nonce: courts.projection.jti })),
      'presentation-refused delivery',
    )
    const text = `${signedParts(opened).join('~')}~`
    const claims = Buffer.from(JSON.stringify({ aud: PROBATION.mandate, sd_hash: sha256Base64Url(text) }))
    const forged = await signCompact(claims, 'kb+jwt', stage.gateway.broker.signKey)
    assert.equal(await verdictOn(shown, `${text}${forged}`), 'key-unknown')
  })

  it('H042 is refused where the gateway invents or changes a word, or says in its own name what a member would sign', async () => {
    const [first = '', ...rest] = signedParts(opened)
    const [header = '', payload = '', signature = ''] = first.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
    const invented = Buffer.from(JSON.stringify({ ...claims, note: 'dangerous' })).toString('base64url')
    assert.equal(
      await verdictOn(shown, await rebound(shown, [[header, invented, signature].join('.'), ...rest])),
      'signature-invalid',
    )
    const own = await signCompact(Buffer.from(payload, 'base64url'), 'gw-case+sd-jwt', stage.gateway.broker.signKey)
    assert.equal(await verdictOn(shown, await rebound(shown, [own, ...rest])), 'presentation-refused attested')
    const other = stage.gateway.network.keyOf('court-paris', 'sign')
    const others = await signCompact(Buffer.from(payload, 'base64url'), 'gw-case+sd-jwt', other)
    assert.equal(await verdictOn(shown, await rebound(shown, [others, ...rest])), 'issuer-mismatch')
    const { broker } = stage.gateway
    const said = await broker.keyRing.sign('gw-projection+jws', Buffer.from(JSON.stringify(opened.projection)), 0)
    assert.equal(await verdictOn(shown, said), 'presentation-refused not-signed-by-its-sender')
  })

  it('H043 is refused where a part comes without the item that it stands in', async () => {
    const named = signedParts(opened).findIndex((part) =>
      Buffer.from(part, 'base64url').toString().includes('"section":"employment"'),
    )
    assert.ok(named > 0)
    const without = signedParts(opened).filter((_, index) => index !== named)
    assert.equal(await verdictOn(shown, await rebound(shown, without)), 'disclosure-refused unreferenced')
  })

  it('H047 is accepted in none of 6,000 random changes, neither by its recipient nor by verify delivery', async function () {
    this.timeout(60_000)
    const { content, evidence } = opened
    const marks = 'ABCxyz019-_.~'
    const receipt = await receiptOf(stage, PROBATION)
    const trust = stage.gateway.logTrust()
    assert.ok(verifyExported({ content, evidence, receipt }, trust).ok)
    const believes = believing(stage, PROBATION)
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

  it('H048 is refused where an older case is shown as the news, and read where it says that it is older', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'passerelle-seen-'))
    const book = openSeenBook(folder)
    const { copy, projection } = opened
    assert.ok(copy !== undefined)
    const real = readReceipt(await receiptOf(stage, PROBATION))
    assert.ok(real !== undefined)
    const logged = (index: number): string => printReceipt({ ...real, index })
    const shown = async (ver: number, index: number, changes: object = {}): Promise<string> => {
      const { isEarlier = false, later = 0 } = changes as { isEarlier?: boolean; later?: number }
      const said = { ...projection, iat: projection.iat + later }
      const seen = await book.see({ projection: said, copy: { ...copy, ver, isEarlier } }, logged(index))
      return seen.ok ? seen.value : verdictOf(seen)
    }
    assert.equal(await shown(copy.ver, 4), 'news')
    assert.equal(await shown(copy.ver + 9, 10, { later: 10 }), 'news')
    assert.equal(await shown(copy.ver + 9, 11), 'news', 'the same once more')
    const stale = 'case-stale earlier-than-seen'
    assert.equal(await shown(copy.ver, 20, { later: 20 }), stale)
    assert.equal(await shown(copy.ver, 20, { later: -99 }), stale, 'dated back, and logged today')
    assert.equal(await shown(copy.ver, 20, { isEarlier: true }), 'earlier')
    assert.equal(await shown(copy.ver, 5, { later: 99 }), 'earlier', 'logged before the newer one')
    const renamed = { ...projection, caseId: 'ANOTHER-CASE' }
    assert.equal(verdictOf(await book.see({ projection: renamed, copy }, logged(4))), 'presentation-refused case')
    const another = { ...real, checkpoint: real.checkpoint.replace(/^[^\n]+/, 'net.test/another') }
    const elsewhere = await book.see({ projection, copy }, printReceipt({ ...another, index: 1 }))
    assert.equal(verdictOf(elsewhere), stale, 'the places of another log say nothing')
    assert.equal(verdictOf(await book.see({ projection, copy }, 'no receipt')), stale)
    // Noted by an older version, without the place: then the time that the gateway says has to do.
    const [name = ''] = readdirSync(folder)
    const { ver, iat, caseId } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, unknown>
    writeFileSync(join(folder, name), JSON.stringify({ ver, iat, caseId }))
    assert.equal(await shown(copy.ver, 20, { later: 5 }), 'earlier')
    assert.equal(await shown(copy.ver, 20, { later: 20 }), stale)
    const own = await book.see({ projection }, logged(1))
    assert.deepEqual(own, { ok: true, value: 'news' }, 'what is no copy has no versions')
  })

  it('H048 is written to its recipient’s files as earlier, beside a proof that still verifies', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'passerelle-earlier-'))
    const { projection, content, evidence } = opened
    const receipt = await receiptOf(stage, PROBATION)
    await writeDelivery(folder, { projection, content, evidence, receipt, earlier: true })
    const read = (kind: string): unknown => JSON.parse(readFileSync(join(folder, `${projection.jti}.${kind}`), 'utf8'))
    assert.deepEqual(read('json'), { ...projection, earlier: true })
    assert.equal(verdictOf(verifyExported(read('proof'), stage.gateway.logTrust())), 'believed')
    await writeDelivery(folder, { projection, content, evidence, receipt })
    assert.deepEqual(read('json'), projection)
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
      const { copy } = await openedBy(stage, PROBATION, (await stage.gateway.collect(PROBATION, id)).text)
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

  it('H069 is refused where the gateway says it in the name of a member, or a member in the name of the gateway', async () => {
    const { gateway } = stage
    const [first = '', ...rest] = signedParts(opened)
    const [, payload = ''] = first.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
    const signedBy = (key: Parameters<typeof signCompact>[2], changes: object): Promise<string> =>
      signCompact(Buffer.from(JSON.stringify({ ...claims, ...changes })), 'gw-case+sd-jwt', key)
    const ofSender = { iss: 'spiffe://net.test/org/prison-paris', attested: 'broker' }
    const [broker, prison] = [gateway.broker.signKey, gateway.network.keyOf('prison-paris', 'sign')]
    const verdict = async (jwt: string): Promise<string> => verdictOn(shown, await rebound(shown, [jwt, ...rest]))
    assert.equal(await verdict(await signedBy(broker, ofSender)), 'issuer-mismatch')
    assert.equal(await verdict(await signedBy(broker, { iss: gateway.broker.uri })), 'presentation-refused attested')
    assert.equal(await verdict(await signedBy(prison, ofSender)), 'presentation-refused attested')
    const another = { iss: 'spiffe://net.test/broker/2', attested: 'broker' }
    assert.equal(await verdict(await signedBy(broker, another)), 'presentation-refused attested', 'as its annotations')
  })
})
