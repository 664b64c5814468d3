/** `passerelle verify`: accepts what a gateway exported, and refuses whatever was done to it since. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { after, before, describe, it } from 'mocha'
import { EXIT } from '#cli/exit-codes.ts'
import { openTimeStamps } from '#adapters/timestamp/http.ts'
import { readTrustFile, verifyDeliveryFile, verifyExported, verifyLogFiles, verifyReceiptFiles } from '#cli/verify.ts'
import { readStrictJson } from '#policies/language/strict-json.ts'
import { digestOf } from '#gateway/core/canonical-json.ts'
import { digestOfContent } from '#gateway/core/parcel.ts'
import { printDisclosure } from '#gateway/core/log/evidence.ts'
import { commitTo, makeLeaf } from '#gateway/core/log/leaf.ts'
import { printLogTrust } from '#gateway/core/log/trust-file.ts'
import { checkpointIfDue, receiptFor } from '#gateway/rooms/publish.ts'
import { lawRuns } from '#test/support/law-runs.ts'
import { aLogWorld, LOG_TIME } from '#test/support/log-world.ts'
import type { LogWorld } from '#test/support/log-world.ts'
import { needsOpenssl } from '#test/support/openssl.ts'
import { aTimeStampAuthority } from '#test/support/time-stamp-authority.ts'
import { run } from '#test/architecture/run-command.ts'

const MUTATIONS = 6_000
const folder = mkdtempSync(join(tmpdir(), 'verify-'))
const file = (name: string, text: string | Uint8Array): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const SAID = {
  jti: '0b0d6c1e-6c7e-4f7e-9d3c-1e0f5a6b7c8d',
  aud: 'pairs-social-worker',
  caseId: 'CASE-2',
  items: [{ section: 'housing', level: 'full', value: 'a room until March' }],
}
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const CONTENT = `${part({ alg: 'ES256' })}.${part(SAID)}.${'A'.repeat(86)}`
const salt = randomBytes(32)
const BODY = printDisclosure({
  delivery: SAID.jti,
  recipient: SAID.aud,
  digest: digestOfContent(CONTENT),
  kept: commitTo(randomBytes(32), 'the audit event'),
})
const aLeaf = (n: number): string =>
  makeLeaf({
    at: LOG_TIME,
    act: 'delivery-sealed',
    secret: Buffer.alloc(32, 1),
    caseId: `case-${n}`,
    salt,
    body: n === 4 ? BODY : '',
  })
const LEAVES = Array.from({ length: 9 }, (_, n) => aLeaf(n))

describe('passerelle verify', () => {
  let world: LogWorld
  let trust = ''
  let leaves = ''
  let delivery = ''
  let receipt = ''
  const checkpoints: string[] = []

  const publish = async (): Promise<void> => {
    world.wait(10_000)
    await checkpointIfDue(world.deps)
    // Two of three: with a third, one of them could be spoilt and still enough would be left.
    for (const witness of world.witnesses.slice(0, 2)) await witness.round(world.deps)
    const published = await world.log.published()
    checkpoints.push(file(`checkpoint-${published?.size ?? 0}`, published?.note ?? ''))
  }

  before(async () => {
    world = await aLogWorld()
    await world.append(...LEAVES.slice(0, 5))
    await publish()
    await world.append(...LEAVES.slice(5))
    await publish()
    trust = file('trust', printLogTrust(world.trust))
    leaves = file('leaves', LEAVES.map((leaf) => `${leaf}\n`).join(''))
    const proof = await receiptFor(world.log, 4)
    assert.ok(proof.ok)
    receipt = proof.value
    const evidence = { leaf: LEAVES[4], salt: salt.toString('base64url'), body: BODY }
    delivery = JSON.stringify({ content: CONTENT, evidence, receipt })
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  const logOf = (changed: { readonly leaves?: string; readonly checkpoints?: readonly string[] }): Promise<unknown> =>
    verifyLogFiles({ leaves, checkpoints, trust, ...changed })

  it('log: holds a log against all its checkpoints', async () =>
    assert.deepEqual(await logOf({}), { origin: 'net.test/audit', entries: 9, covered: 9, checkpoints: 2 }))

  for (const [name, spoil, says] of [
    ['a leaf gone', (lines: readonly string[]) => lines.toSpliced(2, 1), /log-forked|log-rolled-back/],
    ['the last leaf gone', (lines: readonly string[]) => lines.slice(0, -1), /log-rolled-back/],
    [
      'two leaves swapped',
      (lines: readonly string[]) => lines.with(0, LEAVES[1] ?? '').with(1, LEAVES[0] ?? ''),
      /log-forked/,
    ],
    [
      'a leaf changed',
      (lines: readonly string[]) => lines.with(0, (LEAVES[0] ?? '').replace('sealed', 'sewled')),
      /log-forked/,
    ],
    ['a leaf put in', (lines: readonly string[]) => [aLeaf(77), ...lines], /log-forked/],
    [
      'a leaf that says more',
      (lines: readonly string[]) => lines.with(3, '{"who":"Camille Exemple"}'),
      /line 4: not a leaf/,
    ],
    ['a line that is empty', (lines: readonly string[]) => [...lines, ''], /line 10: not a leaf/],
  ] as const)
    it(`log: refuses one with ${name}`, async () => {
      const spoilt = spoil(LEAVES)
        .map((leaf) => `${leaf}\n`)
        .join('')
      await assert.rejects(logOf({ leaves: file('spoilt', spoilt) }), says)
    })

  it('log: refuses leaves cut in the middle of a line', async () =>
    assert.rejects(logOf({ leaves: file('cut', readFileSync(leaves).subarray(0, -5)) }), /middle of a line/))

  it('log: refuses a checkpoint of a fork, of a stranger, and one not cosigned', async () => {
    const fork = await aLogWorld({ signer: world.deps.publication.signer })
    await fork.append(...LEAVES.slice(0, 3), aLeaf(99))
    await checkpointIfDue(fork.deps)
    const waiting = await fork.log.waiting()
    await assert.rejects(logOf({ checkpoints: [file('bare', waiting?.note ?? '')] }), /checkpoint-unwitnessed/)
    const stranger = await aLogWorld()
    await stranger.append(...LEAVES)
    await checkpointIfDue(stranger.deps)
    for (const witness of stranger.witnesses) await witness.round(stranger.deps)
    const note = (await stranger.log.published())?.note ?? ''
    await assert.rejects(logOf({ checkpoints: [file('stranger', note)] }), /checkpoint-unsigned/)
    await assert.rejects(logOf({ checkpoints: [file('nothing', 'x')] }), /receipt-malformed/)
  })

  it('log: takes a time-stamp over its last checkpoint, and over nothing else', async function () {
    needsOpenssl(this)
    using authority = await aTimeStampAuthority()
    const stamps = openTimeStamps([{ url: authority.url, certificate: authority.authority }])
    const stamped = await stamps.stamp(readFileSync(checkpoints[1] ?? ''))
    assert.ok(stamped.ok)
    const stamp = { token: file('token', stamped.value.token), authority: file('tsa.pem', authority.authority) }
    assert.match((await verifyLogFiles({ leaves, checkpoints, trust, stamp })).stampedAt ?? '', /^\d{4}-/)
    const other = verifyLogFiles({ leaves, checkpoints: checkpoints.toReversed(), trust, stamp })
    await assert.rejects(other, /timestamp-invalid \(other-content\)/)
  })

  it('receipt: holds a leaf, with or without its newline, and no other', async () => {
    const proof = file('receipt', receipt)
    for (const end of ['', '\n'])
      assert.equal((await verifyReceiptFiles(file('leaf', `${LEAVES[4]}${end}`), proof, trust)).index, 4)
    await assert.rejects(verifyReceiptFiles(file('leaf', LEAVES[5] ?? ''), proof, trust), /receipt-of-another/)
  })

  it('delivery: holds what was exported', async () => {
    const { delivery: id, index, witnesses } = await verifyDeliveryFile(file('delivery', delivery), { trust })
    assert.deepEqual([id, index, witnesses.length], [SAID.jti, 4, 2])
  })

  it('H089 delivery: refuses one without a receipt', async () =>
    assert.rejects(
      verifyDeliveryFile(file('bare', delivery.replace(/,"receipt":.*/, '}')), { trust }),
      /receipt-missing: The delivery came without its receipt/,
    ))

  it(`H089 delivery: refuses ${MUTATIONS} random mutations of it`, () => {
    let refused = 0
    const ways = fc.constantFrom('put', 'drop', 'change')
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 32, max: 126 }), ways, (at, code, way) => {
        const place = at % delivery.length
        const rest = delivery.slice(way === 'put' ? place : place + 1)
        const text = delivery.slice(0, place) + (way === 'drop' ? '' : String.fromCodePoint(code)) + rest
        if (isSameValue(text)) return
        const json = readStrictJson(text)
        assert.ok(!json.ok || !verifyExported(json.value, world.trust).ok, text)
        refused += 1
      }),
      { numRuns: lawRuns(MUTATIONS) },
    )
    assert.ok(refused > MUTATIONS * 0.95, String(refused))
  })

  /** True for a text that says the same: a space between two members. */
  function isSameValue(text: string): boolean {
    try {
      return digestOf(JSON.parse(text)) === digestOf(JSON.parse(delivery))
    } catch {
      return false
    }
  }

  it('says one line and a code that a script can read', async () => {
    const good = await run(['verify', 'delivery', file('delivery', delivery), '--trust', trust])
    assert.deepEqual([good.exitCode, good.stderr], [EXIT.done, ''])
    assert.match(
      good.stdout,
      /^holds: delivery [0-9a-f-]+ is entry 4 of 9, cosigned by a\.net\.test\/witness, b\.net\.test\/witness; whose word it is was not asked \(--network\)\n$/,
    )
    const bad = await run([
      'verify',
      'receipt',
      file('leaf', LEAVES[5] ?? ''),
      file('receipt', receipt),
      '--trust',
      trust,
    ])
    assert.deepEqual([bad.exitCode, bad.stdout], [EXIT.found, ''])
    assert.match(bad.stderr, /^passerelle: [^\n]*receipt-of-another: The receipt is not of this entry\n$/)
    const log = await run(['verify', 'log', leaves, ...checkpoints, '--trust', trust, '--json'])
    assert.equal((JSON.parse(log.stdout) as { readonly entries: number }).entries, 9)
  })

  it('refuses a trust file that nobody could believe', async () =>
    assert.rejects(readTrustFile(file('none', 'quorum none\n')), /not a trust file/))
})
