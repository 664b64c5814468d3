/** A problem of the gateway, as an error. */
import { jsonOf, problemSchema } from './client.ts'
import type { Answer } from './client.ts'
import { retryAfterSeconds } from './quota-headers.ts'

/** What the gateway told instead of doing what was asked. The message is one line without content. */
export class Refused extends Error {
  readonly status: number
  readonly code: string
  /** After how long to ask again, where the gateway said it. */
  readonly retryAfterSeconds: number | undefined
  constructor({ status, headers, text }: Answer) {
    const read = problemSchema.safeParse(jsonOf({ status, headers: {}, text }))
    const places = (read.data?.errors ?? []).map(({ pointer, code }) => `${pointer} ${code}`).join(', ')
    super(
      `${status} ${read.data?.code ?? ''}: ${read.data?.title ?? 'no problem was told'}${places === '' ? '' : ` (${places})`}`,
    )
    this.status = status
    this.retryAfterSeconds = retryAfterSeconds({ headers })
    this.code = read.data?.code ?? 'unknown'
  }
}
