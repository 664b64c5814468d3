/** How the pages of changes answer: what a form named, what came of an act, and whose change it is. */
import type { FieldErrors } from '#gateway/http/web/kit.ts'
import { redirect } from '#gateway/http/web/route.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import type { ChangeOutcome, Officer, Read } from '#gateway/rooms/change-outcome.ts'

export const NOT_FOUND: WebAnswer = { kind: 'problem', problem: { code: 'not-found' } }

export const officerOf = ({ visitor: { account } }: SignedInVisit): Officer => ({ id: account.id, name: account.name })

/** The change of the address at the revision that the form was made from. */
export const readOf = ({ params, form }: SignedInVisit): Read => ({
  id: params['id'] ?? '',
  revision: Number(form.get('revision') ?? 'none'),
})

/** To that page where it was done; else the page again, with what stands against it. */
export async function answerOf(
  visit: SignedInVisit,
  outcome: ChangeOutcome,
  {
    done,
    again,
  }: {
    readonly done: (id: string) => string
    readonly again: (errors: FieldErrors, status: number) => Promise<WebAnswer>
  },
): Promise<WebAnswer> {
  const { t } = visit
  if (outcome.kind === 'done') return redirect(done(outcome.change.id))
  if (outcome.kind === 'stale') return again({ main: t('changes:stale') }, 409)
  return outcome.code === 'not-found' ? NOT_FOUND : again({ main: t(`changes:refused.${outcome.code}`) }, 422)
}
