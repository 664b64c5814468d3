/** Lets so many in at a time, and so many of one kind, so that one that is slow leaves room for the others. */

export interface Turnstile {
  /** Call what it answers to leave; undefined: full. */
  readonly enter: (kind: string) => (() => void) | undefined
}

export function openTurnstile({
  most,
  mostOfAKind,
}: {
  readonly most: number
  readonly mostOfAKind: number
}): Turnstile {
  const inside = new Map<string, number>()
  let total = 0
  const change = (kind: string, by: number): void => {
    const left = (inside.get(kind) ?? 0) + by
    if (left === 0) inside.delete(kind)
    else inside.set(kind, left)
    total += by
  }
  return {
    enter: (kind) => {
      if (total >= most || (inside.get(kind) ?? 0) >= mostOfAKind) return undefined
      change(kind, 1)
      let isIn = true
      return () => {
        if (isIn) change(kind, -1)
        isIn = false
      }
    },
  }
}
