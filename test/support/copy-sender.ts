/** Members that sign what holds items in copies, as the agency kit does, and remember in memory what they sent last. */
import { sealCopies, audienceOf, copiedMessage } from '#adapters/agency-kit/sign-copies.ts'
import type { CopyKeys } from '#adapters/agency-kit/sign-copies.ts'
import type { SeenCase } from '#gateway/core/case-copy/case-handle.ts'
import type { Registry } from '#gateway/core/participants.ts'

export interface SealedPayload {
  readonly jwe: string
  /** The id under which each class of recipients knows it. */
  readonly names: Readonly<Record<string, string>>
  /** To be called once it was accepted. */
  readonly taken: () => void
}

export interface CopySender {
  /** The envelope of a payload in copies; undefined for what does not come in copies. */
  readonly seal: (
    organisation: string,
    payload: object,
    keys: CopyKeys,
    changes?: { readonly classes?: readonly string[]; readonly sent?: SeenCase | undefined },
  ) => Promise<SealedPayload | undefined>
  readonly sentOf: (organisation: string, caseId: string) => SeenCase | undefined
}

export const secretOf = (organisation: string): string => `secret of ${organisation}`

export function aCopySender(registry: () => Registry): CopySender {
  const last = new Map<string, SeenCase>()
  return {
    sentOf: (organisation, caseId) => last.get(`${organisation} ${caseId}`),
    seal: async (organisation, payload, keys, changes = {}) => {
      const message = copiedMessage(payload)
      if (message === undefined) return undefined
      const classes = changes.classes ?? audienceOf(registry(), message)
      if (classes.length === 0) return undefined
      const name = `${organisation} ${message.caseId}`
      const before = 'sent' in changes ? changes.sent : last.get(name)
      const { jwe, sent, names } = await sealCopies(
        message,
        { classes, secret: secretOf(organisation), sent: before },
        keys,
      )
      return { jwe, names, taken: () => void last.set(name, sent) }
    },
  }
}
