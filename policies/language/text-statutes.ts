/** One statute of a policy text: what policy cannot switch off, read from unknown JSON. */
import { LEVELS } from './level.ts'
import type { Statute } from './policy.ts'
import { basisIn, nameIn, type Names } from './names.ts'
import { distinct, oneOf, openMembers, readId, readName, type Members, type Place, type Reader } from './reading.ts'

const KINDS = ['mandatory', 'pull-only', 'regime-switch'] as const
type Kind = Statute['kind']

const OWN: Readonly<Record<Kind, readonly string[]>> = {
  mandatory: ['recipientType', 'section', 'atLeast'],
  'pull-only': ['recipientType', 'never'],
  'regime-switch': ['recipientTypes', 'conditions'],
}

/** Reads a statute; its members are those of its kind. */
export const readStatute =
  (names: Names): Reader<Statute> =>
  (value, place) => {
    const kind = peekKind(value, place)
    const members = openMembers(value, place, ['kind', 'id', 'basis', ...OWN[kind]])
    members.required('kind', oneOf(KINDS))
    return readKind(kind, members, names)
  }

/** The kind without noting anything: which members are known hangs on it. */
const peekKind = (value: unknown, place: Place): Kind =>
  openMembers(value, { ...place, faults: [] }, []).required('kind', oneOf(KINDS))

function readKind(kind: Kind, members: Members, names: Names): Statute {
  const recipientType = nameIn(names, 'recipientTypes')
  const common = { id: members.required('id', readId), basis: members.required('basis', basisIn(names)) }
  if (kind === 'pull-only') {
    return {
      kind,
      ...common,
      recipientType: members.required('recipientType', recipientType),
      never: members.required('never', distinct(readName, String)),
    }
  }
  if (kind === 'regime-switch') {
    return {
      kind,
      ...common,
      recipientTypes: members.required('recipientTypes', distinct(recipientType, String)),
      conditions: members.required('conditions', distinct(nameIn(names, 'conditions'), String)),
    }
  }
  return {
    kind,
    ...common,
    recipientType: members.required('recipientType', recipientType),
    section: members.required('section', nameIn(names, 'sections')),
    atLeast: members.required('atLeast', oneOf(LEVELS)),
  }
}
