/** What commands print: results to standard output as text or JSON, progress to standard error. */
import type { WithheldEntry } from '#gateway/core/projection.ts'

/** One JSON value, or lines for a person. */
export function print(isJson: boolean, value: unknown, lines: () => readonly string[]): void {
  console.log(isJson ? JSON.stringify(value, null, 2) : lines().join('\n'))
}

/** A line of progress for long work; standard output stays clean for a pipe. */
export function progress(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** Columns padded to their widest cell. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

const WHY: Readonly<Record<WithheldEntry['kind'], string>> = {
  'policy-declared': 'policy',
  'your-choice': 'your choice',
  'sealed-until': 'your choice, not yet',
}

/** Declared omissions, a line each. */
export const withheldLines = (withheld: readonly WithheldEntry[]): readonly string[] =>
  withheld.map(({ section, kind }) => `  not shown: ${section} (${WHY[kind]})`)
