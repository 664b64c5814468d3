/** What a delivery says of itself once it is opened: whose it is, which one, and the digest that its log entry must name. */
import { z } from 'zod'
import { digestOf } from '#gateway/core/canonical-json.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'

export interface OpenedContent {
  readonly delivery: string
  readonly recipient: string
  /** SHA-256 (hex) of the canonical content. */
  readonly digest: string
}

const contentSchema = z.looseObject({ jti: z.string().min(1), aud: z.string().min(1) })

/** Reads the content of an exported delivery. Problem `message-malformed`. */
export function openContent(content: unknown): Result<OpenedContent> {
  const read = contentSchema.safeParse(content)
  if (!read.success) return fail('message-malformed')
  return ok({ delivery: read.data.jti, recipient: read.data.aud, digest: digestOf(content) })
}
