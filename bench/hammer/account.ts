/** Whether what clients know and what the store says add up; each thing that does not is a line of what and ids, and nothing of any content. */
import type { Books, OpenedDelivery, SentMessage } from './books.ts'
import type { StoredDelivery, StoreView } from './store-view.ts'

export type Known = Pick<Books, 'sent' | 'opened' | 'acknowledged' | 'takenBack' | 'faults'>

/** All that does not add up, worst first; nothing where all is well. */
export const discrepancies = (known: Known, store: StoreView): readonly string[] => [
  ...known.faults,
  ...ofReceipts(known, store),
  ...ofDeliveries(known, store),
  ...ofRepeats(known, store),
  ...ofAddressees(known, store),
  ...ofRecalls(known, store),
  ...ofCounts(store),
]

const byId = <T extends { readonly id: string }>(all: readonly T[]): ReadonlyMap<string, T> =>
  new Map(all.map((one) => [one.id, one]))

/** A receipt for each acceptance, and an acceptance for each receipt. */
function ofReceipts({ sent }: Known, { accepted }: StoreView): readonly string[] {
  const given = byId(sent)
  const stored = new Map(accepted.map((row) => [row.messageId, row]))
  return [
    ...sent.flatMap((message) => {
      const row = stored.get(message.id)
      if (row === undefined) return [`acknowledged submission ${message.id} is lost`]
      return row.issuer === message.by ? [] : [`submission ${message.id} is stored as another's`]
    }),
    ...accepted.flatMap(({ messageId, issuer }) =>
      given.has(messageId)
        ? []
        : [`submission ${messageId} of ${issuer} was accepted, and nobody has a receipt for it`],
    ),
    ...(given.size === sent.length ? [] : ['two submissions have one id']),
  ]
}

/** What was opened and acknowledged is stored so, as a delivery to that mandate; what is stored was opened and acknowledged. */
function ofDeliveries({ opened, acknowledged }: Known, { deliveries, ledger }: StoreView): readonly string[] {
  const stored = byId(deliveries)
  return [
    ...[...opened.values()].flatMap((one) => faultOfOpened(one, stored.get(one.id), ledger)),
    ...[...acknowledged].flatMap((id) =>
      stored.get(id)?.acknowledgedAt === undefined ? [`acknowledgement of delivery ${id} is lost`] : [],
    ),
    ...deliveries.flatMap((row) => faultOfStored(row, opened.has(row.id), acknowledged.has(row.id))),
    ...[...ledger].flatMap((id) => (stored.has(id) ? [] : [`the ledger names delivery ${id}, which does not exist`])),
  ]
}

function faultOfOpened(
  { id, mandate, items, kind }: OpenedDelivery,
  row: StoredDelivery | undefined,
  ledger: ReadonlySet<string>,
): readonly string[] {
  if (row === undefined) return [`delivery ${id} was opened and is not stored`]
  return [
    ...(row.mandate === mandate && row.kind === kind
      ? []
      : [`delivery ${id} was opened by ${mandate} and is stored as another's`]),
    ...(row.collectedAt === undefined ? [`delivery ${id} was opened and is not stored as collected`] : []),
    ...(items.length > 0 && !ledger.has(id) ? [`delivery ${id} showed items, and the ledger does not say so`] : []),
  ]
}

/** One that was withdrawn may have gone between the gateway and its recipient. */
function faultOfStored(
  { id, state, collectedAt, acknowledgedAt }: StoredDelivery,
  isOpened: boolean,
  isRead: boolean,
): readonly string[] {
  if (state === 'withdrawn') return []
  if (!isOpened) return [`delivery ${id} never came`]
  if (!isRead || collectedAt === undefined || acknowledgedAt === undefined)
    return [`delivery ${id} was not acknowledged, or its acknowledgement is not stored`]
  return []
}

/** The same view of the same message, after it was acknowledged: by the store's word, and by what was shown. */
function ofRepeats({ opened }: Known, { deliveries }: StoreView): readonly string[] {
  const last = new Map<string, StoredDelivery>()
  return deliveries.flatMap((row) => {
    if (row.state === 'withdrawn' && row.acknowledgedAt === undefined) return []
    const place = `${row.messageId} ${row.mandate} ${row.edge}`
    const before = last.get(place)
    last.set(place, row)
    if (before?.acknowledgedAt === undefined || before.state === 'withdrawn') return []
    const [shown, shownBefore] = [opened.get(row.id)?.viewDigest, opened.get(before.id)?.viewDigest]
    const isSame = before.projectionDigest === row.projectionDigest || (shown !== undefined && shown === shownBefore)
    return isSame ? [`delivery ${row.id} repeats ${before.id}, which was acknowledged`] : []
  })
}

/** Whoever a message is addressed to gets it, and nobody else does. */
function ofAddressees({ sent, takenBack }: Known, { deliveries }: StoreView): readonly string[] {
  const reached = Map.groupBy(deliveries, ({ messageId }) => messageId)
  return sent.flatMap((message) => {
    const rows = reached.get(message.id) ?? []
    const organisations = new Set(rows.map(({ organisation }) => organisation))
    const missing = takenBack.has(message.id) ? [] : expectedOf(message).filter((one) => !organisations.has(one))
    const strangers = message.to.length === 0 ? [] : [...organisations].filter((one) => !message.to.includes(one))
    return [
      ...missing.map((one) => `submission ${message.id} (${message.kind}) was never delivered to ${one}`),
      ...strangers.map(
        (one) => `submission ${message.id} (${message.kind}) was delivered to ${one}, to whom it was not sent`,
      ),
    ]
  })
}

/** Kinds whose first item everybody may see whom the traffic addresses; what others are shown is for policy to say. */
const ALWAYS_SHOWN: readonly string[] = ['CaseHandover', 'Referral', 'InformationRequest']
const NEVER_SURE = /^interior-/

const expectedOf = ({ kind, to }: SentMessage): readonly string[] =>
  ALWAYS_SHOWN.includes(kind) ? to.filter((one) => !NEVER_SURE.test(one)) : []

/** A recall reaches each mandate that had opened what it takes back, and is delivered to whom it is to reach. */
function ofRecalls({ sent, opened }: Known, { targets, deliveries }: StoreView): readonly string[] {
  const reached = Map.groupBy(deliveries, ({ messageId }) => messageId)
  return sent.flatMap(({ id, recalled, begunAt }) => {
    if (recalled.length === 0) return []
    const named = targets.get(id) ?? []
    const told = new Set((reached.get(id) ?? []).map(({ mandate }) => mandate))
    const held = [...opened.values()].filter(
      ({ items, openedAt }) => openedAt < begunAt && items.some((item) => recalled.includes(item)),
    )
    return [
      ...held.flatMap(({ mandate }) => (named.includes(mandate) ? [] : [`recall ${id} forgets ${mandate}`])),
      ...named.flatMap((mandate) => (told.has(mandate) ? [] : [`recall ${id} never reached ${mandate}`])),
    ]
  })
}

/** Log, audit, ledger and stores count the same things. */
function ofCounts({ accepted, deliveries, acts, auditRows, leaves, published, open }: StoreView): readonly string[] {
  const counted: readonly (readonly [string, number, number])[] = [
    ['leaves of the log against rows of the audit', leaves, auditRows],
    ['leaves that are published against leaves', published, leaves],
    ['submissions accepted by the audit against those stored', acts['submission-accepted'] ?? 0, accepted.length],
    ['deliveries by the audit against those stored', acts['delivery-sealed'] ?? 0, deliveries.length],
    [
      'deliveries collected',
      acts['delivery-collected'] ?? 0,
      deliveries.filter((row) => row.collectedAt !== undefined).length,
    ],
    [
      'deliveries acknowledged',
      acts['delivery-acknowledged'] ?? 0,
      deliveries.filter((row) => row.acknowledgedAt !== undefined).length,
    ],
    ['jobs that are due and not over', open, 0],
  ]
  return counted.flatMap(([what, found, expected]) =>
    found === expected ? [] : [`${what}: ${String(found)}, expected ${String(expected)}`],
  )
}
