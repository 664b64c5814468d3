/** For a member that is called: whether a webhook is the gateway's, of now, and new. Nothing in it is content; what waits is fetched. */
import { createPublicKey, verify } from 'node:crypto'
import { z } from 'zod'
import type { Instant } from '#policies/language/instant.ts'
import { readStrictJson } from '#policies/language/strict-json.ts'
import { EVENT_TYPES, PUBLIC_KEY_PREFIX, SIGNATURE_VERSION, signedText, WEBHOOK_KEY } from '#gateway/core/webhook.ts'
import type { ThinEvent } from '#gateway/core/webhook.ts'

/** Five minutes either way, as Standard Webhooks has it. */
export const WEBHOOK_WINDOW_MS = 5 * 60_000
const MAX_BODY_BYTES = 4096
const MOST_SIGNATURES = 8

/** Which ids were had before. It must outlive the process, and three days: the gateway tries so long. */
export interface SeenWebhooks {
  /** True the first time. */
  readonly once: (id: string, at: Instant) => boolean | Promise<boolean>
}

export interface ReceivedWebhook {
  /** As Node gives them: lower-case names. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** As it came over the wire; parsed and printed anew it would be another text. */
  readonly body: string
}

export interface WebhookTrust {
  /** `broker.webhookKey` of the network's registry; several while one follows another. */
  readonly keys: readonly string[]
  /** URI of the gateway. */
  readonly source: string
  readonly now: Instant
  readonly seen: SeenWebhooks
}

export const WEBHOOK_REFUSALS = ['headers', 'too-large', 'time', 'signature', 'body', 'source'] as const
export type ReadWebhook =
  | { readonly kind: 'believed'; readonly event: ThinEvent }
  /** Answer it with 200, and do nothing. */
  | { readonly kind: 'seen' }
  /** Answer it with 400; the reason is for your log. */
  | { readonly kind: 'refused'; readonly reason: (typeof WEBHOOK_REFUSALS)[number] }

const eventSchema = z.strictObject({
  specversion: z.literal('1.0'),
  id: z.string().min(1).max(100),
  source: z.string().min(1).max(200),
  type: z.enum(EVENT_TYPES),
  subject: z.string().regex(/^\/v1\/[a-z]+(\/[0-9a-f-]{36})?$/),
  time: z.iso.datetime(),
})

const refused = (reason: (typeof WEBHOOK_REFUSALS)[number]): ReadWebhook => ({ kind: 'refused', reason })

/** Signature first, then what is said; an id counts as seen only once all of it is believed. */
export async function readWebhook({ headers, body }: ReceivedWebhook, trust: WebhookTrust): Promise<ReadWebhook> {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(
    (name) => headers[name],
  )
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string')
    return refused('headers')
  if (Buffer.byteLength(body) > MAX_BODY_BYTES) return refused('too-large')
  if (!/^\d{1,12}$/.test(timestamp)) return refused('headers')
  if (Math.abs(Number(timestamp) * 1000 - trust.now) > WEBHOOK_WINDOW_MS) return refused('time')
  if (!isSigned(signedText(id, timestamp, body), signatures, trust.keys)) return refused('signature')
  const json = readStrictJson(body, { maxDepth: 1, maxKeys: 8 })
  const read = eventSchema.safeParse(json.ok ? json.value : undefined)
  if (!read.success || read.data.id !== id) return refused('body')
  if (read.data.source !== trust.source) return refused('source')
  return (await trust.seen.once(id, trust.now)) ? { kind: 'believed', event: read.data } : { kind: 'seen' }
}

/** One of the signatures, of the one version that we know, by one of the keys. */
function isSigned(text: string, signatures: string, keys: readonly string[]): boolean {
  const bytes = Buffer.from(text)
  const ours = signatures
    .split(' ')
    .slice(0, MOST_SIGNATURES)
    .flatMap((one) => (one.startsWith(`${SIGNATURE_VERSION},`) ? [one.slice(SIGNATURE_VERSION.length + 1)] : []))
  return keys.some((key) => ours.some((signature) => isBy(key, bytes, signature)))
}

function isBy(key: string, bytes: Uint8Array, signature: string): boolean {
  if (!WEBHOOK_KEY.test(key)) return false
  const x = Buffer.from(key.slice(PUBLIC_KEY_PREFIX.length), 'base64').toString('base64url')
  try {
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
    return verify(null, bytes, publicKey, Buffer.from(signature, 'base64'))
  } catch {
    return false
  }
}
