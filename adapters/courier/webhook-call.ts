/** Calls a member's URL with word that something waits: a thin event, signed, and nothing of any case. */
import { sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import type { Clock } from '#gateway/core/time.ts'
import { SIGNATURE_VERSION, signedText } from '#gateway/core/webhook.ts'
import type { ThinEvent, WebhookHeaders } from '#gateway/core/webhook.ts'
import type { Carrier, Errand, Notice } from '#gateway/ports/courier.ts'
import { CourierFault, outcomeOf } from './courier-fault.ts'
import { dial, dialSecure } from './dial.ts'
import type { Reachable } from './dial.ts'
import { endpointOf, exchange, isTaken } from './http-exchange.ts'

export interface WebhookOptions {
  readonly reachable: Reachable
  /** Ed25519. */
  readonly key: KeyObject
  /** URI of this gateway: the `source` of its events. */
  readonly source: string
  readonly clock: Clock
  /** Whose certificates of servers count; OpenSSL checks the name of the host too. */
  readonly roots: ConnectionOptions
  /** `demo`: http is called too. */
  readonly plain: 'refused' | 'demo'
}

/** A carrier of the way `webhook`. */
export function openWebhooks(options: WebhookOptions): Carrier {
  const call = ({ recipient, notice, signal }: Pick<Errand, 'recipient' | 'notice' | 'signal'>) =>
    outcomeOf(signal, async () => {
      if (recipient.courier.way !== 'webhook') throw new CourierFault('not-set-up')
      const url = new URL(recipient.courier.url)
      const socket = await doorOf(options, url, signal)
      const { headers, body } = printWebhook(options, notice)
      const status = await exchange(socket, { url, method: 'POST', headers, body, signal })
      return isTaken(status) ? ({ kind: 'taken' } as const) : ({ kind: 'failed', fault: 'answer-refused' } as const)
    })
  return { carry: call, ping: call }
}

function doorOf({ reachable, roots, plain }: WebhookOptions, url: URL, signal: AbortSignal): Promise<Socket> {
  const { host, port, isSecure } = endpointOf(url)
  if (isSecure) return dialSecure(reachable, { host, port, signal, options: roots, isMeant: () => true })
  if (plain === 'refused') return Promise.reject(new CourierFault('address-refused'))
  return dial(reachable, { host, port, signal })
}

export type PrintedWebhook = {
  readonly headers: WebhookHeaders & Readonly<Record<'content-type', string>>
  readonly body: string
}

/** The event as it goes over the wire, signed now: an old one that is caught and sent again is too old to be believed. */
export function printWebhook(
  { key, source, clock }: Pick<WebhookOptions, 'key' | 'source' | 'clock'>,
  notice: Notice,
): PrintedWebhook {
  const { id, type, subject, time } = notice
  const event: ThinEvent = { specversion: '1.0', id, source, type, subject, time }
  const body = JSON.stringify(event)
  const timestamp = String(Math.floor(clock() / 1000))
  const signature = sign(null, Buffer.from(signedText(id, timestamp, body)), key).toString('base64')
  return {
    headers: {
      'content-type': 'application/cloudevents+json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `${SIGNATURE_VERSION},${signature}`,
    },
    body,
  }
}
