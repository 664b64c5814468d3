/** What an auditor checks without a gateway: the exported log, and a delivery with the signature of the agency that sent it. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { after, before, describe, it } from 'mocha'
import { openNoteKey } from '#adapters/keys/note-key.ts'
import { readPrivateKeys } from '#adapters/keys/private-key-file.ts'
import { WITNESS_PATHS } from '#adapters/agency-kit/own-witness.ts'
import { signCompact } from '#adapters/agency-kit/sign-message.ts'
import { EXAMPLE_PATHS } from '#cli/certs.ts'
import { EXPORT_PATHS } from '#cli/log.ts'
import { verifyWhole } from '#cli/verify.ts'
import { readOfflineTrust, verifySender } from '#cli/verify-sender.ts'
import type { OfflineTrust } from '#cli/verify-sender.ts'
import { cosign } from '#gateway/core/log/cosignature.ts'
import { signCheckpoint } from '#gateway/core/log/checkpoint.ts'
import { printDisclosure } from '#gateway/core/log/evidence.ts'
import type { ExportedDelivery } from '#gateway/core/log/evidence.ts'
import { leafHash } from '#gateway/core/log/tree.ts'
import { commitTo, makeLeaf } from '#gateway/core/log/leaf.ts'
import { printReceipt } from '#gateway/core/log/receipt.ts'
import { digestOfContent } from '#gateway/core/parcel.ts'
import { eventually } from '#test/support/eventually.ts'
import { aHandover, anItemText } from '#test/support/messages.ts'
import { inNetwork } from '#test/support/officers.ts'
import { openServing } from '#test/support/serving.ts'
import type { Serving } from '#test/support/serving.ts'

const ON_SENTENCE = { purpose: 'sentence-execution', legalBasisId: 'fr.cpen.r113-49' } as const
const PRISON = 'spiffe://demo.passerelle.example/org/prison-paris'

describe('an audit without a gateway', function () {
  this.timeout(180_000)
  let serving: Serving
  let out = ''
  let inbox = ''
  let proof = ''
  let exported: ExportedDelivery & { readonly content: string; readonly receipt: string }
  let trust: OfflineTrust
  let id = ''

  before(async () => {
    serving = await openServing()
    await serving.start()
    using prison = await serving.member('prison-paris')
    using court = await serving.member('court-paris', 'sentence-judge')
    const item = anItemText({ section: 'identity', term: 'full-name', value: 'Alix DEMO-MARTIN' })
    const body = aHandover({ caseId: 'DEMO-AUDIT', ...ON_SENTENCE, items: [item], to: ['court-paris'] })
    await prison.send(inNetwork(serving, 'prison-paris', body))
    const arrived = async (): ReturnType<typeof court.list> => {
      await prison.witness()
      await court.witness()
      return court.list()
    }
    id = (await eventually(arrived, (all) => all.length === 1))[0]?.id ?? ''
    inbox = join(serving.folder, 'inbox')
    const as = ['--home', serving.folder, '--url', serving.url, '--as', 'sentence-judge']
    const received = await serving.run('receive', ...as, '--out', inbox)
    assert.equal(received.code, 0, received.text)
    await serving.kill()
    out = join(serving.folder, 'audit')
    const files = ['--network', serving.folder, '--database', serving.database]
    const done = await serving.run('log', 'export', ...files, '--out', out)
    assert.equal(done.code, 0, done.text)
    proof = join(inbox, `${id}.proof`)
    exported = JSON.parse(readFileSync(proof, 'utf8')) as typeof exported
    trust = await readOfflineTrust(join(inbox, 'network'))
  })
  after(() => serving[Symbol.asyncDispose]())

  const checkpoints = (): readonly string[] =>
    readdirSync(join(out, 'checkpoints')).map((name) => join(out, 'checkpoints', name))
  const verifyLog = (leaves = join(out, EXPORT_PATHS.leaves)): ReturnType<Serving['run']> =>
    serving.run('verify', 'log', leaves, ...checkpoints(), '--trust', join(out, EXPORT_PATHS.trust))

  it('holds the exported log against every checkpoint that was published, and nothing in it is personal', async () => {
    const { code, text } = await verifyLog()
    assert.equal(code, 0, text)
    assert.match(
      text,
      new RegExp(`^holds: \\d+ entries of demo[^,]*, \\d+ of them under ${checkpoints().length} cosigned`),
    )
    const leaves = readFileSync(join(out, EXPORT_PATHS.leaves), 'utf8')
    for (const word of ['DEMO-AUDIT', 'MARTIN', 'prison-paris', 'sentence-judge', id]) assert.ok(!leaves.includes(word))
  })

  it('refuses the exported log without its first leaf, or with one changed', async () => {
    const lines = readFileSync(join(out, EXPORT_PATHS.leaves), 'utf8').split('\n')
    for (const spoilt of [lines.slice(1), lines.with(0, lines[1] ?? '')]) {
      const path = join(out, 'spoilt.txt')
      writeFileSync(path, spoilt.join('\n'))
      const { code, text } = await verifyLog(path)
      assert.deepEqual([code, /log-(rolled-back|forked)/.test(text)], [1, true], text)
    }
  })

  it('exports leaves or checkpoints alone', async () => {
    const files = ['--network', serving.folder, '--database', serving.database]
    const [one, other] = [join(serving.folder, 'leaves-alone'), join(serving.folder, 'checkpoints-alone')]
    await serving.run('log', 'export', ...files, '--out', one, '--leaves')
    await serving.run('log', 'export', ...files, '--out', other, '--checkpoints')
    assert.deepEqual(readdirSync(one).toSorted(), [EXPORT_PATHS.leaves, EXPORT_PATHS.trust].toSorted())
    assert.deepEqual(readdirSync(other).toSorted(), ['checkpoints', EXPORT_PATHS.trust].toSorted())
  })

  it('holds a delivery, and names the agency that signed it', async () => {
    const { code, text } = await serving.run('verify', 'delivery', proof, '--network', join(inbox, 'network'))
    assert.deepEqual([code, text.endsWith(`signed by ${PRISON}\n`)], [0, true], text)
    const neither = await serving.run('verify', 'delivery', proof)
    assert.deepEqual([neither.code, /either --network or --trust/.test(neither.text)], [2, true])
  })

  /** What a gateway can do that turned on its members: log what it likes, and have enough of them cosign it. */
  const logged = async (content: string): Promise<object> => {
    const folder = (organisation: string): string =>
      join(serving.folder, EXAMPLE_PATHS.organisation(organisation), WITNESS_PATHS.key)
    const salt = randomBytes(32)
    const kept = commitTo(randomBytes(32), 'an event')
    const said = printDisclosure({ delivery: id, recipient: 'sentence-judge', digest: digestOfContent(content), kept })
    const source = { act: 'delivery-sealed', secret: randomBytes(32), caseId: 'x', salt, body: said } as const
    const leaf = makeLeaf({ at: Date.now(), ...source })
    const signer = await openNoteKey(join(serving.folder, EXAMPLE_PATHS.logKey))
    const note = await signCheckpoint({ size: 1, root: leafHash(leaf) }, signer)
    const text = note.slice(0, note.indexOf('\n\n') + 1)
    const lines: string[] = []
    for (const organisation of ['prison-paris', 'court-paris'])
      lines.push(await cosign(text, await openNoteKey(folder(organisation)), Math.floor(Date.now() / 1000)))
    const checkpoint = note + lines.join('')
    const evidence = { leaf, salt: salt.toString('base64url'), body: said }
    return { content, evidence, receipt: printReceipt({ index: 0, proof: [], checkpoint }) }
  }
  const verdict = async (json: unknown): Promise<string> => {
    const read = await verifyWhole(json, trust)
    return read.ok ? read.value.signedBy : read.problem.code
  }

  it('H042 refuses what the gateway invented, logged and had cosigned, since no agency signed it', async () => {
    assert.equal(await verdict(await logged(exported.content)), PRISON)
    const [jwt = '', ...rest] = exported.content.split('~')
    const [header = '', payload = '', signature = ''] = jwt.split('.')
    const said = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
    const invented = Buffer.from(JSON.stringify({ ...said, ver: 9_999_999 }))
    const forged = [[header, invented.toString('base64url'), signature].join('.'), ...rest].join('~')
    assert.equal(await verdict(await logged(forged)), 'signature-invalid')
    const keys = await readPrivateKeys(join(serving.folder, 'broker/keys'))
    const own = keys.find(({ use }) => use === 'sign')
    assert.ok(own !== undefined)
    const ownWord = await signCompact(invented, 'gw-case+sd-jwt', own)
    assert.equal(await verdict(await logged([ownWord, ...rest].join('~'))), 'presentation-refused')
    const unbound = exported.content.slice(0, exported.content.lastIndexOf('~') + 1)
    assert.equal(await verdict(await logged(unbound)), 'message-malformed')
  })

  it('H090 holds several against one another, and names the two files of one delivery that stand in two entries', async () => {
    const network = ['--network', join(inbox, 'network')]
    const same = await serving.run('verify', 'delivery', proof, proof, ...network)
    assert.equal(same.code, 0, same.text)
    assert.ok(same.text.endsWith('hold together: of 2 deliveries none gainsays another\n'), same.text)
    const other = join(out, 'other.proof')
    writeFileSync(other, JSON.stringify(await logged(exported.content)))
    const alone = await serving.run('verify', 'delivery', other, ...network)
    assert.equal(alone.code, 0, alone.text)
    const both = await serving.run('verify', 'delivery', proof, other, ...network)
    assert.equal(both.code, 1, both.text)
    assert.ok(both.text.includes(`${proof} and ${other}: delivery-contradicted (delivery)`), both.text)
    const json = await serving.run('verify', 'delivery', proof, proof, ...network, '--json')
    assert.equal((JSON.parse(json.text) as readonly object[]).length, 2)
  })

  it('H047 refuses 6,000 random changes of a delivery by its signatures alone, whatever the log says', async () => {
    const { content, evidence } = exported
    const marks = 'ABCxyz019-_.~'
    let tried = 0
    await fc.assert(
      fc.asyncProperty(fc.nat(content.length - 1), fc.nat(marks.length - 1), fc.nat(2), async (at, mark, how) => {
        const kept = content.slice(at + (how === 1 ? 0 : 1))
        const changed = `${content.slice(0, at)}${how === 2 ? '' : (marks[mark] ?? '')}${kept}`
        if (changed === content) return
        tried += 1
        assert.equal((await verifySender({ content: changed, evidence }, trust)).ok, false, changed)
      }),
      { numRuns: 6_300, seed: 47 },
    )
    assert.ok(tried >= 6_000, String(tried))
  })

  it('H100 refuses a list that fewer officers than are pinned have signed', async () => {
    const folder = join(inbox, 'network')
    const path = join(folder, 'trust/list.json')
    const list = JSON.parse(readFileSync(path, 'utf8')) as { readonly signatures: readonly object[] }
    writeFileSync(path, JSON.stringify({ ...list, signatures: list.signatures.slice(0, 1) }))
    await assert.rejects(readOfflineTrust(folder), /trust-list-unsigned/)
  })
})
