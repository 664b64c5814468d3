/** A person who uses the pages: exactly one role, so that no one person sees content and changes policy, or runs the machines and reads cases. */
import { z } from 'zod'
import type { Instant } from '#policies/language/instant.ts'
import { NAME_PATTERN } from './ids.ts'
import type { MandateId, OrganisationId } from './ids.ts'
import { isOneLine } from './one-line.ts'

/** `officer`: changes policy (DPO). `reader`: reads the cases of one mandate. `operator`: runs the machines. `auditor`: reads evidence. */
export const ROLES = ['officer', 'reader', 'operator', 'auditor'] as const
export type Role = (typeof ROLES)[number]

/** Languages of the pages; texts of cases stay in their own. */
export const PAGE_LANGUAGES = ['en', 'fr', 'ar'] as const
export type PageLanguage = (typeof PAGE_LANGUAGES)[number]

export const accountSchema = z
  .strictObject({
    /** UUID. */
    id: z.uuid(),
    /** As others see it on approvals: a name or a function. */
    name: z.string().trim().min(1).max(100).refine(isOneLine),
    role: z.enum(ROLES),
    organisation: z
      .string()
      .regex(NAME_PATTERN)
      .transform((text) => text as OrganisationId),
    /** Whose cases a reader reads. */
    mandate: z
      .string()
      .regex(NAME_PATTERN)
      .transform((text) => text as MandateId)
      .optional(),
    /** Undefined: what the browser asks for. */
    language: z.enum(PAGE_LANGUAGES).optional(),
    /** Who vouches for it elsewhere: issuer and subject of OpenID Connect, joined by a space. */
    subject: z.string().min(3).max(600).optional(),
    from: z.int(),
    /** From then on it opens nothing. */
    endedAt: z.int().optional(),
  })
  .refine(({ role, mandate }) => (role === 'reader') === (mandate !== undefined), {
    message: 'a reader has a mandate, and nobody else',
    path: ['mandate'],
  })
  .readonly()
export type Account = z.output<typeof accountSchema>

/** How long a sign-in lasts: idle and whole, ms. A shared computer is left sooner. */
export const SESSION_LIMITS_MS = {
  own: { idle: 60 * 60_000, whole: 10 * 3_600_000 },
  shared: { idle: 15 * 60_000, whole: 4 * 3_600_000 },
} as const

/** H114: how long a step-up counts, ms. */
export const STEP_UP_MS = 5 * 60_000

/** Somebody signed in. Only a hash of what the browser holds is kept. */
export interface Session {
  /** SHA-256 of the cookie's value, hex. */
  readonly id: string
  readonly account: string
  readonly method: 'passkey' | 'oidc' | 'link' | 'demo'
  readonly computer: keyof typeof SESSION_LIMITS_MS
  readonly beganAt: Instant
  readonly seenAt: Instant
  /** When the person last proved to be there. */
  readonly steppedUpAt?: Instant
}

/** Whether it still counts at that instant. */
export const isAlive = ({ computer, beganAt, seenAt }: Session, at: Instant): boolean =>
  at < seenAt + SESSION_LIMITS_MS[computer].idle && at < beganAt + SESSION_LIMITS_MS[computer].whole

/** Whether the person has proved to be there lately enough for an act that counts. */
export const isSteppedUp = ({ steppedUpAt }: Session, at: Instant): boolean =>
  steppedUpAt !== undefined && at < steppedUpAt + STEP_UP_MS
