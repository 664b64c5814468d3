/** Who comes for the first time is led to the choice of how much history they start with, and no more once they chose. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { aReader } from '#test/support/hosted-inbox.ts'
import { openTestWeb } from '#test/support/web.ts'
import type { TestWeb } from '#test/support/web.ts'

describe('the first time at the inbox', () => {
  let gateway: TestGateway
  let web: TestWeb
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
    const first = await reader.get('/inbox')
    assert.match(first.text, /You have not chosen yet[\s\S]*href="\/inbox\/first"/)
    assert.match((await reader.get('/inbox/first')).text, /value="D0"\s+checked/)
    assert.equal((await reader.post('/inbox/first', { depth: 'D0' })).status, 303)
    assert.doesNotMatch((await reader.get('/inbox')).text, /You have not chosen yet/)
  })
})
