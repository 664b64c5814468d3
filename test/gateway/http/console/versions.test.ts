/** P10, versions: page by page, each to be seen as a matrix, compared in all its parts; and signatures that count for nothing. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { parsePolicy, printPolicy } from '#policies/language/text.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import { digestOfSet } from '#gateway/rooms/change-draft.ts'
import { VERSIONS_A_PAGE } from '#gateway/rooms/read-changes.ts'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { FRANCE_TEXT } from '#test/support/policy-changes.ts'
import { openTestWeb } from '#test/support/web.ts'
import type { Person, TestWeb } from '#test/support/web.ts'

const FIRST = VERSIONS_A_PAGE + 1

describe('the versions of a policy', () => {
  let gateway: TestGateway
  let web: TestWeb
  let officer: Person
  const parsed = parsePolicy(FRANCE_TEXT, 'test')
  assert.ok(parsed.ok)
  const put = async (set: PolicySet): Promise<string> => {
    const digest = digestOfSet(set)
    const { id, version } = set
    const text = printPolicy(set)
    await gateway.deps.store.transaction((tx) => tx.policies.activate({ digest, id, version, text, activatedAt: 1 }))
    return digest
  }
  let digests: readonly string[]
  before(async () => {
    gateway = await bootGateway({ worker: 'paused' })
    web = await openTestWeb(gateway.deps)
    officer = await web.signIn('officer')
    const made: string[] = []
    for (let number = 0; number < FIRST; number += 1) made.push(await put({ ...parsed.set, version: `0.0.${number}` }))
    digests = made
  })
  after(async () => {
    await web[Symbol.asyncDispose]()
    await gateway.stop()
  })

  it('are listed page by page, and each is seen as a matrix of its own', async () => {
    const first = (await officer.get('/versions')).text
    assert.match(first, /0\.0\.25<[\s\S]{0,200}In force/)
    assert.doesNotMatch(first, /version=[0-9a-f]{64}"\s*>0\.0\.0</)
    const next = /href="(\/versions\?after=\d+)"/.exec(first)?.[1] ?? assert.fail(first)
    const second = (await officer.get(next)).text
    assert.match(second, /version=[0-9a-f]{64}"\s*>0\.0\.0<[\s\S]*rel="prev"/)
    assert.match(second, new RegExp(`/policy\\?version=${digests[0]}`))
    const earlier = (await officer.get(`/policy?version=${digests[0]}`)).text
    assert.match(earlier, /Version 0\.0\.0, which is not in force any more, was put in force on/)
    assert.match(earlier, /No officer has signed it/)
    assert.match(earlier, /Earlier: 0\.0\.0/)
    // Its cells lead to the cells as they are now: an earlier version is not written.
    const cell = /href="(\/policy\/cells\/[^"]+)"/.exec(earlier)?.[1] ?? assert.fail(earlier)
    assert.equal((await officer.get(cell)).status, 200)
    assert.equal((await officer.get(`/see-as?version=${digests[0]}`)).status, 200)
    assert.equal((await officer.get(`/policy?version=${'f'.repeat(64)}`)).status, 404)
  })

  it('say what differs beside the cells, where a file brought it', async () => {
    const other = await put({
      ...parsed.set,
      version: '1.0.0',
      title: { en: 'Other', fr: 'Autre' },
      currentWindowMonths: { ...parsed.set.currentWindowMonths, default: 99 },
    })
    const compared = (await officer.get(`/versions/compare?from=${digests[0]}&to=${other}`)).text
    assert.match(compared, /Other parts than the cells differ too: the title, what counts as current\./)
    assert.match(compared, /From version 0\.0\.0 to version 1\.0\.0/)
    const same = (await officer.get(`/versions/compare?from=${digests[0]}&to=${digests[1]}`)).text
    assert.match(same, /No cell differs/)
    assert.doesNotMatch(same, /Other parts/)
  })
})
