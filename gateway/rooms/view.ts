/** Rooms 6 and 7 in one: what one mandate would see of one message under given circumstances. Pure but for the casbin sample. */
import { isCopied } from '#gateway/core/case-copy/schema.ts'
import { copyForClass } from '#gateway/core/case-copy/signed-copies.ts'
import type { MessageMemory } from '#gateway/core/message-memory.ts'
import { printProjection } from '#gateway/core/print-projection.ts'
import type { PrintedProjection } from '#gateway/core/print-projection.ts'
import type { Mandate } from '#gateway/core/participants.ts'
import { parseInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { JudgedMessage, Shaped } from '#gateway/core/stages.ts'
import type { StoredMessage } from '#gateway/ports/stored.ts'
import type { Circumstances } from './circumstances.ts'
import type { PolicyInForce } from './deps.ts'
import { judge } from './judge.ts'
import type { Disagreement } from './judge.ts'
import { shape } from './shape.ts'
import type { ToShape } from './shape.ts'

export interface ToView {
  readonly policy: PolicyInForce
  readonly stored: StoredMessage
  readonly circumstances: Circumstances
  readonly deliveryId: string
  readonly broker: string
  readonly sampleOneIn: number
  /** Of this message, where it is viewed for more than one recipient. */
  readonly memory?: MessageMemory | undefined
}

export interface Viewed {
  readonly shaped: Shaped
  readonly printed: PrintedProjection
  readonly judged: JudgedMessage
  readonly disagreements: readonly Disagreement[]
}

export function viewOf({ policy, stored, circumstances, deliveryId, broker, sampleOneIn, memory }: ToView): Viewed {
  const { stands, question, choices, superseded, recalled, uncarried, shownBefore, holdsCopy, caseName, messageName } =
    circumstances
  const { message, attested } = stored
  const { route, sender } = stands
  const toJudge = { message, attested, question, sender, route, superseded, recalled, uncarried, memory }
  const { judged, disagreements } = judge(policy, toJudge, sampleOneIn)
  const shaped = shape({
    judged,
    choices,
    policy: { id: policy.set.id, version: policy.set.version, digest: policy.digest },
    messageId: stored.id,
    deliveryId,
    broker,
    receivedAt: stored.receivedAt,
    releases: stored.releases,
    shownBefore,
    holdsCopy,
    caseName,
    ...(messageName === undefined ? {} : { messageName }),
    ...saidBy(stored, route.mandate),
    memory,
  })
  return { shaped, printed: printProjection(shaped.projection, memory?.printed), judged, disagreements }
}

/** A message that its sender could have signed for this recipient and did not, the gateway says in its own name, openly. */
function saidBy(
  { message, copies }: StoredMessage,
  { type }: Pick<Mandate, 'type'>,
): Pick<ToShape, 'isSaidAgain' | 'isMasked'> {
  if (copyForClass(copies, type) !== undefined) return {}
  return { isSaidAgain: isCopied(message), isMasked: copies !== undefined }
}

/** When the next delayed reveal of these choices comes, or undefined. */
export function nextReveal({ organisation, practitioner }: Circumstances['choices'], at: Instant): Instant | undefined {
  const dates = [organisation, practitioner].flatMap(({ delayedReveal }) => {
    const until = delayedReveal?.until === undefined ? undefined : parseInstant(delayedReveal.until)
    return until !== undefined && until > at ? [until] : []
  })
  return dates.length === 0 ? undefined : Math.min(...dates)
}
