/** Offences: article or NATINF code → heading → family → terrorist or ordinary. Article numbers of the codes in force in 2026. */

export interface Heading {
  readonly id: string
  readonly en: string
  readonly fr: string
  readonly family: string
  /** `cp` Code pénal, `cpp` Code de procédure pénale, `csi` Code de la sécurité intérieure, `cr` Code de la route. */
  readonly articles: readonly string[]
  /** NATINF codes of the Justice ministry; a deployment adds those it uses. */
  readonly natinf: readonly string[]
}

export const OFFENCES_VERSION = 'fr-offences/1'

/** Families whose offences are of terrorism; every other known family is ordinary. */
export const TERRORIST_FAMILIES: readonly string[] = ['terrorism', 'terrorism-speech', 'terrorism-measures']

const heading = (id: string, family: string, en: string, fr: string, articles: string, natinf = ''): Heading => {
  const codes = (list: string): readonly string[] => list.split(' ').filter((code) => code !== '')
  return { id, en, fr, family, articles: codes(articles), natinf: codes(natinf) }
}

export const HEADINGS: readonly Heading[] = [
  heading('terrorist-act', 'terrorism', 'Terrorist act', 'Acte de terrorisme', 'cp.421-1 cp.421-2'),
  heading(
    'terrorist-association',
    'terrorism',
    'Participation in a terrorist association',
    'Association de malfaiteurs terroriste',
    'cp.421-2-1 cp.421-5 cp.421-6',
  ),
  heading(
    'terrorist-financing',
    'terrorism',
    'Financing of terrorism',
    'Financement du terrorisme',
    'cp.421-2-2 cp.421-2-3',
  ),
  heading(
    'terrorist-recruitment',
    'terrorism',
    'Recruitment for terrorism',
    'Recrutement en vue du terrorisme',
    'cp.421-2-4',
  ),
  heading(
    'terrorist-undertaking',
    'terrorism',
    'Individual terrorist undertaking',
    'Entreprise terroriste individuelle',
    'cp.421-2-6',
  ),
  heading(
    'terrorist-parental-incitement',
    'terrorism',
    'Making a minor take part in terrorism',
    'Participation imposée à un mineur',
    'cp.421-2-4-1',
  ),
  heading(
    'terrorism-glorification',
    'terrorism-speech',
    'Incitement to or glorification of terrorism',
    'Provocation ou apologie du terrorisme',
    'cp.421-2-5',
  ),
  heading(
    'terrorism-content',
    'terrorism-speech',
    'Handling of terrorist propaganda',
    'Extraction ou reproduction de contenus terroristes',
    'cp.421-2-5-1',
  ),
  heading(
    'terrorism-register-breach',
    'terrorism-measures',
    'Breach of duties of the terrorist offender register',
    'Manquement aux obligations du FIJAIT',
    'cpp.706-25-7',
  ),
  heading(
    'administrative-measure-breach',
    'terrorism-measures',
    'Breach of an individual monitoring measure',
    'Violation de MICAS',
    'csi.228-7',
  ),
  heading('murder', 'violence-fatal', 'Murder', 'Meurtre ou assassinat', 'cp.221-1 cp.221-2 cp.221-3 cp.221-4'),
  heading(
    'fatal-violence',
    'violence-fatal',
    'Violence causing death',
    'Violences ayant entraîné la mort',
    'cp.222-7 cp.222-8',
  ),
  heading('torture', 'violence-serious', 'Torture or barbarity', 'Torture ou actes de barbarie', 'cp.222-1 cp.222-3'),
  heading(
    'mutilating-violence',
    'violence-serious',
    'Violence causing lasting harm',
    'Violences ayant entraîné une infirmité',
    'cp.222-9 cp.222-10',
  ),
  heading('violence', 'violence', 'Violence', 'Violences', 'cp.222-11 cp.222-12 cp.222-13'),
  heading('threats', 'violence', 'Threats', 'Menaces', 'cp.222-17 cp.222-18'),
  heading('harassment', 'violence', 'Harassment', 'Harcèlement', 'cp.222-33-2 cp.222-33-2-1 cp.222-33-2-2'),
  heading('endangerment', 'violence', 'Endangering another person', "Mise en danger d'autrui", 'cp.223-1'),
  heading('rape', 'sexual', 'Rape', 'Viol', 'cp.222-23 cp.222-24'),
  heading('sexual-assault', 'sexual', 'Sexual assault', 'Agression sexuelle', 'cp.222-27 cp.222-28 cp.222-29'),
  heading(
    'abduction',
    'liberty',
    'Abduction or unlawful confinement',
    'Enlèvement et séquestration',
    'cp.224-1 cp.224-2',
  ),
  heading(
    'trafficking-in-persons',
    'liberty',
    'Trafficking in persons',
    'Traite des êtres humains',
    'cp.225-4-1 cp.225-4-2',
  ),
  heading('procuring', 'liberty', 'Procuring', 'Proxénétisme', 'cp.225-5 cp.225-7'),
  heading(
    'drug-trafficking',
    'drugs',
    'Drug trafficking',
    'Trafic de stupéfiants',
    'cp.222-34 cp.222-35 cp.222-36 cp.222-37 cp.222-39',
  ),
  heading('drug-use', 'drugs', 'Drug use', 'Usage de stupéfiants', 'csp.3421-1', '180'),
  heading('theft', 'property', 'Theft', 'Vol', 'cp.311-1 cp.311-3 cp.311-4 cp.311-5', '7151'),
  heading(
    'armed-robbery',
    'property-violent',
    'Armed or organised robbery',
    'Vol à main armée ou en bande organisée',
    'cp.311-8 cp.311-9',
  ),
  heading('extortion', 'property-violent', 'Extortion', 'Extorsion', 'cp.312-1'),
  heading('fraud', 'property', 'Fraud', 'Escroquerie', 'cp.313-1 cp.313-2'),
  heading('breach-of-trust', 'property', 'Breach of trust', 'Abus de confiance', 'cp.314-1'),
  heading('handling-stolen-goods', 'property', 'Handling stolen goods', 'Recel', 'cp.321-1 cp.321-2'),
  heading('criminal-damage', 'property', 'Criminal damage', 'Dégradations', 'cp.322-1'),
  heading(
    'dangerous-damage',
    'property-violent',
    'Damage dangerous to persons',
    'Destruction dangereuse pour les personnes',
    'cp.322-5 cp.322-6',
  ),
  heading('money-laundering', 'financial', 'Money laundering', 'Blanchiment', 'cp.324-1 cp.324-2'),
  heading('forgery', 'financial', 'Forgery', 'Faux et usage de faux', 'cp.441-1 cp.441-2'),
  heading('combat-group', 'public-order', 'Combat group', 'Groupe de combat', 'cp.431-13 cp.431-14'),
  heading('insult-to-official', 'authority', 'Insulting a public official', 'Outrage', 'cp.433-5'),
  heading('resisting', 'authority', 'Resisting a public official', 'Rébellion', 'cp.433-6 cp.433-7'),
  heading('escape', 'authority', 'Escape', 'Évasion', 'cp.434-27 cp.434-29'),
  heading('criminal-association', 'organised', 'Criminal association', 'Association de malfaiteurs', 'cp.450-1'),
  heading(
    'weapons',
    'weapons',
    'Unlawful possession of weapons',
    "Détention ou port d'armes",
    'cp.222-52 csi.317-4 csi.317-8',
  ),
  heading('drink-driving', 'road', 'Drink-driving', "Conduite sous l'empire d'un état alcoolique", 'cr.234-1', '1247'),
  heading('driving-without-licence', 'road', 'Driving without a licence', 'Conduite sans permis', 'cr.221-2'),
  heading('family-abandonment', 'family', 'Failure to pay maintenance', 'Abandon de famille', 'cp.227-3'),
  heading(
    'parental-neglect',
    'family',
    'Neglect of parental duties',
    'Soustraction aux obligations parentales',
    'cp.227-17',
  ),
]

const BY_ID: ReadonlyMap<string, Heading> = new Map(HEADINGS.map((entry) => [entry.id, entry]))
const BY_ARTICLE: ReadonlyMap<string, Heading> = new Map(
  HEADINGS.flatMap((entry) => entry.articles.map((article): [string, Heading] => [article, entry])),
)
const BY_NATINF: ReadonlyMap<string, Heading> = new Map(
  HEADINGS.flatMap((entry) => entry.natinf.map((code): [string, Heading] => [code, entry])),
)
const FAMILIES: ReadonlySet<string> = new Set(HEADINGS.map((entry) => entry.family))

export const headingById = (id: string): Heading | undefined => BY_ID.get(id)
export const headingOfArticle = (article: string): Heading | undefined => BY_ARTICLE.get(article)
export const headingOfNatinf = (code: string): Heading | undefined => BY_NATINF.get(code)

/** Undefined for a family that the table does not hold: nothing is ordinary by guess. */
export const natureOfFamily = (family: string): 'terrorist' | 'ordinary' | undefined => {
  if (!FAMILIES.has(family)) return undefined
  return TERRORIST_FAMILIES.includes(family) ? 'terrorist' : 'ordinary'
}
