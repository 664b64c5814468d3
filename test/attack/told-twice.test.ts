/** A gateway that says two things of what is one, and logs both: each receipt holds, and whoever lays the two side by side has it in hand. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { CANARIES_PATH, readCanaries } from '#adapters/agency-kit/canaries.ts'
import { proveDelivery } from '#adapters/agency-kit/prove-delivery.ts'
import { factsOf, valuesOf } from '#adapters/agency-kit/told-facts.ts'
import type { Told } from '#adapters/agency-kit/told-facts.ts'
import { contradictionsIn, openToldBook, TOLD_PATHS } from '#adapters/agency-kit/told-book.ts'
import type { OpenedParcel } from '#adapters/agency-kit/open-parcel.ts'
import { verifyEd25519 } from '#adapters/keys/note-key.ts'
import { gainsaid } from '#cli/verify-together.ts'
import { entryOf } from '#gateway/core/log/entry.ts'
import { printReceipt, readReceipt, verifyReceipt } from '#gateway/core/log/receipt.ts'
import { digestOfContent } from '#gateway/core/parcel.ts'
import { receiptFor } from '#gateway/rooms/publish.ts'
import { seal } from '#gateway/rooms/seal.ts'
import { aCaseId, COURT, employment, handover, identity, PROBATION } from '#test/journey/stage.ts'
import { aPresentation, openedBy, partsIn, rebound, receiptOf, verdictOn } from '#test/support/presented.ts'
import type { Presented } from '#test/support/presented.ts'
import { codeOf } from '#test/support/problem-code.ts'

describe('a gateway that says two things of one', () => {
  let presented: Presented
  let folder: string
  let first: Told
  before(async () => {
    presented = await aPresentation()
    folder = await mkdtemp(join(tmpdir(), 'passerelle-told-'))
    first = proven(presented.opened, await receiptOf(presented.stage, PROBATION))
  })
  after(async () => {
    await presented.stage[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  /** As the agency kit takes it: the receipt proves this content under this delivery id. */
  function proven(opened: OpenedParcel, receipt: string): Told {
    const log = presented.stage.gateway.logTrust()
    const taken = proveDelivery(opened, { id: opened.projection.jti, log, receipt })
    assert.ok(taken.ok, JSON.stringify(taken))
    return { ...opened, ...taken.value }
  }

  interface Logged {
    readonly opened: OpenedParcel
    readonly receipt: string
  }

  /** The same disclosures once more, under the gateway's keys, in its log as that delivery, cosigned by the witnesses. */
  async function logged(annotations: object, id?: string): Promise<Logged> {
    const { stage, opened } = presented
    const { gateway } = stage
    const { jti, aud: recipient } = opened.projection
    const delivery = id ?? jti
    const parts = partsIn(opened.content).slice(0, -1)
    const said = JSON.parse(
      Buffer.from(partsIn(opened.content).at(-1)?.split('.')[1] ?? '', 'base64url').toString(),
    ) as { readonly annotations: object }
    const changes = { nonce: delivery, annotations: { ...said.annotations, jti: delivery, ...annotations } }
    const content = await rebound(presented, parts, changes)
    const { store, newSecrets } = gateway.deps
    const rows = await store.read.audit.rows(1, 1_000)
    const event = rows.map((row) => row.event).find(({ act }) => act === 'delivery-sealed')
    assert.ok(event !== undefined)
    const secrets = newSecrets()
    const evidence = entryOf(event, secrets, { delivery, recipient, digest: digestOfContent(content) })
    const index = await store.transaction((tx) => tx.audit.append(event, { evidence, secrets }))
    assert.ok(index !== undefined)
    await gateway.letWitness(true)
    const receipt = await receiptFor(store.read.log, index)
    assert.ok(receipt.ok)
    const { participants } = gateway.deps.registry()
    const { kid } = gateway.network.keyOf(PROBATION.organisation, 'seal')
    const entry = participants.flatMap(({ keys }) => keys).find((key) => key.kid === kid)
    assert.ok(entry !== undefined)
    const { jwe } = await seal({ content, evidence }, entry)
    return { opened: await openedBy(stage, PROBATION, jwe), receipt: receipt.value }
  }

  async function toldAgain(annotations: object): Promise<Told> {
    const { opened, receipt } = await logged(annotations)
    return proven(opened, receipt)
  }

  it('H105 names a delivery after a file of its recipient’s: no id but a UUID is taken, and none is asked for', async () => {
    const log = presented.stage.gateway.logTrust()
    for (const id of ['../trust/officers', '..', 'x'.repeat(36)]) {
      const { opened, receipt } = await logged({}, id)
      assert.equal(opened.projection.jti, id)
      assert.equal(codeOf(proveDelivery(opened, { id, log, receipt })), 'evidence-mismatch')
    }
  })

  it('H090 is reported by the software of its recipient, which takes neither the second nor forgets the first', async () => {
    const home = join(folder, 'member')
    const book = openToldBook(home)
    assert.equal(codeOf(await book.hear(first)), 'ok')
    assert.deepEqual(await contradictionsIn(home), [])
    assert.equal(codeOf(await book.hear(first)), 'ok', 'told again it is no other')
    const second = await toldAgain({ depth: 'D2' })
    assert.deepEqual([second.projection.jti, second.projection.depth], [first.projection.jti, 'D2'])
    for (let time = 0; time < 2; time += 1) {
      const heard = await openToldBook(home).hear(second)
      assert.deepEqual(heard, {
        ok: false,
        problem: { code: 'delivery-contradicted', errors: [{ pointer: '', code: 'delivery' }] },
      })
    }
    assert.equal(codeOf(await book.hear(first)), 'ok')
  })

  it('H090 keeps a report that anybody can check: both entries stand in the log, of one delivery, and it holds no content', async () => {
    const home = join(folder, 'member')
    const [name, ...more] = await contradictionsIn(home)
    assert.deepEqual([name?.startsWith('delivery-'), more], [true, []])
    const text = await readFile(join(home, TOLD_PATHS.reports, name ?? ''), 'utf8')
    const report = JSON.parse(text) as Record<'first' | 'second', Pick<Told, 'evidence' | 'receipt'>>
    const trust = presented.stage.gateway.logTrust()
    const bodies = [report.first, report.second].map(({ evidence, receipt }) => {
      const { leaf, body } = evidence
      assert.equal(codeOf(verifyReceipt({ leaf, receipt }, trust, verifyEd25519)), 'ok')
      return JSON.parse(body) as { readonly delivery: string; readonly digest: string }
    })
    assert.equal(new Set(bodies.map(({ delivery }) => delivery)).size, 1)
    assert.equal(new Set(bodies.map(({ digest }) => digest)).size, 2)
    const book = await readFile(join(home, TOLD_PATHS.book))
    for (const held of [Buffer.from(text), book])
      for (const word of ['apprentice-baker', 'DEMO-MARTIN', first.projection.caseId])
        assert.equal(held.includes(word), false, word)
  })

  it('H090 is found by recipients who lay their deliveries side by side, with both named', async () => {
    const second = await toldAgain({ depth: 'D3' })
    const court = proven(presented.courts, await receiptOf(presented.stage, COURT))
    assert.equal(
      gainsaid([
        { file: 'a', told: first },
        { file: 'b', told: court },
      ]),
      undefined,
    )
    assert.deepEqual(
      gainsaid([
        { file: 'a', told: first },
        { file: 'b', told: court },
        { file: 'c', told: second },
      ]),
      { problem: 'delivery-contradicted', of: 'delivery', files: ['a', 'c'] },
    )
  })

  it('H090 shows one root to one and another to another: the two receipts are of a fork', async () => {
    const [place, other] = [readReceipt(first.receipt), { ...first, projection: { ...first.projection, jti: 'x' } }]
    assert.ok(place !== undefined)
    const [origin, size] = place.checkpoint.split('\n')
    const bent = place.checkpoint.replace(/^([^\n]+\n\d+\n)[^\n]+/, `$1${Buffer.alloc(32, 7).toString('base64')}`)
    const forked = { ...other, receipt: printReceipt({ ...place, index: place.index + 1, checkpoint: bent }) }
    assert.notEqual([origin, size].join(), '')
    const moved = { ...other, evidence: { ...first.evidence, leaf: '{}' } }
    const found = (told: Told): unknown =>
      gainsaid([
        { file: 'a', told: first },
        { file: 'b', told },
      ])
    assert.deepEqual(found(forked), { problem: 'log-forked', of: 'checkpoint', files: ['a', 'b'] })
    assert.deepEqual(found(moved), { problem: 'log-forked', of: 'entry', files: ['a', 'b'] })
    const home = join(folder, 'forked')
    assert.equal(codeOf(await openToldBook(home).hear(first)), 'ok')
    assert.equal(codeOf(await openToldBook(home).hear(forked)), 'log-forked')
  })

  it('H090 gives one version of a case two messages, one message two copies, or one item two values', () => {
    const { copy, projection } = first
    assert.ok(copy !== undefined)
    const elsewhere = { projection: { ...projection, jti: 'another' }, receipt: 'not read' }
    const found = (changes: Partial<Told>): unknown =>
      gainsaid([
        { file: 'a', told: first },
        { file: 'b', told: { ...first, ...elsewhere, ...changes } },
      ])
    assert.equal(found({}), undefined)
    const renamed = { ...copy, jti: 'another' }
    assert.deepEqual(found({ copy: renamed }), { problem: 'delivery-contradicted', of: 'version', files: ['a', 'b'] })
    assert.deepEqual(found({ content: `other${first.content}` }), {
      problem: 'delivery-contradicted',
      of: 'message',
      files: ['a', 'b'],
    })
    const items = projection.items.map((item) => ({ ...item, value: 'another value' }))
    const lied = { ...elsewhere.projection, items }
    assert.deepEqual(found({ projection: lied }), { problem: 'delivery-contradicted', of: 'value', files: ['a', 'b'] })
    // What the gateway says again in its own name, it makes anew each time.
    const own = { ...copy, attested: 'broker' } as const
    assert.equal(factsOf({ ...first, copy: own }).length, factsOf(first).length - 2)
    assert.ok(valuesOf(first).length > 0)
  })

  it('H090 is refused where it says that what a member signed is another message', async () => {
    const { opened } = presented
    const parts = partsIn(opened.content).slice(0, -1)
    const said = JSON.parse(
      Buffer.from(partsIn(opened.content).at(-1)?.split('.')[1] ?? '', 'base64url').toString(),
    ) as { readonly annotations: object }
    const annotations = { ...said.annotations, messageId: '66666666-6666-4666-8666-666666666666' }
    const renamed = await rebound(presented, parts, { annotations })
    assert.equal(await verdictOn(presented, renamed), 'presentation-refused message')
  })

  it('H091 a canary value that is shown to whom it must not reach is refused and reported, without the value', async () => {
    const home = join(folder, 'guarded')
    await mkdir(join(home, 'trust'), { recursive: true })
    const said = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex')
    const list = join(home, CANARIES_PATH)
    await writeFile(list, `# of the officers, November\n${said('a value that nobody sent')}\n`)
    assert.equal(codeOf(await openToldBook(home, await readCanaries(home)).hear(first)), 'ok')
    await writeFile(list, `${said('a value that nobody sent')}\n${said('apprentice-baker')}\n`)
    const guarded = openToldBook(home, await readCanaries(home))
    assert.deepEqual(await guarded.hear(first), {
      ok: false,
      problem: { code: 'presentation-refused', errors: [{ pointer: '/presentation', code: 'canary' }] },
    })
    const [name] = await contradictionsIn(home)
    const text = await readFile(join(home, TOLD_PATHS.reports, name ?? ''), 'utf8')
    const { delivery } = JSON.parse(text) as { readonly delivery: Pick<Told, 'evidence' | 'receipt'> }
    const { evidence, receipt } = delivery
    const proof = { leaf: evidence.leaf, receipt }
    assert.equal(codeOf(verifyReceipt(proof, presented.stage.gateway.logTrust(), verifyEd25519)), 'ok')
    assert.equal(text.includes('apprentice-baker'), false)
    await writeFile(list, 'apprentice-baker\n')
    await assert.rejects(readCanaries(home), /canaries\.txt: line 1: not a SHA-256 in hex/)
    await rm(list)
    await mkdir(list)
    await assert.rejects(readCanaries(home), /EISDIR/)
    assert.equal((await readCanaries(folder))(first.projection), false)
  })

  it('is not said of a message that comes again, more of it or less, as choices and policy have it', async () => {
    const { stage } = presented
    const caseId = aCaseId()
    await stage.gateway.choose(PROBATION, { depth: 'D1' }, caseId)
    await stage.send({ organisation: 'prison-paris' }, handover(caseId, [identity(), employment()]))
    const home = join(folder, 'again')
    const heard: string[] = []
    for (const depth of ['D1', 'D4', 'D2'] as const) {
      await stage.gateway.choose(PROBATION, { depth }, caseId)
      await stage.gateway.settled()
      for (const { id } of await stage.gateway.deliveries(PROBATION)) {
        const response = await stage.gateway.collect(PROBATION, id)
        if (response.status !== 200) continue
        const receipt = Buffer.from(String(response.headers['passerelle-log-receipt']), 'base64url').toString()
        const told = proven(await openedBy(stage, PROBATION, response.text), receipt)
        heard.push(codeOf(await openToldBook(home).hear(told)))
      }
    }
    assert.ok(heard.length > 3)
    assert.deepEqual(new Set(heard), new Set(['ok']))
  })

  it('a book that is none of this member’s stops what comes, and does not begin anew', async () => {
    const home = join(folder, 'spoilt')
    await openToldBook(home).hear(first)
    await writeFile(join(home, TOLD_PATHS.book), 'not a book of ours'.repeat(400))
    await assert.rejects(openToldBook(home).hear(first))
  })
})
