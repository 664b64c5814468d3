/** The policy of a config put in force at start; and which one is in force later, by officers or another gateway. */
import { failingExamples } from '#policies/engine/cases.ts'
import { activatePolicy, buildPolicy } from '#gateway/rooms/activate-policy.ts'
import type { Activated } from '#gateway/rooms/activate-policy.ts'
import type { Deps, PolicyInForce } from '#gateway/rooms/deps.ts'
import { keptExamples } from '#gateway/rooms/change-draft.ts'
import { sharePolicy } from '#gateway/rooms/policy-now.ts'
import type { Config } from './config.ts'
import { asOneLine, CommandFailed, EXIT } from './exit-codes.ts'
import { readText } from './files.ts'
import { judgeApart } from './judge-apart.ts'
import { decidingBy, isApproved, mayBegin } from './policy-approval.ts'
import type { ApprovalDeps } from './policy-approval.ts'
import type { Replica } from './wire-replica.ts'

export interface WiredPolicy {
  /** The one that this gateway started with. */
  readonly first: PolicyInForce
  readonly deps: Pick<Deps, 'policy' | 'policyIn' | 'mayDecide'>
}

export type PolicyWiring = ApprovalDeps & Pick<Deps, 'clock' | 'log'>

type PolicyConfig = Pick<Config, 'policy' | 'judgeQuestions' | 'policyApproval'>

/**
 * Puts the policy of the config in force, once its checks are passed. A faulty one stops the start, and what was in force stays stored.
 * Where others are at work, a version that was replaced while they worked does not come back with a gateway that starts with its old file;
 * nor does one that officers replaced. Where two officers have to approve, a text that they never saw stops the start; where nothing decides before
 * they have adopted it, what they have not adopted is in force and decides nothing.
 */
export async function openPolicy(
  config: PolicyConfig,
  wiring: PolicyWiring,
  replica: Pick<Replica, 'isOneOfMany' | 'hasCompany'>,
): Promise<WiredPolicy> {
  const text = await readText(config.policy)
  const first = await firstOf(config, text, wiring, replica)
  const mayDecide = decidingBy(config.policyApproval, wiring)
  // What came by a file decides until officers have begun; where they have to adopt it, not before they did.
  const isWaiting = config.policyApproval === 'adopted' && !(await isApproved('adopted', wiring, first.digest))
  const shared = sharePolicy(wiring, isWaiting ? undefined : first, mayDecide)
  if (isWaiting)
    wiring.log.warn('nothing is taken or sent before two officers adopt the policy', { policy: first.digest })
  return {
    first,
    deps: { policy: shared.met, policyIn: shared.now, ...(mayDecide === undefined ? {} : { mayDecide }) },
  }
}

/** What came into force since it was looked at is looked at again: it may be newer than the text. */
async function firstOf(
  config: PolicyConfig,
  text: string,
  wiring: PolicyWiring,
  replica: Pick<Replica, 'isOneOfMany' | 'hasCompany'>,
): Promise<PolicyInForce> {
  for (;;) {
    const digest = await wiring.store.read.policies.digestInForce()
    const first =
      (await newerThan(config, text, wiring, replica)) ??
      (await approvedBefore(config, text, wiring)) ??
      (await putInForce(config, text, wiring, { digest }))
    if (first !== 'overtaken') return first
  }
}

/** The version in force, where the text is one that was in force before it and others are at work. */
async function newerThan(
  { policyApproval }: PolicyConfig,
  text: string,
  wiring: PolicyWiring,
  { isOneOfMany, hasCompany }: Pick<Replica, 'isOneOfMany' | 'hasCompany'>,
): Promise<PolicyInForce | undefined> {
  const { store, clock, log } = wiring
  if (!isOneOfMany || !(await hasCompany())) return undefined
  const own = await buildPolicy(text, 'own', clock())
  const inForce = await store.read.policies.inForce()
  if (own.kind === 'faulty' || inForce === undefined || inForce.digest === own.policy.digest) return undefined
  if ((await store.read.policies.byDigest(own.policy.digest)) === undefined) return undefined
  const isOurs = await isApproved(policyApproval, wiring, inForce.digest)
  if (!(await mayBegin(policyApproval, wiring, { isOurs, isSame: true, isKnown: true }))) return undefined
  const built = await buildPolicy(inForce.text, 'the store', clock())
  if (built.kind === 'faulty') return undefined
  log.alarm('the policy file is of a version that was replaced; what is in force stays', {
    file: own.policy.digest,
    inForce: inForce.digest,
  })
  return built.policy
}

/** The version in force, where officers put it there and the text is not newer than it. Throws CommandFailed: two have to approve, and did not. */
async function approvedBefore(
  config: PolicyConfig,
  text: string,
  wiring: PolicyWiring,
): Promise<PolicyInForce | undefined> {
  const { store, clock, log } = wiring
  const inForce = await store.read.policies.inForce()
  const own = await buildPolicy(text, config.policy, clock())
  if (inForce === undefined || own.kind === 'faulty') return undefined
  const isSame = own.policy.digest === inForce.digest
  const isOurs = await isApproved(config.policyApproval, wiring, inForce.digest)
  const isKnown = isSame || (await store.read.policies.byDigest(own.policy.digest)) !== undefined
  if (!(await mayBegin(config.policyApproval, wiring, { isOurs, isSame, isKnown }))) {
    await store[Symbol.asyncDispose]()
    const fault = isOurs
      ? 'it differs from what two officers approved'
      : 'two officers did not approve what is in force'
    throw new CommandFailed(`${config.policy}: ${fault}`, EXIT.found)
  }
  if (isSame || !isOurs) return undefined
  if (!isKnown) {
    log.alarm('the policy file replaces a version that two officers approved', { replaced: inForce.digest })
    return undefined
  }
  const built = await buildPolicy(inForce.text, 'the store', clock())
  if (built.kind === 'faulty') return undefined
  log.info('the policy file is of a version that officers replaced; what is in force stays', {
    file: own.policy.digest,
    inForce: inForce.digest,
  })
  return built.policy
}

async function putInForce(
  config: PolicyConfig,
  text: string,
  wiring: PolicyWiring,
  replaces: { readonly digest: string | undefined },
): Promise<PolicyInForce | 'overtaken'> {
  const { store, clock } = wiring
  await keepsExamples(config, text, wiring)
  const deps = { store, clock, replaces, judgeApart: (set: string) => judgeApart(set, config.judgeQuestions) }
  const activated = await activatePolicy(deps, text, config.policy, 'operator')
  if (activated.kind === 'in-force') return activated.policy
  if (activated.kind === 'overtaken') return activated.kind
  await store[Symbol.asyncDispose]()
  throw refusalOf(config, activated)
}

/** Throws CommandFailed where a text that is not in force yet breaks what officers kept as an example: they alone change what has to come out. */
async function keepsExamples({ policy }: PolicyConfig, text: string, { store, clock }: PolicyWiring): Promise<void> {
  const own = await buildPolicy(text, policy, clock())
  if (own.kind === 'faulty' || own.policy.digest === (await store.read.policies.digestInForce())) return
  const { set } = own.policy
  const failing = failingExamples(set, await keptExamples(store.read, set.id))
  if (failing.length === 0) return
  await store[Symbol.asyncDispose]()
  throw new CommandFailed(
    `${policy}: ${failing.length} examples that officers kept would come out otherwise (${asOneLine(failing.map(({ name }) => name))}): officers change what has to come out, on their pages`,
    EXIT.found,
  )
}

function refusalOf(
  { policy }: Pick<Config, 'policy'>,
  activated: Exclude<Activated, { kind: 'in-force' | 'overtaken' }>,
): Error {
  if (activated.kind === 'faulty') {
    const [first] = activated.faults
    return new CommandFailed(
      `${policy}: ${activated.faults.length} faults; first: ${first?.at ?? ''} ${first?.code ?? ''} ${first?.detail ?? ''}`,
      EXIT.found,
    )
  }
  const { disagreements, asked } = activated.agreement
  return new CommandFailed(
    `${policy}: plan and casbin disagree on ${disagreements.length} of ${asked} questions`,
    EXIT.disagreement,
  )
}
