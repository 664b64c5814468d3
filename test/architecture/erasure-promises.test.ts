/** docs/erasure.md promises nothing that no test shows. */
import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { describe, it } from 'mocha'
import { SETTINGS } from '#cli/settings.ts'
import { tableOf } from './markdown.ts'
import { ROOT, textOf } from './tracked-files.ts'

describe('docs/erasure.md', () => {
  const page = textOf('docs/erasure.md')

  it('names for each promise a test that exists', () => {
    const titles = globSync(
      [
        'test/adapters/vault/*.test.ts',
        'test/journey/*.test.ts',
        'test/cli/*.test.ts',
        'test/gateway/rooms/*.test.ts',
        'test/gateway/http/inbox/*.test.ts',
      ],
      {
        cwd: ROOT,
      },
    )
      .map((path) => textOf(path))
      .join('\n')
    const promises = tableOf(page, 'promise').slice(1)
    assert.ok(promises.length >= 12)
    assert.deepEqual(
      promises.filter(([, test = '']) => !titles.includes(test.replaceAll('`', ''))),
      [],
    )
  })

  it('names the days that a certificate promises unless others are set', () =>
    assert.ok(page.includes(`\`PASSERELLE_KEY_BACKUP_DAYS\`, ${SETTINGS.PASSERELLE_KEY_BACKUP_DAYS.default} unless`)))
})
