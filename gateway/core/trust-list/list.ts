/** The trust list: whose keys hold on this network, for what and until when; one JSON document that a threshold of officers signs. */
import { z } from 'zod'
import { printInstant, parseInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { isBase64Url } from '#gateway/core/base64url.ts'
import { digestOf } from '#gateway/core/canonical-json.ts'
import { NAME_PATTERN } from '#gateway/core/ids.ts'
import type { MandateId, OrganisationId } from '#gateway/core/ids.ts'
import { LOG_KEY, readNoteKey, WITNESS_KEY } from '#gateway/core/log/note.ts'
import type { NoteKeyType } from '#gateway/core/log/note.ts'

const DAY_MS = 86_400_000
/** How long a list holds where its officers say nothing else, and the longest that they may say. */
export const LIST_DAYS = 7
export const MOST_LIST_DAYS = 35
/** How long an old key of an organisation goes on beside the new one. */
export const OVERLAP_DAYS = 30

const MOST_OFFICERS = 32
const MOST_HOLDERS = 5000
const MOST_KEYS = 64
const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/
const COORDINATE_CHARACTERS = 43
/** As many digits as the names of kept lists have. */
const MOST_VERSION = 9_999_999_999

const name = z.string().regex(NAME_PATTERN)
/** Kept as written in the text and read into an Instant, so that a list can be printed again byte for byte. */
const instant = z.string().transform((text, context): Instant => {
  const parsed = parseInstant(text)
  if (parsed === undefined || printInstant(parsed) !== text)
    context.addIssue({ code: 'custom', message: 'not a UTC time with milliseconds' })
  return parsed ?? 0
})

/** One spelling of each byte string: with another, one key would stand under two thumbprints. */
const coordinate = z.string().length(COORDINATE_CHARACTERS).refine(isBase64Url)

const ecJwk = z
  .strictObject({
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: coordinate,
    y: coordinate,
  })
  .readonly()
/** A post-quantum key (kty AKP); which algorithms are in use is for each reader to say (D30). */
const akpJwk = z
  .strictObject({
    kty: z.literal('AKP'),
    alg: z.string().max(40),
    pub: z.string().min(1).max(4000).refine(isBase64Url),
  })
  .readonly()

export type PostQuantumJwk = z.output<typeof akpJwk>

/** The algorithms that the rooms know beside the classic ones: a second signature, and an envelope of two key agreements. */
export const POST_QUANTUM = { sign: 'ML-DSA-65', seal: 'HPKE-MLKEM768-X25519-SHA256-A256GCM' } as const

export const REVOCATION_REASONS = ['compromised', 'superseded', 'ceased', 'withdrawn'] as const
export type RevocationReason = (typeof REVOCATION_REASONS)[number]
const revocation = { revokedAt: instant.optional(), reason: z.enum(REVOCATION_REASONS).optional() }

/** What a key of the list is for: one use each. */
const LISTED_USES = ['sign', 'seal', 'assert', 'present'] as const
const USED_WITH: Readonly<Record<(typeof LISTED_USES)[number], string>> = {
  sign: 'ES256',
  seal: 'ECDH-ES+A256KW',
  assert: 'ES256',
  present: 'ES256',
}

export const listedKeySchema = z
  .strictObject({
    kid: z.string().regex(THUMBPRINT),
    use: z.enum(LISTED_USES),
    alg: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9+._-]{1,39}$/),
    jwk: z.union([ecJwk, akpJwk]),
    from: instant,
    until: instant,
    /** Which role of the organisation it opens for; absent: any role without a key of its own. */
    role: name.optional(),
    ...revocation,
  })
  .refine(({ from, until }) => from < until, { path: ['until'], message: 'ends before it begins' })
  .refine(({ revokedAt, reason }) => (revokedAt === undefined) === (reason === undefined), {
    path: ['reason'],
    message: 'a revocation has a time and a reason',
  })
  .refine(({ use, alg, jwk }) => (jwk.kty === 'EC' ? alg === USED_WITH[use] : alg === jwk.alg), {
    path: ['alg'],
    message: 'not an algorithm of this key and use',
  })
  .readonly()
const keys = z.array(listedKeySchema).max(MOST_KEYS).readonly()

/** Ed25519, as the note format prints it (c2sp.org/signed-note). */
const noteKey = (type: NoteKeyType) =>
  z
    .string()
    .max(500)
    .refine((text) => readNoteKey(text)?.type === type, { message: 'not a note key of this kind' })

const officer = z.strictObject({
  id: name,
  kid: z.string().regex(THUMBPRINT),
  jwk: ecJwk,
  from: instant,
  until: instant,
})
const officers = z
  .strictObject({
    /** How many different officers have to sign. */
    threshold: z.int().min(0).max(MOST_OFFICERS),
    members: z.array(officer.readonly()).max(MOST_OFFICERS).readonly(),
  })
  .readonly()

const organisation = z
  .strictObject({
    id: name.transform((text) => text as OrganisationId),
    uri: z.string().regex(/^spiffe:\/\/[a-z0-9.-]{1,253}\/org\/[a-z0-9-]{1,64}$/),
    role: z.enum(['controller', 'joint', 'processor', 'competent-authority']),
    keys,
    witnessKey: noteKey(WITNESS_KEY).optional(),
    ...revocation,
  })
  .readonly()

const mandate = z
  .strictObject({
    id: name.transform((text) => text as MandateId),
    organisation: name.transform((text) => text as OrganisationId),
    keys,
  })
  .readonly()

const bodySchema = z.strictObject({
  network: z.string().min(3).max(100),
  officers,
  organisations: z.array(organisation).max(MOST_HOLDERS).readonly(),
  mandates: z.array(mandate).max(MOST_HOLDERS).readonly(),
  gateway: z
    .strictObject({ id: name, uri: z.string().min(3).max(200), keys, logKey: noteKey(LOG_KEY).optional() })
    .readonly(),
  /** As many organisations have to cosign a checkpoint of the log. */
  witnesses: z.strictObject({ quorum: z.int().min(0).max(MOST_HOLDERS) }).readonly(),
  /** SHA-256 of the certificates of the time-stamping authorities that count (RFC 3161), in hex. */
  timestamping: z
    .array(z.string().regex(/^[0-9a-f]{64}$/))
    .max(16)
    .readonly(),
})

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

const isUnique = (ids: readonly string[]): boolean => new Set(ids).size === ids.length

/** The key without the name that it is printed with: under two names it is one witness still. */
function bareKey(text: string | undefined): readonly string[] {
  const key = text === undefined ? undefined : readNoteKey(text)
  return key === undefined ? [] : [Buffer.from(key.publicKey).toString('hex')]
}

export const trustListSchema = bodySchema
  .extend({
    sch: z.literal('passerelle-trust/1'),
    version: z.int().min(1).max(MOST_VERSION),
    issued: instant,
    expires: instant,
    /** SHA-256 of the signed bytes of the list before; the first list has none. */
    prev: sha256.optional(),
  })
  .refine(({ version, prev }) => (version === 1) === (prev === undefined), {
    path: ['prev'],
    message: 'only the first list has none before it',
  })
  .refine(({ issued, expires }) => issued < expires && expires - issued <= MOST_LIST_DAYS * DAY_MS, {
    path: ['expires'],
    message: 'a life of 35 days at most',
  })
  .refine(({ organisations }) => isUnique(organisations.flatMap(({ id, uri }) => [id, uri])), {
    path: ['organisations'],
    message: 'one organisation stands twice',
  })
  .refine(({ organisations }) => isUnique(organisations.flatMap(({ witnessKey }) => bareKey(witnessKey))), {
    path: ['organisations'],
    message: 'one witness stands twice',
  })
  .refine(({ mandates }) => isUnique(mandates.map(({ id }) => id)), {
    path: ['mandates'],
    message: 'one mandate stands twice',
  })
  .readonly()

/** What the officers agree on, before it has a version and dates; times as text. */
export type TrustListBody = z.input<typeof bodySchema>
export type TrustListText = z.input<typeof trustListSchema>
export type TrustList = z.output<typeof trustListSchema>
export type Officers = TrustList['officers']
export type Officer = Officers['members'][number]
export type ListedKey = TrustList['gateway']['keys'][number]
export type ListedOrganisation = TrustList['organisations'][number]

/** Whom a new client believes before it has seen a list: the officers of its first day, handed over with the root certificate. */
export const pinnedSchema = z.strictObject({ network: z.string().min(3).max(100), officers }).readonly()
export type Pinned = z.output<typeof pinnedSchema>
export type PinnedText = z.input<typeof pinnedSchema>

/** RFC 7638 thumbprint: SHA-256 of the required members, which these keys have and no others. */
export const listedThumbprint = (jwk: ListedKey['jwk']): string =>
  Buffer.from(digestOf(jwk), 'hex').toString('base64url')

/** Every key of the list with its kid, officers' too, and where it stands. */
export const keysOf = (
  list: TrustList,
): readonly { readonly kid: string; readonly jwk: ListedKey['jwk']; readonly at: string }[] => [
  ...list.officers.members.map(({ kid, jwk }, index) => ({ kid, jwk, at: `/officers/members/${index}` })),
  ...list.gateway.keys.map(({ kid, jwk }, index) => ({ kid, jwk, at: `/gateway/keys/${index}` })),
  ...(['organisations', 'mandates'] as const).flatMap((part) =>
    list[part].flatMap((holder, at) =>
      holder.keys.map(({ kid, jwk }, index) => ({ kid, jwk, at: `/${part}/${at}/keys/${index}` })),
    ),
  ),
]
