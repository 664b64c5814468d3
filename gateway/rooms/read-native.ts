/** A native record accepted at the door: mapped by the gateway, and marked so for every reader. */
import { z } from 'zod'
import { envelopeSchema } from '#gateway/core/message.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { VerifiedSubmission } from '#gateway/core/stages.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { Dialect } from '#gateway/ports/dialect.ts'

/** A signed envelope around a record in its own dialect, instead of mapped items. */
const nativeSchema = envelopeSchema.extend({
  native: z
    .strictObject({
      dialect: z.string().max(64),
      record: z.string().max(200),
      service: z.string().max(64),
      document: z.json(),
    })
    .readonly(),
})

export interface NativeDeps {
  readonly dialects: readonly Dialect[]
  readonly now: Instant
  /** A UUID from a text, the same for the same text. */
  readonly idOf: (seed: string) => string
}

export interface Readable {
  readonly payload: unknown
  readonly attested: 'originator' | 'broker'
}

/** Hands on what is no native record; maps what is one, and refuses it whole when its dialect does. */
export function readNative(deps: NativeDeps, verified: VerifiedSubmission): Result<Readable> {
  const { payload } = verified
  if (typeof payload !== 'object' || payload === null || !('native' in payload))
    return ok({ payload, attested: verified.attested })
  const parsed = nativeSchema.safeParse(payload)
  if (!parsed.success) return fail('message-malformed', [{ pointer: '/native', code: 'shape' }])
  const { native, ...envelope } = parsed.data
  const dialect = deps.dialects.find(({ id }) => id === native.dialect)
  if (dialect === undefined) return fail('dialect-unknown', [{ pointer: '/native/dialect', code: 'unknown' }])
  const read = dialect.read({
    record: native.record,
    document: native.document,
    service: native.service,
    readAt: deps.now,
    idOf: (pointer) => deps.idOf(`${verified.sender.id} ${envelope.jti} ${pointer}`),
  })
  if (!read.ok)
    return fail(
      'dialect-refused',
      read.faults.map(({ pointer, reason }) => ({ pointer: `/native/document${pointer}`, code: reason })),
    )
  const { items, facts } = read.reading
  return ok({ payload: { ...envelope, items, ...(facts === undefined ? {} : { facts }) }, attested: 'broker' })
}
