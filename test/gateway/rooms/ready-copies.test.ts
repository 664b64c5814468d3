/** How long a copy is kept ready: for the recipients that follow each other, and never so long that copies fill the memory. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { isCopied } from '#gateway/core/case-copy/schema.ts'
import type { SignedCopies, SignedCopy } from '#gateway/core/case-copy/signed-copies.ts'
import type { Message } from '#gateway/core/message.ts'
import { readyCopy } from '#gateway/rooms/ready-copies.ts'
import { benchWorld } from '#bench/workload/network.ts'
import { aStored } from '#test/contract/stored-things.ts'
import { PRESENTER } from '#test/support/case-copies.ts'

const ITEMS = 1_000

describe('readyCopy', () => {
  it('makes a copy once, and lets go of it when 20,000 items of others were asked for after it', () => {
    const message = JSON.parse(benchWorld(ITEMS).stored) as Message
    assert.ok(isCopied(message))
    const stored = aStored({ message })
    const copyFor = (index: number): SignedCopy => ({
      audienceClass: 'PS',
      caseHandle: 'a'.repeat(32),
      jti: message.jti,
      ver: 1,
      jwt: '',
      seed: Buffer.alloc(32, index + 1).toString('base64url'),
    })
    const copies: SignedCopies = { caseId: message.caseId, presenter: PRESENTER, copies: [] }
    const ready = (copy: SignedCopy) => readyCopy(stored, copies, copy)
    const first = copyFor(0)
    const made = ready(first)
    assert.equal(made.byId.size, ITEMS)
    for (let index = 1; index < 19; index += 1) ready(copyFor(index))
    assert.equal(ready(first), made)
    const later = Array.from({ length: 19 }, (_, index) => copyFor(20 + index))
    const [second, ...others] = later.map(ready)
    assert.equal(ready(later[0] ?? first), second)
    assert.equal(others.length, 18)
    assert.notEqual(ready(first), made)
  })
})
