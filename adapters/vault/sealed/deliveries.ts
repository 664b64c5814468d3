/** Deliveries and decision records at rest. A parcel stays what it is, sealed to its recipient; the rest is sealed under the case. */
import { SealBroken } from '#gateway/ports/vault.ts'
import type { CaseAlias, Place } from '#gateway/ports/vault.ts'
import { toAlias } from '#adapters/vault/case-keys.ts'
import { toMessageId } from '#gateway/core/ids.ts'
import type { DeliveryId } from '#gateway/core/ids.ts'
import type { DecisionRecord } from '#gateway/core/projection.ts'
import type { Deliveries, Tx } from '#gateway/ports/store.ts'
import type { Delivery, DeliveryEntry } from '#gateway/ports/stored.ts'
import { erasedOf } from './erased-deliveries.ts'
import { flatMapped, ofCase, openJson, parked, sealJson, unparked } from './sealing.ts'
import type { Sealing } from './sealing.ts'

const deliveryPlace = (row: string): Place => ({ table: 'deliveries', row })
const recordPlace = (row: string): Place => ({ table: 'decision_records', row })

type SealedPart = Pick<Delivery, 'id' | 'caseId' | 'projectionDigest'>

/** The `deliveries` part of a sealed store: those of an erased case are gone from it. */
export function sealedDeliveries({ deliveries: inner, messages }: Tx, sealing: Sealing): Deliveries {
  const opened = async <Row extends SealedPart>(row: Row | undefined): Promise<Row | undefined> => {
    if (row === undefined) return undefined
    const projectionDigest = await openJson<string>(sealing, deliveryPlace(row.id), row.projectionDigest, row.caseId)
    const caseId = await sealing.caseOf(row.caseId)
    return caseId === undefined || projectionDigest === undefined ? undefined : { ...row, caseId, projectionDigest }
  }
  const openedAll = <Row extends SealedPart>(rows: readonly Row[]): Promise<readonly Row[]> =>
    flatMapped(rows, async (row) => {
      const found = await opened(row)
      return found === undefined ? [] : [found]
    })

  /** A short page means the end of the mailbox, so what was erased must not shorten one. */
  const pageOf = async <Request extends { readonly limit: number }>(
    list: (request: Request) => Promise<readonly DeliveryEntry[]>,
    request: Request,
    from: (seq: number) => Partial<Request>,
  ): Promise<readonly DeliveryEntry[]> => {
    const found: DeliveryEntry[] = []
    for (let next: Partial<Request> = {}; ;) {
      const limit = request.limit - found.length
      const page = await list({ ...request, ...next, limit })
      found.push(...(await openedAll(page)))
      const last = page.at(-1)
      if (last === undefined || page.length < limit || found.length >= request.limit) return found
      next = from(last.seq)
    }
  }

  /** The case that the message, or the delivery, belongs to. */
  const aliasOfRecord = async (id: DeliveryId, { messageId: text }: DecisionRecord): Promise<CaseAlias> => {
    const messageId = toMessageId(text)
    const message = messageId === undefined ? undefined : await messages.get(messageId)
    const row = message ?? (await inner.get(id))
    if (row === undefined) return sealing.own
    const alias = toAlias(row.caseId)
    if (alias === undefined) throw new SealBroken('the database holds a case that was never sealed')
    return alias
  }

  /** A delivery under way when its case was erased must not begin the case anew, under another key. */
  const livingAlias = async (text: string): Promise<CaseAlias> => {
    const alias = toAlias(text)
    if (alias === undefined) throw new SealBroken('the database holds a case that was never sealed')
    if ((await sealing.caseOf(alias)) === undefined)
      throw new Error('the case was erased while something of it was on its way')
    return alias
  }

  return {
    ...inner,
    add: async (delivery) => {
      const message = await messages.get(delivery.messageId)
      const caseId = await (message === undefined ? sealing.aliasFor(delivery.caseId) : livingAlias(message.caseId))
      const projectionDigest = await sealJson(sealing, caseId, deliveryPlace(delivery.id), delivery.projectionDigest)
      await inner.add({ ...delivery, caseId, projectionDigest })
    },
    get: async (id) => opened(await inner.get(id)),
    list: (request) => pageOf(inner.list, request, (after) => ({ after })),
    everOf: (request) => pageOf(inner.everOf, request, (after) => ({ after })),
    inState: (request) => pageOf(inner.inState, request, (before) => ({ before })),
    latest: async (request) => opened(await inner.latest(request)),
    ofCase: (caseId, mandate) =>
      ofCase(sealing, caseId, [], async (alias) => openedAll(await inner.ofCase(alias, mandate))),
    ofCases: async (caseIds, mandate) => {
      const aliases = await Promise.all(caseIds.map((caseId) => sealing.aliasOf(caseId)))
      const known = aliases.flatMap((alias) => alias ?? [])
      return openedAll(await inner.ofCases(known, mandate))
    },
    erased: (request) => erasedOf(inner, sealing, request),
    ofMessage: async (id) => openedAll(await inner.ofMessage(id)),
    lastAcknowledgedAt: (caseId, mandate) =>
      ofCase(sealing, caseId, undefined, (alias) => inner.lastAcknowledgedAt(alias, mandate)),
    recordOf: async (id) => {
      const record = await inner.recordOf(id)
      return record === undefined ? undefined : openJson<DecisionRecord>(sealing, recordPlace(id), unparked(record))
    },
    putRecord: async (id, record) => {
      const alias = await aliasOfRecord(id, record)
      await inner.putRecord(id, parked(await sealJson(sealing, alias, recordPlace(id), record)))
    },
  }
}
