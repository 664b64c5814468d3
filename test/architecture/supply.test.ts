/** What comes in from a registry of packages, and what goes out as one: install scripts, digests, archives that are the same twice, a bill of materials. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { z } from 'zod'
import { ROOT, textOf, trackedFiles } from './tracked-files.ts'

const lock = z
  .object({
    packages: z.record(
      z.string(),
      z.looseObject({ hasInstallScript: z.boolean().optional(), integrity: z.string().optional() }),
    ),
  })
  .parse(JSON.parse(textOf('package-lock.json')))
const { allowScripts } = z
  .object({ allowScripts: z.record(z.string(), z.boolean()) })
  .parse(JSON.parse(textOf('package.json')))
const ownPackages = Object.keys(lock.packages).filter((path) => path !== '')

/** npm, without a word to any registry. */
const npm = (folder: string, ...words: readonly string[]): { readonly code: number | null; readonly text: string } => {
  const { status, stdout, stderr } = spawnSync('npm', [...words, '--offline', '--no-audit', '--no-fund'], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 50_000,
    // Whoever runs us may have asked npm for silence.
    env: { ...process.env, npm_config_loglevel: 'warn' },
  })
  return { code: status, text: `${stdout}${stderr}` }
}

/** npm before 11 runs every script and knows no such setting: with it the rule is only words. */
const knowsStrict = (): boolean =>
  execFileSync('npm', ['config', 'ls', '-l'], { cwd: ROOT, encoding: 'utf8' }).includes('strict-allow-scripts')

describe('packages that come in', () => {
  let folder = ''
  const project = (name: string): string => join(folder, name)

  /** A package with an install script, and a project that depends on it and has our settings. */
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'passerelle-supply-'))
    for (const name of ['greeter', 'app']) mkdirSync(project(name))
    const scripts = { postinstall: `node -e "require('fs').writeFileSync('ran', '')"` }
    writeFileSync(
      join(project('greeter'), 'package.json'),
      JSON.stringify({ name: 'greeter', version: '1.0.0', scripts }),
    )
    execFileSync('npm', ['pack', '--silent'], { cwd: project('greeter') })
    const dependencies = { greeter: 'file:../greeter/greeter-1.0.0.tgz' }
    writeFileSync(
      join(project('app'), 'package.json'),
      JSON.stringify({ name: 'app', version: '1.0.0', dependencies, allowScripts }),
    )
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('H136 are refused when one has an install script that is not allowed by name', function () {
    if (!knowsStrict()) this.skip()
    const scripted = Object.entries(lock.packages).filter(([, { hasInstallScript }]) => hasInstallScript === true)
    const names = scripted.map(([path]) => path.replace(/^.*node_modules\//, ''))
    assert.deepEqual(
      names.filter((name) => allowScripts[name] === undefined),
      [],
    )
    const allowed = Object.keys(allowScripts).filter((name) => allowScripts[name])
    assert.deepEqual(allowed, ['node'])
    cpSync(join(ROOT, '.npmrc'), join(project('app'), '.npmrc'))
    const refused = npm(project('app'), 'install')
    assert.notEqual(refused.code, 0)
    assert.match(refused.text, /ESTRICTALLOWSCRIPTS/)
    assert.ok(!existsSync(join(project('app'), 'node_modules/greeter/ran')))
  })

  it('H138 are refused when one is not what the lock file says', () => {
    assert.equal(npm(project('app'), 'install', '--ignore-scripts').code, 0)
    const path = join(project('app'), 'package-lock.json')
    const written = readFileSync(path, 'utf8')
    assert.equal(npm(project('app'), 'ci', '--ignore-scripts').code, 0)
    writeFileSync(path, written.replace(/"sha512-.{8}/, '"sha512-AAAAAAAA'))
    const refused = npm(project('app'), 'ci', '--ignore-scripts')
    assert.notEqual(refused.code, 0)
    assert.match(refused.text, /EINTEGRITY/)
  })

  it('are each named in the lock file with a digest, but for builds of other machines that this registry lacks', () => {
    const without = ownPackages.filter((path) => lock.packages[path]?.integrity === undefined)
    assert.ok(ownPackages.length > 200)
    assert.deepEqual(
      without.filter((path) => existsSync(join(ROOT, path))),
      [],
    )
    console.log(`    ${ownPackages.length} packages, ${without.length} of them without a digest and not installed here`)
  })
})

describe('the package that goes out', () => {
  const folders: string[] = []
  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  })

  /** The tracked files in a folder of their own, with other dates. Answers the digest of the archive. */
  function pack(seconds: number): string {
    const folder = mkdtempSync(join(tmpdir(), 'passerelle-pack-'))
    folders.push(folder)
    for (const path of trackedFiles()) {
      mkdirSync(join(folder, dirname(path)), { recursive: true })
      cpSync(join(ROOT, path), join(folder, path))
      utimesSync(join(folder, path), seconds, seconds)
    }
    execFileSync('npm', ['pack', '--silent', '--ignore-scripts'], { cwd: folder })
    const [archive = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
    return createHash('sha256')
      .update(readFileSync(join(folder, archive)))
      .digest('hex')
  }

  it('H137 is the same to the byte when it is packed twice, and its bill of materials lists every package', () => {
    assert.equal(pack(1_000_000_000), pack(1_700_000_000))
    const sbom = z.object({ components: z.array(z.object({ name: z.string(), version: z.string() })) }).parse(
      JSON.parse(
        execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], {
          cwd: ROOT,
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
          maxBuffer: 64 * 1024 * 1024,
        }),
      ),
    )
    const listed = new Set(sbom.components.map(({ name }) => name))
    const missing = ownPackages
      .map((path) => path.replace(/^.*node_modules\//, ''))
      .filter((name) => !listed.has(name) && existsSync(join(ROOT, 'node_modules', name)))
    assert.deepEqual(missing, [])
  })
})
