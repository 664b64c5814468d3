/** Statements as they are sent: one that is the same each time is parsed by the server once for each connection. */
import type { QueryConfig } from 'pg'

export interface Statement {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

const MOST_NAMED = 512
/** What answers every column changes its answer when a newer gateway adds one: the server then refuses a statement parsed before. */
const EVERY_COLUMN = /(\bselect|\breturning|,|\.)\s*\*/

const names = new Map<string, string>()

/** The statement with the name that it has in this process. */
export function toQuery({ sql, parameters }: Statement): QueryConfig {
  const values = [...parameters]
  if (EVERY_COLUMN.test(sql)) return { text: sql, values }
  let name = names.get(sql)
  if (name === undefined && names.size < MOST_NAMED) names.set(sql, (name = `passerelle-${names.size}`))
  return name === undefined ? { text: sql, values } : { name, text: sql, values }
}
