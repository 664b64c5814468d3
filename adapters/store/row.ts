/** Rows to values: null columns become absent members, JSON text becomes the value that was written, long lists become batches. */

type Absent<Row> = { readonly [Name in keyof Row as null extends Row[Name] ? never : Name]: Row[Name] } & {
  readonly [Name in keyof Row as null extends Row[Name] ? Name : never]?: NonNullable<Row[Name]>
}

/** The row as a plain object without its null members. */
export function withoutNulls<Row extends object>(row: Row): Absent<Row> {
  const plain: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(row)) if (value !== null) plain[name] = value
  return plain as Absent<Row>
}

/** The value of JSON text that this store wrote itself from a value of that type; throws for what is not JSON. */
export const fromJson = <T>(text: string): T => JSON.parse(text) as T

const LARGEST_BATCH = 128

/**
 * Splits rows for statements of many rows. Sizes are powers of two up to 128, so that a table has eight statements of that
 * kind at most, and each of them stays prepared.
 */
export function* batches<T>(rows: readonly T[]): Generator<readonly T[]> {
  let start = 0
  for (let size = LARGEST_BATCH; size > 0; size /= 2) {
    for (; rows.length - start >= size; start += size) yield rows.slice(start, start + size)
  }
}
