/** Side room: an officer answers what was asked for at a hosted inbox, section by section. Neither question nor answer holds content of the case. */
import { printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { digestOf } from '#gateway/core/canonical-json.ts'
import type { MessageId } from '#gateway/core/ids.ts'
import type { REFUSAL_REASONS } from '#gateway/core/message.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { mandateOf } from '#gateway/core/routing.ts'
import type { Ask, AskDecision, AskState } from '#gateway/core/ask.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { DeliveryEntry } from '#gateway/ports/stored.ts'
import { askAnew } from './ask-anew.ts'
import type { Deps } from './deps.ts'

/** What an officer decides of one section. */
export type Decision =
  | { readonly section: string; readonly kind: 'once' }
  | { readonly section: string; readonly kind: 'until'; readonly until: Instant }
  | { readonly section: string; readonly kind: 'refused'; readonly reason: (typeof REFUSAL_REASONS)[number] }

/** Given once: until it was read and acknowledged, and a day at most. */
const ONCE_MS = 86_400_000
/** Requests that are listed at once. */
export const MOST_SHOWN = 100

/** What waits for an officer, the longest overdue first. */
export const openAsks = (deps: Pick<Deps, 'store'>): Promise<readonly Ask[]> => deps.store.read.asks.open(MOST_SHOWN)

export const askOf = async (deps: Pick<Deps, 'store'>, id: MessageId): Promise<Result<Ask>> => {
  const ask = await deps.store.read.asks.get(id)
  return ask === undefined ? fail('not-found') : ok(ask)
}

export interface Answering {
  readonly id: MessageId
  readonly decisions: readonly Decision[]
  readonly text: string
  /** Account of the officer. */
  readonly by: string
}

/** Without a decision: the asker is to say more. What is given is a grant as any other, and opens what policy lets it open. */
export async function answerAsk(deps: Deps, answering: Answering): Promise<Result<Ask>> {
  const answered = await deps.store.transaction((tx) => answerIn(deps, tx, answering))
  deps.queue.nudge()
  return answered
}

async function answerIn(deps: Deps, tx: Tx, { id, decisions, text, by }: Answering): Promise<Result<Ask>> {
  const ask = await tx.asks.get(id)
  if (ask === undefined) return fail('not-found')
  const at = deps.clock()
  const decided = decidedBy(deps, decisions, at)
  const state = stateOf(decided)
  const answer = { decisions: decided, text, by }
  if (!(await tx.asks.answer(ask, { state, answer, at }))) return fail('precondition-failed')
  await tx.audit.append({
    at: printInstant(at),
    operation: 'alteration',
    act: 'more-answered',
    actor: by,
    recipients: [ask.mandate],
    caseId: ask.caseId,
    purpose: ask.purpose,
    justification: state,
    digest: digestOf(answer),
  })
  await give(deps, tx, { ask, decided, at })
  return ok({ ...ask, state, answer, answeredAt: at })
}

/** One grant for all that is given once, and one for each end: a grant has one end. */
function decidedBy(deps: Pick<Deps, 'newId'>, decisions: readonly Decision[], at: Instant): readonly AskDecision[] {
  const grants = new Map<string, MessageId>()
  const grantFor = (key: string): MessageId => {
    const grant = grants.get(key) ?? (deps.newId() as MessageId)
    grants.set(key, grant)
    return grant
  }
  return decisions.map((decision): AskDecision => {
    if (decision.kind === 'refused') return decision
    const { section, kind } = decision
    const until = decision.kind === 'once' ? at + ONCE_MS : decision.until
    return { section, kind, until, grant: grantFor(`${kind} ${until}`) }
  })
}

function stateOf(decided: readonly AskDecision[]): Exclude<AskState, 'open'> {
  if (decided.length === 0) return 'clarify'
  const refused = decided.filter(({ kind }) => kind === 'refused').length
  return refused === 0 ? 'given' : refused === decided.length ? 'refused' : 'partly'
}

type Given = Exclude<AskDecision, { readonly kind: 'refused' }>
const isGiven = (decision: AskDecision): decision is Given => decision.kind !== 'refused'

interface Giving {
  readonly ask: Ask
  readonly decided: readonly AskDecision[]
  readonly at: Instant
}

async function give(deps: Deps, tx: Tx, { ask, decided, at }: Giving): Promise<void> {
  const given = Map.groupBy(decided.filter(isGiven), ({ grant }) => grant)
  const { caseId, organisation, holder, mandate } = ask
  for (const [requestId, ofOne] of given) {
    const sections = ofOne.map(({ section }) => section)
    const until = Math.max(...ofOne.map((one) => one.until))
    await tx.requests.grant({
      requestId,
      kind: 'InformationRequest',
      caseId,
      requester: organisation,
      holder,
      sections,
      until,
    })
  }
  if (given.size === 0) return
  const asker = mandateOf(deps.registry(), mandate)
  await askAnew(deps, tx, { caseId, organisation, mandate: asker, issuer: holder, dueAt: at, cause: 'grant' })
}

/** What was given once ends when it was acknowledged. */
export async function endOnce(deps: Deps, { caseId, mandate, cause }: DeliveryEntry): Promise<void> {
  if (cause !== 'grant') return
  await deps.store.transaction(async (tx) => {
    const at = deps.clock()
    const decided = (await tx.asks.ofCase(caseId, mandate)).flatMap((ask) =>
      (ask.answer?.decisions ?? []).flatMap((decision) =>
        decision.kind === 'once' && decision.until > at ? [{ ask, decision }] : [],
      ),
    )
    for (const { ask, decision } of decided) {
      const { organisation: requester, holder } = ask
      const grant = { caseId, requester, holder, sections: [decision.section], until: at }
      await tx.requests.grant({ ...grant, requestId: decision.grant, kind: 'InformationRequest' })
    }
  })
}
