/** How much history the organisation, or the mandate that proves itself, wants: by default and per case. */
import type { CaseId } from '#gateway/core/ids.ts'
import type { Choice } from '#gateway/core/choice.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { caseMeant } from '#gateway/rooms/case-names.ts'
import { readChoice, setChoice } from '#gateway/rooms/choose.ts'
import type { ChoiceView } from '#gateway/rooms/choose.ts'
import type { Reader } from '#gateway/rooms/own-delivery.ts'
import { policyNow } from '#gateway/rooms/policy-now.ts'
import { EXAMPLE } from './examples.ts'
import { unknownSections } from './known-sections.ts'
import { MANDATE_PROBLEMS, NO_PARAMETERS, jsonAnswer, operation } from './operation.ts'
import type { Answer, DoorDeps, Operation } from './operation.ts'
import { printRevision } from './preconditions.ts'
import type { Preconditions } from './preconditions.ts'
import { caseParameter, choiceBodySchema, choiceViewSchema, mandateQuery } from './schemas.ts'

const answerWith = (view: Result<ChoiceView>): Result<Answer> =>
  view.ok ? ok(jsonAnswer(200, view.value, { ETag: printRevision(view.value.revision) })) : view

/** By whatever name the recipient was shown the case. */
const meant = (deps: DoorDeps, { participant }: Reader, caseId: CaseId): Promise<CaseId> =>
  caseMeant(deps.store.read, deps.registry(), participant.id, caseId)

interface Change {
  readonly reader: Reader
  readonly body: Choice
  readonly preconditions: Preconditions
}

async function change(
  deps: DoorDeps,
  { reader, body: choice, preconditions: { expectedRevision } }: Change,
  caseId: CaseId | undefined,
): Promise<Result<Answer>> {
  if (expectedRevision === undefined) return fail('precondition-required')
  const policy = await policyNow(deps, deps.store.read)
  if (policy === undefined) return fail('policy-unavailable')
  const unknown = unknownSections(policy.set.vocabulary.sections, choice)
  if (unknown.length > 0) return fail('choice-malformed', unknown)
  return answerWith(await setChoice(deps, reader, { caseId, choice, expectedRevision }))
}

const ANSWER = {
  status: 200,
  mediaType: 'application/json',
  schema: choiceViewSchema,
  example: EXAMPLE.choiceView,
  headers: ['ETag'],
} as const
const BODY = {
  mediaType: 'application/json',
  description: 'The whole choice; what is left out takes its default.',
  schema: choiceBodySchema,
  example: EXAMPLE.choice,
  refusedWith: 'choice-malformed',
} as const
const CHANGE_PROBLEMS = [
  ...MANDATE_PROBLEMS,
  'message-too-large',
  'media-type-unsupported',
  'json-refused',
  'choice-malformed',
  'choice-above-organisation',
  'precondition-required',
  'precondition-failed',
  'policy-unavailable',
] as const
const READS =
  'Without ?mandate= the ceiling of the organisation, with it the choice of that mandate. Nobody else can ask.'
const CHANGES =
  'Takes If-Match with the ETag that was read, or If-None-Match: * for the first. What it opens is judged anew; nothing above a choice waits anywhere.'

const readDefault = operation({
  id: 'readDefaultChoice',
  method: 'get',
  path: '/v1/choices/default',
  summary: 'The choice for cases without one of their own',
  description: READS,
  caller: 'member',
  mandate: 'taken',
  params: NO_PARAMETERS,
  query: mandateQuery,
  needs: 'nothing',
  answer: { ...ANSWER, description: 'The default choice.' },
  problems: MANDATE_PROBLEMS,
  serve: async (deps, { reader }) => answerWith(await readChoice(deps, reader, undefined)),
})

const changeDefault = operation({
  id: 'changeDefaultChoice',
  method: 'put',
  path: '/v1/choices/default',
  summary: 'Set the choice for cases without one of their own',
  description: CHANGES,
  caller: 'member',
  mandate: 'taken',
  params: NO_PARAMETERS,
  query: mandateQuery,
  needs: 'precondition',
  body: BODY,
  answer: { ...ANSWER, description: 'The choice as stored.' },
  problems: CHANGE_PROBLEMS,
  serve: (deps, request) => change(deps, request, undefined),
})

const readCase = operation({
  id: 'readChoice',
  method: 'get',
  path: '/v1/choices/{case}',
  summary: 'The choice for one case',
  description: `${READS} A case nobody sent reads as one without a choice.`,
  caller: 'member',
  mandate: 'taken',
  params: caseParameter,
  query: mandateQuery,
  needs: 'nothing',
  answer: { ...ANSWER, description: 'The choice for the case.' },
  problems: [...MANDATE_PROBLEMS, 'not-found'],
  serve: async (deps, { reader, params }) =>
    answerWith(await readChoice(deps, reader, await meant(deps, reader, params.case))),
})

const changeCase = operation({
  id: 'changeChoice',
  method: 'put',
  path: '/v1/choices/{case}',
  summary: 'Set the choice for one case',
  description: CHANGES,
  caller: 'member',
  mandate: 'taken',
  params: caseParameter,
  query: mandateQuery,
  needs: 'precondition',
  body: BODY,
  answer: { ...ANSWER, description: 'The choice as stored.' },
  problems: [...CHANGE_PROBLEMS, 'not-found'],
  serve: async (deps, request) => change(deps, request, await meant(deps, request.reader, request.params.case)),
})

export const CHOICES: readonly Operation[] = [readDefault, changeDefault, readCase, changeCase]
