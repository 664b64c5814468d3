/** Looks every second whether another trust list has been published in a file, hands it over, and says when the one in force grows old. */
import { readFile } from 'node:fs/promises'
import { printInstant } from '#policies/language/instant.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Log } from '#gateway/ports/log.ts'
import type { TrustClient } from './trust-client.ts'

const EVERY_MS = 1000

export interface Watching {
  readonly path: string
  readonly client: Pick<TrustClient, 'take' | 'age' | 'highest'>
  readonly log: Log
  /** Told after a list was taken. */
  readonly onTaken: () => void
}

/** `look` looks at once; `stop` ends it when the look in hand has ended. */
export interface Watch {
  readonly look: () => Promise<void>
  readonly stop: () => Promise<void>
}

export function watchList(watching: Watching): Watch {
  const { client, log } = watching
  let refused: string | undefined
  let told: string = 'fresh'
  const lookOnce = async (): Promise<void> => {
    const text = await readFile(watching.path, 'utf8').catch(() => undefined)
    // What was refused once is not said again each second.
    if (text !== undefined && text !== refused && text !== client.highest()?.text)
      refused = said(watching, await client.take(text)) ? undefined : text
    const age = client.age()
    if (age !== told && age !== 'fresh') log.alarm(WARNINGS[age], until(client))
    told = age
  }
  let last = Promise.resolve()
  const look = (): Promise<void> => (last = last.then(lookOnce).catch(() => log.alarm('the trust list cannot be kept')))
  const timer = setInterval(() => void look(), EVERY_MS)
  timer.unref()
  return {
    look,
    stop: () => {
      clearInterval(timer)
      return last
    },
  }
}

const WARNINGS = {
  'past-half-life': 'half the life of the trust list is over: the officers have to sign the next one',
  expired: 'the trust list has expired: nothing is taken or sent until the next one is published',
  missing: 'there is no trust list: nothing is taken or sent until one is published',
} as const

const until = ({ highest }: Watching['client']): { readonly version?: number; readonly expires?: string } => {
  const list = highest()?.list
  return list === undefined ? {} : { version: list.version, expires: printInstant(list.expires) }
}

/** True where the list was taken or known. */
function said({ client, log, onTaken }: Watching, outcome: Result<'taken' | 'known'>): boolean {
  if (!outcome.ok) {
    log.alarm('a published trust list was refused', { code: outcome.problem.code })
    return false
  }
  if (outcome.value === 'taken') {
    log.info('a trust list was taken', until(client))
    onTaken()
  }
  return true
}
