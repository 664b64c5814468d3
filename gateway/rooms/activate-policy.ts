/** Side room: a policy text comes into force only whole: read, checked, judged by casbin in a child process, then swapped. */
import { printInstant } from '#policies/language/instant.ts'
import { openJudge } from '#policies/engine/enforcer.ts'
import { checkSet } from '#policies/engine/statutes.ts'
import type { Agreement } from '#policies/engine/agreement.ts'
import { parsePolicy, printPolicy } from '#policies/language/text.ts'
import type { Fault, PolicySet } from '#policies/language/policy.ts'
import { SECTIONS } from '#gateway/core/vocabulary/sections.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { Clock } from '#gateway/core/time.ts'
import type { Store, Tx } from '#gateway/ports/store.ts'
import type { PolicyInForce } from './deps.ts'

export interface ActivateDeps {
  readonly store: Store
  readonly clock: Clock
  /** Asks plan and casbin the same random questions, apart from this process: a set may take long to judge. */
  readonly judgeApart: (text: string) => Promise<Agreement>
  /** Digest of the version that this one is to replace, and no other; absent: whatever is in force. */
  readonly replaces?: { readonly digest: string | undefined }
  /** Done in the same transaction; answers false where it did nothing, and then nothing is done. */
  readonly alongside?: (tx: Tx) => Promise<boolean>
}

export type Activated =
  | { readonly kind: 'in-force'; readonly policy: PolicyInForce; readonly asked: number }
  | { readonly kind: 'faulty'; readonly faults: readonly Fault[] }
  | { readonly kind: 'disagreement'; readonly agreement: Agreement }
  | { readonly kind: 'overtaken' }

/** Whatever is wrong, the version before stays in force and nothing of this one is stored. */
export async function activatePolicy(
  deps: ActivateDeps,
  text: string,
  file: string,
  actor: string,
): Promise<Activated> {
  const built = await buildPolicy(text, file, deps.clock())
  if (built.kind === 'faulty') return built
  const { policy } = built
  const inForce = await deps.store.read.policies.inForce()
  if (inForce?.digest === policy.digest && deps.alongside === undefined) return { kind: 'in-force', policy, asked: 0 }
  const agreement = await deps.judgeApart(printPolicy(policy.set))
  if (agreement.disagreements.length > 0) return { kind: 'disagreement', agreement }
  const activatedAt = deps.clock()
  const isActivated = await deps.store.transaction(async (tx) => {
    const { replaces } = deps
    if (replaces !== undefined && (await tx.policies.digestInForce()) !== replaces.digest) return false
    if ((await deps.alongside?.(tx)) === false) return false
    const { id, version } = policy.set
    await tx.policies.activate({ digest: policy.digest, id, version, text: printPolicy(policy.set), activatedAt })
    await tx.audit.append({
      at: printInstant(activatedAt),
      operation: 'alteration',
      act: 'policy-activated',
      actor,
      policy: policy.digest,
    })
    return true
  })
  if (!isActivated) return { kind: 'overtaken' }
  return { kind: 'in-force', policy, asked: agreement.asked }
}

/** A version with the judge built beside any other; all faults of a text at once, or none. */
export async function buildPolicy(
  text: string,
  file: string,
  at: Instant,
): Promise<
  | { readonly kind: 'built'; readonly policy: PolicyInForce }
  | { readonly kind: 'faulty'; readonly faults: readonly Fault[] }
> {
  const parsed = parsePolicy(text, file)
  if (!parsed.ok) return { kind: 'faulty', faults: parsed.faults }
  const faults = [...checkSet(parsed.set, file, { at }), ...unclassifiedTerms(parsed.set, file)]
  if (faults.length > 0) return { kind: 'faulty', faults }
  const digest = sha256Hex(printPolicy(parsed.set))
  return { kind: 'built', policy: { set: parsed.set, digest, judge: await openJudge(parsed.set) } }
}

/** A term that the door takes and the policy has no name for would be withheld in silence for ever: such a set is not put in force. */
const unclassifiedTerms = (set: PolicySet, file: string): readonly Fault[] =>
  SECTIONS.filter(({ id }) => set.vocabulary.sections.includes(id))
    .flatMap(({ terms }) => terms)
    .filter(({ id }) => !set.vocabulary.terms.includes(id))
    .map(({ id }) => ({
      file,
      at: '/vocabulary/terms',
      code: 'name-unknown',
      detail: `the door takes the term ${id}, which this set does not classify`,
    }))
