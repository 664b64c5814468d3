/** What the clients of a run know: each receipt they were given, each delivery they opened, what was refused to whom; and what must never have happened. */
import { sha256Hex } from '#gateway/core/canonical-json.ts'

/** A message that the gateway gave a receipt for. */
export interface SentMessage {
  readonly by: string
  readonly kind: string
  readonly key: string
  readonly body: string
  readonly jti: string
  /** The gateway's id of it. */
  readonly id: string
  readonly receipt: string
  /** By class of recipients, the id under which they know it. */
  readonly names: Readonly<Record<string, string>>
  /** Organisations it was addressed to; empty where it goes to whoever held something. */
  readonly to: readonly string[]
  readonly recalled: readonly string[]
  /** Milliseconds of this process. */
  readonly begunAt: number
  readonly answeredAt: number
}

/** A delivery that opened, with its log receipt and, of what holds items, a signature that was believed. */
export interface OpenedDelivery {
  readonly id: string
  readonly mandate: string
  readonly kind: string
  /** As its recipient knows it. */
  readonly messageName: string
  /** Of what was shown, whenever it was. */
  readonly viewDigest: string
  readonly items: readonly string[]
  readonly openedAt: number
}

export interface Books {
  readonly sent: SentMessage[]
  readonly opened: Map<string, OpenedDelivery>
  /** Deliveries whose acknowledgement was answered. */
  readonly acknowledged: Set<string>
  /** Messages that were recalled or corrected, in part or whole. */
  readonly takenBack: Set<string>
  /** What honest members, the liar and the thief were refused, by `who code`. */
  readonly refused: Map<string, number>
  /** How often a client asked again for want of an answer. */
  retries: number
  /** When anybody was last answered, milliseconds of this process. */
  answeredAt: number
  /** Members that have met the gateway. */
  ready: number
  choices: number
  pullUps: number
  /** How long the mailbox that was looked at last had waited, ms. */
  lagMs: number
  /** What must never happen, and did: what, and ids only. */
  readonly faults: string[]
}

export const emptyBooks = (): Books => ({
  sent: [],
  opened: new Map(),
  acknowledged: new Set(),
  takenBack: new Set(),
  refused: new Map(),
  retries: 0,
  answeredAt: 0,
  ready: 0,
  choices: 0,
  pullUps: 0,
  lagMs: 0,
  faults: [],
})

export const count = (counts: Map<string, number>, name: string): void =>
  void counts.set(name, (counts.get(name) ?? 0) + 1)

export const bodyDigestOf = ({ body }: Pick<SentMessage, 'body'>): string => sha256Hex(body)
