/** What a certificate of erasure says: which case, as its own gateway alone can tell, when, and until when a backup could contradict it. */
import { z } from 'zod'
import { parseInstant, printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'

/** `typ` of the compact JWS. */
export const CERTIFICATE_TYPE = 'passerelle-erasure+jwt'

const DAY_MS = 86_400_000
const instantText = z.string().refine((text) => parseInstant(text) !== undefined)

export const erasureClaimSchema = z
  .strictObject({
    v: z.literal(1),
    /** URI of the gateway. */
    iss: z.string().min(3).max(200),
    /** Keyed hash of the case id, 64 hex digits: the gateway can tell which case it is, nobody else can. */
    case: z.string().regex(/^[0-9a-f]{64}$/),
    erasedAt: instantText,
    destroyed: z.array(z.string().max(200)).max(20).readonly(),
    keyBackupDays: z.int().min(0),
    /** After this instant no backup of the key is left, if backups are kept no longer than was set. */
    keyBackupsExpireAt: instantText,
    /** When this certificate was made out: one may be made out again. Absent from those of earlier versions. */
    certifiedAt: instantText.optional(),
  })
  .readonly()
export type ErasureClaim = z.output<typeof erasureClaimSchema>

interface Erased {
  readonly commitment: string
  readonly erasedAt: Instant
  readonly backupDays: number
  readonly destroyed: readonly string[]
}

/** Pure. `at`: when it is certified. */
export const claimOf = (
  { commitment, erasedAt, backupDays, destroyed }: Erased,
  { issuer, at }: { readonly issuer: string; readonly at: Instant },
): ErasureClaim => ({
  v: 1,
  iss: issuer,
  case: commitment,
  erasedAt: printInstant(erasedAt),
  destroyed,
  keyBackupDays: backupDays,
  keyBackupsExpireAt: printInstant(erasedAt + backupDays * DAY_MS),
  certifiedAt: printInstant(at),
})
