/** The figures as a table, ratios first, and as a file under bench/results. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GOALS, verdictOf } from './goals.ts'
import type { Machine } from './machine.ts'
import { short } from './measure.ts'
import type { Plan, Row } from './measure.ts'

export interface Run {
  readonly at: string
  readonly seconds: number
  readonly plan: Plan
  readonly machine: Machine
  readonly rows: readonly Row[]
}

/** One line a row: figure, goal, gate, whether it is met, what it is, how it came about. */
export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map(({ id, what, value, unit, detail }) => {
    const wanted = GOALS[id]
    const sign = wanted?.better === 'more' ? '≥' : '≤'
    const bounds = wanted === undefined ? ['', ''] : [`${sign} ${wanted.goal}`, `${sign} ${wanted.gate}`]
    return [id, `${short(value)} ${unit}`.trim(), ...bounds, verdictOf(id, value), what, detail]
  })
  const head = ['id', 'figure', 'goal', 'gate', 'meets', 'what', 'how']
  const widths = head
    .slice(0, 5)
    .map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)))
  return [head, ...cells]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** As JSON, each row with its goal, gate and verdict. */
export const recordOf = (run: Run): string =>
  `${JSON.stringify({ ...run, rows: run.rows.map((row) => ({ ...row, ...GOALS[row.id], meets: verdictOf(row.id, row.value) })) }, null, 2)}\n`

/** Writes bench/results/<day>-<n>.json, the first number that is free; answers its path. */
export function saveRun(run: Run): string {
  const folder = join(import.meta.dirname, 'results')
  mkdirSync(folder, { recursive: true })
  const day = run.at.slice(0, 10)
  let number = 1
  while (existsSync(join(folder, `${day}-${number}.json`))) number += 1
  const path = join(folder, `${day}-${number}.json`)
  writeFileSync(path, recordOf(run))
  return path
}
