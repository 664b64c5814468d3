/** Parcels that come in: each is acknowledged only once it is on disk, or once the member's own system has said that it has it. */
import { request } from 'node:http'
import { request as secureRequest } from 'node:https'
import type { ListedDelivery, Member } from './member.ts'
import type { ReceivedDelivery } from './prove-delivery.ts'
import { Refused } from './refused.ts'

export interface InboxOptions {
  /** As the organisation, or as one of its mandates. */
  readonly member: Pick<Member, 'list' | 'fetch' | 'acknowledge'>
  readonly isMandate: boolean
  /** Resolves once it is durable there. */
  readonly keep: (delivery: ReceivedDelivery) => Promise<void>
  readonly tell: (line: string) => void
}

/** Everything that waits. One that cannot be believed is told and keeps no other waiting. Throws where the gateway is away. */
export async function emptyMailbox(options: InboxOptions): Promise<number> {
  const { member, isMandate } = options
  const waiting = (await member.list()).filter(
    ({ state, keysHeldBy }) => state !== 'acknowledged' && (isMandate || keysHeldBy !== 'mandate'),
  )
  let kept = 0
  for (const delivery of waiting) if (await takeOne(options, delivery)) kept += 1
  return kept
}

async function takeOne({ member, keep, tell }: InboxOptions, { id }: ListedDelivery): Promise<boolean> {
  const received = await member.fetch(id).catch((error: unknown) => {
    if (isAway(error)) throw error
    tell(`${id}: ${error instanceof Error ? error.message : 'cannot be fetched'}`)
    return undefined
  })
  if (received === undefined) return false
  await keep(received)
  await member.acknowledge(id)
  return true
}

/** No answer, or one that says to ask later; anything else is about this parcel. */
const isAway = (error: unknown): boolean =>
  error instanceof Refused ? error.status >= 500 || error.status === 429 : error instanceof Error && 'code' in error

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost'])
const POST_MS = 20_000

/** Throws for an address that leaves this machine, unless that is allowed, and then only under TLS. */
export function localUrl(text: string, isElsewhereAllowed: boolean): URL {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) throw new Error(`${text}: not an address to post to`)
  if (LOOPBACK.has(url.hostname)) return url
  if (isElsewhereAllowed && url.protocol === 'https:') return url
  throw new Error(`${url.host}: not this machine; --deliver-elsewhere allows it, under https`)
}

/** Posts a delivery as JSON with its proof; it may come again under the same Idempotency-Key. Rejects for anything but a 2xx. */
export function postTo(url: URL): InboxOptions['keep'] {
  return ({ projection, earlier, ...proof }) =>
    new Promise((resolve, reject) => {
      const body = JSON.stringify({ projection, proof, earlier })
      const headers = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'idempotency-key': projection.jti,
      }
      const ask = url.protocol === 'https:' ? secureRequest : request
      const outgoing = ask(url, { method: 'POST', headers, signal: AbortSignal.timeout(POST_MS) }, (incoming) => {
        incoming.resume()
        const { statusCode = 0 } = incoming
        incoming.on('end', () =>
          statusCode >= 200 && statusCode < 300
            ? resolve()
            : reject(new LocalRefusal(`the local address answered ${statusCode}; nothing was acknowledged`)),
        )
        incoming.on('error', reject)
      })
      outgoing.on('error', (error) => reject(new LocalRefusal(`the local address does not answer (${error.name})`)))
      outgoing.end(body)
    })
}

/** The member's own system has not taken it: it is asked again, and the gateway keeps it meanwhile. */
export class LocalRefusal extends Error {}
