/** One warm process for mappings: no network, no files but its own code, a small heap, and killed when it works for a second and says nothing. */
import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { Socket } from 'node:net'
import { join, resolve } from 'node:path'
import { execPath } from 'node:process'
import type { Readable, Writable } from 'node:stream'
import { readAnswer } from './child-answer.ts'
import type { CheckedAnswer } from './child-answer.ts'
import type { ChildAnswer, ChildRequest } from './child-protocol.ts'
import { processorMs } from './processor-time.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
/** What 100,000 rows need; with half of it they take five times as long. */
const HEAP_MB = 256
/** Of work, between one answer and the next. */
export const SILENCE_MS = 1000
/** On a machine that does not let it work, a child is waited for so many times as long. */
const MOST_STARVED = 20
/** To load the child and its libraries, on a busy machine. */
const START_MS = 20_000
/** For a whole file, however many records it has. */
const WHOLE_MS = 10 * 60_000
const MAX_LINE_CHARS = 8 * 1024 * 1024
/** In all: what a file of the greatest size gives many times over, and a command can still hold. */
const MAX_ANSWERED_CHARS = 512 * 1024 * 1024
/** Reading takes time by size before the first record is there: this much a mebibyte, on top. */
const EXTRA_MS_PER_MIB = 1000

const CODE = ['adapters/dialects', 'gateway/core', 'gateway/ports', 'policies', 'package.json']
const PACKAGES = ['jsonata', 'libxml2-wasm', 'csv-parse', 'zod']

/** Only what it runs: no data, no configuration, no other package. */
function readable(): readonly string[] {
  const packages = join(ROOT, 'node_modules')
  const real = existsSync(packages) ? realpathSync(packages) : packages
  return [
    ...CODE.map((path) => join(ROOT, path)),
    ...new Set([packages, real].flatMap((at) => PACKAGES.map((name) => join(at, name)))),
  ]
}

/** The flags of the child. Network, children, threads, add-ons and writing have no flag here, and so are not allowed. */
export const childFlags = (): readonly string[] => [
  '--disable-warning=ExperimentalWarning',
  '--permission',
  ...readable().map((path) => `--allow-fs-read=${path}`),
  '--disallow-code-generation-from-strings',
  '--disable-proto=delete',
  `--max-old-space-size=${HEAP_MB}`,
]

/** Why a child was given up. The message names what it did, never what it read. */
export class MappingKilled extends Error {}

const LAST: ReadonlySet<ChildAnswer['kind']> = new Set(['checked', 'refused', 'done'])

/** Asks mapping children, one at a time. A child that was given one mapping is never given another. */
export interface MappingProcess extends AsyncDisposable {
  /** Answers until the last. Throws MappingKilled where the child was stopped or died; the next request gets a new one. */
  readonly ask: (request: ChildRequest) => AsyncGenerator<CheckedAnswer>
}

/** Starts the first child at once, so that it is warm when it is needed. */
export function openMappingProcess(silenceMs: number = SILENCE_MS): MappingProcess {
  let warm: Child | undefined = startChild()
  let queue: Promise<void> = Promise.resolve()
  return {
    ask: async function* (request) {
      const { promise: turn, resolve: done } = Promise.withResolvers<void>()
      const before = queue
      queue = before.then(() => turn)
      await before
      const owner = ownerOf(request)
      let child = warm
      if (child === undefined || child.isOver() || (child.owner !== undefined && child.owner !== owner)) {
        child?.stop()
        child = startChild()
        warm = child
      }
      child.owner = owner
      let isWhole = false
      try {
        yield* conversation(child, request, silenceMs)
        isWhole = true
      } finally {
        // Answers that nobody waited for are not to be taken for those to the next request.
        if (!isWhole) {
          child.stop()
          warm = startChild()
        }
        done()
      }
    },
    [Symbol.asyncDispose]: async () => {
      warm?.stop()
      warm = undefined
      await Promise.resolve()
    },
  }
}

const ownerOf = (request: ChildRequest): string => (request.ask === 'read' ? request.mapping.digest : request.of)

interface Child {
  owner: string | undefined
  readonly send: (line: string) => void
  /** The next line, or why there is none: it said nothing in time, too much, or ended. */
  readonly next: (limitMs: number) => Promise<string>
  readonly isOver: () => boolean
  readonly stop: () => void
}

async function* conversation(child: Child, request: ChildRequest, silenceMs: number): AsyncGenerator<CheckedAnswer> {
  const end = performance.now() + WHOLE_MS
  let chars = 0
  const line = JSON.stringify(request)
  // Only the first of its answers takes time by size.
  let limit = silenceMs + Math.ceil((line.length / 1024 / 1024) * EXTRA_MS_PER_MIB)
  child.send(line)
  for (;;) {
    const said = await child.next(limit)
    chars += said.length
    if (chars > MAX_ANSWERED_CHARS) throw new MappingKilled('the mapping gave too much')
    const answer = readAnswer(said)
    if (answer === undefined) throw new MappingKilled('the mapping gave something that is no item')
    limit = silenceMs
    if (performance.now() > end) throw new MappingKilled('the mapping took too long')
    yield answer
    if (LAST.has(answer.kind)) return
  }
}

function startChild(): Child {
  const spawned = spawn(execPath, [...childFlags(), join(import.meta.dirname, 'child-main.ts')], {
    cwd: join(ROOT, 'adapters/dialects'),
    env: {},
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const lines = linesOf(spawned)
  let isReady = false
  return {
    owner: undefined,
    send: (line) => spawned.stdin.write(`${line}\n`),
    next: async (limitMs) => {
      if (!isReady) await lines.next(START_MS)
      isReady = true
      return lines.next(limitMs)
    },
    isOver: lines.isOver,
    stop: () => spawned.kill('SIGKILL'),
  }
}

interface Lines {
  readonly next: (limitMs: number) => Promise<string>
  readonly isOver: () => boolean
}

/** Lines of standard output as they come; a line without end, or one too many, ends the child. */
function linesOf(child: ChildProcessByStdio<Writable, Readable, null>): Lines {
  const waiting: string[] = []
  let rest = ''
  let over: MappingKilled | undefined
  let wake: () => void = () => undefined
  const finish = (why: string): void => {
    over ??= new MappingKilled(why)
    child.kill('SIGKILL')
    wake()
  }
  child.stdin.on('error', () => undefined)
  child.on('error', () => finish('the mapping process could not be started'))
  child.on('close', () => finish('the mapping process died: it used more memory than it may, or failed'))
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop() ?? ''
    waiting.push(...parts)
    if (rest.length > MAX_LINE_CHARS) finish('the mapping gave too much')
    // A reader that is slower than the child makes the child wait.
    if (waiting.length > FEW) child.stdout.pause()
    wake()
  })
  // An idle child keeps no command from ending.
  child.unref()
  unref(child.stdin)
  unref(child.stdout)
  return {
    isOver: () => over !== undefined,
    next: async (limitMs) => {
      const leftMs = clockOf(child.pid, limitMs)
      for (;;) {
        const line = waiting.shift()
        if (waiting.length === 0) child.stdout.resume()
        if (line !== undefined) return line
        if (over !== undefined) throw over
        const left = leftMs()
        if (left <= 0) {
          finish(`the mapping said nothing for ${limitMs} ms and was stopped`)
          continue
        }
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, left)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
    },
  }
}
const FEW = 64
/** Between two looks at how long a child has worked. */
const LOOK_MS = 50

/**
 * How much is left, in ms: of its work, so that a busy machine makes no honest mapping a loop; by the wall clock where the system
 * does not say how long it worked.
 */
function clockOf(pid: number | undefined, limitMs: number): () => number {
  const [begun, workedBefore] = [performance.now(), processorMs(pid) ?? 0]
  return () => {
    const waited = performance.now() - begun
    if (waited < limitMs) return limitMs - waited
    if (waited >= MOST_STARVED * limitMs) return 0
    const worked = processorMs(pid)
    const left = worked === undefined ? 0 : limitMs - (worked - workedBefore)
    return left > 0 ? Math.max(left, LOOK_MS) : 0
  }
}

/** A pipe to a child is a socket, which its type does not say. */
const unref = (stream: object): void => {
  if (stream instanceof Socket) stream.unref()
}
