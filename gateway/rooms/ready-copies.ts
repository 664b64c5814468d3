/** Copies made ready for their presentations: once for the recipients of a class, and kept while deliveries of one message follow each other. */
import { copiesOf } from '#gateway/core/case-copy/copies.ts'
import type { UnsignedCopy } from '#gateway/core/case-copy/copies.ts'
import { saltsOf } from '#gateway/core/case-copy/folded.ts'
import { readyIssued, readyRevealed } from '#gateway/core/case-copy/ready-copy.ts'
import type { ReadyCopy } from '#gateway/core/case-copy/ready-copy.ts'
import { isCopied } from '#gateway/core/case-copy/schema.ts'
import type { CopiedMessage } from '#gateway/core/case-copy/schema.ts'
import type { SignedCopies, SignedCopy } from '#gateway/core/case-copy/signed-copies.ts'
import { keepUpTo } from '#gateway/core/keep-up-to.ts'
import { reveal } from '#gateway/core/sd-jwt/reveal.ts'
import type { StoredMessage } from '#gateway/ports/stored.ts'

export interface ReadyCopies {
  /** Made once for all recipients of a class. Throws where what is stored is not what was accepted. */
  readonly of: (stored: StoredMessage, copies: SignedCopies, copy: SignedCopy) => ReadyCopy
  /** A copy that was made at the door, to hold it against what was signed, need not be made a second time. */
  readonly keep: (copy: SignedCopy, message: CopiedMessage, unsigned: UnsignedCopy) => void
  /** Of the copies that their sender calls so, or of all. */
  readonly forget: (names?: readonly string[]) => void
}

/** Ready, an item of a copy takes some three kilobytes: of two hundred items and five classes, twenty messages. */
const MOST_ITEMS = 20_000

/** The signed text says which copy it is of, and the number of its disclosures whether more was released since: what was made of another is not taken for it. */
interface Keeping {
  readonly jwt: string
  readonly disclosed: number | undefined
  readonly ready: () => ReadyCopy
}

/** Copies kept ready, by what the sender calls each. */
export function openReadyCopies(): ReadyCopies {
  const kept = keepUpTo<string, Keeping>(MOST_ITEMS)
  return {
    of: (stored, copies, copy) => {
      const known = kept.get(copy.jti)
      const { jwt, disclosures } = copy
      const disclosed = disclosures?.length
      if (known?.jwt === jwt && known.disclosed === disclosed) return known.ready()
      const ready = makeReady(stored, copies, copy)
      kept.keep(copy.jti, { jwt, disclosed, ready: () => ready }, sizeOf(ready.byId.size))
      return ready
    },
    keep: ({ jti, jwt }, message, unsigned) => {
      // Only when it is asked for: its sender waits for an answer.
      kept.keep(
        jti,
        { jwt, disclosed: undefined, ready: makeOnce(() => readyIssued(message, unsigned)) },
        sizeOf(message.items?.length ?? 0),
      )
    },
    forget: (names) => {
      if (names === undefined) kept.forget()
      else names.forEach(kept.drop)
    },
  }
}

/** What it is made of, several times its size, is let go of when it is made. */
function makeOnce(make: () => ReadyCopy): () => ReadyCopy {
  let state: { readonly made: ReadyCopy } | { readonly make: () => ReadyCopy } = { make }
  return () => {
    if (!('made' in state)) state = { made: state.make() }
    return state.made
  }
}

/** A copy without items is not for nothing either. */
const sizeOf = (items: number): number => items + 1

/** Throws where what is stored is not what was accepted. */
export function makeReady(
  { message }: StoredMessage,
  { caseId, inReplyTo, presenter, prev }: SignedCopies,
  copy: SignedCopy,
): ReadyCopy {
  if (copy.seed === undefined) return revealedCopy(copy)
  if (!isCopied(message)) throw new Error('a message without items has copies')
  const asSigned = inReplyTo === undefined ? { ...message, caseId } : { ...message, caseId, inReplyTo }
  const unsigned = copiesOf({ message: asSigned, copies: [{ ...copy, salt: saltsOf(copy.seed) }], presenter, prev })
  const [one] = unsigned.ok ? unsigned.value : []
  if (one === undefined) throw new Error('a copy that was accepted cannot be made again')
  return readyIssued(asSigned, one)
}

function revealedCopy({ jwt, disclosures = [] }: SignedCopy): ReadyCopy {
  const [, payload = ''] = jwt.split('.')
  const revealed = reveal(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')), disclosures)
  if (!revealed.ok) throw new Error('a copy that was accepted cannot be read again')
  return readyRevealed(revealed.value)
}
