/** `npm run build:sdk -- FOLDER`: the SDK as JavaScript with declarations, as a package of its own that plain Node and any bundler take. */
import { spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { PROJECT_ROOT } from './project-root.ts'

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  process.stderr.write('passerelle: build:sdk needs the folder to write to\n')
  process.exit(2)
}
const out = resolve(folder)
const NAMED = /(?<=['"])#((?:policies|gateway|adapters)\/[^'"]+)(?=['"])/g

/** tsc makes `.js` of relative names alone: the sources are copied with the names of their folders written out. */
const work = mkdtempSync(join(tmpdir(), 'passerelle-sdk-'))
try {
  for (const path of globSync('{policies,gateway,adapters}/**/*.ts', { cwd: PROJECT_ROOT })) {
    const text = readFileSync(join(PROJECT_ROOT, path), 'utf8')
    mkdirSync(dirname(join(work, path)), { recursive: true })
    writeFileSync(
      join(work, path),
      text.replaceAll(NAMED, (_, name: string) => relativeTo(path, name)),
    )
  }
  for (const name of ['tsconfig.json', 'tsconfig.sdk.json', 'package.json'])
    cpSync(join(PROJECT_ROOT, name), join(work, name))
  symlinkSync(join(PROJECT_ROOT, 'node_modules'), join(work, 'node_modules'))
  const tsc = spawnSync(
    process.execPath,
    [join(PROJECT_ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.sdk.json', '--outDir', out],
    { cwd: work, stdio: ['ignore', 'inherit', 'inherit'] },
  )
  if (tsc.status !== 0) process.exit(1)
} finally {
  rmSync(work, { recursive: true, force: true })
}

function relativeTo(path: string, name: string): string {
  const to = relative(dirname(path), name)
  return to.startsWith('.') ? to : `./${to}`
}

interface Package {
  readonly version: string
  readonly license: string
  readonly dependencies: Readonly<Record<string, string>>
}
const own = JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8')) as Package // our own file
const emitted = globSync('**/*.js', { cwd: out }).map((path) => readFileSync(join(out, path), 'utf8'))
const isUsed = (name: string): boolean =>
  emitted.some((text) => text.includes(`from '${name}'`) || text.includes(`import '${name}'`))
const dependencies = Object.fromEntries(Object.entries(own.dependencies).filter(([name]) => isUsed(name)))
const entry = 'adapters/agency-kit/sdk'
const manifest = {
  name: 'passerelle-sdk',
  version: own.version,
  type: 'module',
  license: own.license,
  engines: { node: '>=24.12' },
  exports: { '.': { types: `./${entry}.d.ts`, default: `./${entry}.js` } },
  dependencies,
}
writeFileSync(join(out, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
process.stdout.write(`${emitted.length} files, ${Object.keys(dependencies).length} dependencies in ${out}\n`)
