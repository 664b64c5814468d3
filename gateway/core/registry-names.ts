/** Names in a registry that mean something to a policy: a flow for a purpose that it does not have carries nothing, a mandate of a type that it does not have is shown nothing. */
import type { PolicySet } from '#policies/language/policy.ts'
import { SECRECY_REGIMES } from './item.ts'

/** Where a name stands that the policy does not have, as a path, and the names that it has. */
export interface UnknownName {
  readonly path: readonly (string | number)[]
  readonly name: string
  readonly known: readonly string[]
}

interface NamedParts {
  readonly mandates: readonly Readonly<Record<string, unknown>>[]
  readonly edges: readonly Readonly<Record<string, unknown>>[]
}

/** All of them, in the order of the registry. What is no name at all is left to the schema; a policy without roles of its own takes any. Pure. */
export function unknownNames(
  { vocabulary, bases }: PolicySet,
  { mandates, edges }: NamedParts,
): readonly UnknownName[] {
  const basisIds = bases.map(({ id }) => id)
  const lookUp = (path: UnknownName['path'], value: unknown, known: readonly string[]): readonly UnknownName[] =>
    Array.isArray(value)
      ? value.flatMap((entry, index) => lookUp([...path, index], entry, known))
      : typeof value === 'string' && known.length > 0 && !known.includes(value)
        ? [{ path, name: value, known }]
        : []
  return [
    ...mandates.flatMap((mandate, index) => [
      ...lookUp(['mandates', index, 'type'], mandate['type'], vocabulary.recipientTypes),
      ...lookUp(['mandates', index, 'role'], mandate['role'], vocabulary.roles),
      ...lookUp(['mandates', index, 'secrecies'], mandate['secrecies'], SECRECY_REGIMES),
    ]),
    ...edges.flatMap((edge, index) => [
      ...lookUp(['edges', index, 'purposes'], edge['purposes'], vocabulary.purposes),
      ...lookUp(['edges', index, 'basis'], edge['basis'], basisIds),
    ]),
  ]
}
