/** Runs a command again as the same process, with no more rights than it needs: Node's permission model, no code from strings, no `__proto__`. */
import { existsSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { PROJECT_ROOT } from './project-root.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'

/** Folders that a confined process may touch. Absolute paths. */
export interface Reach {
  readonly reads: readonly string[]
  readonly writes: readonly string[]
  /** Compiled packages too: the module of a KEK in hardware. */
  readonly addons?: boolean
}

/** Node before 26 limits no network and knows no such flag. */
const networkFlags: readonly string[] = process.allowedNodeEnvironmentFlags.has('--allow-net') ? ['--allow-net'] : []

/** That the permissions are new, and that a child may be started, is known and meant: no line of a log is spent on it. */
const QUIET: readonly string[] = ['--disable-warning=ExperimentalWarning', '--disable-warning=PERM0002']

/** Our own code, and the packages it calls, which may be a link to somewhere else. */
const codeFolders = (): readonly string[] => {
  const packages = join(PROJECT_ROOT, 'node_modules')
  return [PROJECT_ROOT, ...(existsSync(packages) ? [realpathSync(packages)] : [])]
}

/** The flags of Node (`process.permission`). A child process judges a new policy apart; nothing else is started. */
const flagsFor = ({ reads, writes, addons = false }: Reach): readonly string[] => [
  ...QUIET,
  '--permission',
  ...networkFlags,
  '--allow-child-process',
  ...(addons ? ['--allow-addons'] : []),
  ...[...codeFolders(), ...reads, ...writes].map((folder) => `--allow-fs-read=${folder}`),
  ...writes.map((folder) => `--allow-fs-write=${folder}`),
  '--disallow-code-generation-from-strings',
  '--disable-proto=delete',
]

/**
 * For a child that only thinks: it reads our code and nothing else. Flags that a child does not name Node hands on in NODE_OPTIONS,
 * where a folder with a space in its name comes apart.
 */
export const thinkingFlags = (): readonly string[] => [
  ...QUIET,
  '--permission',
  ...codeFolders().map((folder) => `--allow-fs-read=${folder}`),
]

const isConfined = (): boolean => Object.hasOwn(process, 'permission') && process.permission !== undefined

/** Replaces this process by itself under those flags: same process id, same arguments, same streams. Does nothing when it is confined already. */
export function confine(reach: Reach): void {
  if (isConfined()) return
  const [main = '', ...words] = process.argv.slice(1)
  if (process.execve === undefined) throw new CommandFailed('this Node cannot confine a process', EXIT.unreachable)
  process.execve(process.execPath, [process.execPath, ...process.execArgv, ...flagsFor(reach), main, ...words])
}
