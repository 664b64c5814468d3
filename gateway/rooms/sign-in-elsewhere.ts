/** Side room: whoever is vouched for elsewhere comes in, or proves again that it is they; by issuer and subject alone, whatever else is said of them. */
import { z } from 'zod'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { enter, markSteppedUp } from './sign-in.ts'
import type { Entered, Entry, SignedIn } from './sign-in.ts'
import { beginCeremony, takeCeremony } from './sign-in-proof.ts'
import type { SignInDeps } from './sign-in-proof.ts'

const oidcState = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  authenticatedFrom: z.number().optional(),
})
const elsewhereState = z.strictObject({
  oidc: oidcState,
  /** Where somebody goes on to afterwards. */
  to: z.string(),
  purpose: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('sign-in'),
      computer: z.enum(['own', 'shared']),
      replaces: z.string().optional(),
    }),
    z.strictObject({ kind: z.literal('again'), session: z.string() }),
  ]),
})
type Elsewhere = z.output<typeof elsewhereState>

export interface Sent {
  /** Address of the issuer, for the browser. */
  readonly url: string
  /** What the browser holds until it is back. */
  readonly word: string
}

/** Problems `not-found`, where nobody vouches; `issuer-unavailable`. */
export const sendToSignIn = (deps: SignInDeps, entry: Entry, to: string): Promise<Result<Sent>> =>
  send(deps, { kind: 'sign-in', ...entry }, to)

/** The same for somebody who is signed in. */
export const sendToStepUp = (deps: SignInDeps, { session }: SignedIn, to: string): Promise<Result<Sent>> =>
  send(deps, { kind: 'again', session: session.id }, to)

async function send(deps: SignInDeps, purpose: Elsewhere['purpose'], to: string): Promise<Result<Sent>> {
  const { oidc } = deps.signIn
  if (oidc === undefined) return fail('not-found')
  const begun = await oidc.begin({ kind: purpose.kind })
  if (!begun.ok) return begun
  const word = await beginCeremony(deps, 'elsewhere', { oidc: begun.value.state, to, purpose })
  return ok({ url: begun.value.to, word })
}

export interface Returned {
  readonly to: string
  /** A new session; undefined: the one that there was counts as stepped up. */
  readonly entered?: Entered
}

/** What the issuer sent back, once. Problems `sign-in-refused`, `account-closed`, `issuer-unavailable`. */
export async function takeReturn(
  deps: SignInDeps,
  { word, query }: { readonly word: string; readonly query: string },
): Promise<Result<Returned>> {
  const state = elsewhereState.safeParse(await takeCeremony(deps, 'elsewhere', word)).data
  const { oidc } = deps.signIn
  if (state === undefined || oidc === undefined) return fail('sign-in-refused')
  const finished = await oidc.finish({ query, state: state.oidc })
  if (!finished.ok) return finished
  const account = await deps.store.read.people.accountOfSubject(finished.value.subject)
  if (account === undefined) return fail('sign-in-refused')
  const { to, purpose } = state
  if (purpose.kind === 'sign-in') {
    const entered = await enter(deps, { account, method: 'oidc', ...purpose })
    return entered.ok ? ok({ to, entered: entered.value }) : entered
  }
  const session = await deps.store.read.people.session(purpose.session)
  if (session?.account !== account.id) return fail('sign-in-refused')
  await markSteppedUp(deps, { account, session })
  return ok({ to })
}
