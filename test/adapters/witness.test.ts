/** The witness of a member: it remembers before it signs, never begins anew, and one process at a time is it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'mocha'
import { createWitnessState, openWitnessState } from '#adapters/agency-kit/witness-state.ts'
import { COSIGNATURES_PATH, witnessOnce } from '#adapters/agency-kit/witness.ts'
import type { Witnessed } from '#adapters/agency-kit/witness.ts'
import type { Answer, Call } from '#adapters/agency-kit/client.ts'
import { createNoteKey, openNoteKey, verifyEd25519 } from '#adapters/keys/note-key.ts'
import { openHeadFile } from '#adapters/log/head-file.ts'
import { signCheckpoint } from '#gateway/core/log/checkpoint.ts'
import { printNoteKey } from '#gateway/core/log/note.ts'
import type { NoteSigner } from '#gateway/core/log/note.ts'
import { printWitnessRequest } from '#gateway/core/log/witness.ts'
import type { Result } from '#gateway/core/problem.ts'
import { checkpointIfDue, publishedSize, requestFor, takeCosignature } from '#gateway/rooms/publish.ts'
import { aLogWorld, aNoteSigner, aWitness, LOG_TIME, ORIGIN } from '#test/support/log-world.ts'
import type { LogWorld } from '#test/support/log-world.ts'
import { aTree } from '#test/support/memory-tree.ts'

const folders: string[] = []
const aFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'witness-'))
  folders.push(folder)
  return folder
}

interface Seat {
  readonly statePath: string
  readonly keyPath: string
  readonly signer: NoteSigner
}

async function aSeat(): Promise<Seat> {
  const folder = aFolder()
  const [statePath, keyPath] = [join(folder, 'seen'), join(folder, 'witness.key')]
  await createNoteKey(keyPath, 'a.net.test/witness', 'witness')
  await createWitnessState(statePath)
  return { statePath, keyPath, signer: await openNoteKey(keyPath) }
}

const answerOf = (result: Result<string>): Answer =>
  result.ok
    ? { status: 200, headers: {}, text: result.value }
    : {
        status: result.problem.code === 'not-found' ? 404 : 409,
        headers: {},
        text: JSON.stringify({ title: '', code: result.problem.code }),
      }

/** What the gateway of that world answers the witness. */
const gatewayOf =
  (world: LogWorld) =>
  async ({ method, path, body = '' }: Call): Promise<Answer> => {
    if (method === 'GET') return answerOf(await requestFor(world.deps, 'a', Number(path.split('=')[1])))
    const [, size] = path.split(`${COSIGNATURES_PATH}?size=`)
    return answerOf(await takeCosignature(world.deps, { line: body, size: Number(size) }))
  }

const roundOf = (world: LogWorld, { statePath, signer }: Seat, call = gatewayOf(world)): Promise<Witnessed> =>
  witnessOnce({
    call,
    signer,
    log: world.trust.log,
    state: openWitnessState(statePath, world.trust.log, verifyEd25519),
    verify: verifyEd25519,
    clock: () => LOG_TIME,
  })

/** A world whose one witness is the seat's. */
async function aWorldFor({ signer }: Seat, logSigner?: NoteSigner): Promise<LogWorld> {
  const keys = [signer.key]
  return aLogWorld({
    witnesses: { keys: () => keys, quorum: () => 1, verify: verifyEd25519 },
    ...(logSigner === undefined ? {} : { signer: logSigner }),
  })
}

describe('the witness of a member', () => {
  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  })

  it('fetches, verifies, remembers and cosigns what the gateway then publishes', async () => {
    const seat = await aSeat()
    const world = await aWorldFor(seat)
    assert.deepEqual(await roundOf(world, seat), { kind: 'nothing-new', size: 0 })
    for (const size of [3, 7]) {
      await world.append(...Array.from({ length: size - (await world.log.size()) }, (_, at) => `entry ${at}`))
      world.wait(10_000)
      await checkpointIfDue(world.deps)
      assert.deepEqual(await roundOf(world, seat), { kind: 'cosigned', size })
      assert.equal(await publishedSize(world.log), size)
    }
    assert.deepEqual(await roundOf(world, seat), { kind: 'cosigned', size: 7 })
  })

  it('is thanked where the log went on while it cosigned: a slow witness has nothing to report', async () => {
    const [slow, log] = [await aSeat(), aNoteSigner(ORIGIN)]
    const quick = aWitness('quick.net.test/witness', log)
    const keys = [slow.signer.key, quick.signer.key]
    const world = await aLogWorld({
      witnesses: { keys: () => keys, quorum: () => 1, verify: verifyEd25519 },
      signer: log,
    })
    const goOn = async (): Promise<void> => {
      await world.append('an entry')
      world.wait(10_000)
      await checkpointIfDue(world.deps)
    }
    await goOn()
    const round = roundOf(world, slow, async (call) => {
      // While the slow one signs, the quick one publishes this checkpoint and the next two.
      if (call.method === 'POST')
        for (const size of [1, 2, 3]) {
          assert.equal(await quick.round(world.deps), 'published')
          assert.equal(await publishedSize(world.log), size)
          await goOn()
        }
      return gatewayOf(world)(call)
    })
    assert.deepEqual(await round, { kind: 'cosigned', size: 1 })
  })

  it('H087 refuses a fork, keeps both signed checkpoints as evidence, and remembers what it held', async () => {
    const seat = await aSeat()
    const world = await aWorldFor(seat)
    await world.append('a', 'b', 'c')
    await checkpointIfDue(world.deps)
    await roundOf(world, seat)
    const before = readFileSync(seat.statePath, 'utf8')
    const evil = await aWorldFor(seat, world.deps.publication.signer)
    await evil.append('a', 'x', 'c', 'd')
    await checkpointIfDue(evil.deps)
    assert.deepEqual(await roundOf(evil, seat), { kind: 'refused', problem: 'log-forked' })
    assert.equal(readFileSync(seat.statePath, 'utf8'), before)
    const kept = readFileSync(`${seat.statePath}.4.fork`, 'utf8')
    assert.equal(kept.split(`${ORIGIN}\n`).length - 1 >= 2, true)
    assert.equal(await publishedSize(evil.log), 0)
  })

  it('H088 refuses a log that is shorter than it was', async () => {
    const seat = await aSeat()
    const world = await aWorldFor(seat)
    await world.append('a', 'b', 'c')
    await checkpointIfDue(world.deps)
    await roundOf(world, seat)
    for (const leaves of [[], ['a', 'b']]) {
      const yesterday = await aWorldFor(seat, world.deps.publication.signer)
      await yesterday.append(...leaves)
      await checkpointIfDue(yesterday.deps)
      assert.deepEqual(await roundOf(yesterday, seat), { kind: 'refused', problem: 'log-rolled-back' })
    }
  })

  it('does not say that the log was refused where the gateway cannot answer: that is for nobody to act on', async () => {
    const seat = await aSeat()
    const world = await aWorldFor(seat)
    await world.append('entry 0')
    world.wait(10_000)
    await checkpointIfDue(world.deps)
    const unavailable = { status: 503, headers: {}, text: JSON.stringify({ title: '', code: 'store-unavailable' }) }
    for (const failing of ['GET', 'POST'] as const) {
      const round = witnessOnce({
        call: async (asked) => (asked.method === failing ? unavailable : gatewayOf(world)(asked)),
        signer: seat.signer,
        log: world.trust.log,
        state: openWitnessState(seat.statePath, world.trust.log, verifyEd25519),
        verify: verifyEd25519,
        clock: () => LOG_TIME,
      })
      await assert.rejects(round, /503 store-unavailable/)
    }
  })

  it('never begins anew: memory that is gone, cut or of another log stops it', async () => {
    const seat = await aSeat()
    const world = await aWorldFor(seat)
    await world.append('a')
    await checkpointIfDue(world.deps)
    await roundOf(world, seat)
    const sound = readFileSync(seat.statePath, 'utf8')
    const foreign = await signCheckpoint({ size: 0, root: aTree().root(0) }, aNoteSigner(ORIGIN))
    for (const text of [sound.slice(0, -10), foreign, 'x', sound.replace('\n1\n', '\n0\n')]) {
      writeFileSync(seat.statePath, text)
      await assert.rejects(roundOf(world, seat), /not a checkpoint of this log/)
    }
    rmSync(seat.statePath)
    await assert.rejects(roundOf(world, seat), /the memory of this witness is gone/)
    writeFileSync(seat.statePath, sound)
    await assert.rejects(createWitnessState(seat.statePath), /has a memory already/)
    assert.deepEqual(await roundOf(world, seat), { kind: 'cosigned', size: 1 })
  })

  it('H087 is one at a time: while one judges, another that would judge is turned away', async () => {
    const seat = await aSeat()
    const world = await aWorldFor(seat)
    const [one, two] = [0, 1].map(() => openWitnessState(seat.statePath, world.trust.log, verifyEd25519))
    assert.ok(one !== undefined && two !== undefined)
    await one.exclusively(async () => {
      await assert.rejects(
        two.exclusively(async () => 'in'),
        /another process is at work as this witness/,
      )
    })
    assert.equal(await two.exclusively(async () => 'in'), 'in')
  })

  it('signs nothing where it cannot remember', async () => {
    const seat = await aSeat()
    const world = await aWorldFor(seat)
    await world.append('a')
    await checkpointIfDue(world.deps)
    const state = openWitnessState(seat.statePath, world.trust.log, verifyEd25519)
    const full = async (): Promise<never> => Promise.reject(new Error('no space left'))
    const round = witnessOnce({
      call: gatewayOf(world),
      signer: { ...seat.signer, sign: () => assert.fail('signed without a memory of it') },
      log: world.trust.log,
      state: { ...state, exclusively: (work) => state.exclusively((held) => work(held, full)) },
      verify: verifyEd25519,
      clock: () => LOG_TIME,
    })
    await assert.rejects(round, /no space left/)
    assert.equal(readFileSync(seat.statePath, 'utf8'), '')
  })
})

/** Runs the witness in a process of its own; answers what it said and how it ended. */
function runWitness(
  seat: Seat,
  logKey: string,
  request: string,
  dies = '',
): Promise<{ readonly said: readonly string[]; readonly signal: string | null }> {
  const path = join(aFolder(), 'request')
  writeFileSync(path, request)
  const script = join(import.meta.dirname, 'witness-process.ts')
  const child = spawn(process.execPath, [script, seat.statePath, seat.keyPath, logKey, path, dies], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  return new Promise((resolve) => {
    child.on('close', (_, signal) => resolve({ said: out.trim().split('\n'), signal }))
  })
}

describe('a witness killed between verifying and signing', () => {
  const LEAVES = Array.from({ length: 12 }, (_, at) => `entry ${at}`)
  const logSigner = aNoteSigner(ORIGIN)
  const requestOver = async (leaves: readonly string[], from: number): Promise<string> => {
    const tree = aTree(leaves)
    const size = leaves.length
    const checkpoint = await signCheckpoint({ size, root: tree.root(size) }, logSigner)
    return printWitnessRequest({ from, proof: tree.consistency(from, size), checkpoint })
  }

  it('H087 does not fall behind what it verified: afterwards it refuses the fork it might have been offered', async () => {
    const seat = await aSeat()
    const logKey = printNoteKey(logSigner.key)
    const first = await runWitness(seat, logKey, await requestOver(LEAVES, 0), 'before-signing')
    assert.deepEqual(first, { said: ['kept'], signal: 'SIGKILL' })
    const fork = await runWitness(seat, logKey, await requestOver([...LEAVES.slice(0, 5), 'x', 'y'], 0))
    assert.deepEqual(fork.said, ['refused log-rolled-back'])
    const longer = await runWitness(seat, logKey, await requestOver([...LEAVES.slice(0, 11), 'x', 'y'], 12))
    assert.deepEqual(longer.said, ['refused log-forked'])
    const again = await runWitness(seat, logKey, await requestOver(LEAVES, 12))
    assert.deepEqual([again.said[0], again.said.at(-1)], ['kept', 'cosigned'])
  })

  it('H087 two processes of one witness, offered two forks at once, sign one of them', async () => {
    const seat = await aSeat()
    const logKey = printNoteKey(logSigner.key)
    const [one, two] = [await requestOver(LEAVES, 0), await requestOver([...LEAVES.slice(0, 11), 'x', 'y'], 0)]
    const ends = await Promise.all([runWitness(seat, logKey, one), runWitness(seat, logKey, two)])
    assert.equal(ends.filter(({ said }) => said.at(-1) === 'cosigned').length, 1)
  })
})

describe('the file with the kept head', () => {
  it('is made with the first head, holds the last, and leaves nothing half-written beside it', async () => {
    const folder = aFolder()
    const heads = openHeadFile(join(folder, 'head'))
    assert.equal(await heads.read(), undefined)
    for (const note of ['one', 'two']) await heads.keep(note)
    assert.equal(await heads.read(), 'two')
    assert.deepEqual(readdirSync(folder), ['head'])
  })

  it('keeps the old head where the new one cannot be written', async () => {
    const folder = aFolder()
    const heads = openHeadFile(join(folder, 'head'))
    await heads.keep('one')
    await assert.rejects(openHeadFile(join(folder, 'gone', 'head')).keep('two'))
    assert.equal(await heads.read(), 'one')
  })
})

describe('the file of a key that signs notes', () => {
  it('is refused where others may read it, and is never written over', async () => {
    const path = join(aFolder(), 'log.key')
    await createNoteKey(path, ORIGIN, 'log')
    await assert.rejects(createNoteKey(path, ORIGIN, 'log'), /EEXIST/)
    chmodSync(path, 0o644)
    await assert.rejects(openNoteKey(path), /chmod 600/)
  })

  it('is refused, without a word of its content, where it is not whole', async () => {
    const path = join(aFolder(), 'log.key')
    await createNoteKey(path, ORIGIN, 'log')
    const sound = readFileSync(path, 'utf8')
    for (const text of ['', sound.slice(0, -8), sound.replace('net', 'nut'), sound.replace('PRIVATE', 'PUBLIC')]) {
      writeFileSync(path, text)
      await assert.rejects(
        openNoteKey(path),
        (error: Error) => error.message === `${path}: not a private key for notes`,
      )
    }
    assert.ok(existsSync(path))
  })
})
