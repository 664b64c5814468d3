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

/** How many jobs of a message are left, and what its sender calls its copies. */
export interface Expected {
  readonly jobs: number
  readonly copies: readonly string[]
}

export interface KeptWork {
  /** Of that very message: one that has grown since begins anew. */
  readonly memoryOf: (stored: StoredMessage) => MessageMemory
  readonly copies: ReadyCopies
  readonly reissues: Reissues
  readonly texts: ShownTexts
  /** Jobs come of a message that was just accepted: what is kept of it goes when the last of them has ended here. */
  readonly expect: (message: MessageId, expected: Expected) => void
  /** A job of that message has ended. */
  readonly ended: (message: MessageId) => void
  /** Lets go of everything, or of a case that something was recalled from or replaced in. */
  readonly forget: (caseId?: CaseId) => void
}

interface Remembered {
  readonly message: StoredMessage['message']
  readonly caseId: CaseId
  readonly memory: MessageMemory
}

/** Messages whose jobs are counted; of others, what is kept goes when there is more than fits. */
const MOST_EXPECTED = 1_000
const MOST_BYTES = 32 * 1024 * 1024
/** Labels, projections and texts of an item, as recipients of five types are shown it. */
const ITEM_BYTES = 8 * 1024

export function openKeptWork(): KeptWork {
  const memories = keepUpTo<MessageId, Remembered>(MOST_BYTES)
  const copies = openReadyCopies()
  const reissues = openReissues()
  const texts = openShownTexts()
  const expected = keepUpTo<MessageId, Expected>(MOST_EXPECTED)
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
    expect: (message, jobs) => expected.keep(message, jobs, 1),
    // Nothing of it is asked for soon: what is kept longer than it is of use, the collector carries about.
    ended: (message) => {
      const before = expected.get(message)
      if (before === undefined) return
      if (before.jobs > 1) return expected.keep(message, { ...before, jobs: before.jobs - 1 }, 1)
      expected.drop(message)
      memories.drop(message)
      copies.forget(before.copies)
    },
    forget: (caseId) => {
      texts.forget()
      if (caseId === undefined) {
        copies.forget()
        reissues.forget()
        expected.forget()
      }
      memories.forget(caseId === undefined ? undefined : (one) => one.caseId === caseId)
    },
  }
}
