/**
 * A child of run-command.ts: runs each of several lines of `passerelle` that end by themselves, as cli/main.ts would alone, and prints a JSON array
 * of what each wrote and its exit code. Modules are loaded once; which, the first words of the lines decide, as ever.
 */
import type { Ran } from './run-command.ts'

const MAIN = '../../cli/main.ts'
const STREAMS = ['stdout', 'stderr'] as const

const [lines = '[]'] = process.argv.slice(2)
const out: Ran[] = []
for (const [index, words] of (JSON.parse(lines) as readonly (readonly string[])[]).entries())
  out.push(await ran(words, index))
process.stdout.write(JSON.stringify(out))
process.exitCode = 0

async function ran(words: readonly string[], index: number): Promise<Ran> {
  const written = { stdout: '', stderr: '' }
  const [node = '', program = ''] = process.argv
  process.argv = [node, program, ...words]
  process.exitCode = undefined
  for (const name of STREAMS)
    process[name].write = (text: string | Uint8Array) => {
      written[name] += String(text)
      return true
    }
  try {
    // Under another name it is evaluated anew; what it imports is not.
    await import(`${MAIN}?line=${index}`)
  } finally {
    // What stands on their prototype shows again.
    for (const name of STREAMS) Reflect.deleteProperty(process[name], 'write')
    process.stdout.removeAllListeners('error')
  }
  return { exitCode: Number(process.exitCode ?? 0), ...written }
}
