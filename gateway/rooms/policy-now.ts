/** Side room: the policy in force as the store says it now, where officers or another gateway may have put another one in force a moment ago. */
import type { Tx } from '#gateway/ports/store.ts'
import { buildPolicy } from './activate-policy.ts'
import type { Deps, PolicyInForce } from './deps.ts'

export interface SharedPolicy {
  /** The last one that was met and may serve. */
  readonly met: () => PolicyInForce | undefined
  /** The one in force for whoever reads so: built first where it is new here. Undefined where it cannot be: then nothing is decided. */
  readonly now: (read: Pick<Tx, 'policies'>) => Promise<PolicyInForce | undefined>
}

type PolicyDeps = Pick<Deps, 'clock' | 'log'>

/**
 * Who put a version in force has checked it and had it judged; here it is only read and its judge built. `first`: the one that may serve from the
 * beginning; undefined: none. `accepts`: whether one may serve at all; what may not is asked again each time.
 */
export function sharePolicy(
  deps: PolicyDeps,
  first: PolicyInForce | undefined,
  accepts: (digest: string) => Promise<boolean> = async () => true,
): SharedPolicy {
  let met = first
  let refused: string | undefined
  const isAccepted = async (digest: string): Promise<boolean> => {
    const isSo = await accepts(digest)
    // Told once of each, not with every message that comes meanwhile.
    if (!isSo && refused !== digest)
      deps.log.alarm('two officers did not approve the policy in force; nothing is decided', { policy: digest })
    refused = isSo ? undefined : digest
    return isSo
  }
  const coming = new Map<string, Promise<PolicyInForce | undefined>>()
  return {
    met: () => met,
    now: async (read) => {
      const digest = await read.policies.digestInForce()
      if (digest === undefined || met?.digest === digest) return met
      const building = coming.get(digest) ?? build(deps, read, { digest, isAccepted })
      coming.set(digest, building)
      const built = await building.finally(() => coming.delete(digest))
      // Another may have come into force meanwhile: whoever asks next looks again.
      met = built ?? met
      return built
    },
  }
}

async function build(
  { clock, log }: PolicyDeps,
  read: Pick<Tx, 'policies'>,
  { digest, isAccepted }: { readonly digest: string; readonly isAccepted: (digest: string) => Promise<boolean> },
): Promise<PolicyInForce | undefined> {
  if (!(await isAccepted(digest))) return undefined
  const version = await read.policies.byDigest(digest)
  const built = version === undefined ? undefined : await buildPolicy(version.text, 'the store', clock())
  if (built?.kind === 'built' && built.policy.digest === digest) {
    log.info('another policy is in force', { policy: digest })
    return built.policy
  }
  log.alarm('the policy in force cannot be read here; nothing is decided', { policy: digest })
  return undefined
}

/** Where this gateway is alone, what it put in force is in force. */
export const policyNow = async (
  { policy, policyIn }: Pick<Deps, 'policy' | 'policyIn'>,
  read: Pick<Tx, 'policies'>,
): Promise<PolicyInForce | undefined> => (policyIn === undefined ? policy() : policyIn(read))

/** Whether that version is in force for this transaction; no version is built while others wait for its end. */
export const isPolicyOf = async (
  { policy, policyIn }: Pick<Deps, 'policy' | 'policyIn'>,
  tx: Pick<Tx, 'policies'>,
  digest: string,
): Promise<boolean> => (policyIn === undefined ? policy()?.digest : await tx.policies.digestInForce()) === digest
