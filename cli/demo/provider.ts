/** Who vouches for the invented people of a demo: an OpenID provider of its own, by the code that any other provider is met with. */
import { randomBytes } from 'node:crypto'
import { openDevelopmentProvider } from '#adapters/sign-in/development-provider.ts'
import type { DevelopmentProvider } from '#adapters/sign-in/development-provider.ts'
import { isProduction } from '#cli/environment.ts'
import type { Vouch } from '#cli/wire-web.ts'
import { DEMO_PEOPLE } from '#gateway/rooms/sign-in-demo.ts'
import type { DemoPerson } from '#gateway/rooms/sign-in-demo.ts'

const CLIENT_ID = 'passerelle-demo'

export interface DemoProvider extends AsyncDisposable {
  /** Begins it, once it is known where people are sent back to. Throws in production. */
  readonly vouch: Vouch
  /** `subject` of that person's account; undefined before it began. */
  readonly subjectOf: (person: DemoPerson) => string | undefined
}

/** Nothing listens before `vouch` is called. */
export function demoProvider(): DemoProvider {
  let opened: DevelopmentProvider | undefined
  return {
    vouch: async (redirect) => {
      const secret = randomBytes(24).toString('base64url')
      const settings = { isProduction: isProduction(), clientId: CLIENT_ID, secret, redirect, people: DEMO_PEOPLE }
      opened = await openDevelopmentProvider(settings)
      return { issuer: opened.issuer, clientId: CLIENT_ID, secret }
    },
    subjectOf: (person) => (opened === undefined ? undefined : `${opened.issuer} ${person}`),
    [Symbol.asyncDispose]: async () => opened?.[Symbol.asyncDispose](),
  }
}
