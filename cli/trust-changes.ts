/** What a proposed trust list changes, a line each, for the officer who is about to sign it: whatever has no line here has not changed. */
import { printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { ListedKey, TrustList } from '#gateway/core/trust-list/list.ts'

/** Every difference but those of version and dates, which the first line says. A renewal has no others, and says so. */
export function changesBetween(before: TrustList, next: TrustList): readonly string[] {
  const [old, now] = [thingsOf(before), thingsOf(next)]
  const lines = [
    ...[...now].flatMap(([name, facts]) => {
      const earlier = old.get(name)
      return earlier === undefined ? [`${name} joins (${facts.map(said).join(', ')})`] : factLines(name, earlier, facts)
    }),
    ...[...old.keys()].flatMap((name) => (now.has(name) ? [] : [`${name} leaves`])),
  ]
  const dates = `list ${before.version} becomes ${next.version}, until ${printInstant(next.expires)}`
  return [dates, ...(lines.length === 0 ? ['nothing else changes'] : lines)]
}

/** What is said of a thing, and how: undefined where nothing is. */
type Fact = readonly [label: string, value: string | undefined]
type Things = ReadonlyMap<string, readonly Fact[]>

/** An officer is told by its key, a key by its holder and use: another of either is another thing, which joins. */
function thingsOf(list: TrustList): Things {
  const { network, officers, organisations, mandates, gateway, witnesses, timestamping } = list
  const whole: readonly Fact[] = [
    ['network', quoted(network)],
    ['officers needed', String(officers.threshold)],
    ['witnesses needed', String(witnesses.quorum)],
    ['time-stamping', timestamping.join(' ')],
  ]
  return new Map([
    ['the list', whole],
    ...officers.members.map((officer) => thing(`officer ${officer.id} with key ${officer.kid}`, timesOf(officer))),
    ...organisations.map(({ id, uri, role, witnessKey, revokedAt, reason }) =>
      thing(`organisation ${id}`, [
        ['uri', quoted(uri)],
        ['role', role],
        ['witness key', quoted(witnessKey)],
        ['out', revocation(revokedAt, reason)],
      ]),
    ),
    ...mandates.map(({ id, organisation }) => thing(`mandate ${id}`, [['organisation', organisation]])),
    thing(`gateway ${gateway.id}`, [
      ['uri', quoted(gateway.uri)],
      ['log key', quoted(gateway.logKey)],
    ]),
    ...organisations.flatMap((holder) => keyThings(`organisation ${holder.id}`, holder.keys)),
    ...mandates.flatMap((holder) => keyThings(`mandate ${holder.id}`, holder.keys)),
    ...keyThings(`gateway ${gateway.id}`, gateway.keys),
  ])
}

const thing = (name: string, facts: readonly Fact[]): [string, readonly Fact[]] => [name, facts]

const keyThings = (holder: string, keys: readonly ListedKey[]): readonly [string, readonly Fact[]][] =>
  keys.map(({ kid, use, alg, role, revokedAt, reason, ...times }) =>
    thing(`key ${kid} of ${holder} to ${use} with`, [
      ['algorithm', alg],
      ['role', role],
      ...timesOf(times),
      ['revoked', revocation(revokedAt, reason)],
    ]),
  )

const timesOf = ({ from, until }: { readonly from: Instant; readonly until: Instant }): readonly Fact[] => [
  ['from', printInstant(from)],
  ['until', printInstant(until)],
]

const revocation = (at: Instant | undefined, reason: string | undefined): string | undefined =>
  at === undefined ? undefined : `${reason ?? ''}, since ${printInstant(at)}`

/** What is free text in a list must not write lines of its own. */
const quoted = (text: string | undefined): string | undefined => (text === undefined ? undefined : JSON.stringify(text))

const said = ([label, value = 'none']: Fact): string => `${label} ${value}`

const factLines = (name: string, before: readonly Fact[], next: readonly Fact[]): readonly string[] =>
  next.flatMap(([label, value], index) => {
    const old = before[index]?.[1]
    if (old === value) return []
    const isRevoked = old === undefined && (label === 'out' || label === 'revoked')
    return [
      isRevoked
        ? `${name} is ${said([label, `(${value ?? ''})`])}`
        : `${name}: ${label} ${old ?? 'none'} becomes ${value ?? 'none'}`,
    ]
  })
