/** The labelled item as policy sees it: labels it knows, markings put by others, and a value that it does not read. */
import type { Instant } from './instant.ts'
import type { Rung } from './level.ts'

/** What an attribute of a question may hold. Anything else (null, "", an object) counts as missing. */
export type AttributeValue = string | number | boolean | readonly string[]

/** Attributes of one subject (recipient, edge, case, request or item) by their short name, `type` for `recipient.type`. */
export type Facts = Readonly<Record<string, AttributeValue | undefined>>

/** Classification of an item, lowest first. The gateway refuses whatever stands above the last (IGI 1300; `domain.md` §2.7). */
export const CLASSIFICATIONS = ['non-protege', 'diffusion-restreinte'] as const
export type Classification = (typeof CLASSIFICATIONS)[number]

/** TLP 2.0 (FIRST, 2022), most open first. */
export const TLP_LABELS = ['TLP:CLEAR', 'TLP:GREEN', 'TLP:AMBER', 'TLP:AMBER+STRICT', 'TLP:RED'] as const
export type TlpLabel = (typeof TLP_LABELS)[number]

/** SIENA handling codes (Europol). They cumulate. */
export const HANDLING_CODES = ['H0', 'H1', 'H2', 'H3'] as const
export type HandlingCode = (typeof HANDLING_CODES)[number]

/** Limits put by the originator or by law. Policy cannot loosen them. */
export interface Marking {
  readonly classification: Classification
  readonly handling: readonly HandlingCode[]
  readonly tlp?: TlpLabel
  /** Organisations or mandates that may have it; absent: no such limit; empty: nobody. */
  readonly releasableTo?: readonly string[]
  /** Who must be asked before it goes further. */
  readonly originator?: string
  /** The marking lets it out only before this instant. */
  readonly validUntil?: Instant
  /** Machine-readable conditions that travel with it (LED Art. 9(3)): `no-judicial-use`, `no-onward` … */
  readonly conditions: readonly string[]
  readonly secrecyRegime?: string
  readonly receivedInConfidence: boolean
}

/** The value of an item: its exact form and the rungs that the sender supplied. Policy hands it on unread; ladders.ts reads it. */
export interface LadderedValue {
  /** Which ladder: `address`, `birth-date`, `free-text` … */
  readonly kind: string
  /** g0; absent when the sender supplied coarser rungs only. */
  readonly exact?: unknown
  /** Authored rungs, as the sender labelled them. */
  readonly rungs: Readonly<Partial<Record<Rung, unknown>>>
  /** The rung that stands for "summary" (depth 2) of this term. */
  readonly summaryRung: Rung
}

/** One version of one item. */
export interface LabelledItem {
  readonly id: string
  /** `item.*` attributes by short name: section, term, nature, specialCategories … */
  readonly facts: Facts
  readonly observedAt: Instant
  /** Superseded, expired, or an event older than its section's window, at the instant asked about. */
  readonly isPast: boolean
  readonly marking: Marking
  readonly value: LadderedValue
}
