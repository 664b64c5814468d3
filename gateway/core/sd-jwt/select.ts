/** The holder's choice of disclosures (RFC 9901 §7.2): what is not asked for is not sent, and no child goes without its parent. */
import type { Placed, Revealed } from './reveal.ts'

/** Those that are wanted together with all they stand in, sorted as text: their order is that of random salts, and says nothing. */
export function selectDisclosures({ disclosures }: Revealed, isWanted: (placed: Placed) => boolean): readonly string[] {
  const chosen = new Set<Placed>()
  for (const placed of disclosures)
    if ((placed.parent === undefined || chosen.has(placed.parent)) && isWanted(placed)) chosen.add(placed)
  return [...chosen].map(({ encoded }) => encoded).toSorted()
}
