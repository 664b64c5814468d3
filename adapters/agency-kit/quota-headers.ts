/** What the gateway says of a member's quota: RateLimit (draft-ietf-httpapi-ratelimit-headers-08) and Retry-After. */
import type { Answer } from './client.ts'

/** What is left of the window. */
export interface QuotaLeft {
  readonly requests: number
  /** Until the window ends. */
  readonly seconds: number
}

type Headers = Pick<Answer, 'headers'>

/** Undefined where the answer does not tell. */
export function quotaLeft({ headers }: Headers): QuotaLeft | undefined {
  const told = headers['ratelimit']
  if (typeof told !== 'string') return undefined
  const requests = /;\s*r=(\d{1,9})\b/.exec(told)?.[1]
  const seconds = /;\s*t=(\d{1,9})\b/.exec(told)?.[1]
  return requests === undefined || seconds === undefined
    ? undefined
    : { requests: Number(requests), seconds: Number(seconds) }
}

/** RFC 9110 §10.2.3, in seconds; the form with a date is not read. */
export function retryAfterSeconds({ headers }: Headers): number | undefined {
  const told = headers['retry-after']
  return told !== undefined && /^\d{1,9}$/.test(told) ? Number(told) : undefined
}
