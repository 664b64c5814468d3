/** Signed notes, checkpoints, cosignatures, receipts, leaves: what is read back, and what is refused. */
import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { before, describe, it } from 'mocha'
import { verifyEd25519 } from '#adapters/keys/note-key.ts'
import { isOfLog, readCheckpoint, signCheckpoint } from '#gateway/core/log/checkpoint.ts'
import { cosign, cosignedAt, cosigners } from '#gateway/core/log/cosignature.ts'
import { countFrom, fromBase64, toBase64 } from '#gateway/core/log/base64.ts'
import { commitTo, makeLeaf, opensTo, readLeaf } from '#gateway/core/log/leaf.ts'
import { isSignedBy, printNoteKey, readNote, readNoteKey, signNote, WITNESS_KEY } from '#gateway/core/log/note.ts'
import type { NoteSigner } from '#gateway/core/log/note.ts'
import { printReceipt, readReceipt } from '#gateway/core/log/receipt.ts'
import { leafHash } from '#gateway/core/log/tree.ts'
import { printLogTrust, readLogTrust } from '#gateway/core/log/trust-file.ts'
import { lawRuns } from '#test/support/law-runs.ts'
import { aNoteSigner, LOG_TIME, ORIGIN } from '#test/support/log-world.ts'

const HEAD = { size: 7, root: leafHash('root') }
const LOG = aNoteSigner(ORIGIN)
const WITNESS = aNoteSigner('w.net.test/witness', WITNESS_KEY)
const SALT = Buffer.alloc(32, 7)

/** Adds a line under a note. */
const under = async (note: string, signer: NoteSigner, seconds = 1_800_000_000): Promise<string> =>
  note + (await cosign(readNote(note)?.text ?? '', signer, seconds))

/** The key of Go's own documentation (golang.org/x/mod/sumdb/note), a public one. */
const GO_KEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const GO_NOTE = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.

\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`

describe('signed notes', () => {
  it('written by Go verify', () => {
    const [key, note] = [readNoteKey(GO_KEY), readNote(GO_NOTE)]
    assert.ok(key !== undefined && note !== undefined)
    assert.ok(isSignedBy(note, key, verifyEd25519))
  })

  it('say of a key what it is, and read it back', () => {
    for (const { key } of [LOG, WITNESS])
      assert.deepEqual(readNoteKey(printNoteKey(key)), { ...key, publicKey: key.publicKey })
  })

  for (const [name, text] of Object.entries({
    'with another hash': GO_KEY.replace('c74f', 'c74e'),
    'with another name': GO_KEY.replace('Peter', 'Petra'),
    'cut short': GO_KEY.slice(0, -4),
    'of another type': GO_KEY.replace('ARpc', 'Ahpc'),
    'without a name': GO_KEY.slice(GO_KEY.indexOf('+')),
    'that is empty': '',
  }))
    it(`refuse a key ${name}`, () => assert.equal(readNoteKey(text), undefined))

  const cases: Readonly<Record<string, string>> = {
    'without a signature': 'text\n\n',
    'without a blank line': GO_NOTE.replace('\n\n', '\n'),
    'without its last newline': GO_NOTE.slice(0, -1),
    'with a control character': GO_NOTE.replace('think', 'thi\u0007nk'),
    'with a carriage return': GO_NOTE.replace('is.', 'is.\r'),
    'with a lone surrogate': GO_NOTE.replace('is.', 'is\ud800'),
    'with a line that is no signature': `${GO_NOTE}hello\n`,
    'with a hyphen for the dash': GO_NOTE.replace('\u2014', '-'),
    'with two spellings of base64': GO_NOTE.replace('AM=', 'AN='),
    'with more lines than a hundred': GO_NOTE + `${GO_NOTE.split('\n').at(-2)}\n`.repeat(100),
    'that is empty': '',
  }
  for (const [name, text] of Object.entries(cases))
    it(`refuse a note ${name}`, () => assert.equal(readNote(text), undefined))

  it('are not believed when a second line by the same key is unsound', async () => {
    const signed = await signNote('text\n', LOG)
    const forged = `${signed}${(await signNote('other\n', LOG)).split('\n\n')[1] ?? ''}`
    const note = readNote(forged)
    assert.ok(note !== undefined && note.signatures.length === 2)
    assert.ok(!isSignedBy(note, LOG.key, verifyEd25519))
  })

  it('pay no heed to lines by keys they do not know', async () => {
    const note = readNote(
      (await signNote('text\n', LOG)) + (await signNote('text\n', aNoteSigner('else'))).split('\n\n')[1],
    )
    assert.ok(note !== undefined && isSignedBy(note, LOG.key, verifyEd25519))
  })
})

describe('checkpoints', () => {
  let signed = ''
  before(async () => {
    signed = await signCheckpoint(HEAD, LOG)
  })

  it('are read back', () => {
    const read = readCheckpoint(signed)
    assert.deepEqual({ origin: read?.origin, size: read?.size, root: read?.root }, { origin: ORIGIN, ...HEAD })
    assert.ok(read !== undefined && isOfLog(read, LOG.key, verifyEd25519))
  })

  it('of another log are not of this one, even under its key', async () => {
    const other = await signCheckpoint(HEAD, { ...LOG, key: { ...LOG.key, name: 'else.test/audit' } })
    const read = readCheckpoint(other)
    assert.ok(read !== undefined && !isOfLog(read, LOG.key, verifyEd25519))
  })

  it('change in no character without being refused', () => {
    const end = signed.length
    for (let at = 0; at < end; at += 1) {
      const changed = `${signed.slice(0, at)}${signed[at] === '1' ? '2' : '1'}${signed.slice(at + 1)}`
      const read = readCheckpoint(changed)
      assert.ok(read === undefined || !isOfLog(read, LOG.key, verifyEd25519), `character ${at}`)
    }
  })

  for (const [name, text] of Object.entries({
    'a leading zero': `${ORIGIN}\n07\n${toBase64(HEAD.root)}\n`,
    'a sign': `${ORIGIN}\n+7\n${toBase64(HEAD.root)}\n`,
    'a size beyond 2^53': `${ORIGIN}\n9007199254740993\n${toBase64(HEAD.root)}\n`,
    'a short root': `${ORIGIN}\n7\n${toBase64(HEAD.root.subarray(1))}\n`,
    'an extension line': `${ORIGIN}\n7\n${toBase64(HEAD.root)}\nmore\n`,
    'no root': `${ORIGIN}\n7\n`,
    'no origin': `\n7\n${toBase64(HEAD.root)}\n`,
    'a space in its origin': `a ${ORIGIN}\n7\n${toBase64(HEAD.root)}\n`,
    'a plus in its origin': `${ORIGIN}+a\n7\n${toBase64(HEAD.root)}\n`,
    'an origin of 201 characters': `${'a'.repeat(201)}\n7\n${toBase64(HEAD.root)}\n`,
  }))
    it(`with ${name} are refused`, async () => assert.equal(readCheckpoint(await signNote(text, LOG)), undefined))
})

describe('cosignatures', () => {
  it('give the time and are bound to it', async () => {
    const signed = await under(await signCheckpoint(HEAD, LOG), WITNESS)
    const note = readNote(signed)
    assert.ok(note !== undefined)
    assert.equal(cosignedAt(note, WITNESS.key, verifyEd25519), 1_800_000_000)
    const line = note.signatures[1]
    assert.ok(line !== undefined)
    const later = Uint8Array.from(line.bytes)
    later[7] = (later[7] ?? 0) + 1
    const moved = { ...note, signatures: [{ ...line, bytes: later }] }
    assert.equal(cosignedAt(moved, WITNESS.key, verifyEd25519), undefined)
  })

  it('under the name of a witness by another key do not count', async () => {
    const impostor = aNoteSigner(WITNESS.key.name, WITNESS_KEY)
    const note = readNote(await under(await signCheckpoint(HEAD, LOG), impostor))
    assert.ok(note !== undefined)
    assert.deepEqual(cosigners(note, [WITNESS.key], verifyEd25519), [])
  })

  it('of one witness count once, however many lines and names it has', async () => {
    const twice = await under(await under(await signCheckpoint(HEAD, LOG), WITNESS, 1), WITNESS, 2)
    const alias = { ...WITNESS, key: { ...WITNESS.key, name: 'alias.test/witness' } }
    const note = readNote(await under(twice, alias))
    assert.ok(note !== undefined)
    assert.equal(cosigners(note, [WITNESS.key, alias.key], verifyEd25519).length, 1)
  })

  it('are not what a plain signature of a witness is', async () => {
    const note = readNote(await signNote(readNote(await signCheckpoint(HEAD, LOG))?.text ?? '', WITNESS))
    assert.ok(note !== undefined)
    assert.deepEqual(cosigners(note, [WITNESS.key], verifyEd25519), [])
  })
})

describe('receipts', () => {
  const receipt = { index: 3, proof: [leafHash('a'), leafHash('b')], checkpoint: 'x\n\ny\n' }
  it('are read back', () => assert.deepEqual(readReceipt(printReceipt(receipt)), receipt))

  const text = printReceipt(receipt)
  for (const [name, changed] of Object.entries({
    'of another version': text.replace('@v1', '@v2'),
    'without an index': text.replace('index 3\n', ''),
    'with an extra line': text.replace('index', 'extra AA==\nindex'),
    'with an index below zero': text.replace('index 3', 'index -1'),
    'with a short hash': text.replace(toBase64(leafHash('a')), 'AA=='),
    'with 64 hashes': printReceipt({ ...receipt, proof: Array.from({ length: 64 }, () => leafHash('')) }),
    'that ends early': text.slice(0, 40),
  }))
    it(`${name} are refused`, () => assert.equal(readReceipt(changed), undefined))
})

describe('leaves', () => {
  const SOURCE = {
    at: LOG_TIME,
    act: 'delivery-sealed',
    policy: 'a'.repeat(64),
    secret: Buffer.alloc(32, 1),
    caseId: 'case-42',
    salt: SALT,
    body: '{"who":"Camille Exemple","to":"cso"}',
  }

  it('H077 hold nothing but hour, action, policy hash and two commitments', () => {
    const text = makeLeaf(SOURCE)
    const leaf = readLeaf(text)
    assert.deepEqual(Object.keys(leaf ?? {}).toSorted(), ['act', 'com', 'pol', 'ref', 't', 'v'])
    assert.equal(leaf?.t, '2026-11-21T10')
    assert.doesNotMatch(text, /Camille|case-42|cso|30/)
    assert.equal(makeLeaf({ ...SOURCE, at: LOG_TIME + 29 * 60_000 }), text)
  })

  it('H077 of one case share nothing that tells so', () => {
    const [one, two] = [1, 2].map((n) =>
      readLeaf(makeLeaf({ ...SOURCE, secret: Buffer.alloc(32, n), salt: Buffer.alloc(32, n + 2) })),
    )
    assert.notEqual(one?.ref, two?.ref)
    assert.notEqual(one?.com, two?.com)
  })

  it('commit to one body under one salt', () => {
    const leaf = readLeaf(makeLeaf(SOURCE))
    assert.ok(leaf !== undefined)
    assert.ok(opensTo(leaf, SALT, SOURCE.body))
    assert.ok(!opensTo(leaf, SALT, `${SOURCE.body} `))
    assert.ok(!opensTo(leaf, Buffer.alloc(32), SOURCE.body))
    // HMAC pads its key with zeros: a salt that is longer by one would open the same commitment.
    assert.equal(commitTo(Buffer.concat([SALT, Uint8Array.of(0)]), SOURCE.body), leaf.com)
    assert.ok(!opensTo(leaf, Buffer.concat([SALT, Uint8Array.of(0)]), SOURCE.body))
  })

  const text = makeLeaf(SOURCE)
  for (const [name, changed] of Object.entries({
    'a member more': text.replace('{', '{"caseId":"x",'),
    'another order': `{"v":1,${text.slice(1, -7)}}`,
    'a space': text.replace(':', ': '),
    minutes: text.replace('T10', 'T10:30'),
    'a short commitment': text.replace(/"com":"../, '"com":"'),
    'another version': text.replace('"v":1', '"v":2'),
  }))
    it(`with ${name} are refused`, () => {
      assert.notEqual(changed, text)
      assert.equal(readLeaf(changed), undefined)
    })

  it('are not made with a short salt or secret', () => {
    for (const change of [{ salt: Buffer.alloc(16) }, { secret: Buffer.alloc(0) }])
      assert.throws(() => makeLeaf({ ...SOURCE, ...change }), RangeError)
  })
})

describe('base64 and counts of the log', () => {
  it('have one spelling', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.string({ maxLength: 12 }), (bytes, text) => {
        assert.deepEqual(Uint8Array.from(fromBase64(toBase64(bytes)) ?? [0]), bytes)
        const read = fromBase64(text)
        assert.ok(read === undefined || toBase64(read) === text)
        const count = countFrom(text)
        assert.ok(count === undefined || String(count) === text)
      }),
      { numRuns: lawRuns(300) },
    ))
})

describe('a trust file', () => {
  const SECOND = aNoteSigner('v.net.test/witness', WITNESS_KEY)
  const trust = { log: LOG.key, witnesses: [WITNESS.key, SECOND.key], quorum: 2 }
  const text = printLogTrust(trust)
  it('is read back', () => assert.deepEqual(readLogTrust(text), trust))
  it('takes comments, blank lines, addresses and the words any and all', () => {
    assert.equal(readLogTrust(`# of ours\n\n${text.replace('members 2', 'members any')}`)?.quorum, 1)
    assert.equal(readLogTrust(text.replace('members 2', 'members all'))?.quorum, 2)
    assert.equal(readLogTrust(text.replace('\nwitness w2', ' https://net.test/\nwitness w2'))?.quorum, 2)
    assert.deepEqual(readLogTrust(text.replace('quorum members', 'quorum w1'))?.witnesses, [WITNESS.key])
  })

  for (const [name, changed] of Object.entries({
    'without a log': text.replace(/^log.*\n/, ''),
    'with two logs': `${text.split('\n')[0]}\n${text}`,
    'with a witness for its log': text.replace(printNoteKey(LOG.key), printNoteKey(WITNESS.key)),
    'with a log for a witness': text.replace(printNoteKey(WITNESS.key), printNoteKey(LOG.key)),
    'without a quorum': text.replace('quorum members\n', ''),
    'with no quorum': text.replace('quorum members', 'quorum none'),
    'with two quorums': `${text}quorum members\n`,
    'with a quorum of nobody': text.replace('members 2', 'members 0'),
    'with more than there are': text.replace('members 2', 'members 3'),
    'with a member twice': text.replace('w1 w2', 'w1 w1'),
    'with a member unknown': text.replace('w1 w2', 'w1 w3'),
    'with one key under two names': text.replace(printNoteKey(SECOND.key), printNoteKey(WITNESS.key)),
    'with a word unknown': `${text}surprise x\n`,
    'that is empty': '',
  }))
    it(`${name} is refused`, () => {
      assert.notEqual(changed, text)
      assert.equal(readLogTrust(changed), undefined)
    })
})
