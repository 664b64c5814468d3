/** What each figure should be: the goal is what we say in public, below the gate something is wrong. Nothing in the tests asserts a time. */

export interface Goal {
  readonly goal: number
  readonly gate: number
  /** Whether small figures are good ones, or large. */
  readonly better: 'less' | 'more'
}

const atMost = (goal: number, gate: number): Goal => ({ goal, gate, better: 'less' })
const atLeast = (goal: number, gate: number): Goal => ({ goal, gate, better: 'more' })

/** By the id of the row. D3 and D4 are counts of losses over kills, and tests hold them, not this bench. */
export const GOALS: Readonly<Record<string, Goal>> = {
  P1: atMost(2.5, 4),
  P2: atMost(1, 2),
  P3: atMost(11, 13),
  P4: atMost(0, 0),
  P5: atLeast(200, 50),
  P6: atMost(20, 50),
  C1: atMost(12, 35),
  C2: atMost(1.4, 1.85),
  H1: atMost(0.6, 1),
  D1: atLeast(0.7, 0.4),
  D2: atLeast(10, 3),
  E1: atMost(25, 45),
  E2: atMost(8, 20),
  E3: atLeast(0.33, 0.2),
  'E3 walks': atLeast(50, 50),
  S2: atMost(3, 3),
  R1: atMost(20, 60),
  pages: atMost(100, 200),
  'pages kB': atMost(50, 60),
  H071: atMost(2, 3),
  H072: atMost(3.3, 4.5),
}

export type Verdict = 'goal' | 'gate' | 'missed' | ''

/** Which of the two a value meets; empty where none is set. */
export function verdictOf(id: string, value: number): Verdict {
  const wanted = GOALS[id]
  if (wanted === undefined) return ''
  const meets = (bound: number): boolean => (wanted.better === 'less' ? value <= bound : value >= bound)
  if (meets(wanted.goal)) return 'goal'
  return meets(wanted.gate) ? 'gate' : 'missed'
}
