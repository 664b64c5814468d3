/** Side room: the examples that a policy has to pass, run; and one of them kept from what somebody saw. */
import { failingExamples, runCases } from '#policies/engine/cases.ts'
import type { Outcome } from '#policies/engine/cases.ts'
import type { Example } from '#policies/engine/case-text.ts'
import { explain } from '#policies/engine/explain.ts'
import type { Bilingual } from '#policies/language/policy.ts'
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import { examplesOf } from './change-draft.ts'
import { dropExample, putExamples } from './change-policy.ts'
import type { ChangeDeps, ChangeOutcome, Officer } from './change-outcome.ts'
import { draftToWrite } from './own-draft.ts'
import { readPolicy } from './read-policy.ts'
import type { PolicyRead, ReadDeps } from './read-policy.ts'

export interface RunExample {
  readonly example: Example
  readonly outcome: Outcome
  /** The decision in one sentence. */
  readonly why: Bilingual
  /** It names something that the policy no longer knows. */
  readonly isOutdated: boolean
  /** The draft brought it, or expects it otherwise. */
  readonly isOfDraft: boolean
}

export interface ExamplesRead {
  readonly policy: PolicyRead
  /** Failing ones first, each group in its order. */
  readonly run: readonly RunExample[]
  readonly failing: number
}

/** Examples of the version in force, or of a change with its own; undefined where there is no such version. */
export async function readExamples(
  deps: ReadDeps & Pick<ChangeDeps, 'changing'>,
  changeId?: string,
): Promise<ExamplesRead | undefined> {
  const policy = await readPolicy(deps, changeId)
  if (policy === undefined) return undefined
  const change = policy.change ?? { base: policy.digest, examples: [] }
  const examples = await examplesOf(deps, deps.store.read, change)
  const outcomes = runCases(policy.set, examples)
  const own = new Set(change.examples.map(({ name }) => name))
  const run = examples.flatMap((example, index) => {
    const outcome = outcomes[index]
    return outcome === undefined
      ? []
      : [
          {
            example,
            outcome,
            why: explain(policy.set, outcome.ceiling),
            ...stateOf(outcome),
            isOfDraft: own.has(example.name),
          },
        ]
  })
  return {
    policy,
    run: run.toSorted((a, b) => Number(b.outcome.wrong.length > 0) - Number(a.outcome.wrong.length > 0)),
    failing: failingExamples(policy.set, examples).length,
  }
}

const stateOf = ({ ceiling }: Outcome): Pick<RunExample, 'isOutdated'> => ({
  isOutdated: ceiling.because.some((reason) => reason.startsWith('error:unknown-name')),
})

interface ToKeep {
  readonly officer: Officer
  readonly examples: readonly Example[]
  /** Id of the draft; absent: the officer's own, or a new one of the title. */
  readonly draft: string | undefined
  readonly title: string
}

/** Into a draft; those of the same name are expected so from now on. */
export async function keepExamples(
  deps: ChangeDeps,
  { officer, examples, draft, title }: ToKeep,
): Promise<ChangeOutcome> {
  const opened = await draftToWrite(deps, { officer, id: draft, title })
  return opened.kind === 'done' ? putExamples(deps, opened.change, { officer, examples }) : opened
}

/** What a draft says of an example is taken back. */
export async function forgetExample(
  deps: ChangeDeps,
  { officer, draft, name }: { readonly officer: Officer; readonly draft: string; readonly name: string },
): Promise<ChangeOutcome> {
  const change: PolicyChange | undefined = await deps.store.read.changes.get(draft)
  return change === undefined ? { kind: 'refused', code: 'not-found' } : dropExample(deps, change, { officer, name })
}
