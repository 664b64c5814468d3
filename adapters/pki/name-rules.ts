/** Names under name constraints, where RFC 5280 and wildcards meet (CVE-2025-61727): what a wildcard might stand for counts as named. */
import { AsnConvert } from '@peculiar/asn1-schema'
import { NameConstraints, SubjectAlternativeName } from '@peculiar/asn1-x509'

type Der = ArrayBuffer | undefined

/** `name-constraints` for an empty constraint or a wildcard that reaches into what is excluded; `wildcard` for one that is not a whole first label. */
export function constraintFault(names: Der, constraints: readonly Der[]): string | undefined {
  const parsed = constraints.flatMap((der) => (der === undefined ? [] : [AsnConvert.parse(der, NameConstraints)]))
  if (parsed.some(isEmpty)) return 'name-constraints'
  const wildcards = dnsNamesOf(names).filter((name) => name.includes('*'))
  if (wildcards.some((name) => !/^\*\.[^*]+\.[^*]+$/.test(name))) return 'wildcard'
  const excluded = parsed.flatMap(({ excludedSubtrees }) => dnsBases(excludedSubtrees))
  const reaches = wildcards.some((name) => excluded.some((base) => isUnder(base, name.slice(2))))
  return reaches ? 'name-constraints' : undefined
}

const isEmpty = ({ permittedSubtrees, excludedSubtrees }: NameConstraints): boolean =>
  (permittedSubtrees?.length ?? 0) + (excludedSubtrees?.length ?? 0) === 0

const dnsBases = (subtrees: NameConstraints['excludedSubtrees']): readonly string[] =>
  [...(subtrees ?? [])].flatMap(({ base }) => (base.dNSName === undefined ? [] : [base.dNSName.toLowerCase()]))

const dnsNamesOf = (names: Der): readonly string[] =>
  names === undefined
    ? []
    : [...AsnConvert.parse(names, SubjectAlternativeName)].flatMap(({ dNSName }) =>
        dNSName === undefined ? [] : [dNSName.toLowerCase()],
      )

const isUnder = (name: string, domain: string): boolean =>
  name === domain || name.replace(/^\./, '').endsWith(`.${domain}`)
