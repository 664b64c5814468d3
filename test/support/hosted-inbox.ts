/** A person at the hosted inbox of a test gateway: what came for them, opened as they would with a browser. */
import assert from 'node:assert/strict'
import type { MandateId, OrganisationId } from '#gateway/core/ids.ts'
import type { ChoiceText } from '#gateway/core/choice.ts'
import type { TestGateway } from './gateway.ts'
import type { Person, TestWeb, WebReply } from './web.ts'

export const PAIRS = 'pairs-paris' as OrganisationId
export const SOCIAL_WORKER = 'pairs-social-worker' as MandateId

/** Somebody who reads for a mandate of PAIRS. */
export const aReader = (web: TestWeb, mandate: MandateId = SOCIAL_WORKER, language?: 'en' | 'fr'): Promise<Person> =>
  web.signIn('reader', { organisation: PAIRS, mandate, ...(language === undefined ? {} : { language }) })

/** Follows redirects, and waits where a page says that it is being prepared; gives up after ten seconds. */
export async function follow(
  gateway: TestGateway,
  person: Person,
  reply: WebReply | string,
): Promise<WebReply & { readonly path: string }> {
  let path = typeof reply === 'string' ? reply : (reply.headers.get('location') ?? '')
  for (let turn = 0; turn < 40; turn += 1) {
    assert.notEqual(path, '')
    const next = await person.get(path)
    if (next.status === 303) path = next.headers.get('location') ?? ''
    else if (next.headers.get('refresh') !== '2') return { ...next, path }
    else await gateway.settled()
  }
  throw new Error(`the page never came: ${path}`)
}

/** Path of the newest delivery of that tab. */
export async function firstOf(person: Person, tab = 'new'): Promise<string> {
  const list = await person.get(`/inbox?tab=${tab}`)
  const found = /href="(\/inbox\/[0-9a-f-]{36})"/.exec(list.text)?.[1]
  assert.ok(found, list.text)
  return found
}

/** Chooses a depth on the arrival page, and answers the page of the case. */
export async function openAt(
  gateway: TestGateway,
  person: Person,
  path: string,
  depth: ChoiceText['depth'],
): Promise<WebReply & { readonly path: string }> {
  const arrival = await follow(gateway, person, `${path}/arrival`)
  return follow(gateway, person, await person.post(arrival.path, { depth }))
}
