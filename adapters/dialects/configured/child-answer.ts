/** What a mapping child may answer. A child that somebody took over may say anything: it is read like a message from outside. */
import { z } from 'zod'
import { itemSchema } from '#gateway/core/item.ts'
import { caseFactsSchema } from '#gateway/core/message.ts'

const pointers = z.array(z.string()).readonly()
const fault = z.object({ pointer: z.string(), reason: z.string() }).readonly()
const numbered = { number: z.int(), line: z.int().exactOptional() }
const answerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }).readonly(),
  z
    .object({
      kind: z.literal('checked'),
      faults: z
        .array(z.object({ of: z.union([z.int(), z.literal('schema')]), reason: z.string() }).readonly())
        .readonly(),
    })
    .readonly(),
  z
    .object({
      kind: z.literal('record'),
      record: z
        .object({
          ...numbered,
          pointer: z.string(),
          digest: z.string().regex(/^[0-9a-f]{64}$/),
          caseReference: z.string().exactOptional(),
          items: z.array(itemSchema).readonly(),
          facts: caseFactsSchema.exactOptional(),
          unmapped: pointers,
          leftOut: pointers,
          changed: pointers,
        })
        .readonly(),
    })
    .readonly(),
  z
    .object({ kind: z.literal('bad'), bad: z.object({ ...numbered, faults: z.array(fault).readonly() }).readonly() })
    .readonly(),
  z.object({ kind: z.literal('refused'), faults: z.array(fault).readonly() }).readonly(),
  z
    .object({
      kind: z.literal('done'),
      records: z.int(),
      unmapped: pointers,
      unlisted: z.int(),
      documentId: z.string().exactOptional(),
    })
    .readonly(),
])
export type CheckedAnswer = z.output<typeof answerSchema>

/** A line of the child; undefined for what is no answer. */
export function readAnswer(line: string): CheckedAnswer | undefined {
  const parsed = answerSchema.safeParse(jsonOf(line))
  return parsed.success ? parsed.data : undefined
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line) as unknown
  } catch {
    return undefined
  }
}
