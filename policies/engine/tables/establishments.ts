/** Prisons by a short code: name, type and interregional directorate (DISP), as the Justice ministry publishes them; a modest share of all. */

/** Types of establishment: maison d'arrêt, centre de détention, maison centrale, centre pénitentiaire, semi-liberté, établissement pour mineurs. */
export const ESTABLISHMENT_TYPES = ['MA', 'CD', 'MC', 'CP', 'CSL', 'EPM'] as const

export const DISP_NAMES = [
  'Bordeaux',
  'Dijon',
  'Lille',
  'Lyon',
  'Marseille',
  'Paris',
  'Rennes',
  'Strasbourg',
  'Toulouse',
  'Outre-mer',
] as const

export interface Establishment {
  readonly code: string
  readonly name: string
  readonly type: (typeof ESTABLISHMENT_TYPES)[number]
  readonly disp: (typeof DISP_NAMES)[number]
}

export const ESTABLISHMENTS_VERSION = 'fr-establishments/1'

export const ESTABLISHMENTS: readonly Establishment[] = [
  { code: 'fleury-merogis', name: "Maison d'arrêt de Fleury-Mérogis", type: 'MA', disp: 'Paris' },
  { code: 'fresnes', name: 'Centre pénitentiaire de Fresnes', type: 'CP', disp: 'Paris' },
  { code: 'paris-la-sante', name: 'Centre pénitentiaire de Paris-La Santé', type: 'CP', disp: 'Paris' },
  { code: 'osny', name: "Maison d'arrêt du Val-d'Oise", type: 'MA', disp: 'Paris' },
  { code: 'nanterre', name: 'Centre pénitentiaire des Hauts-de-Seine', type: 'CP', disp: 'Paris' },
  { code: 'poissy', name: 'Maison centrale de Poissy', type: 'MC', disp: 'Paris' },
  { code: 'vendin-le-vieil', name: 'Centre pénitentiaire de Vendin-le-Vieil', type: 'CP', disp: 'Lille' },
  { code: 'lille-annoeullin', name: 'Centre pénitentiaire de Lille-Annœullin', type: 'CP', disp: 'Lille' },
  { code: 'conde-sur-sarthe', name: "Centre pénitentiaire d'Alençon-Condé-sur-Sarthe", type: 'CP', disp: 'Rennes' },
  { code: 'rennes-femmes', name: 'Centre pénitentiaire pour femmes de Rennes', type: 'CP', disp: 'Rennes' },
  { code: 'nantes', name: 'Centre pénitentiaire de Nantes', type: 'CP', disp: 'Rennes' },
  { code: 'lyon-corbas', name: "Maison d'arrêt de Lyon-Corbas", type: 'MA', disp: 'Lyon' },
  {
    code: 'saint-quentin-fallavier',
    name: 'Centre pénitentiaire de Saint-Quentin-Fallavier',
    type: 'CP',
    disp: 'Lyon',
  },
  { code: 'epm-rhone', name: 'Établissement pénitentiaire pour mineurs du Rhône', type: 'EPM', disp: 'Lyon' },
  { code: 'marseille-baumettes', name: 'Centre pénitentiaire de Marseille', type: 'CP', disp: 'Marseille' },
  { code: 'aix-luynes', name: "Centre pénitentiaire d'Aix-Luynes", type: 'CP', disp: 'Marseille' },
  { code: 'arles', name: "Maison centrale d'Arles", type: 'MC', disp: 'Marseille' },
  { code: 'strasbourg', name: "Maison d'arrêt de Strasbourg", type: 'MA', disp: 'Strasbourg' },
  { code: 'ensisheim', name: "Maison centrale d'Ensisheim", type: 'MC', disp: 'Strasbourg' },
  { code: 'clairvaux', name: 'Maison centrale de Clairvaux', type: 'MC', disp: 'Strasbourg' },
  { code: 'bordeaux-gradignan', name: 'Centre pénitentiaire de Bordeaux-Gradignan', type: 'CP', disp: 'Bordeaux' },
  { code: 'toulouse-seysses', name: "Maison d'arrêt de Toulouse-Seysses", type: 'MA', disp: 'Toulouse' },
  { code: 'dijon', name: "Maison d'arrêt de Dijon", type: 'MA', disp: 'Dijon' },
  { code: 'baie-mahault', name: 'Centre pénitentiaire de Baie-Mahault', type: 'CP', disp: 'Outre-mer' },
]

const BY_CODE: ReadonlyMap<string, Establishment> = new Map(ESTABLISHMENTS.map((entry) => [entry.code, entry]))

export const establishmentByCode = (code: string): Establishment | undefined => BY_CODE.get(code)
