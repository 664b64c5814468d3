/** The edit of a cell as it is kept in a draft: read once from JSON. Whether a set can take it is for the engine to say. */
import { z } from 'zod'
import {
  CELL_CONDITIONS,
  CELL_MILESTONES,
  LEAST_REASON_CHARS,
  MOST_CELL_CONDITIONS,
} from '#policies/engine/cell-edit.ts'
import type { CellEdit } from '#policies/engine/cell-edit.ts'
import { LEVELS, RUNGS } from '#policies/language/level.ts'

const name = z.string().min(1).max(200)
const instant = z.int()

export const cellEditSchema = z
  .strictObject({
    recipientType: name,
    section: name,
    level: z.enum(LEVELS),
    reach: z
      .discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('months'), months: z.int().min(0).max(1200) }).readonly(),
        z.strictObject({ kind: z.literal('since'), milestone: z.enum(CELL_MILESTONES) }).readonly(),
      ])
      .exactOptional(),
    omission: z.enum(['silent', 'declared']),
    rungs: z.record(name, z.enum(RUNGS)).readonly(),
    conditions: z.array(z.enum(CELL_CONDITIONS)).max(MOST_CELL_CONDITIONS).readonly(),
    purposes: z.array(name).max(100).readonly(),
    bases: z.array(name).max(100).readonly(),
    from: instant.exactOptional(),
    until: instant.exactOptional(),
    reason: z.string().trim().min(LEAST_REASON_CHARS).max(1000),
    reviewAt: instant,
    at: instant,
  })
  .refine(({ from, until }) => from === undefined || until === undefined || from < until, {
    path: ['until'],
    message: 'until is not after from',
  })
  .readonly() satisfies z.ZodType<CellEdit>
