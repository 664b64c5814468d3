/** A mandate at work: it lists, collects, opens and acknowledges what comes, answers what asks for an answer, and now and then chooses otherwise or pulls up. */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { jsonOf } from '#adapters/agency-kit/client.ts'
import type { ListedDelivery, Member } from '#adapters/agency-kit/member.ts'
import { digestOf } from '#gateway/core/canonical-json.ts'
import type { Projection } from '#gateway/core/projection.ts'
import { count } from './books.ts'
import type { OpenedDelivery } from './books.ts'
import type { Chance } from './chance.ts'
import type { Desk } from './desk.ts'
import { codeOf, everywhere } from './everywhere.ts'
import type { Everywhere, Field } from './everywhere.ts'
import type { Recipient } from './network.ts'
import { answerTo } from './answers.ts'

const POLL_MS = 500
const DEPTHS = ['D0', 'D1', 'D2', 'D3', 'D4'] as const

const lineSchema = z.looseObject({
  id: z.string(),
  kind: z.string(),
  messageId: z.string(),
  caseId: z.string(),
  sender: z.string(),
  mandate: z.string(),
  state: z.string(),
  keysHeldBy: z.string(),
  createdAt: z.string(),
})
const pageSchema = z.looseObject({ items: z.array(lineSchema), next: z.string().optional() })
type Line = z.output<typeof lineSchema> & ListedDelivery

interface Seat {
  readonly field: Field
  readonly desk: Desk
  readonly recipient: Recipient
  readonly every: Everywhere
  readonly chance: Chance
  /** Deliveries that nothing is left to do about. */
  readonly done: Set<string>
}

/** Until all is drained. A fault of one recipient is a fault of the run. */
export async function keepReceiving(field: Field, desk: Desk, recipient: Recipient): Promise<void> {
  const every = await everywhere(field, recipient.organisation, recipient.mandate)
  const seat: Seat = { field, desk, recipient, every, chance: field.chance.fork(), done: new Set() }
  await every.ask((member) => member.trust())
  field.books.ready += 1
  let cursor: string | undefined
  while (!field.receiving.aborted) {
    const page = await pageAt(seat, cursor)
    for (const line of page?.items ?? []) if (!seat.done.has(line.id)) await take(seat, line)
    if (page?.next !== undefined) {
      cursor = page.next
      continue
    }
    if (page === undefined) cursor = undefined
    await chooseNow(seat)
    await sleep(seat.chance.below(2 * POLL_MS), undefined, { signal: field.receiving }).catch(() => {})
  }
}

/** undefined where the cursor counts no more: the gateway that made it was started anew. */
async function pageAt({ every }: Seat, cursor: string | undefined): Promise<z.output<typeof pageSchema> | undefined> {
  const path = `/v1/deliveries?limit=100${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`
  try {
    return pageSchema.parse(jsonOf(await every.ask((member) => member.call({ method: 'GET', path }))))
  } catch (error) {
    if (codeOf(error) === 'request-malformed' && cursor !== undefined) return undefined
    throw error
  }
}

async function take(seat: Seat, line: Line): Promise<void> {
  const { field, every, done } = seat
  const { books } = field
  try {
    const { projection } = await every.ask((member) => member.fetch(line.id))
    books.lagMs = Date.now() - Date.parse(line.createdAt)
    if (!books.opened.has(line.id)) books.opened.set(line.id, openedOf(seat, line, projection))
    await every.ask((member) => member.acknowledge(line.id))
    books.acknowledged.add(line.id)
    done.add(line.id)
    await react(seat, line, projection)
  } catch (error) {
    const code = codeOf(error)
    count(books.refused, `members ${code}`)
    // Judged again or taken back since it was listed: what its recipient may have now comes by itself.
    if (code === 'delivery-withdrawn') done.add(line.id)
    else books.faults.push(`delivery ${line.id} was refused to its recipient: ${code}`)
  }
}

const openedOf = ({ recipient }: Seat, { id, kind, messageId }: Line, projection: Projection): OpenedDelivery => {
  const { jti: _, iat: __, ...shown } = projection
  return {
    id,
    kind,
    mandate: recipient.mandate,
    messageName: messageId,
    viewDigest: digestOf(shown),
    items: projection.items.flatMap(({ itemId }) => (itemId === undefined ? [] : [itemId])),
    openedAt: performance.now(),
  }
}

async function react(seat: Seat, line: Line, projection: Projection): Promise<void> {
  const { field, desk, recipient, chance } = seat
  const isLast = field.sending.aborted
  const answer = answerTo({ line, projection, recipient, chance, mayAsk: !isLast })
  if (answer !== undefined) await desk.submit(answer, ['message-out-of-turn'])
  if (!isLast && projection.items.length > 0 && chance.isHit(0.03)) await pullUp(seat, line)
}

async function pullUp({ every, field: { books }, chance }: Seat, { id }: Line): Promise<void> {
  const body = JSON.stringify({ depth: chance.of(['D2', 'D3', 'D4']), reason: 'The next interview needs it.' })
  const path = `/v1/deliveries/${id}/pull-up`
  try {
    await every.ask((member) => member.call({ method: 'POST', path, body }))
    books.pullUps += 1
  } catch (error) {
    count(books.refused, `members ${codeOf(error)}`)
  }
}

/** Sometimes, while there is traffic. */
async function chooseNow({ field, every, chance }: Seat): Promise<void> {
  if (field.sending.aborted || !chance.isHit(0.02)) return
  const depth = chance.of(DEPTHS)
  try {
    await every.ask((member) => choose(member, depth))
    field.books.choices += 1
  } catch (error) {
    const code = codeOf(error)
    count(field.books.refused, `members ${code}`)
  }
}

async function choose(member: Member, depth: string): Promise<void> {
  const path = '/v1/choices/default'
  const { headers } = await member.call({ method: 'GET', path })
  const match = { 'if-match': String(headers['etag']) }
  await member.call({ method: 'PUT', path, body: JSON.stringify({ depth }), headers: match })
}
