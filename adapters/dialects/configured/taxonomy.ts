/** A code list in the form of a MISP taxonomy, loaded as data: each value becomes a condition that travels with the item. Pure. */
import { z } from 'zod'
import type { CodeEntry } from '#adapters/dialects/mapping.ts'
import { conditionName } from '#adapters/dialects/marks.ts'

const entry = z.looseObject({ value: z.string().min(1).max(100), expanded: z.string().optional() })
const taxonomySchema = z.looseObject({
  namespace: z.string().min(1).max(60),
  predicates: z.array(entry).min(1).max(500),
  values: z
    .array(z.looseObject({ predicate: z.string(), entry: z.array(entry).max(500) }))
    .max(500)
    .default([]),
})

/**
 * Codes as they are written in records (`RED`, or `source-reliability:a` where predicates have values), each with its text and the
 * condition `namespace-code`, by which a policy and a reader know it. Undefined for what is no taxonomy.
 */
export function codesOfTaxonomy(document: unknown): Readonly<Record<string, CodeEntry>> | undefined {
  const parsed = taxonomySchema.safeParse(document)
  if (!parsed.success) return undefined
  const { namespace, predicates, values } = parsed.data
  const valued = new Set(values.map(({ predicate }) => predicate))
  const plain = predicates.filter(({ value }) => !valued.has(value)).map((given) => ({ ...given, code: given.value }))
  const ofPredicates = values.flatMap(({ predicate, entry: entries }) =>
    entries.map((given) => ({ ...given, code: `${predicate}:${given.value}` })),
  )
  const rows = [...plain, ...ofPredicates].map(
    ({ code, expanded }) => [code, conditionName(`${namespace}-${code}`), expanded ?? code] as const,
  )
  if (rows.some(([, condition]) => condition === undefined)) return undefined
  return Object.fromEntries(
    rows.map(([code, condition = '', text]) => [code, { text, labels: { conditions: [condition] } }]),
  )
}
