/** What was worked out of messages lately, for the next of their recipients: bounded, of this process alone, and let go of when a case is erased. */
import { keepUpTo } from '#gateway/core/keep-up-to.ts'
import { newMemory } from '#gateway/core/message-memory.ts'
import type { MessageMemory } from '#gateway/core/message-memory.ts'
import { itemsOf } from '#gateway/core/message.ts'
import type { CaseId, MessageId } from '#gateway/core/ids.ts'
import type { StoredMessage } from '#gateway/ports/stored.ts'
import { openReadyCopies } from './ready-copies.ts'
import type { ReadyCopies } from './ready-copies.ts'
import { openReissues } from './reissue.ts'
import type { Reissues } from './reissue.ts'
import { openShownTexts } from './shown-texts.ts'
import type { ShownTexts } from './shown-texts.ts'

export interface KeptWork {
  /** Of that very message: one that has grown since begins anew. */
  readonly memoryOf: (stored: StoredMessage) => MessageMemory
  readonly copies: ReadyCopies
  readonly reissues: Reissues
  readonly texts: ShownTexts
  /** Lets go of everything, or of a case that something was recalled from or replaced in. */
  readonly forget: (caseId?: CaseId) => void
}

interface Remembered {
  readonly message: StoredMessage['message']
  readonly caseId: CaseId
  readonly memory: MessageMemory
}

const MOST_BYTES = 32 * 1024 * 1024
/** Labels, projections and texts of an item, as recipients of five types are shown it. */
const ITEM_BYTES = 8 * 1024

export function openKeptWork(): KeptWork {
  const memories = keepUpTo<MessageId, Remembered>(MOST_BYTES)
  const copies = openReadyCopies()
  const reissues = openReissues()
  const texts = openShownTexts()
  return {
    memoryOf: ({ id, caseId, message }) => {
      const known = memories.get(id)
      if (known?.message === message) return known.memory
      const memory = newMemory()
      memories.keep(id, { message, caseId, memory }, ITEM_BYTES * (1 + itemsOf(message).length))
      return memory
    },
    copies,
    reissues,
    texts,
    forget: (caseId) => {
      texts.forget()
      if (caseId === undefined) {
        copies.forget()
        reissues.forget()
      }
      memories.forget(caseId === undefined ? undefined : (one) => one.caseId === caseId)
    },
  }
}
