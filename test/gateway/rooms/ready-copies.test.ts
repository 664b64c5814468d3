/** How long a copy is kept ready: for the recipients that follow each other, and never so long that copies fill the memory. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { copiesOf } from '#gateway/core/case-copy/copies.ts'
import { saltsOf } from '#gateway/core/case-copy/folded.ts'
import { isCopied } from '#gateway/core/case-copy/schema.ts'
import type { SignedCopies, SignedCopy } from '#gateway/core/case-copy/signed-copies.ts'
import type { Message } from '#gateway/core/message.ts'
import { makeReady, openReadyCopies } from '#gateway/rooms/ready-copies.ts'
import { benchWorld } from '#bench/workload/network.ts'
import { aStored } from '#test/contract/stored-things.ts'
import { PRESENTER, gained } from '#test/support/case-copies.ts'

const ITEMS = 1_000

describe('openReadyCopies', () => {
  it('makes a copy once, and lets go of it when 20,000 items of others were asked for after it', () => {
    const message = JSON.parse(benchWorld(ITEMS).stored) as Message
    assert.ok(isCopied(message))
    const stored = aStored({ message })
    const copyFor = (index: number): SignedCopy => ({
      audienceClass: 'PS',
      caseHandle: 'a'.repeat(32),
      jti: `copy ${index}`,
      ver: 1,
      jwt: '',
      seed: Buffer.alloc(32, index + 1).toString('base64url'),
    })
    const copies: SignedCopies = { caseId: message.caseId, presenter: PRESENTER, copies: [] }
    const kept = openReadyCopies()
    const ready = (copy: SignedCopy) => kept.of(stored, copies, copy)
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

  const oneStored = (changes: object = {}): readonly [Message, SignedCopies, SignedCopy] => {
    const message: Message = { ...(JSON.parse(benchWorld(1).stored) as Message), ...changes } as Message
    const copies: SignedCopies = { caseId: message.caseId, presenter: PRESENTER, copies: [] }
    const seed = Buffer.alloc(32, 99).toString('base64url')
    return [
      message,
      copies,
      { audienceClass: 'PS', caseHandle: 'a'.repeat(32), jti: message.jti, ver: 1, jwt: '', seed },
    ]
  }

  it('reads a copy that came with its disclosures as the one made from its seed', () => {
    const [message, copies, folded] = oneStored()
    assert.ok(isCopied(message))
    const { seed = '', ...rest } = folded
    const toCopy = { message, copies: [{ ...rest, salt: saltsOf(seed) }], presenter: PRESENTER }
    const [unsigned] = gained(copiesOf(toCopy))
    assert.ok(unsigned !== undefined)
    const jwt = `e30.${Buffer.from(unsigned.payload).toString('base64url')}.c2ln`
    const whole = openReadyCopies().of(aStored({ message }), copies, {
      ...rest,
      jwt,
      disclosures: unsigned.disclosures,
    })
    const made = openReadyCopies().of(aStored({ message }), copies, folded)
    assert.deepEqual([...whole.byId.keys()], [...made.byId.keys()])
    assert.equal(whole.byId.size, 1)
  })

  it('takes what was made at the door for the copy that it was made of, and for no other', () => {
    const [message, copies, copy] = oneStored()
    assert.ok(isCopied(message))
    const { seed = '' } = copy
    const [unsigned] = gained(copiesOf({ message, copies: [{ ...copy, salt: saltsOf(seed) }], presenter: PRESENTER }))
    assert.ok(unsigned !== undefined)
    const kept = openReadyCopies()
    const signed = { ...copy, jwt: 'e30.e30.c2ln' }
    kept.keep(signed, message, unsigned)
    const stored = aStored({ message })
    const made = kept.of(stored, copies, { ...signed })
    assert.deepEqual(made, makeReady(stored, copies, signed))
    assert.equal(kept.of(stored, copies, signed), made)
    const other = { ...copy, jwt: 'e30.e31.c2ln', seed: Buffer.alloc(32, 5).toString('base64url') }
    assert.deepEqual(kept.of(stored, copies, other), makeReady(stored, copies, other))
    kept.keep(signed, message, unsigned)
    kept.forget()
    assert.notEqual(kept.of(stored, copies, signed), made)
  })

  it('throws where what is stored cannot be what was accepted', () => {
    const [message, copies, folded] = oneStored()
    const stored = (changes: object): ReturnType<typeof aStored> =>
      aStored({ message: { ...message, ...changes } as Message })
    assert.throws(
      () => openReadyCopies().of(stored({ kind: 'HandoverAck' }), copies, folded),
      /without items has copies/,
    )
    assert.ok(isCopied(message))
    const items = message.items?.map((item) => ({ ...item, value: { _sd: [] } }))
    assert.throws(() => openReadyCopies().of(stored({ items }), copies, folded), /cannot be made again/)
    const payload = Buffer.from(JSON.stringify({ _sd_alg: 'none' })).toString('base64url')
    const { seed: _, ...rest } = folded
    const broken = { ...rest, jwt: `e30.${payload}.c2ln`, disclosures: [] }
    assert.throws(() => openReadyCopies().of(stored({}), copies, broken), /cannot be read again/)
  })
})
