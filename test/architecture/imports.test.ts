/** Holds every source file to the arrows, the homes of libraries and the naming rules; shows first that it can fail. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, it } from 'mocha'
import { faultsOf, importsOf, type SourceFile } from './arrows.ts'

const ROOT = resolve(import.meta.dirname, '../..')

const FILES: readonly SourceFile[] = globSync('{policies,gateway,adapters,cli}/**/*.ts', { cwd: ROOT })
  .toSorted()
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))

const PLANTED: readonly { readonly name: string; readonly file: SourceFile; readonly fault: string }[] = [
  {
    name: 'an arrow that points up',
    file: { path: 'policies/engine/decide.ts', text: "import type { Item } from '#gateway/core/item.ts'\n" },
    fault: 'policies/engine/decide.ts may not import #gateway/core/item.ts',
  },
  {
    name: 'a socket that knows another socket',
    file: { path: 'adapters/courier/https.ts', text: "import {\n  open,\n} from '#adapters/store/open.ts'\n" },
    fault: 'adapters/courier/https.ts may not import #adapters/store/open.ts',
  },
  {
    name: 'a library away from home',
    file: { path: 'gateway/rooms/judge.ts', text: "import { newEnforcer } from 'casbin'\n" },
    fault: 'gateway/rooms/judge.ts is not the home of casbin',
  },
  {
    name: 'a library that has no home at all',
    file: { path: 'adapters/log/json-lines.ts', text: "import { map } from 'lodash/fp'\n" },
    fault: 'adapters/log/json-lines.ts is not the home of lodash/fp',
  },
  {
    name: 'a door that reads the store past the rooms',
    file: { path: 'gateway/http/agency/deliveries.ts', text: "import type { Store } from '#gateway/ports/store.ts'\n" },
    fault: 'gateway/http/agency/deliveries.ts may not import #gateway/ports/store.ts',
  },
  {
    name: 'a file named for nothing',
    file: { path: 'gateway/core/utils.ts', text: '' },
    fault: 'gateway/core/utils.ts is not named for what it knows',
  },
  {
    name: 'a room that reads a file',
    file: { path: 'gateway/rooms/seal.ts', text: "import { readFileSync } from 'node:fs'\n" },
    fault: 'gateway/rooms/seal.ts is not the home of node:fs',
  },
  {
    name: 'an import that waits until it is called',
    file: { path: 'gateway/core/item.ts', text: "const late = await import('#adapters/store/open.ts')\n" },
    fault: 'gateway/core/item.ts may not import #adapters/store/open.ts',
  },
  {
    name: 'a setting read on the side',
    file: { path: 'cli/serve.ts', text: "const port = process.env['PORT']\n" },
    fault: 'cli/serve.ts reads process.env',
  },
]

describe('imports', () => {
  for (const { name, file, fault } of PLANTED) {
    it(`name ${name}`, () => assert.deepEqual(faultsOf(file), [fault]))
  }

  it('are read from every source file, and there are some', () => {
    const imports = FILES.flatMap(importsOf)
    console.log(`    looked at ${FILES.length} source files and ${imports.length} imports`)
    assert.ok(FILES.length >= 20 && imports.length >= FILES.length)
  })

  it('of every file go downhill, to a library at home, from a file named for what it knows', () =>
    assert.deepEqual(FILES.flatMap(faultsOf), []))
})
