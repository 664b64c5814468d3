/** What everyone on the network may read: lists under a tag, sent again only to who does not hold them. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { readRevocationLists } from '#adapters/pki/revocation.ts'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'

describe('what is published under a tag', () => {
  let gateway: TestGateway
  before(async () => {
    gateway = await bootGateway({ worker: 'paused' })
  })
  after(() => gateway.stop())
  const get = (path: string, held?: string): ReturnType<TestGateway['ask']> =>
    gateway.ask(
      { organisation: 'prison-paris' },
      'get',
      path,
      held === undefined ? {} : { headers: { 'If-None-Match': held } },
    )

  for (const path of ['/.well-known/trust-list', '/.well-known/crl.pem'])
    it(`${path} is answered with 304 and no body to who holds it, and in full to whoever holds another`, async () => {
      const first = await get(path)
      const tag = String(first.headers['etag'])
      assert.match(tag, /^"[0-9a-f]{64}"$/)
      assert.equal(first.status, 200)
      for (const held of [tag, `W/${tag}`, `"another", ${tag}`, '*']) {
        const again = await get(path, held)
        assert.deepEqual([again.status, again.headers['etag'], again.text], [304, tag, ''])
      }
      for (const other of ['"another"', tag.slice(1, -1), '']) assert.equal((await get(path, other)).status, 200)
    })

  it('the lists are those that the gateway goes by, both of its authorities', async () => {
    const { text } = await get('/.well-known/crl.pem')
    assert.deepEqual(
      readRevocationLists(text).lists.map(({ issuer }) => issuer),
      ['CN=DEMO Members CA', 'CN=DEMO Root'],
    )
  })

  it('a list that changed is sent though the one before is held', async () => {
    const tag = String((await get('/.well-known/trust-list')).headers['etag'])
    assert.equal(await gateway.publishTrust((same) => same), 'taken')
    const next = await get('/.well-known/trust-list', tag)
    assert.equal(next.status, 200)
    assert.notEqual(next.headers['etag'], tag)
  })
})
