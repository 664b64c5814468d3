/** Labels that several places put on one item, brought together: the strictest of each, never a looser one. Pure. */
import type { ItemText, KNOWN_CLASSIFICATIONS } from '#gateway/core/item.ts'
import { TLP_LABELS } from '#policies/language/item.ts'
import type { ItemLabels } from './mapping.ts'

export type Labels = ItemLabels

/** Lowest first. Written out, for the schema it comes from would cost the mapping child a third of its start. */
const ORDER = [
  'non-protege',
  'diffusion-restreinte',
  'secret',
  'tres-secret',
] as const satisfies typeof KNOWN_CLASSIFICATIONS

export type Strictest = { readonly ok: true; readonly labels: Labels } | { readonly ok: false; readonly reason: string }

/** The highest classification and TLP, all codes and conditions, only those whom all name. What cannot be both is a reason to refuse. */
export function strictest(given: readonly Labels[]): Strictest {
  const said = given.filter((labels) => Object.keys(labels).length > 0)
  const secrecies = distinct(said.map(({ secrecyRegime }) => (secrecyRegime === 'none' ? undefined : secrecyRegime)))
  const owners = distinct(said.map(({ originator }) => originator))
  const gradings = [said.map(({ source }) => source), said.map(({ information }) => information)]
  if (secrecies.length > 1) return { ok: false, reason: 'marked with two secrecies' }
  if (owners.length > 1) return { ok: false, reason: 'marked with two originators' }
  if (gradings.some((grades) => distinct(grades.map((grade) => grade?.code)).length > 1))
    return { ok: false, reason: 'graded twice, and not alike' }
  return { ok: true, labels: withoutNothing(together(said)) }
}

function together(said: readonly Labels[]): Record<string, unknown> {
  const lists = said.flatMap(({ releasableTo }) => (releasableTo === undefined ? [] : [releasableTo]))
  return {
    classification: highest(
      ORDER,
      said.map(({ classification }) => classification),
    ),
    tlp: highest(
      TLP_LABELS,
      said.map(({ tlp }) => tlp),
    ),
    handling: union(said.map(({ handling }) => handling)),
    conditions: union(said.map(({ conditions }) => conditions)),
    specialCategories: union(said.map(({ specialCategories }) => specialCategories)),
    releasableTo:
      lists.length === 0 ? undefined : lists.reduce((kept, list) => kept.filter((name) => list.includes(name))),
    secrecyRegime: said.find(({ secrecyRegime }) => secrecyRegime !== undefined && secrecyRegime !== 'none')
      ?.secrecyRegime,
    receivedInConfidence: said.some((labels) => labels.receivedInConfidence === true) ? true : undefined,
    originator: said.find(({ originator }) => originator !== undefined)?.originator,
    source: said.find(({ source }) => source !== undefined)?.source,
    information: said.find(({ information }) => information !== undefined)?.information,
  }
}

const withoutNothing = (labels: Record<string, unknown>): Labels =>
  Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== undefined)) as Partial<ItemText>

const distinct = (names: readonly (string | undefined)[]): readonly string[] => [
  ...new Set(names.filter((name) => name !== undefined)),
]

const union = <Name extends string>(lists: readonly (readonly Name[] | undefined)[]): readonly Name[] | undefined => {
  const names = [...new Set(lists.flatMap((list) => list ?? []))]
  return names.length === 0 ? undefined : names.toSorted()
}

const highest = <Name extends string>(order: readonly Name[], names: readonly (Name | undefined)[]): Name | undefined =>
  order.findLast((name) => names.includes(name))
