/** The catalogue: every attribute that a rule may name, its type, where its values come from, and who vouches for it. */
import type { Vocabulary } from './policy.ts'

export type AttributeType = 'string' | 'list' | 'boolean' | 'integer'
export type Voucher = 'registry' | 'edge' | 'sender' | 'broker'

export interface Attribute {
  readonly name: string
  readonly type: AttributeType
  /** The vocabulary list that its values must come from, where there is one. */
  readonly names?: keyof Vocabulary
  readonly vouchedBy: Voucher
  readonly means: string
}

const attribute = (
  name: string,
  type: AttributeType,
  vouchedBy: Voucher,
  means: string,
  names?: keyof Vocabulary,
): Attribute => (names === undefined ? { name, type, vouchedBy, means } : { name, type, vouchedBy, means, names })

export const ATTRIBUTES: readonly Attribute[] = [
  attribute(
    'recipient.type',
    'string',
    'registry',
    'recipient type of the mandate, a column of the matrix',
    'recipientTypes',
  ),
  attribute('recipient.role', 'string', 'registry', 'role of the mandate', 'roles'),
  attribute('recipient.organisation', 'string', 'registry', 'organisation of the mandate'),
  attribute('recipient.mandate', 'string', 'registry', 'the mandate itself'),
  attribute('recipient.groups', 'list', 'registry', 'groups it belongs to, as casbin answers'),
  attribute('recipient.regime', 'string', 'registry', 'LED, GDPR, NATSEC or THIRD'),
  attribute('recipient.clinician', 'boolean', 'registry', 'the mandate is of a clinician'),
  attribute('recipient.careTeams', 'list', 'registry', 'care teams the mandate belongs to'),
  attribute('recipient.secrecies', 'list', 'registry', 'secrecy regimes it is bound by'),
  attribute('recipient.clearedForDr', 'boolean', 'registry', 'may handle Diffusion Restreinte'),
  attribute('recipient.sites', 'list', 'registry', 'sites the mandate covers'),
  attribute('edge.purpose', 'string', 'edge', 'why the data go', 'purposes'),
  attribute('edge.regime', 'string', 'edge', 'legal regime of the flow'),
  attribute('edge.basis', 'string', 'edge', 'legal basis of the flow'),
  attribute('edge.sender', 'string', 'edge', 'sending organisation'),
  attribute('edge.senderRegime', 'string', 'edge', 'regime of the sender'),
  attribute('edge.agreement', 'string', 'edge', 'agreement id in force'),
  attribute('edge.art9', 'string', 'edge', 'authorisation under LED Art. 9(2) in force'),
  attribute('edge.consents', 'list', 'edge', 'originators whose consent token names this recipient'),
  attribute('edge.statutory', 'list', 'edge', 'statutory flows this edge serves'),
  attribute('case.measureActive', 'boolean', 'sender', 'a legal measure runs at the instant'),
  attribute('case.measureSections', 'list', 'sender', 'sections that a judicial decision in force carries', 'sections'),
  attribute(
    'case.informedSections',
    'list',
    'sender',
    'sections the person was informed of or consented to',
    'sections',
  ),
  attribute('case.careTeam', 'string', 'sender', 'the care team of the person'),
  attribute('case.site', 'string', 'sender', 'site that follows the case'),
  attribute('case.jurisdiction', 'string', 'sender', 'judicial district'),
  attribute('case.restricted', 'boolean', 'sender', 'access is limited to named people'),
  attribute('case.allowed', 'list', 'sender', 'mandates or organisations that a restricted case names'),
  attribute('case.minor', 'boolean', 'sender', 'the person is under 18'),
  attribute(
    'request.sections',
    'list',
    'broker',
    'sections named by a granted request in force of this recipient',
    'sections',
  ),
  attribute('request.kinds', 'list', 'broker', 'kinds of the granted requests in force'),
  attribute('item.section', 'string', 'sender', 'section of the case summary', 'sections'),
  attribute('item.term', 'string', 'sender', 'what the item says', 'terms'),
  attribute('item.record', 'string', 'sender', 'native record or endpoint it was read from', 'records'),
  attribute('item.path', 'string', 'sender', 'JSON Pointer in its record, array indexes left out'),
  attribute('item.within', 'list', 'sender', 'member names and pointers that enclose it'),
  attribute('item.kind', 'string', 'sender', 'ladder of its value'),
  attribute(
    'item.nature',
    'string',
    'sender',
    'fact, assessment, opinion, intelligence, statement-of-person, decision',
  ),
  attribute('item.subjectCategory', 'string', 'sender', 'LED Art. 6 category of the person it is about'),
  attribute('item.specialCategories', 'list', 'sender', 'LED Art. 10 categories'),
  attribute(
    'item.markings',
    'list',
    'sender',
    'conditions, TLP, handling codes, classification and gradings, as marked',
  ),
  attribute('item.secrecyRegime', 'string', 'sender', 'professional secrecy, or none'),
  attribute('item.authorRole', 'string', 'sender', 'role of its author'),
  attribute('item.authorService', 'string', 'sender', 'service of its author'),
  attribute('item.disputed', 'boolean', 'sender', 'the person disputes it'),
  attribute('item.subjectInformed', 'string', 'sender', 'yes, no or deferred'),
  attribute('item.isPast', 'boolean', 'broker', 'superseded, expired or an old event'),
  attribute('item.attested', 'string', 'broker', 'originator, or broker where the broker mapped it'),
]

const BY_NAME: ReadonlyMap<string, Attribute> = new Map(ATTRIBUTES.map((entry) => [entry.name, entry]))

/** The attribute of that full name, or undefined: an unknown name is a fault in a text and an error in a condition. */
export const attributeNamed = (name: string): Attribute | undefined => BY_NAME.get(name)
