/** A member lets go of what it held back: the disclosures that it kept, signed, sealed, and posted to its message. */
import { randomUUID } from 'node:crypto'
import { canonicalise, sha256Hex } from '#gateway/core/canonical-json.ts'
import { heldItems, releaseOf, RELEASE_SCHEMA } from '#gateway/core/case-copy/release.ts'
import type { HeldCopy } from '#gateway/core/case-copy/release.ts'
import { RELEASE_ENVELOPE, RELEASE_SIGNATURE } from '#gateway/core/jose-headers.ts'
import type { Result } from '#gateway/core/problem.ts'
import { z } from 'zod'
import type { Said } from './believe-receipt.ts'
import type { HeldBook, HeldMessage } from './held-book.ts'
import { sealToGateway, signCompact } from './sign-message.ts'
import type { SealingKey, SigningKey } from './sign-message.ts'

/** Nothing of the message is held here, or nothing of those items. */
export class NothingHeld extends Error {}

export interface Letting {
  /** The message, by the id that the gateway gave it and by its sender's own. */
  readonly id: string
  readonly jti: string
  /** `all`: whatever is held of it. */
  readonly items: ReadonlySet<string> | 'all'
}

export interface ReleaseBy<T> {
  readonly book: HeldBook
  readonly signing: SigningKey
  readonly sealing: SealingKey
  /** URI of the member, and of the gateway. */
  readonly uri: string
  readonly audience: string
  /** Seconds since 1970. */
  readonly iat: number
  readonly post: (jwe: string, said: Said) => Promise<T>
  /** Refused because it was signed too long ago: whether it was taken then cannot be learned any more. */
  readonly isTooOld: (error: unknown) => boolean
}

/**
 * Posts the release, and notes it once it was taken. One that was posted before and never answered goes first, as it was. Throws
 * NothingHeld, and what `post` throws.
 */
export async function releaseHeld<T>(by: ReleaseBy<T>, { id, jti, items }: Letting): Promise<T> {
  const { book } = by
  const held = await book.read(jti)
  if (held === undefined) throw new NothingHeld(`${id}: nothing is held back of it here`)
  const first = held.releasing === undefined ? undefined : await finish(by, jti, held)
  const now = (await book.read(jti)) ?? held
  const letting = now.copies.map((copy) => gained(releaseOf(copyOf(copy), idsIn(now, items))))
  if (letting.every((released) => released.length === 0)) {
    if (first !== undefined) return first.answer
    throw new NothingHeld(`${id}: nothing is held back of those items`)
  }
  const copies = now.copies.map((copy, index) => ({ jti: copy.jti, disclosures: letting[index] ?? [] }))
  const { uri: iss, audience: aud, iat } = by
  const payload = canonicalise({ sch: RELEASE_SCHEMA, iss, aud, iat, jti: randomUUID(), messageId: id, copies })
  const releasing = { payload, copies: copies.map(({ disclosures }) => disclosures) }
  const written = { ...now, releasing }
  await book.write(jti, written)
  const done = await finish(by, jti, written)
  if (done === undefined) throw new NothingHeld(`${id}: the release is too old to be posted`)
  return done.answer
}

/** Posts what is under way; undefined where it is too old to be posted again. */
async function finish<T>(
  by: ReleaseBy<T>,
  jti: string,
  { releasing, ...held }: HeldMessage,
): Promise<{ readonly answer: T } | undefined> {
  const payload = releasing?.payload ?? ''
  const bytes = new TextEncoder().encode(payload)
  const said = { jti: jtiIn(payload), digest: sha256Hex(payload) }
  const text = await signCompact(bytes, RELEASE_SIGNATURE.exact.typ, by.signing)
  try {
    const answer = await by.post(await sealToGateway({ text, rule: RELEASE_ENVELOPE, key: by.sealing }), said)
    const copies = held.copies.map((copy, index) => {
      const gone = new Set(releasing?.copies[index])
      return {
        ...copy,
        disclosures: [...copy.disclosures, ...gone],
        held: copy.held.filter((one) => !gone.has(one)),
      }
    })
    await by.book.write(jti, { ...held, copies })
    return { answer }
  } catch (error) {
    if (!by.isTooOld(error)) throw error
    await by.book.write(jti, held)
    return undefined
  }
}

const jtiIn = (payload: string): string => z.looseObject({ jti: z.string() }).parse(JSON.parse(payload)).jti

const copyOf = ({ jwt, disclosures, held }: HeldMessage['copies'][number]): HeldCopy => {
  const [, payload = ''] = jwt.split('.')
  return { payload: JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')), disclosures, held }
}

const idsIn = ({ copies: [first] }: HeldMessage, items: Letting['items']): ReadonlySet<string> =>
  items === 'all' ? new Set(first === undefined ? [] : gained(heldItems(copyOf(first)))) : items

/** Of copies that this member made itself. */
function gained<T>(read: Result<T>): T {
  if (!read.ok) throw new Error(`what is held does not fit its copy: ${read.problem.code}`)
  return read.value
}
