/** Dialect `passerelle`: the gateway's own JSON, a list of items or `{ items, facts }`, held to the schemas of the catalogue. Pure. */
import { z } from 'zod'
import { itemSchema } from '#gateway/core/item.ts'
import { caseFactsSchema, MAX_ITEMS } from '#gateway/core/message.ts'
import type { Dialect, DialectInput, DialectResult } from '#gateway/ports/dialect.ts'
import { MAX_FAULTS, escapeSegment, walk } from './json-tree.ts'

const items = z.array(itemSchema).max(MAX_ITEMS).readonly()
const summary = z.strictObject({ items, facts: caseFactsSchema.optional() }).readonly()

/** Items keep the ids their sender gave. Faults name a place and the kind of fault; nothing is left unmapped. */
export const plain: Dialect = { id: 'passerelle', records: ['case-summary'], read }

function read({ document }: DialectInput): DialectResult {
  const walked = walk(document)
  if (!walked.ok) return walked
  const parsed = Array.isArray(document)
    ? z.object({ items }).safeParse({ items: document })
    : summary.safeParse(document)
  if (!parsed.success) return { ok: false, faults: faultsOf(parsed.error, Array.isArray(document) ? 1 : 0) }
  const facts = 'facts' in parsed.data && parsed.data.facts !== undefined ? { facts: parsed.data.facts } : {}
  return { ok: true, reading: { items: parsed.data.items, ...facts, unmapped: [] } }
}

/** The path of an issue below the list or the summary; an unknown member is not named, for its name may be content. */
const faultsOf = (
  error: z.ZodError,
  skipped: number,
): readonly { readonly pointer: string; readonly reason: string }[] =>
  error.issues.slice(0, MAX_FAULTS).map((issue) => ({
    pointer: issue.path
      .slice(skipped)
      .map((part) => `/${escapeSegment(String(part))}`)
      .join(''),
    reason: issue.code === 'unrecognized_keys' ? 'an unknown member' : issue.code.replaceAll('_', ' '),
  }))
