/** What a member sealed to this gateway: a JWE, or a post-quantum envelope where the gateway has a key for those; opened, and not yet verified. */
import { readCompactJwe } from '#gateway/core/jose-headers.ts'
import type { CompactJwe, HeaderRule } from '#gateway/core/jose-headers.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { KeyRing } from '#gateway/ports/key-ring.ts'
import { hybridRecipientOf, messageFor, openHybrid } from './hybrid-envelope.ts'
import { openJwe } from './open-envelope.ts'

export interface OpenDeps {
  readonly keyRing: KeyRing
  readonly broker: { readonly uri: string }
}

export interface OpenedFromMember {
  /** Of one byte a character. */
  readonly text: string
  /** As which of the rules it came. */
  readonly rule: HeaderRule
}

/** Of one of the rules, which differ in what stands in the envelope. Problems: `envelope-malformed`, `header-refused`, `decryption-failed`. */
export async function openFromMember(
  deps: OpenDeps,
  text: string,
  rules: readonly [HeaderRule, ...(readonly HeaderRule[])],
): Promise<Result<OpenedFromMember>> {
  const { openingHybridKey } = deps.keyRing
  if (openingHybridKey !== undefined && isThreeParts(text)) return openPostQuantum(deps, openingHybridKey, text, rules)
  const read = readEither(text, rules)
  if (!read.ok) return read
  const { jwe, rule } = read.value
  const key = await deps.keyRing.openingKey(jwe.kid)
  if (key === undefined) return fail('decryption-failed')
  const opened = await openJwe(jwe, key)
  return opened.ok ? ok({ text: opened.value, rule }) : opened
}

const isThreeParts = (text: string): boolean => text.split('.', 4).length === 3

/** By the first rule, and by another where it is only what stands in it that differs. */
function readEither(
  text: string,
  [first, ...others]: readonly [HeaderRule, ...(readonly HeaderRule[])],
): Result<{ readonly jwe: CompactJwe; readonly rule: HeaderRule }> {
  const read = readCompactJwe(text, first)
  if (read.ok) return ok({ jwe: read.value, rule: first })
  const [other, ...more] = others
  return other !== undefined && read.problem.errors?.[0]?.pointer === '/jwe/cty'
    ? readEither(text, [other, ...more])
    : read
}

async function openPostQuantum(
  { broker }: OpenDeps,
  openingHybridKey: NonNullable<KeyRing['openingHybridKey']>,
  text: string,
  rules: readonly HeaderRule[],
): Promise<Result<OpenedFromMember>> {
  for (const rule of rules) {
    const purpose = messageFor(rule, broker.uri)
    const kid = hybridRecipientOf(text, purpose)
    if (kid === undefined) continue
    const privateKey = await openingHybridKey(kid)
    if (privateKey === undefined) return fail('decryption-failed')
    const opened = await openHybrid(text, purpose, { kid, privateKey })
    return opened.ok ? ok({ text: opened.value, rule }) : opened
  }
  return fail('header-refused', [{ pointer: '/hpke', code: 'not-allowed' }])
}
