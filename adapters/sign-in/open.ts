/** All that people sign in by, for the pages at one origin. */
import { randomBytes } from 'node:crypto'
import type { SignIn } from '#gateway/ports/sign-in.ts'
import { openText, sealText } from './kept-text.ts'
import { openPasskeys } from './passkeys.ts'

/** `https://host[:port]` as browsers know it. */
export const openSignIn = (origin: string, oidc?: SignIn['oidc']): SignIn => ({
  passkeys: openPasskeys(origin),
  ...(oidc === undefined ? {} : { oidc }),
  newWord: () => randomBytes(32).toString('base64url'),
  sealText,
  openText,
})
