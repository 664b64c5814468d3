/** Who comes for the first time is led to the choice of how much history they start with, and no more once they chose. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import type { Account } from '#gateway/core/account.ts'
import type { MandateId } from '#gateway/core/ids.ts'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { aReader } from '#test/support/hosted-inbox.ts'
import { openTestWeb } from '#test/support/web.ts'
import type { Person, TestWeb } from '#test/support/web.ts'

describe('the first time at the inbox', () => {
  let gateway: TestGateway
  let web: TestWeb
  const readers: Person[] = []
  before(async () => {
    gateway = await bootGateway({ copies: 'asked' })
    web = await openTestWeb(gateway.deps)
  })
  after(async () => {
    await web[Symbol.asyncDispose]()
    await gateway.stop()
  })

  it('leads to the choice until it is made, and the least is what counts before', async () => {
    const reader = await aReader(web)
    readers.push(reader)
    const first = await reader.get('/inbox')
    assert.match(first.text, /You have not chosen yet[\s\S]*href="\/inbox\/first"/)
    assert.match((await reader.get('/inbox/first')).text, /value="D0"\s+checked/)
    assert.equal((await reader.post('/inbox/first', { depth: 'D0' })).status, 303)
    assert.doesNotMatch((await reader.get('/inbox')).text, /You have not chosen yet/)
  })

  it('says that a choice, and what was opened, is of all who read for the same mandate, only where others do now', async () => {
    const SHARED = /Others here read for the same mandate as you/
    const reader = await aReader(web)
    const pages = async (): Promise<readonly boolean[]> => [
      SHARED.test((await reader.get('/inbox/first')).text),
      SHARED.test((await reader.get('/inbox/access')).text),
    ]
    const put = (account: Account): Promise<void> =>
      gateway.deps.store.transaction((tx) => tx.people.putAccount(account))
    for (const { account } of readers) await put({ ...account, endedAt: gateway.now() })
    await aReader(web, 'pairs-mediator' as MandateId)
    assert.deepEqual(await pages(), [false, false])
    assert.match((await reader.get('/inbox/access')).text, /What you opened, and why/)
    const { account } = await aReader(web)
    assert.deepEqual(await pages(), [true, true])
    assert.match((await reader.get('/inbox/access')).text, /What was opened for your mandate, and why/)
    await put({ ...account, endedAt: gateway.now() })
    assert.deepEqual(await pages(), [false, false])
  })
})
