/** How many samples property tests draw, and from which seed: small and fixed for `npm test`, ten times as many for `.ci/run`. */
import fc from 'fast-check'

/** Fixed, so that a failure on one machine is a failure on all; PASSERELLE_SEED tries another. */
const SEED = Number(process.env['PASSERELLE_SEED'] ?? 20_261_121)

const FULL_FACTOR = 10

/** True where the full counts were asked for: `npm test -- --full`, `npm run coverage`, `.ci/run`. */
export const isFullRun = process.env['PASSERELLE_SAMPLES'] === 'full'

/** `few` in a plain run, ten times as many in a full one. For `numRuns` and for loops over random cases. */
export const samples = (few: number): number => (isFullRun ? few * FULL_FACTOR : few)

/** Limit in ms of a test whose work grows with its samples. */
export const sampledMs = (fewMs: number): number => samples(fewMs)

fc.configureGlobal({ seed: SEED, numRuns: samples(100) })
