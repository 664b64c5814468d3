/** A message that came through the first rooms, an empty store and the example network: to ask one room alone. */
import { randomUUID } from 'node:crypto'
import type { Instant } from '#policies/language/instant.ts'
import { messageSchema } from '#gateway/core/message.ts'
import type { Message } from '#gateway/core/message.ts'
import type { Participant, Registry } from '#gateway/core/participants.ts'
import { participantOf } from '#gateway/core/routing.ts'
import type { RoutedMessage } from '#gateway/core/stages.ts'
import type { Store } from '#gateway/ports/store.ts'
import type { StoredMessage } from '#gateway/ports/stored.ts'
import { openSqliteStore } from '#adapters/store/open.ts'
import { accepted, organisation } from '#test/contract/stored-things.ts'
import { aTestNetwork } from '#test/support/example-network.ts'

export interface Seat extends AsyncDisposable {
  readonly store: Store
  readonly registry: Registry
  readonly at: Instant
  readonly member: (id: string) => Participant
  /** As if it had been routed to nobody yet. */
  readonly routed: (sender: string, body: object) => RoutedMessage
  /** Puts a message of that member into the store. */
  readonly stored: (sender: string, body: object) => Promise<StoredMessage>
}

/** The envelope members filled in around what is given. */
export const parsedMessage = (body: object): Message =>
  messageSchema.parse({
    sch: 'passerelle/1',
    iss: 'spiffe://example.test/org/member',
    aud: 'spiffe://example.test/gateway',
    iat: 1,
    jti: randomUUID(),
    ...body,
  })

export async function aSeat(): Promise<Seat> {
  const at = Date.now()
  const [store, { registry }] = await Promise.all([openSqliteStore(':memory:'), aTestNetwork(at)])
  const member = (id: string): Participant => {
    const found = participantOf(registry, id)
    if (found === undefined) throw new Error(`${id} is no member of the example network`)
    return found
  }
  return {
    store,
    registry,
    at,
    member,
    routed: (sender, body) => ({
      sender: member(sender),
      message: parsedMessage(body),
      bytesDigest: 'b'.repeat(64),
      attested: 'originator',
      receivedAt: at,
      routes: [],
    }),
    stored: (sender, body) => {
      const message = parsedMessage(body)
      const { kind, caseId, jti } = message
      const row = { message, kind, caseId, jti, issuer: organisation(sender), receivedAt: at }
      return store.transaction((tx) => accepted(tx, row))
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}
