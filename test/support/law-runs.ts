/** How many random cases a law is tried on: the samples of this run, times LAW_RUNS (1 unless told). */
import { samples } from './samples.ts'

const TIMES = Number(process.env['LAW_RUNS'] ?? 1)

/** `few` in a plain run, ten times as many in a full one, and LAW_RUNS times as many of either. */
export const lawRuns = (few: number): number => Math.ceil(samples(few) * TIMES)
