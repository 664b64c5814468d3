/** Side room: the same look at a real case, for a stated reason that is in the audit before anything is shown. */
import { openJudge } from '#policies/engine/enforcer.ts'
import { printInstant } from '#policies/language/instant.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import { uuidFrom } from '#gateway/core/canonical-json.ts'
import { DEFAULT_CHOICE } from '#gateway/core/choice.ts'
import type { Depth } from '#gateway/core/choice.ts'
import { toCaseId } from '#gateway/core/ids.ts'
import type { CaseId } from '#gateway/core/ids.ts'
import { itemsOf } from '#gateway/core/message.ts'
import type { RouteFault } from '#gateway/core/routing.ts'
import type { StoredMessage } from '#gateway/ports/stored.ts'
import { circumstancesOf } from './circumstances.ts'
import type { Deps } from './deps.ts'
import { seenOf } from './see-as.ts'
import type { Seen } from './see-as.ts'
import { viewOf } from './view.ts'

export const LEAST_REASON_CHARS = 20

export interface RealCase {
  /** As anybody calls it. */
  readonly caseName: string
  readonly recipientType: string
  readonly depth: Depth
  readonly reason: string
  /** Account of the officer. */
  readonly officer: string
}

export type SeenReal =
  | { readonly kind: 'seen'; readonly seen: Seen; readonly messageId: string }
  | { readonly kind: 'no-reason' }
  /** No such case, no message in it, or nobody of that type whom an agreed flow joins to its sender. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'no-flow'; readonly fault: RouteFault }

/** The newest message of the case that holds items, as the first recipient of the type that it could go to. */
export async function seeRealCase(
  deps: Pick<Deps, 'store' | 'clock' | 'registry'>,
  { set, digest }: { readonly set: PolicySet; readonly digest: string },
  asked: RealCase,
): Promise<SeenReal> {
  if (asked.reason.trim().length < LEAST_REASON_CHARS) return { kind: 'no-reason' }
  const caseId = await caseNamed(deps, asked.caseName)
  const messages = caseId === undefined ? [] : await deps.store.read.messages.ofCase(caseId)
  const stored = messages.findLast(({ message }) => itemsOf(message).length > 0)
  const job = stored === undefined ? undefined : jobFor(deps, stored, asked.recipientType)
  if (stored === undefined || job === undefined) return { kind: 'nothing' }
  await deps.store.transaction(async (tx) => {
    await tx.audit.append({
      at: printInstant(deps.clock()),
      operation: 'consultation',
      act: 'preview-of-real-case',
      actor: asked.officer,
      role: 'officer',
      caseId: stored.caseId,
      messageId: stored.id,
      policy: digest,
      justification: asked.reason.trim(),
    })
  })
  const at = deps.clock()
  const policy = { set, digest, judge: await openJudge(set) }
  const circumstances = await circumstancesOf(deps, deps.store.read, { job, policy, stored, at, readUntil: at })
  if (typeof circumstances === 'string') return { kind: 'no-flow', fault: circumstances }
  const practitioner = { ...DEFAULT_CHOICE, depth: asked.depth }
  const { shaped, judged } = viewOf({
    policy,
    stored,
    circumstances: { ...circumstances, choices: { ...circumstances.choices, practitioner } },
    deliveryId: uuidFrom('see-as delivery'),
    broker: 'see-as',
    sampleOneIn: 1,
  })
  return { kind: 'seen', seen: seenOf(set, judged, shaped), messageId: stored.id }
}

async function caseNamed({ store: { read } }: Pick<Deps, 'store'>, name: string): Promise<CaseId | undefined> {
  const [named] = await read.cases.casesNamed(name.trim())
  return named?.caseId ?? toCaseId(name.trim())
}

function jobFor(
  { registry }: Pick<Deps, 'registry'>,
  { issuer }: StoredMessage,
  recipientType: string,
): Parameters<typeof circumstancesOf>[2]['job'] | undefined {
  const { mandates, edges } = registry()
  const joined = mandates
    .filter(({ type }) => type === recipientType)
    .flatMap((mandate) =>
      edges
        .filter(({ from, to }) => from === issuer && to === mandate.organisation)
        .map((edge) => ({ edge: edge.id, mandate: mandate.id })),
    )
  return joined[0]
}
