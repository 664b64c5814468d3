/** Random messages of every kind that holds items, with values on every ladder, and a view of them at random ceilings and choices. */
import fc from 'fast-check'
import { RUNGS, LEVELS } from '#policies/language/level.ts'
import type { Rung } from '#policies/language/level.ts'
import type { Ceiling } from '#policies/engine/ceiling.ts'
import { UNNARROWED } from '#gateway/core/choice.ts'
import type { ItemId } from '#gateway/core/ids.ts'
import type { Item } from '#gateway/core/item.ts'
import { label } from '#gateway/core/label.ts'
import { itemsOf, messageSchema, replacedBy } from '#gateway/core/message.ts'
import type { Projection } from '#gateway/core/projection.ts'
import { isCopied } from '#gateway/core/case-copy/schema.ts'
import type { CopiedMessage } from '#gateway/core/case-copy/schema.ts'
import { SECTIONS } from '#gateway/core/vocabulary/sections.ts'
import { shape } from '#gateway/rooms/shape.ts'
import { aChoice } from './arbitrary-choices.ts'
import { COMPUTED_VALUES } from './arbitrary-values.ts'
import { MIDDLE, pick } from './small-world.ts'

export const SENDER = 'spiffe://example.test/org/probation-paris'

const EXACT: Readonly<Record<string, unknown>> = {
  ...COMPUTED_VALUES,
  'birth-date': '1998-05-02',
  prison: { code: '00628309', name: 'Maison Exemple', wing: 'B2' },
  offence: { article: 'cp.421-2-1', text: 'secret offence' },
  sentence: { kind: 'imprisonment', years: 3, months: 4 },
  amount: { amount: 1450, currency: 'EUR' },
  risk: { score: 12, scale: 'ERG-R' },
  'third-person': { name: 'Bo Exemple', role: 'cousin' },
  employer: { name: 'Atelier Exemple', sector: 'wood' },
}
const AUTHORED: Readonly<Record<string, Readonly<Partial<Record<Rung, unknown>>>>> = {
  'third-person': { g1: { role: 'cousin', initial: 'B' }, g2: { role: 'cousin' } },
  employer: { g1: { sector: 'wood' } },
  'birth-date': { g4: 'adult' },
}
/** One or two terms of each ladder kind, and native terms without any. */
const PLACES = [
  ...[...new Set(SECTIONS.flatMap(({ terms }) => terms.map(({ kind }) => kind)))].flatMap((kind) =>
    SECTIONS.flatMap(({ id, terms }) =>
      terms.filter((term) => term.kind === kind).map((term) => ({ id, term: term.id, kind })),
    ).slice(0, 2),
  ),
  { id: 'native-record', term: 'anything', kind: 'plain' },
]

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined })
const aDay = pick(['2026-03-01', '2026-11-30', '2027-02-14T09:30:00Z', '2025-12-31'])

function aValue(kind: string): fc.Arbitrary<object> {
  const exact = EXACT[kind] ?? (kind === 'plain' ? { deep: [{ value: 'secret-plain' }], none: null } : 'secret-exact')
  const authored =
    AUTHORED[kind] ?? (kind in EXACT || kind === 'plain' ? {} : { g1: 'g1 words', g2: 'g2 words', g3: 'g3 words' })
  return fc.subarray(Object.entries(authored)).chain((rungs) =>
    fc.boolean().map((isExact) => ({
      ...(isExact || rungs.length === 0 ? { value: exact } : {}),
      ...(rungs.length === 0 ? {} : { rungs: Object.fromEntries(rungs) }),
    })),
  )
}

const anItemAt = (place: (typeof PLACES)[number]): fc.Arbitrary<object> =>
  fc
    .tuple(
      aValue(place.kind),
      fc.record({
        itemId: fc.uuid({ version: 4 }),
        nature: pick(['fact', 'assessment', 'intelligence'] as const),
        subjectCategory: pick(['convicted', 'child'] as const),
        specialCategories: fc.subarray(['health', 'offence']),
        author: fc.record({ role: pick(['educator', 'registrar']), service: pick(['service-one', 'service-two']) }),
        observedAt: aDay,
        completeness: pick(['complete', 'unknown']),
        secrecyRegime: pick(['none', 'medical']),
        receivedInConfidence: fc.boolean(),
        classification: pick(['non-protege', 'diffusion-restreinte']),
        handling: fc.subarray(['H0', 'H1']),
        conditions: fc.subarray(['no-onward', 'no-judicial-use']),
        disputed: fc.boolean(),
        subjectInformed: pick(['yes', 'deferred']),
      }),
      fc.record(
        {
          recordedAt: aDay,
          validUntil: aDay,
          source: fc.constant({ scheme: 'admiralty', code: 'B' }),
          information: fc.constant({ scheme: 'admiralty', code: '2' }),
          method: fc.constant('secret-method'),
          evidenceFor: fc.constant(['secret-for']),
          evidenceAgainst: fc.constant(['secret-against']),
          missingInformation: fc.constant('secret-gap'),
          subjectStatement: fc.constant('secret-statement'),
          handlingNote: fc.constant('secret-note'),
          tlp: pick(['TLP:GREEN', 'TLP:AMBER']),
          originator: fc.constant('prison-paris'),
          releasableTo: fc.constant(['pairs-paris']),
          releaseUntil: aDay,
          purposes: fc.constant(['follow-up']),
          supersedes: fc.uuid({ version: 4 }),
          derivedFrom: fc.constant(['11111111-1111-4111-8111-111111111111']),
          lang: fc.constant('fr'),
          record: fc.constant('person'),
          at: fc.constant('/data/0/name'),
        },
        { requiredKeys: [] },
      ),
    )
    .map((parts) => Object.assign({ section: place.id, term: place.term }, ...parts) as object)

const anItemText = pick(PLACES).chain(anItemAt)
const KINDS: readonly fc.Arbitrary<object>[] = [
  fc.record({ kind: pick(['CaseHandover', 'Referral', 'EndOfCustodyNote']) }),
  fc.constant({ kind: 'Referral', facts: { careTeam: 'team-one', minor: false } }),
  fc.constant({ kind: 'QuarterlyReport', quarter: '2026-Q4' }),
  fc.constant({ kind: 'MonthlyMeetingRecord', meetingOn: '2026-11-12', attendees: ['mandate-one'] }),
  fc.constant({ kind: 'IncidentAlert', severity: 'serious', finding: 'alleged' }),
  fc.constant({ kind: 'Correction', reason: 'inaccurate' }),
  fc.constant({
    kind: 'InformationResponse',
    inReplyTo: '22222222-2222-4222-8222-222222222222',
    granted: ['health'],
    refused: [{ section: 'family', reason: 'secrecy' }],
    until: '2027-01-01',
  }),
]

const copied = (text: object): CopiedMessage => {
  const message = messageSchema.parse(text)
  if (!isCopied(message)) throw new Error('a kind without items')
  return message
}

/** The envelope around a body of any kind that holds items. */
export const aCopiedMessage = (body: object): CopiedMessage =>
  copied({
    sch: 'passerelle/1',
    iss: SENDER,
    aud: 'spiffe://example.test/gateway',
    iat: 1_795_000_012,
    jti: '33333333-3333-4333-8333-333333333333',
    caseId: 'DEMO-2026-01',
    purpose: 'follow-up',
    legalBasisId: 'fr.cpp.1',
    ...body,
  })

export const aRandomMessage = (maxItems = 6): fc.Arbitrary<CopiedMessage> =>
  fc
    .tuple(
      fc.oneof(...KINDS),
      fc.uniqueArray(anItemText, { maxLength: maxItems }),
      maybe(fc.constant(['pairs-paris'])),
      fc.boolean(),
    )
    .map(([body, items, to, hasNoItems]) => {
      const isAnswer = 'inReplyTo' in body
      return aCopiedMessage({
        ...body,
        ...(to === undefined ? {} : { to }),
        ...(isAnswer && hasNoItems ? {} : { items }),
      })
    })

/** What policy may say of one item: any level, any limit of any kind of value, conditions that only grow. */
const aCeiling: fc.Arbitrary<Omit<Ceiling, 'rules' | 'bases' | 'because'>> = fc.record({
  level: pick(LEVELS),
  omission: pick(['silent', 'declared'] as const),
  conditions: fc.subarray(['added-one', 'no-onward']),
  rungs: fc.dictionary(pick([...Object.keys(EXACT), 'free-text', 'diagnosis', 'plain']), pick(RUNGS), { maxKeys: 6 }),
})

export interface Seen {
  readonly message: CopiedMessage
  readonly projection: Projection
  readonly itemIds: readonly ItemId[]
}

export interface Ceilings {
  readonly ceilings: readonly Omit<Ceiling, 'rules' | 'bases' | 'because'>[]
  readonly choice: Parameters<typeof shape>[0]['choices']['practitioner']
  readonly hasSeenOld: boolean
}

export const someCeilings = (count = 8): fc.Arbitrary<Ceilings> =>
  fc.record({
    ceilings: fc.array(aCeiling, { minLength: count, maxLength: count }),
    choice: fc.oneof(fc.constant(UNNARROWED), aChoice(['identity', 'family', 'health'])),
    hasSeenOld: fc.boolean(),
  })

/** As the room would shape it, under the name that the recipient's class has for the case. */
export function seenUnder(message: CopiedMessage, { ceilings, choice, hasSeenOld }: Ceilings, caseId: string): Seen {
  const items = itemsOf(message)
  const shaped = shape({
    judged: {
      message,
      attested: 'originator',
      sender: { id: 'probation-paris' },
      route: { edge: { id: 'edge-one', basis: 'fr.cpp.2', regime: 'LED' }, mandate: { id: 'mandate-one' } },
      question: { facts: { 'edge.agreement': 'convention-7' }, milestones: {}, at: MIDDLE },
      items: items.map((item, index) => judgedItem(item, ceilings[index % ceilings.length])),
    } as unknown as Parameters<typeof shape>[0]['judged'], // the members that the room reads
    choices: { organisation: UNNARROWED, practitioner: choice, meetings: 0, lastReadAt: undefined },
    policy: { id: 'small', version: '1', digest: 'd'.repeat(64) },
    messageId: '44444444-4444-4444-8444-444444444444',
    deliveryId: '55555555-5555-4555-8555-555555555555',
    broker: 'spiffe://example.test/gateway',
    receivedAt: MIDDLE,
    shownBefore: new Set(hasSeenOld ? replacedBy(message) : []),
    holdsCopy: hasSeenOld,
  })
  return {
    message,
    projection: { ...shaped.projection, caseId },
    itemIds: shaped.disclosed.map(({ itemId }) => itemId),
  }
}

function judgedItem(item: Item, ceiling: Ceilings['ceilings'][number] | undefined): object {
  const labelled = label(item, {
    at: MIDDLE,
    isSuperseded: false,
    windowMonths: { default: 3 },
    attested: 'originator',
  })
  const conditions = [...new Set([...(ceiling?.conditions ?? []), ...item.conditions])].toSorted()
  return {
    item,
    labelled,
    ceiling: {
      level: 'nothing',
      omission: 'silent',
      rungs: {},
      ...ceiling,
      conditions,
      rules: [],
      bases: [],
      because: [],
    },
    isFloor: false,
    isSuperseded: false,
  }
}
