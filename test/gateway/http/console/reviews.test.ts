/** When a cell is to be looked at again: said with its change, shown on every page of it, and warned of once the day has passed. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { openConsole } from '#test/support/console-world.ts'
import type { ConsoleWorld } from '#test/support/console-world.ts'
import type { Person } from '#test/support/web.ts'

const DAY_MS = 86_400_000
const FAMILY = '/policy/cells/PS/family'
const edit = {
  level: 'existence',
  omission: 'silent',
  purposes: ['social-support', 'disengagement-support'],
  'rung-child': 'g2',
  'rung-third-person': 'g2',
  review: '2099-11-21',
  reason: 'Less is enough for the support that is given.',
  act: 'save',
}
const textOf = (page: string): string => page.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')

describe('the day on which a cell is looked at again', () => {
  let world: ConsoleWorld
  let author: Person
  let other: Person
  before(async () => {
    world = await openConsole()
    author = await world.web.signIn('officer', { name: 'Ada' })
    other = await world.web.signIn('officer', { name: 'Noor' })
    await author.post(FAMILY, edit)
  })
  after(() => world[Symbol.asyncDispose]())

  const read = async (path: string): Promise<string> => textOf((await other.get(path)).text)
  /** The change as it would be in force, with that day of its cell. */
  const inForceUntil = async (reviewAt: number): Promise<void> => {
    const change = await world.onlyChange()
    const edits = change.edits.map((said) =>
      said.cell === undefined ? said : { ...said, cell: { ...said.cell, reviewAt } },
    )
    const startedAt = world.gateway.now()
    const next = { ...change, revision: change.revision + 1, state: 'in-force' as const, startedAt, edits }
    await world.gateway.deps.store.transaction((tx) => tx.changes.put(next))
  }

  it('stands on the pages of the change and of the decision about it', async () => {
    const { id } = await world.onlyChange()
    for (const path of [`/changes/${id}`, `/changes/${id}/approve`])
      assert.match(await read(path), /To be looked at again on 21 November 2099/, path)
    assert.doesNotMatch(await read(FAMILY), /To be looked at again on \d/)
  })

  it('stands on the page of the cell once the change is in force', async () => {
    await inForceUntil(world.gateway.now() + DAY_MS)
    const cell = await read(FAMILY)
    assert.match(cell, /To be looked at again on \d/)
    assert.doesNotMatch(cell, /that day has passed/)
    assert.doesNotMatch(await read('/policy/warnings'), /looked at again has passed/)
    assert.doesNotMatch(await read('/policy/cells/PS/health'), /To be looked at again on \d/)
  })

  it('is warned of once it has passed', async () => {
    await inForceUntil(world.gateway.now() - DAY_MS)
    assert.match(await read(FAMILY), /To be looked at again: that day has passed/)
    assert.match(await read('/policy/warnings'), /was to be looked at again has passed\. \(1\) .*Family/)
  })
})
