/** Rounds and medians: the work and its yardstick run in turns, so that a slow moment of the machine meets both. */

export interface Plan {
  readonly rounds: number
  /** Shorter loops and smaller stores, for the smoke test. */
  readonly isQuick: boolean
}

/** One figure of the bench. `value` is what `goal` and `gate` speak of. */
export interface Row {
  readonly id: string
  readonly what: string
  readonly value: number
  /** `F`, `x`, `ms`, `/s`, `MB` …; one F is JSON.parse and JSON.stringify of the same message in the same round. */
  readonly unit: string
  /** The same figure as it was measured, and what bounds it. */
  readonly detail: string
}

/** A group of rows that are measured together. */
export interface Section {
  readonly name: string
  readonly measure: (plan: Plan) => Promise<readonly Row[]>
}

/** 0 for none. */
export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0

/** Milliseconds of CPU of this thread. It moves in steps of a few: good for a sum, not for one short call. */
function threadMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** Milliseconds of CPU that one long call takes of this thread. */
export function msOf(work: () => unknown): number {
  const start = threadMs()
  work()
  return threadMs() - start
}

/**
 * Mean milliseconds of CPU of the calls that fit into the time, at least one. On a busy machine a wall clock counts others' work,
 * most of all in long calls.
 */
export function meanMs(work: () => unknown, budgetMs: number): number {
  const start = threadMs()
  const end = performance.now() + budgetMs
  let count = 0
  do {
    work()
    count += 1
  } while (performance.now() < end)
  return (threadMs() - start) / count
}

/** The same for work that is awaited, one after another. */
export async function meanLaterMs(work: () => Promise<unknown>, budgetMs: number): Promise<number> {
  const start = threadMs()
  const end = performance.now() + budgetMs
  let count = 0
  do {
    await work()
    count += 1
  } while (performance.now() < end)
  return (threadMs() - start) / count
}

/** The same for work that is awaited. */
export async function medianMsOf(work: () => Promise<unknown>, budgetMs: number): Promise<number> {
  const times: number[] = []
  const end = performance.now() + budgetMs
  do {
    const start = performance.now()
    await work()
    times.push(performance.now() - start)
  } while (performance.now() < end)
  return median(times)
}

/** JSON.parse and JSON.stringify of a text: the unit F, in ms. */
export const yardstickMs = (text: string, budgetMs = 250): number =>
  meanMs(() => JSON.stringify(JSON.parse(text)), budgetMs)

/** Median over rounds of work against the yardstick, after a warm-up; ms of both. */
export function againstF(
  text: string,
  work: () => unknown,
  { rounds, isQuick }: Plan,
): { readonly ratio: number; readonly ms: number; readonly fMs: number } {
  const budgetMs = isQuick ? 40 : 250
  meanMs(work, budgetMs * 4)
  yardstickMs(text, budgetMs)
  const taken = Array.from({ length: rounds }, () => {
    const fMs = yardstickMs(text, budgetMs)
    const ms = meanMs(work, budgetMs)
    return { fMs, ms, ratio: ms / fMs }
  })
  return {
    ratio: median(taken.map(({ ratio }) => ratio)),
    ms: median(taken.map(({ ms }) => ms)),
    fMs: median(taken.map(({ fMs }) => fMs)),
  }
}

/** Three significant digits. */
export const short = (value: number): string =>
  value === 0
    ? '0'
    : Math.abs(value) >= 1000
      ? Math.round(value).toLocaleString('en')
      : String(Number(value.toPrecision(3)))
