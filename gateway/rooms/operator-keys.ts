/** Side room of the operator: what ends and when, the trust list in force, and how far the log is published. */
import type { Instant } from '#policies/language/instant.ts'
import type { Expiring } from '#gateway/core/expiry.ts'
import type { ProblemCode } from '#gateway/core/problem.ts'
import { daysLeft } from './operator-today.ts'
import type { OperatorDeps } from './operator-today.ts'

export interface Ending extends Expiring {
  /** Whole days; 0: it has ended, or ends today. */
  readonly days: number
}

export interface KeysNow {
  /** Of the gateway, what ends first first. */
  readonly own: readonly Ending[]
  /** The keys of members in the list, by the one of each that ends first. */
  readonly members: readonly Ending[]
  readonly list:
    | {
        readonly kind: 'in-force'
        readonly version: number
        readonly issued: Instant
        readonly expires: Instant
        readonly digest: string
      }
    | { readonly kind: 'none'; readonly code?: ProblemCode }
  readonly log: {
    readonly size: number
    readonly published?: { readonly size: number; readonly at: Instant }
    readonly waitingSince?: Instant
    readonly stampedAt?: Instant
  }
}

export async function operatorsKeys(deps: OperatorDeps): Promise<KeysNow> {
  const at = deps.clock()
  const listed = deps.trustLists?.inForce()
  const { log } = deps.store.read
  const [size, published, waiting, stamp] = await Promise.all([
    log.size(),
    log.published(),
    log.waiting(),
    log.lastStamp(),
  ])
  return {
    own: endings(deps.expiring(), at),
    members: endings(listed?.ok === true ? listed.value.list.organisations.flatMap(firstKey) : [], at),
    list: listOf(listed),
    log: {
      size,
      ...(published && { published: { size: published.size, at: published.publishedAt } }),
      ...(waiting && { waitingSince: waiting.proposedAt }),
      ...(stamp && { stampedAt: stamp.stampedAt }),
    },
  }
}

const endings = (expiring: readonly Expiring[], at: Instant): readonly Ending[] =>
  expiring.map((one) => ({ ...one, days: daysLeft(one.until, at) })).toSorted((one, other) => one.until - other.until)

type Listed = ReturnType<NonNullable<OperatorDeps['trustLists']>['inForce']>

function listOf(listed: Listed | undefined): KeysNow['list'] {
  if (listed === undefined) return { kind: 'none' }
  if (!listed.ok) return { kind: 'none', code: listed.problem.code }
  const { list, digest } = listed.value
  return { kind: 'in-force', version: list.version, issued: list.issued, expires: list.expires, digest }
}

function firstKey({
  id,
  keys,
}: {
  readonly id: string
  readonly keys: readonly { readonly from: Instant; readonly until: Instant }[]
}): readonly Expiring[] {
  return keys
    .toSorted((one, other) => one.until - other.until)
    .slice(0, 1)
    .map(({ from, until }) => ({ what: id, from, until }))
}
