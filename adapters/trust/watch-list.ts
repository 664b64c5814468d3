/** Looks every second whether another trust list has been published in a file, hands it over, and says when the one in force grows old. */
import { readFile } from 'node:fs/promises'
import { printInstant } from '#policies/language/instant.ts'
import type { Log } from '#gateway/ports/log.ts'
import type { TrustClient } from './trust-client.ts'

const EVERY_MS = 1000

export interface Watching {
  readonly path: string
  readonly client: Pick<TrustClient, 'take' | 'age' | 'highest'>
  readonly log: Log
  /** Told after another list has come into force. */
  readonly onTaken: () => void
}

/** `look` looks at once; `stop` ends it when the look in hand has ended. */
export interface Watch {
  readonly look: () => Promise<void>
  readonly stop: () => Promise<void>
}

export function watchList({ path, client, log, onTaken }: Watching): Watch {
  let held = client.highest()?.digest
  let judged: string | undefined
  let refused: string | undefined
  let told: string = 'fresh'
  let isFailing = false
  const judge = async (): Promise<void> => {
    const text = await readFile(path, 'utf8').catch(() => undefined)
    if (text === undefined || text === judged || text === client.highest()?.text) return
    const taken = await client.take(text)
    // What was refused once is not said again each second.
    if (!taken.ok && text !== refused) log.alarm('a published trust list was refused', { code: taken.problem.code })
    refused = taken.ok ? undefined : text
    // By a clock that runs late, a list that is too early is in time soon.
    judged = !taken.ok && taken.problem.code === 'trust-list-early' ? undefined : text
  }
  /** Whichever process took it: of one folder, several may take. */
  const tellTaken = (): void => {
    const list = client.highest()
    if (list === undefined || list.digest === held) return
    held = list.digest
    log.info('a trust list was taken', until(client))
    onTaken()
  }
  const tellAge = (): void => {
    const age = client.age()
    if (age !== told && age !== 'fresh') log.alarm(WARNINGS[age], until(client))
    told = age
  }
  const lookOnce = async (): Promise<void> => {
    try {
      await judge()
      isFailing = false
    } catch {
      if (!isFailing) log.alarm('the trust list cannot be kept')
      isFailing = true
    }
    tellTaken()
    tellAge()
  }
  let last = Promise.resolve()
  const look = (): Promise<void> => (last = last.then(lookOnce))
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
