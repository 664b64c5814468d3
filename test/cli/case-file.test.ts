/** A case summary as commands read it: which ids the items of a native record get. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { readSummary } from '#cli/case-file.ts'

const needsOf = (score: number): object => ({
  assessedOn: '2023-01-01',
  needs: [{ section: 'FINANCE', name: 'Finance', score }],
})

describe('the ids of a native record', () => {
  let folder = ''
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'passerelle-case-file-'))
  })
  after(() => rmSync(folder, { recursive: true }))

  const idsOf = async (name: string, document: object): Promise<readonly string[]> => {
    const file = join(folder, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, JSON.stringify(document))
    const { items } = await readSummary(file, { dialect: 'hmpps', record: 'needs', at: 1_798_761_600_000 })
    assert.ok(items.length > 0)
    return items.map(({ itemId }) => itemId)
  }

  it('are of what it says: files of one name that say different things share none', async () => {
    const first = await idsOf('needs.json', needsOf(3))
    const second = new Set(await idsOf('needs.json', needsOf(1)))
    assert.ok(!first.some((id) => second.has(id)))
  })

  it('are the same for the same record under another name', async () => {
    assert.deepEqual(await idsOf('copied/renamed.json', needsOf(3)), await idsOf('needs.json', needsOf(3)))
  })
})
