/** Who takes part: organisations, the edges between them, and mandates (person × role × organisation × measure). */
import { z } from 'zod'
import { parseInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { digestOf } from './canonical-json.ts'
import { couriersSchema } from './courier-ways.ts'
import { MESSAGE_KINDS } from './message-kinds.ts'
import { NAME_PATTERN } from './ids.ts'
import type { MandateId, OrganisationId } from './ids.ts'
import { WEBHOOK_KEY } from './webhook.ts'

export const REGIMES = ['LED', 'GDPR', 'NATSEC', 'THIRD'] as const
export type Regime = (typeof REGIMES)[number]

const name = z.string().regex(NAME_PATTERN)
const instant = z.string().transform((text, context): Instant => {
  const parsed = parseInstant(text)
  if (parsed === undefined) context.addIssue({ code: 'custom', message: 'not an ISO 8601 instant' })
  return parsed ?? 0
})
const organisationId = name.transform((text) => text as OrganisationId)
const mandateId = name.transform((text) => text as MandateId)
const bilingual = z.strictObject({ en: z.string().min(1).max(200), fr: z.string().min(1).max(200) }).readonly()

/** A public P-256 key as JWK (RFC 7517); no private member is ever read. */
const publicJwk = z
  .strictObject({ kty: z.literal('EC'), crv: z.literal('P-256'), x: z.string().length(43), y: z.string().length(43) })
  .readonly()

export const KEY_USES = ['sign', 'seal', 'assert'] as const

/** A key with its one use and its time. `kid` is the RFC 7638 thumbprint. */
const keyEntry = z
  .strictObject({
    kid: z.string().length(43),
    use: z.enum(KEY_USES),
    jwk: publicJwk,
    from: instant,
    until: instant,
    revokedAt: instant.optional(),
    /** Which role of the organisation it opens for; absent: any role without a key of its own. */
    role: name.optional(),
  })
  .readonly()

/** What a member may state about a case for others to rely on. */
export const VOUCHES = ['measures', 'informed', 'care-team', 'milestones', 'site', 'restriction'] as const

const participant = z
  .strictObject({
    id: organisationId,
    uri: z.string().regex(/^spiffe:\/\/[a-z0-9.-]+\/org\/[a-z0-9-]+$/),
    name: bilingual,
    regime: z.enum(REGIMES),
    controllerRole: z.enum(['controller', 'joint', 'processor', 'competent-authority']),
    competences: z.array(name).readonly(),
    vouches: z.array(z.enum(VOUCHES)).readonly(),
    clearedForDr: z.boolean(),
    from: instant,
    until: instant,
    suspendedAt: instant.optional(),
    /** It is coming in: until the trust list names it, it may hand its keys in and do nothing else. */
    joining: z.literal(true).optional(),
    keys: z.array(keyEntry).readonly(),
    /** Its data protection officer, an e-mail address that its sender may write to where a copy is not answered for. */
    dpo: z.email().max(254).optional(),
    /** How it is reached beside its mailbox; absent: it fetches. */
    couriers: couriersSchema.optional(),
    /** Its deliveries come at these steps of the clock only, minutes; absent: as soon as they can. */
    windowMinutes: z.int().min(1).max(1440).optional(),
  })
  .readonly()

const agreement = z.strictObject({ id: z.string().min(1).max(100), from: instant, until: instant }).readonly()

/** An agreed flow from one organisation to another, with its own regime, purposes and basis. */
const edge = z
  .strictObject({
    id: name,
    from: organisationId,
    to: organisationId,
    kinds: z.array(z.enum(MESSAGE_KINDS)).readonly(),
    purposes: z.array(name).min(1).readonly(),
    regime: z.enum(REGIMES),
    basis: z.string().min(3).max(100),
    agreement: agreement.optional(),
    art9: agreement.optional(),
    statutory: z.array(name).readonly(),
    consents: z.array(name).readonly(),
    validFrom: instant,
    validUntil: instant,
  })
  .readonly()

/** A recipient: one person (or office) in one role of one organisation, for the cases in its scope. */
const mandate = z
  .strictObject({
    id: mandateId,
    organisation: organisationId,
    type: z.string().min(2).max(40),
    role: name,
    /** Pseudonym of the person; absent for an office. */
    person: name.optional(),
    clinician: z.boolean(),
    careTeams: z.array(name).readonly(),
    secrecies: z.array(name).readonly(),
    groups: z.array(name).readonly(),
    sites: z.array(name).readonly().optional(),
    /** Cases named one by one; absent: every case that an edge brings to its sites. */
    cases: z.array(z.string()).readonly().optional(),
    from: instant,
    until: instant,
    keys: z.array(keyEntry).readonly(),
    /** Who holds the opening key of its mailbox. */
    keysHeldBy: z.enum(['mandate', 'organisation', 'gateway']),
  })
  .readonly()

/** RFC 7638: the name of a key is made from the key, so that no list can put one key in the place of another. */
export const thumbprintOf = (jwk: z.output<typeof publicJwk>): string =>
  Buffer.from(digestOf(jwk), 'hex').toString('base64url')

interface KeyHolder {
  readonly keys: readonly z.output<typeof keyEntry>[]
}
interface KeyHolders {
  readonly participants: readonly KeyHolder[]
  readonly mandates: readonly KeyHolder[]
}

/** One key, one use, one entry: nothing is left to which of two is found first. */
function hasOneKeyPerName({ participants, mandates }: KeyHolders): boolean {
  const keys = [...participants, ...mandates].flatMap((holder) => holder.keys)
  return (
    new Set(keys.map(({ kid }) => kid)).size === keys.length && keys.every(({ kid, jwk }) => thumbprintOf(jwk) === kid)
  )
}

export const registrySchema = z
  .strictObject({
    network: z.string().min(3).max(100),
    broker: z
      .strictObject({
        id: name,
        uri: z.string().min(3).max(200),
        url: z.string().max(200),
        /** Ed25519, signs its webhooks; absent: it calls nobody so. */
        webhookKey: z.string().regex(WEBHOOK_KEY).optional(),
      })
      .readonly(),
    participants: z.array(participant).readonly(),
    edges: z.array(edge).readonly(),
    mandates: z.array(mandate).readonly(),
  })
  .refine(hasOneKeyPerName, {
    message: 'two keys have one kid, or a kid is not the thumbprint of its key',
    path: ['keys'],
  })
  .readonly()

export type Registry = z.output<typeof registrySchema>
export type RegistryText = z.input<typeof registrySchema>
export type Participant = Registry['participants'][number]
export type Edge = Registry['edges'][number]
export type Mandate = Registry['mandates'][number]
export type PublicKeyEntry = Participant['keys'][number]
export type PublicJwk = PublicKeyEntry['jwk']
export type Vouch = (typeof VOUCHES)[number]

interface Timed {
  readonly from: Instant
  readonly until: Instant
}

/** In its time: from its first instant up to, not including, its last. */
export const isInForce = (entry: Timed, at: Instant): boolean => entry.from <= at && at < entry.until

/** Keys of that use in force and not revoked at the instant, newest first. */
export const keysInForce = (
  keys: readonly PublicKeyEntry[],
  use: PublicKeyEntry['use'],
  at: Instant,
): readonly PublicKeyEntry[] =>
  keys
    .filter((key) => key.use === use && isInForce(key, at) && (key.revokedAt === undefined || at < key.revokedAt))
    .toSorted((a, b) => b.from - a.from)
