/** Copies of a message made, revealed and presented: as sender, gateway and recipient would, without signatures. */
import assert from 'node:assert/strict'
import type { Result } from '#gateway/core/problem.ts'
import { copiesOf } from '#gateway/core/case-copy/copies.ts'
import type { CopyFor, ToCopy, UnsignedCopy } from '#gateway/core/case-copy/copies.ts'
import type { CopiedMessage } from '#gateway/core/case-copy/schema.ts'
import { reveal } from '#gateway/core/sd-jwt/reveal.ts'
import type { Revealed } from '#gateway/core/sd-jwt/reveal.ts'
import { saltsFrom } from './sd-jwt.ts'

export const PRESENTER = { kty: 'EC', crv: 'P-256', x: 'x'.repeat(43), y: 'y'.repeat(43) } as const
const JTIS: Readonly<Record<string, string>> = {
  PS: '66666666-6666-4666-8666-666666666666',
  SP: '77777777-7777-4777-8777-777777777777',
}

export const copyFor = (audienceClass: string): CopyFor => ({
  audienceClass,
  jti: JTIS[audienceClass] ?? '88888888-8888-4888-8888-888888888888',
  caseHandle: `${audienceClass}-handle-of-the-case`,
  ver: 40_000,
  salt: saltsFrom(`salts of ${audienceClass}`),
})

export const gained = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.problem))
  return result.value
}

/** What went wrong, as `code place reason`; or `ok`. */
export const verdictOf = (result: Result<unknown>): string =>
  result.ok
    ? 'ok'
    : [result.problem.code, result.problem.errors?.[0]?.pointer, result.problem.errors?.[0]?.code].join(' ')

export const copiesFor = (
  message: CopiedMessage,
  classes: readonly string[] = ['PS'],
  changes: Partial<ToCopy> = {},
): readonly UnsignedCopy[] =>
  gained(
    copiesOf({
      message,
      copies: classes.map(copyFor),
      presenter: PRESENTER,
      ...changes,
    }),
  )

export const revealed = ({ payload }: { readonly payload: string }, disclosures: readonly string[]): Revealed =>
  gained(reveal(JSON.parse(payload), disclosures))

export function oneCopy(message: CopiedMessage, changes: Partial<ToCopy> = {}): UnsignedCopy {
  const [copy] = copiesFor(message, ['PS'], changes)
  assert.ok(copy)
  return copy
}
