/** Entries of audit events: what their leaves commit to, and what a recipient is shown of a disclosure. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import type { AuditEvent } from '#gateway/core/audit.ts'
import { canonicalise } from '#gateway/core/canonical-json.ts'
import { entryOf } from '#gateway/core/log/entry.ts'
import { commitTo, opensTo, readLeaf } from '#gateway/core/log/leaf.ts'

const EVENT: AuditEvent = {
  at: '2026-11-21T10:41:07Z',
  operation: 'disclosure',
  act: 'delivery-sealed',
  actor: 'gateway',
  recipients: ['pairs-social-worker'],
  caseId: 'CASE-2',
  messageId: 'message-7',
  policy: 'a'.repeat(64),
}
const SECRETS = { salt: Buffer.alloc(32, 1), secret: Buffer.alloc(32, 2) }
const DISCLOSED = { delivery: 'delivery-1', recipient: 'pairs-social-worker', digest: 'b'.repeat(64) }

describe('the entry of an audit event', () => {
  it('has the event as its body, opened by the salt', () => {
    const { leaf, body } = entryOf(EVENT, SECRETS)
    const read = readLeaf(leaf)
    assert.equal(body, canonicalise(EVENT))
    assert.ok(read !== undefined && opensTo(read, SECRETS.salt, body))
    assert.deepEqual([read.t, read.act, read.pol], ['2026-11-21T10', 'delivery-sealed', EVENT.policy])
  })

  it('of a disclosure shows the recipient nothing that it does not know, and commits to the event', () => {
    const { leaf, body } = entryOf(EVENT, SECRETS, DISCLOSED)
    assert.doesNotMatch(leaf + body, /CASE-2|message-7|10:41/)
    assert.deepEqual(JSON.parse(body), { ...DISCLOSED, kept: commitTo(SECRETS.secret, canonicalise(EVENT)) })
    const read = readLeaf(leaf)
    assert.ok(read !== undefined && opensTo(read, SECRETS.salt, body))
  })

  it('refers to its case only for who has the secret', () => {
    const refOf = (event: AuditEvent, secret = SECRETS.secret): string | undefined =>
      readLeaf(entryOf(event, { ...SECRETS, secret }).leaf)?.ref
    assert.equal(refOf(EVENT), refOf({ ...EVENT, messageId: 'another' }))
    assert.notEqual(refOf(EVENT), refOf({ ...EVENT, caseId: 'CASE-3' }))
    assert.notEqual(refOf(EVENT), refOf(EVENT, Buffer.alloc(32, 3)))
  })

  it('is not made of an event without a time, a code or a digest', () => {
    for (const change of [{ at: 'yesterday' }, { act: 'Told Camille' }, { policy: 'the new one' }])
      assert.throws(() => entryOf({ ...EVENT, ...change }, SECRETS))
  })
})
