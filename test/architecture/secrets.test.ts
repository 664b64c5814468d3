/** Nothing that is published holds a private key, a path of somebody's machine, or the host of a package registry. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { textOf, trackedFiles } from './tracked-files.ts'

// Written in pieces, so that this file does not find itself.
const SECRETS: Readonly<Record<string, RegExp>> = {
  'a private key in PEM': new RegExp('-----BEGIN [A-Z ]*' + 'PRIVATE KEY-----\\s*[A-Za-z0-9+/]'),
  'a private key as JWK': new RegExp('["\']?\\bd["\']?\\s*:\\s*["\'][A-Za-z0-9_-]{40,}["\']'),
  'a path of a machine': new RegExp(
    '(?<![\\w.])/(home|Users)/' + '[a-z][\\w.-]*/|(?<![\\w.~/])/(root|work)/' + '[\\w.]',
  ),
  'a registry host': new RegExp('https?://[^\\s/\'"]*' + '(registry\\.|artifact|verdaccio|nexus|codeartifact)', 'i'),
  'a token of a registry': new RegExp('_auth' + 'Token|npm_' + '[A-Za-z0-9]{36}'),
}

const secretsIn = (text: string): readonly string[] =>
  Object.entries(SECRETS).flatMap(([name, pattern]) => (pattern.test(text) ? [name] : []))

const PLANTED: Readonly<Record<string, string>> = {
  'a private key in PEM': ['-----BEGIN EC', 'PRIVATE KEY-----\nMHcCAQEEIA'].join(' '),
  'a private key as JWK': `{"kty":"EC","d":"${'a'.repeat(43)}"}`,
  'a path of a machine': ['see ', 'home', 'somebody', 'notes'].join('/'),
  'a registry host': ['https://', 'registry', '.example.org/x'].join(''),
  'a token of a registry': '//example.org/:_auth' + 'Token=x',
}

interface LockFile {
  readonly packages: Readonly<
    Record<string, { readonly integrity?: string; readonly optional?: boolean; readonly os?: readonly string[] }>
  >
}

describe('published files', () => {
  for (const [name, text] of Object.entries(PLANTED)) {
    it(`would be caught holding ${name}`, () => assert.deepEqual(secretsIn(text), [name]))
  }

  it('hold no private key, no path of a machine and no registry', () => {
    const files = trackedFiles()
    console.log(`    looked at ${files.length} published files`)
    assert.ok(files.length > 20)
    const found = files.flatMap((path) => secretsIn(textOf(path)).map((name) => `${path} holds ${name}`))
    assert.deepEqual(found, [])
  })

  it('lock every package by its digest and none to a host', () => {
    const lock = textOf('package-lock.json')
    const { packages } = JSON.parse(lock) as LockFile // npm's own format
    // A registry need not have the binaries of platforms that nobody here runs; those are locked by version alone.
    const loose = Object.entries(packages).filter(([path, entry]) => path !== '' && entry.integrity === undefined)
    assert.ok(Object.keys(packages).length > 100)
    assert.deepEqual(
      loose.filter(([, entry]) => entry.optional !== true || entry.os === undefined),
      [],
    )
    assert.doesNotMatch(lock, /"resolved":/)
  })

  it('name no key file', () => {
    assert.deepEqual(
      trackedFiles().filter((path) => /\.(p12|pfx|key|jks)$|\.pem$/.test(path)),
      [],
    )
  })
})
