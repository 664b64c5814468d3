/** Forms as a page shows them, sent as a browser would send them. */
import assert from 'node:assert/strict'
import { hiddenFields } from './passkey.ts'
import type { TestPasskey } from './passkey.ts'
import type { Person, WebReply } from './web.ts'

/** The hidden members of the form with that action. */
export const formAt = (text: string, action: string): Readonly<Record<string, string>> =>
  hiddenFields(
    new RegExp(`<form[^>]*action="${action}"[\\s\\S]*?</form>`).exec(text)?.[0] ?? assert.fail(`no form to ${action}`),
  )

/** Sends the form of the page that asks for a passkey; without one, as it is. */
export const signOn = (person: Person, page: string, key: TestPasskey | undefined): Promise<WebReply> => {
  const action = /<form[^>]*action="([^"]*)"[^>]*data-passkey=/.exec(page)?.[1] ?? assert.fail(page)
  return person.post(action, key?.fill(page) ?? {})
}
