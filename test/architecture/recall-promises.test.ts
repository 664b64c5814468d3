/** docs/recall.md promises nothing that no test shows, and its steps are those of the code. */
import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { describe, it } from 'mocha'
import { ESCALATION } from '#gateway/core/escalation.ts'
import { tableOf } from './markdown.ts'
import { ROOT, textOf } from './tracked-files.ts'

describe('docs/recall.md', () => {
  const page = textOf('docs/recall.md')

  it('names for each promise a test that exists', () => {
    const folders = ['attack', 'journey', 'gateway/rooms', 'adapters/vault', 'cli']
    const titles = globSync(
      folders.map((folder) => `test/${folder}/*.test.ts`),
      { cwd: ROOT },
    )
      .map((path) => textOf(path))
      .join('\n')
    const promises = tableOf(page, 'promise').slice(1)
    assert.ok(promises.length >= 14)
    assert.deepEqual(
      promises.filter(([, test = '']) => !titles.includes(test.replaceAll('`', ''))),
      [],
    )
  })

  it('shows the steps of an escalation as they are', () => {
    const steps = tableOf(page, 'step')
      .slice(1)
      .map(([step = '', hours = '']) => ({ step: step.replaceAll('`', ''), workingHours: Number(hours) }))
    assert.deepEqual(steps, ESCALATION)
  })
})
