/**
 * What a delivery says that nothing else may gainsay: held against what the gateway told before, or told another recipient, it shows a
 * gateway that shows two recipients two things, or one recipient two.
 */
import { canonicalise, sha256Hex } from '#gateway/core/canonical-json.ts'
import { readCheckpoint } from '#gateway/core/log/checkpoint.ts'
import type { Evidence } from '#gateway/core/log/evidence.ts'
import { readReceipt } from '#gateway/core/log/receipt.ts'
import { digestOfContent } from '#gateway/core/parcel.ts'
import type { ProblemCode } from '#gateway/core/problem.ts'
import type { Believed } from './believe-content.ts'

/** Verified before: that its receipt proves its leaf, and that its content is whose it says. */
export interface Told extends Believed {
  readonly content: string
  readonly evidence: Evidence
  readonly receipt: string
}

/** One thing of which there is one truth. */
export interface Fact {
  /** `delivery`: one content and entry under one id; `entry`: one leaf at one place of the log; `checkpoint`: one root of one size;
   * `message`: one copy under one id; `version`: one message of one number; `value`: one value of one rung of an item. */
  readonly of: 'delivery' | 'entry' | 'checkpoint' | 'message' | 'version' | 'value'
  /** What it is about, as SHA-256. */
  readonly about: string
  /** What is said of it, as SHA-256. */
  readonly says: string
}

const digest = (parts: readonly (string | number)[]): string => sha256Hex(canonicalise(parts))
const fact = (of: Fact['of'], about: readonly (string | number)[], says: string): Fact => ({
  of,
  about: digest([of, ...about]),
  says: sha256Hex(says),
})

/** Those that tell nobody what a delivery says: of random texts and signatures alone. */
export function factsOf({ projection, copy, content, evidence: { leaf }, receipt }: Told): readonly Fact[] {
  const read = readReceipt(receipt)
  const checkpoint = read === undefined ? undefined : readCheckpoint(read.checkpoint)
  const logged =
    read === undefined || checkpoint === undefined
      ? []
      : [
          fact('entry', [checkpoint.origin, read.index], leaf),
          fact('checkpoint', [checkpoint.origin, checkpoint.size], Buffer.from(checkpoint.root).toString('hex')),
        ]
  const { aud, jti } = projection
  // A gateway that says something again makes a copy of its own each time.
  const signed =
    copy === undefined || copy.attested === 'broker'
      ? []
      : [
          fact('message', [copy.iss, copy.jti], content.slice(0, content.indexOf('~'))),
          fact('version', [copy.iss, copy.audienceClass, copy.caseHandle, copy.ver], copy.jti),
        ]
  return [fact('delivery', [aud, jti], `${digestOfContent(content)} ${leaf}`), ...logged, ...signed]
}

/** What it says of each item, for whoever has the deliveries themselves at hand: a value could be guessed from its digest. */
export const valuesOf = ({ projection: { messageId, items } }: Pick<Told, 'projection'>): readonly Fact[] =>
  items.flatMap(({ itemId, rung, value }) =>
    itemId === undefined || rung === undefined || value === undefined
      ? []
      : [fact('value', [messageId, itemId, rung], canonicalise(value))],
  )

/** The problem that two different words on it are. */
export const problemOf = (of: Fact['of']): ProblemCode =>
  of === 'entry' || of === 'checkpoint' ? 'log-forked' : 'delivery-contradicted'
