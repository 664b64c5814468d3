/** The files that would be published: what git tracks, or everything but installed and built things where there is no git. */
import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '../..')

const NOT_OURS = /^(node_modules|coverage|reports|state|\.stryker-tmp|\.git)(\/|$)/

/** Any owner of the folder is accepted: a clone may belong to someone else than who runs the tests. */
const listedByGit = (): readonly string[] =>
  execFileSync('git', ['-c', 'safe.directory=*', 'ls-files', '-z'], { cwd: ROOT, encoding: 'utf8', timeout: 20_000 })
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(ROOT, path)))

const listedByFolder = (): readonly string[] =>
  globSync('**/*', { cwd: ROOT, withFileTypes: true, exclude: (entry) => NOT_OURS.test(entry.name) })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1))

/** Paths below the root, in no order that means anything. */
export const trackedFiles = (): readonly string[] => (existsSync(join(ROOT, '.git')) ? listedByGit() : listedByFolder())

export const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
