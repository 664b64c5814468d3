/** A thin webhook: CloudEvents 1.0 that names nothing but an opaque delivery, in the headers of Standard Webhooks (`v1a`, Ed25519). */

export const EVENT_TYPES = {
  delivery: 'passerelle.delivery.waiting.v1',
  unread: 'passerelle.delivery.unread.v1',
  sender: 'passerelle.submission.unread.v1',
  ping: 'passerelle.ping.v1',
} as const
export type EventType = (typeof EVENT_TYPES)[keyof typeof EVENT_TYPES]

/** CloudEvents 1.0.2 §3: context attributes and no data. */
export interface ThinEvent {
  readonly specversion: '1.0'
  readonly id: string
  readonly source: string
  readonly type: EventType
  /** Path of an opaque resource at the agency door. */
  readonly subject: string
  /** RFC 3339. */
  readonly time: string
}

export const WEBHOOK_HEADERS = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const
export type WebhookHeaders = Readonly<Record<(typeof WEBHOOK_HEADERS)[number], string>>

/** What is signed (Standard Webhooks §“Signature scheme”): id, Unix seconds and body with full stops between. */
export const signedText = (id: string, timestamp: string, body: string): string => `${id}.${timestamp}.${body}`

export const SIGNATURE_VERSION = 'v1a'
/** In front of a public key in base64, as Standard Webhooks prints it. */
export const PUBLIC_KEY_PREFIX = 'whpk_'
export const WEBHOOK_KEY = /^whpk_[A-Za-z0-9+/]{43}=$/
