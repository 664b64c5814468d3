/** Side room: what anybody at the door is asked is written nowhere: it carries its own end and a mark of ours, and only what was proved is remembered. */
import { hmacHex, sha256Hex } from '#gateway/core/canonical-json.ts'
import { CEREMONY_MS } from './sign-in-proof.ts'
import type { SignInDeps } from './sign-in-proof.ts'

export interface Challenged {
  readonly challenge: string
  /** What the browser brings back beside its answer. */
  readonly word: string
}

/** A challenge for anybody, without a row in the store. */
export function challengeAnybody(deps: Pick<SignInDeps, 'clock' | 'cursorSecret' | 'signIn'>): Challenged {
  const challenge = deps.signIn.newWord()
  const until = String(deps.clock() + CEREMONY_MS)
  return { challenge, word: [challenge, until, markOf(deps, challenge, until)].join('.') }
}

/** The challenge of a word that is ours and in its time. */
export function challengeIn(
  deps: Pick<SignInDeps, 'clock' | 'cursorSecret'>,
  word: string,
): { readonly challenge: string; readonly until: number } | undefined {
  const [challenge = '', until = '', mark] = word.split('.')
  if (mark !== markOf(deps, challenge, until) || deps.clock() >= Number(until)) return undefined
  return { challenge, until: Number(until) }
}

/** Each is good once, at all gateways of one store: true the first time. */
export const spendChallenge = (
  { store }: Pick<SignInDeps, 'store'>,
  { challenge, until }: { readonly challenge: string; readonly until: number },
): Promise<boolean> => store.transaction(({ replicas }) => replicas.spend('sign-in', sha256Hex(challenge), until))

/** Of all gateways that share these keys, and of nothing else that is made with them. */
const markOf = ({ cursorSecret }: Pick<SignInDeps, 'cursorSecret'>, challenge: string, until: string): string =>
  Buffer.from(hmacHex(cursorSecret, JSON.stringify(['passerelle-sign-in/1', challenge, until])), 'hex').toString(
    'base64url',
  )
