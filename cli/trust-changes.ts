/** What a proposed trust list changes, a line each, for the officer who is about to sign it. */
import { printInstant } from '#policies/language/instant.ts'
import type { ListedKey, TrustList } from '#gateway/core/trust-list/list.ts'

/** Empty lines of nothing: a renewal changes version and dates only, and says so. */
export function changesBetween(before: TrustList, next: TrustList): readonly string[] {
  const lines = [
    ...named('officer', namesOf(before.officers.members), namesOf(next.officers.members)),
    ...number('officers needed', before.officers.threshold, next.officers.threshold),
    ...number('witnesses needed', before.witnesses.quorum, next.witnesses.quorum),
    ...named('organisation', namesOf(before.organisations), namesOf(next.organisations)),
    ...named('mandate', namesOf(before.mandates), namesOf(next.mandates)),
    ...next.organisations.flatMap(({ id, revokedAt, reason }) =>
      revokedAt === undefined || before.organisations.some((old) => old.id === id && old.revokedAt !== undefined)
        ? []
        : [`organisation ${id} is out (${reason ?? ''})`],
    ),
    ...keyLines(keyed(before), keyed(next)),
  ]
  const dates = `list ${before.version} becomes ${next.version}, until ${printInstant(next.expires)}`
  return [dates, ...(lines.length === 0 ? ['nothing else changes'] : lines)]
}

const namesOf = (entries: readonly { readonly id: string }[]): ReadonlySet<string> =>
  new Set(entries.map(({ id }) => id))

const named = (kind: string, before: ReadonlySet<string>, next: ReadonlySet<string>): readonly string[] => [
  ...[...next.difference(before)].map((id) => `${kind} ${id} joins`),
  ...[...before.difference(next)].map((id) => `${kind} ${id} leaves`),
]

const number = (what: string, before: number, next: number): readonly string[] =>
  before === next ? [] : [`${what}: ${before} becomes ${next}`]

interface Held {
  readonly holder: string
  readonly key: ListedKey
}

const keyed = ({ gateway, organisations, mandates }: TrustList): ReadonlyMap<string, Held> =>
  new Map(
    [gateway, ...organisations, ...mandates].flatMap(({ id, keys }) =>
      keys.map((key): [string, Held] => [key.kid, { holder: id, key }]),
    ),
  )

const keyLines = (before: ReadonlyMap<string, Held>, next: ReadonlyMap<string, Held>): readonly string[] => [
  ...[...next].flatMap(([kid, { holder, key }]) => {
    const old = before.get(kid)?.key
    if (old === undefined) return [`key ${kid} of ${holder} to ${key.use} with joins`]
    if (old.revokedAt !== key.revokedAt) return [`key ${kid} of ${holder} is revoked (${key.reason ?? ''})`]
    return old.until === key.until ? [] : [`key ${kid} of ${holder} ends ${printInstant(key.until)}`]
  }),
  ...[...before].flatMap(([kid, { holder }]) => (next.has(kid) ? [] : [`key ${kid} of ${holder} leaves`])),
]
