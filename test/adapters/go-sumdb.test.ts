/** Go's own sumdb code as a second opinion: it accepts our notes, keys and proofs, and its own are the same as ours. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { z } from 'zod'
import { createNoteKey, openNoteKey, verifyEd25519 } from '#adapters/keys/note-key.ts'
import { toBase64 } from '#gateway/core/log/base64.ts'
import { isOfLog, readCheckpoint, signCheckpoint } from '#gateway/core/log/checkpoint.ts'
import { cosign } from '#gateway/core/log/cosignature.ts'
import { isSignedBy, printNoteKey, readNote, readNoteKey, WITNESS_KEY } from '#gateway/core/log/note.ts'
import { EMPTY_ROOT } from '#gateway/core/log/tree.ts'
import { aNoteSigner } from '#test/support/log-world.ts'
import { aTree } from '#test/support/memory-tree.ts'
import { needs } from '#test/support/needs.ts'

const LEAVES = Array.from({ length: 150 }, (_, at) => `leaf ${at}`)
const BUILD_MS = 120_000

/** Where Debian keeps the vendored sources, or undefined where there is no Go or another layout. */
function sumdbFolder(): string | undefined {
  const root = spawnSync('go', ['env', 'GOROOT'], { encoding: 'utf8' }).stdout?.trim() ?? ''
  const folders = [root, root.replace('/lib/', '/share/')].map((path) =>
    join(path, 'src/cmd/vendor/golang.org/x/mod/sumdb'),
  )
  return folders.find((path) => root !== '' && existsSync(join(path, 'note/note.go')))
}

const answerSchema = z.object({
  NoteText: z.string(),
  NoteFault: z.string(),
  Vkey: z.string(),
  Note: z.string(),
  Resigned: z.string(),
  Skey: z.string(),
  Roots: z.array(z.string()),
  Inclusions: z.array(z.array(z.string())),
  Consistencies: z.array(z.array(z.string())),
  Faults: z.array(z.string()).nullable(),
})

describe("Go's sumdb", () => {
  const folder = mkdtempSync(join(tmpdir(), 'sumdb-'))
  after(() => rmSync(folder, { recursive: true, force: true }))

  /** The vendored packages as packages of a module of their own, since nobody may import them where they lie. */
  function build(sources: string): void {
    for (const name of ['note', 'tlog']) cpSync(join(sources, name), join(folder, name), { recursive: true })
    // The one import from outside is a thin cover over the standard library's package of the same functions.
    const note = join(folder, 'note/note.go')
    writeFileSync(note, readFileSync(note, 'utf8').replace('golang.org/x/crypto/ed25519', 'crypto/ed25519'))
    writeFileSync(join(folder, 'go.mod'), 'module oracle\n\ngo 1.18\n')
    cpSync(join(import.meta.dirname, 'go-sumdb/main.go.txt'), join(folder, 'main.go'))
    const env = { ...process.env, GOPROXY: 'off', GOFLAGS: '-mod=mod', GO111MODULE: 'on', CGO_ENABLED: '0' }
    execFileSync('go', ['build', '-o', 'oracle', '.'], { cwd: folder, env, timeout: BUILD_MS, stdio: 'pipe' })
  }

  const tree = aTree(LEAVES)
  const inclusions = LEAVES.flatMap((_, at) => [
    { index: at, size: LEAVES.length },
    { index: Math.floor(at / 2), size: at + 1 },
  ])
  const consistencies = LEAVES.flatMap((_, at) => [
    { older: at + 1, newer: LEAVES.length },
    { older: Math.floor(at / 3) + 1, newer: at + 1 },
  ])
  let answer: z.output<typeof answerSchema>
  let checkpoint = ''

  before(async function () {
    this.timeout(BUILD_MS)
    const sources = sumdbFolder()
    if (sources === undefined) return needs(this, false, 'Go or its sources are not installed')
    build(sources)
    const path = join(folder, 'log.key')
    await createNoteKey(path, 'net.test/audit', 'log')
    const signer = await openNoteKey(path)
    checkpoint = await signCheckpoint({ size: LEAVES.length, root: tree.root(LEAVES.length) }, signer)
    const text = readNote(checkpoint)?.text ?? ''
    checkpoint += await cosign(text, aNoteSigner('w.test/witness', WITNESS_KEY), 1_800_000_000)
    const question = {
      Vkey: printNoteKey(signer.key),
      Skey: readFileSync(path, 'utf8').trim(),
      Note: checkpoint,
      Leaves: LEAVES,
      Inclusions: inclusions.map(({ index, size }) => ({
        Index: index,
        Size: size,
        Root: toBase64(tree.root(size)),
        Proof: tree.inclusion(index, size).map(toBase64),
      })),
      Consistencies: consistencies.map(({ older, newer }) => ({
        Older: older,
        Newer: newer,
        OlderRoot: toBase64(tree.root(older)),
        NewRoot: toBase64(tree.root(newer)),
        Proof: tree.consistency(older, newer).map(toBase64),
      })),
    }
    const told = execFileSync(join(folder, 'oracle'), { input: JSON.stringify(question), encoding: 'utf8' })
    answer = answerSchema.parse(JSON.parse(told))
  })

  it('opens our checkpoint with our key, and pays no heed to the cosignature', () => {
    assert.equal(answer.NoteFault, '')
    assert.equal(answer.NoteText, readNote(checkpoint)?.text)
  })

  it('signs with our private key file as we do', async () => {
    const { key } = await openNoteKey(join(folder, 'log.key'))
    const note = readNote(answer.Resigned)
    assert.ok(note !== undefined && isSignedBy(note, key, verifyEd25519))
  })

  it('makes keys and notes that we read', async () => {
    const key = readNoteKey(answer.Vkey)
    const read = readCheckpoint(answer.Note)
    assert.ok(key !== undefined && read !== undefined && isOfLog(read, key, verifyEd25519))
    assert.deepEqual({ size: read.size, root: Buffer.from(read.root) }, { size: 0, root: Buffer.from(EMPTY_ROOT) })
    const path = join(folder, 'go.key')
    writeFileSync(path, `${answer.Skey}\n`, { mode: 0o600 })
    assert.equal(printNoteKey((await openNoteKey(path)).key), answer.Vkey)
  })

  it('has the root that we have at every size', () =>
    assert.deepEqual(
      answer.Roots,
      LEAVES.map((_, at) => toBase64(tree.root(at + 1))),
    ))

  it('accepts every proof of ours', () => assert.deepEqual(answer.Faults ?? [], []))

  it('gives the same inclusion proofs', () =>
    assert.deepEqual(
      answer.Inclusions,
      inclusions.map(({ index, size }) => tree.inclusion(index, size).map(toBase64)),
    ))

  it('gives the same consistency proofs', () =>
    assert.deepEqual(
      answer.Consistencies,
      consistencies.map(({ older, newer }) => tree.consistency(older, newer).map(toBase64)),
    ))
})
