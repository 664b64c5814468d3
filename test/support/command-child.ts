/** `passerelle` as a child process: its environment, the moment when a `serve` listens, a command until it ends. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'

/** Of the command line. */
export const MAIN = join(resolve(import.meta.dirname, '../..'), 'cli/main.ts')
const START_MS = 180_000

/** Settings of whoever runs the tests are none of the child's. */
export const bareEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(PASSERELLE_|DATABASE_URL$|REDIS_URL$)/.test(name)),
  )

/** Resolves when the `serve` listens; from now on `said` is given what it writes to standard error. Rejects where it ends before, or takes too long. */
export async function listening(child: ChildProcess, said: string[]): Promise<void> {
  const deadline = AbortSignal.timeout(START_MS)
  await new Promise<void>((done, fail) => {
    const end = (why: string): void => fail(new Error(`serve ${why}: ${said.join('').slice(-2000)}`))
    deadline.addEventListener('abort', () => end('did not start in time'), { once: true })
    child.once('exit', () => end('ended'))
    child.stderr?.on('data', (chunk: Buffer) => {
      said.push(chunk.toString('utf8'))
      if (said.join('').includes('agency door')) done()
    })
  })
}

/** A command of the line with those settings and no others: its exit code, and what it printed. */
export async function runCommand(
  args: readonly string[],
  settings: NodeJS.ProcessEnv = {},
): Promise<{ readonly code: number; readonly text: string }> {
  const env = { ...bareEnvironment(), ...settings }
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(child, 'close')
  return { code: child.exitCode ?? -1, text: Buffer.concat(chunks).toString('utf8') }
}
