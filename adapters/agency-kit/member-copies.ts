/** A member's part in copies: it signs one for each class that its message may come to, and believes what others signed for its own. */
import { join } from 'node:path'
import { digestOf } from '#gateway/core/canonical-json.ts'
import type { Registry } from '#gateway/core/participants.ts'
import type { TrustList } from '#gateway/core/trust-list/list.ts'
import type { GatewayKey } from '#gateway/ports/key-ring.ts'
import type { SecondKeys } from '#gateway/rooms/second-signature.ts'
import { z } from 'zod'
import type { Said } from './believe-receipt.ts'
import type { Believing } from './believe-content.ts'
import { readCanaries } from './canaries.ts'
import { openCopyBook } from './copy-book.ts'
import type { Sending } from './copy-book.ts'
import { openHeldBook } from './held-book.ts'
import type { HeldBook } from './held-book.ts'
import { readHeldRegistry } from './held-registry.ts'
import { openSeenBook } from './seen-book.ts'
import type { SeenBook } from './seen-book.ts'
import { audienceOf, copiedMessage } from './sign-copies.ts'
import { sealMessage } from './sign-message.ts'
import type { HybridSealing, SigningKey } from './sign-message.ts'
import { openToldBook } from './told-book.ts'
import type { ToldBook } from './told-book.ts'

export interface SendingKeys {
  readonly signing: SigningKey
  readonly gatewayKeys: readonly GatewayKey[]
  /** Absent: the officers list none. */
  readonly hybrid: HybridSealing | undefined
}

export interface MemberCopies extends SeenBook, ToldBook {
  readonly held: HeldBook
  /** Signs and seals a payload, in copies where its kind holds items, and hands the JWE to `post`. Throws where the gateway has no key for it. */
  readonly send: <T>(payload: unknown, keys: SendingKeys, how: Sending<T>) => Promise<T>
  readonly believing: (list: TrustList, gatewayKeys: readonly GatewayKey[], second: SecondKeys | undefined) => Believing
}

/** Reads network.json of the home; keeps its books in a folder of the organisation. */
export async function openMemberCopies(home: string, organisation: string): Promise<MemberCopies> {
  const registry = await readHeldRegistry(home)
  const folder = join(home, 'organisations', organisation, 'copies')
  const book = openCopyBook(folder)
  return {
    ...openSeenBook(folder),
    ...openToldBook(join(folder, '..'), await readCanaries(home)),
    held: openHeldBook(folder),
    send: async (payload, { signing, gatewayKeys, hybrid }, how) => {
      const key = (use: GatewayKey['use']): GatewayKey | undefined => gatewayKeys.find((one) => one.use === use)
      const [classic, presenting] = [key('seal'), key('present')]
      if (classic === undefined || presenting === undefined) throw new Error('no key of the gateway to seal for')
      const sealing = { ...classic, hybrid }
      const message = copiedMessage(payload)
      const classes = message === undefined ? [] : audienceOf(registry, message)
      // What is no message, or goes nowhere, is for the gateway to refuse.
      return message === undefined || classes.length === 0
        ? how.post(await sealMessage(payload, signing, sealing), saidIn(payload))
        : book.send(message, { classes, keys: { signing, sealing, presenting } }, how)
    },
    believing: ({ organisations }, gatewayKeys, second) => ({
      gatewayKeys,
      second,
      organisations,
      typeOf: typeIn(registry, organisation),
    }),
  }
}

/** Of a message that goes without copies: its text is what is signed. */
const saidIn = (payload: unknown): Said => ({
  jti: z.looseObject({ jti: z.string() }).safeParse(payload).data?.jti ?? '',
  digest: digestOf(payload),
})

const typeIn =
  ({ mandates }: Registry, organisation: string): NonNullable<Believing['typeOf']> =>
  (id) =>
    mandates.find((mandate) => mandate.id === id && mandate.organisation === organisation)?.type
