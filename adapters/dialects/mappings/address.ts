/** Mappings of addresses: those of probation (Delius) and those of the integrated view. */
import type { MappingRow, RecordMapping } from '#adapters/dialects/mapping.ts'

interface AddressNames {
  readonly list: string
  readonly street: readonly string[]
  readonly from: string
  readonly to: string
  readonly homeless: string
  readonly kind: string
}

const addressRows = ({ list, street, from, to, homeless, kind }: AddressNames): readonly MappingRow[] => {
  const home = {
    nature: 'fact',
    section: 'accommodation',
    observedAt: [`${list}/*/${from}`],
    validUntil: [`${list}/*/${to}`],
  } as const
  return [
    {
      ...home,
      from: `${list}/*`,
      term: 'address',
      value: {
        as: 'record',
        members: {
          street: street.map((member) => `${list}/*/${member}`),
          postcode: [`${list}/*/postcode`],
          commune: [`${list}/*/town`],
        },
      },
    },
    { ...home, from: `${list}/*/${homeless}`, term: 'accommodation-stability', value: { as: 'json' } },
    { ...home, from: `${list}/*/${kind}`, term: 'accommodation-type', value: { as: 'json' } },
    { ...home, from: `${list}/*/notes`, term: 'accommodation-request', nature: 'assessment', value: { as: 'text' } },
    { ...home, from: `${list}/*/${to}`, term: 'accommodation-end-date', value: { as: 'day' } },
  ]
}

export const ADDRESS_MAPPINGS: readonly RecordMapping[] = [
  {
    record: 'delius-addresses',
    authorRole: 'probation-officer',
    required: ['/contactDetails/addresses'],
    subject: [],
    rows: addressRows({
      list: '/contactDetails/addresses',
      street: ['buildingName', 'addressNumber', 'streetName', 'district', 'county'],
      from: 'from',
      to: 'to',
      homeless: 'noFixedAbode',
      kind: 'type',
    }),
  },
  {
    record: 'person-addresses',
    authorRole: 'probation-officer',
    required: ['/data'],
    subject: [],
    rows: addressRows({
      list: '/data',
      street: ['name', 'number', 'street', 'locality', 'county', 'country'],
      from: 'startDate',
      to: 'endDate',
      homeless: 'noFixedAddress',
      kind: 'types',
    }),
  },
]
