/** The gateway's choice from a copy: the disclosures that say a projection, and no other. */
import type { ItemId } from '#gateway/core/ids.ts'
import type { ProjectedItem, Projection } from '#gateway/core/projection.ts'
import { GATEWAY_MEMBERS } from './annotations.ts'
import type { Annotations } from './annotations.ts'
import { pickMembers } from './json-members.ts'
import type { ReadyCopy } from './ready-copy.ts'
import type { ItemPart, MessagePart } from './schema.ts'

/** Before it is put in order. */
export interface Choice {
  readonly chosen: readonly string[]
  readonly annotations: Annotations
}

export interface Presentation {
  /** Sorted as text: their order is that of random salts. */
  readonly disclosures: readonly string[]
  readonly annotations: Annotations
}

/** As `choose`, in the order in which it is shown. */
export function present(copy: ReadyCopy, projection: Projection, itemIds: readonly ItemId[]): Presentation {
  const { chosen, annotations } = choose(copy, projection, itemIds)
  return { disclosures: chosen.toSorted(), annotations }
}

/**
 * `itemIds` names the item of each projected one, which at `existence` does not name itself. Throws where the copy lacks a part:
 * a projection is made from the very message that the copy revealed.
 */
export function choose(copy: ReadyCopy, projection: Projection, itemIds: readonly ItemId[]): Choice {
  const items = projection.items.map((item, at) => chosenFrom(copy, item, itemIds[at]))
  const corrected = correctedFrom(copy, projection)
  const chosen = [
    ...messageParts(projection).map((name) => found(copy.parts.get(name), name)),
    ...items.flatMap(({ disclosures }) => disclosures),
    ...corrected.map(({ element }) => element),
  ]
  const rank = ranksOf(items.map(({ order }) => order))
  const correctedRank = ranksOf(corrected.map(({ order }) => order))
  return {
    chosen,
    annotations: {
      ...(pickMembers({ ...projection }, GATEWAY_MEMBERS) as Pick<Projection, (typeof GATEWAY_MEMBERS)[number]>),
      // Members in the order in which they are signed.
      items: projection.items.map(({ level, past, marking: { conditions } }, at) => ({
        conditions,
        element: rank(items[at]?.order),
        level,
        past,
      })),
      corrected: corrected.map(({ order }) => correctedRank(order)),
    },
  }
}

const found = (disclosure: string | undefined, name: string): string => {
  if (disclosure === undefined) throw new Error(`the copy has no ${name}`)
  return disclosure
}

/** The array of items goes to everyone, so that its absence says nothing; what a body says beside it, as far as the body says it. */
function messageParts({ body, kind }: Projection): readonly MessagePart[] {
  const { meetingOn } = body
  const isDated = typeof meetingOn === 'string' && meetingOn.length > 'YYYY-MM'.length
  const isValued = 'quarter' in body || 'severity' in body || (meetingOn !== undefined && !isDated)
  return [
    'about',
    'caseHandle',
    'items',
    ...(isValued ? (['valued'] as const) : []),
    ...(isDated ? (['dated'] as const) : []),
    ...(kind === 'Correction' ? (['corrected'] as const) : []),
  ]
}

interface Chosen {
  readonly order: number
  readonly disclosures: readonly string[]
}

function chosenFrom({ byId }: ReadyCopy, item: ProjectedItem, id: ItemId | undefined): Chosen {
  const ready = byId.get(id ?? '')
  if (ready === undefined) throw new Error('the copy has no such item')
  const { element, order, parts } = ready
  const detail = item.quality.generalised ? undefined : parts.get('detail')
  const named = itemParts(item).map((name) => found(parts.get(name), name))
  return { order, disclosures: [element, ...named, ...(detail === undefined ? [] : [detail])] }
}

function itemParts({ rung, observedAt, quality, supersedes }: ProjectedItem): readonly ItemPart[] {
  const isMonth = quality.generalised && observedAt.length === 'YYYY-MM'.length
  return [
    ...(isMonth ? (['month'] as const) : []),
    ...(quality.generalised ? [] : (['exact'] as const)),
    ...(rung === undefined ? [] : (['name', rung] as const)),
    ...(supersedes === undefined ? [] : (['supersedes'] as const)),
  ]
}

/** As many of each id as the projection names. */
function correctedFrom({ corrected }: ReadyCopy, { body }: Projection): ReadyCopy['corrected'] {
  const left = [...corrected]
  const ids = Array.isArray(body['corrected']) ? body['corrected'] : []
  return ids.map((id) => {
    const at = left.findIndex((entry) => entry.id === id)
    const [entry] = at === -1 ? [] : left.splice(at, 1)
    if (entry === undefined) throw new Error('the copy corrects no such item')
    return entry
  })
}

/** The place of each among those that are shown: what stands between them would be told by their own. */
function ranksOf(orders: readonly number[]): (order: number | undefined) => number {
  const ranks = new Map(orders.toSorted((a, b) => a - b).map((order, rank) => [order, rank]))
  return (order) => ranks.get(order ?? -1) ?? -1
}
