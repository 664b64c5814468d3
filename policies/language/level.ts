/** How much of an item may pass: five levels, and the rungs of a generalisation ladder below them. */

/** From nothing to everything with its past; the order is the meaning. */
export const LEVELS = ['nothing', 'existence', 'summary', 'current', 'full'] as const
export type Level = (typeof LEVELS)[number]

/** g0 is the exact value, g4 almost nothing. */
export const RUNGS = ['g0', 'g1', 'g2', 'g3', 'g4'] as const
export type Rung = (typeof RUNGS)[number]

const RANK: Readonly<Record<Level, number>> = { nothing: 0, existence: 1, summary: 2, current: 3, full: 4 }

/** 0 for nothing … 4 for full: the number of a cell in the matrix of who receives what. */
export const rankOf = (level: Level): number => RANK[level]

/** The level of a matrix cell, 0 to 4. */
export const levelOf = (rank: number): Level => LEVELS[rank] ?? 'nothing'

/** Limits meet: the lower of two levels. */
export const meet = (a: Level, b: Level): Level => (RANK[a] <= RANK[b] ? a : b)

/** Permits join: the higher of two levels. */
export const join = (a: Level, b: Level): Level => (RANK[a] >= RANK[b] ? a : b)

/** The less precise of two rungs. */
export const coarser = (a: Rung, b: Rung): Rung => (a >= b ? a : b)
