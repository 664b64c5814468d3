/** What a case is called, and to whom: handles that come with copies. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'mocha'
import { openSqliteStore } from '#adapters/store/open.ts'
import type { SignedCopies } from '#gateway/core/case-copy/signed-copies.ts'
import type { CaseId } from '#gateway/core/ids.ts'
import { namesFor, namesFrom } from '#gateway/rooms/case-names.ts'
import { makeReady } from '#gateway/rooms/ready-copies.ts'
import { aStored, ASSOCIATION, newCaseId, newMessageId, PRISON } from '#test/contract/stored-things.ts'
import { PRESENTER } from '#test/support/case-copies.ts'
import { parsedMessage } from '#test/support/routed.ts'

const HANDLE = 'a'.repeat(32)
const copiesOfCase = (caseId: CaseId): SignedCopies => ({
  caseId,
  presenter: PRESENTER,
  copies: [
    {
      audienceClass: 'PS',
      caseHandle: HANDLE,
      jti: randomUUID(),
      ver: 1,
      jwt: '',
      seed: Buffer.alloc(32, 7).toString('base64url'),
    },
  ],
})

describe('the name of a case', () => {
  it('is the handle of the copy for a recipient of its class, and the reference itself for any other', async () => {
    await using store = await openSqliteStore(':memory:')
    const caseId = newCaseId()
    const stored = { id: newMessageId(), caseId, copies: copiesOfCase(caseId) }
    const nameFor = async (type: string): Promise<string> =>
      (await namesFor(store.read, { organisation: ASSOCIATION, type: type as never }, stored)).caseName
    assert.equal(await nameFor('PS'), HANDLE)
    assert.equal(await nameFor('SJ'), caseId)
  })

  it('is refused where the handle is that of another case', async () => {
    await using store = await openSqliteStore(':memory:')
    const [first, second] = [newCaseId(), newCaseId()]
    await store.transaction((tx) => tx.cases.addNames(first, [{ name: HANDLE, audienceClass: 'PS' }]))
    const saidOf = (caseId: CaseId) => ({
      organisation: PRISON,
      caseId,
      messageId: newMessageId(),
      copies: copiesOfCase(caseId),
      types: new Set<string>(),
      newHandle: randomUUID,
      reached: new Set<string>(),
      newName: randomUUID,
    })
    const refused = await store.transaction((tx) => namesFrom(tx, second, saidOf(second)))
    assert.deepEqual(refused.ok ? undefined : refused.problem, {
      code: 'copies-differ',
      errors: [{ pointer: '/copies', code: 'handle-of-another' }],
    })
    assert.ok((await store.transaction((tx) => namesFrom(tx, first, saidOf(first)))).ok)
  })
})

describe('a copy that is made ready', () => {
  it('throws for a message that has no items to copy', () => {
    const message = parsedMessage({
      kind: 'RecallAck',
      caseId: newCaseId(),
      purpose: 'reintegration',
      legalBasisId: 'xx.example.1',
      inReplyTo: randomUUID(),
      action: 'deleted',
    })
    const copies = copiesOfCase(message.caseId)
    const [copy] = copies.copies
    assert.ok(copy !== undefined)
    assert.throws(() => makeReady(aStored({ message }), copies, copy), /without items/)
  })
})
