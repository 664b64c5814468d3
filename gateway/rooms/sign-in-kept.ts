/** Side room: what somebody had written when their sign-in ended is kept, so that nobody but they can read it, and given back after they sign in. */
import { z } from 'zod'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import type { SignInDeps } from './sign-in-proof.ts'

/** WCAG 2.2 §2.2.1: at least 20 hours. Sessions are remembered as long past their end, to know whose a form is. */
export const KEPT_MS = 24 * 3_600_000

export interface WrittenForm {
  /** Where it was sent. */
  readonly path: string
  readonly members: readonly (readonly [name: string, value: string])[]
}

const written = z.strictObject({ path: z.string(), members: z.array(z.tuple([z.string(), z.string()])) })

/** Keeps it for the owner of that session, ended or not; answers the word that opens it. Undefined: it is nobody's, and nothing is kept. */
export async function keepForm(
  { store, clock, signIn }: Pick<SignInDeps, 'store' | 'clock' | 'signIn'>,
  sessionWord: string | undefined,
  form: WrittenForm,
): Promise<string | undefined> {
  const session = sessionWord === undefined ? undefined : await store.read.people.session(sha256Hex(sessionWord))
  if (session === undefined) return undefined
  const { account } = session
  const word = signIn.newWord()
  const sealed = signIn.sealText({ word, text: JSON.stringify(form), about: account })
  await store.transaction(async ({ keptForms }) => {
    // One form each: nobody fills the store by sending forms.
    await keptForms.forget({ account })
    await keptForms.keep({ id: sha256Hex(word), account, sealed, until: clock() + KEPT_MS })
  })
  return word
}

/** What they wrote, as often as they look; undefined for anybody else. */
export async function keptForm(
  { store, clock, signIn }: Pick<SignInDeps, 'store' | 'clock' | 'signIn'>,
  account: string,
  word: string | undefined,
): Promise<WrittenForm | undefined> {
  const kept = word === undefined ? undefined : await store.read.keptForms.get(sha256Hex(word), clock())
  if (word === undefined || kept?.account !== account) return undefined
  const text = signIn.openText({ word, sealed: kept.sealed, about: account })
  return text === undefined ? undefined : written.parse(JSON.parse(text))
}

/** It is sent, or its writer does not want it any more. */
export async function dropKept({ store }: Pick<SignInDeps, 'store'>, account: string): Promise<void> {
  await store.transaction(({ keptForms }) => keptForms.forget({ account }))
}
