/** Room 4 and what precedes it: who is to be asked about, and what the case says went before. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import { before as beforeOf } from '#gateway/rooms/before.ts'
import { keepsLineage } from '#gateway/rooms/lineage.ts'
import { addressees, affectedItems, route } from '#gateway/rooms/route.ts'
import { aDelivery, aLedgerEntry, mandate, organisation } from '#test/contract/stored-things.ts'
import { aHandover, aReferral, anItemText } from '#test/support/messages.ts'
import { aSeat, parsedMessage } from '#test/support/routed.ts'
import type { Seat } from '#test/support/routed.ts'

describe('route', () => {
  let seat: Seat
  before(async () => {
    seat = await aSeat()
  })
  after(() => seat[Symbol.asyncDispose]())

  const REFUSED: readonly { readonly name: string; readonly body: object; readonly pointer: string }[] = [
    { name: 'a kind that no flow carries', body: aHandover({ to: undefined }), pointer: '/kind' },
    { name: 'a member that no flow leads to', body: aHandover({ to: ['pairs-paris'] }), pointer: '/to' },
  ]
  for (const { name, body, pointer } of REFUSED)
    it(`refuses ${name}`, async () => {
      const found = await route(seat.store.read, seat.registry, seat.routed('pairs-paris', body))
      assert.deepEqual(found.ok ? undefined : found.problem, {
        code: 'edge-missing',
        errors: [{ pointer, code: 'no-agreed-flow' }],
      })
    })

  it('goes to whom it names where the message it answers is not there', async () => {
    const message = parsedMessage(aHandover({ inReplyTo: randomUUID() }))
    assert.deepEqual(await addressees(seat.store.read, message), ['probation-paris'])
  })

  it('names no items for what takes none back', () => {
    assert.deepEqual(affectedItems(parsedMessage(aHandover())), [])
  })

  const copyHeldBy = async (edge: string, holder: string): Promise<readonly unknown[]> => {
    const item = anItemText()
    const caseId = `C-${randomUUID()}`
    const body = { ...aHandover({ caseId }), kind: 'Recall', recalled: [item.itemId], reason: 'inaccurate' }
    const { items: _, to: __, ...rest } = body as Record<string, unknown>
    const routed = seat.routed('prison-paris', rest)
    const row = aDelivery({
      caseId: routed.message.caseId,
      edge,
      mandate: mandate(holder),
      organisation: organisation('court-paris'),
    })
    await seat.store.transaction(async (tx) => {
      await tx.deliveries.add(row)
      await tx.ledger.add([
        aLedgerEntry({ deliveryId: row.id, caseId: row.caseId, itemId: item.itemId as never, mandate: row.mandate }),
      ])
    })
    const found = await route(seat.store.read, seat.registry, routed)
    assert.ok(found.ok)
    const { routes, unreachable = [] } = found.value
    return [
      ...routes.map((each) => each.mandate.id),
      ...unreachable.map((each) => `unreachable: ${each.organisation} ${each.mandate}`),
    ]
  }
  it('sends a recall to whom the ledger names', async () => {
    assert.deepEqual(await copyHeldBy('prison-to-court', 'sentence-judge'), ['sentence-judge'])
  })
  it('sends a recall along another flow to the same member where its own is gone', async () => {
    assert.deepEqual(await copyHeldBy('prison-to-nowhere', 'sentence-judge'), ['sentence-judge'])
  })
  it('names as unreachable a mandate that the registry no longer has', async () => {
    assert.deepEqual(await copyHeldBy('prison-to-court', 'nobody-now'), ['unreachable: court-paris nobody-now'])
  })

  it('counts a message to everyone as sent to nobody by name', async () => {
    const asked = await seat.stored('probation-paris', aReferral({ to: undefined }))
    const { message, sender } = seat.routed('court-paris', {
      ...aReferral({ caseId: asked.caseId, inReplyTo: asked.id }),
    })
    const found = await beforeOf(seat.store.read, seat.registry, sender, message)
    assert.equal(found.answered?.wasSentToSender, false)
  })

  describe('the lineage of what it brings', () => {
    const H2 = { handling: ['H2'] } as const
    const OWN = { ...H2, originator: 'prison-paris' } as const
    const DERIVED: readonly {
      readonly name: string
      readonly from: object
      readonly own: object
      readonly keeps: boolean
    }[] = [
      { name: 'sheds a handling code', from: H2, own: {}, keeps: false },
      { name: 'sheds who must be asked', from: { conditions: ['originator-consent'] }, own: {}, keeps: false },
      { name: 'names nobody to ask', from: H2, own: H2, keeps: false },
      { name: 'names another to ask', from: OWN, own: { ...H2, originator: 'probation-paris' }, keeps: false },
      { name: 'keeps what it came from', from: OWN, own: OWN, keeps: true },
      { name: 'comes from what bears no marking', from: {}, own: {}, keeps: true },
    ]
    for (const { name, from, own, keeps } of DERIVED)
      it(`${keeps ? 'holds' : 'is refused'} where it ${name}`, async () => {
        const caseId = `C-${randomUUID()}`
        const origin = anItemText(from)
        const first = await seat.stored('prison-paris', aHandover({ caseId, items: [origin] }))
        await seat.store.transaction((tx) =>
          tx.cases.addItems(first.caseId, first.id, [{ itemId: origin.itemId as never }], seat.at),
        )
        const items = [anItemText({ ...own, derivedFrom: [origin.itemId, randomUUID()] })]
        const routed = seat.routed('probation-paris', aReferral({ caseId, items }))
        assert.equal((await keepsLineage(seat.store.read, seat.registry, routed)).ok, keeps)
      })

    it('holds for a version of what nobody here brought', async () => {
      const items = [anItemText({ supersedes: randomUUID() })]
      const routed = seat.routed('prison-paris', aHandover({ caseId: `C-${randomUUID()}`, items }))
      assert.ok((await keepsLineage(seat.store.read, seat.registry, routed)).ok)
    })
  })
})
