/** Messages that grew: what was released of one is a row beside it, and the last row is how it stands. */
import type { MessageId } from '#gateway/core/ids.ts'
import type { StoredMessage } from '#gateway/ports/stored.ts'
import { pack, unpackText } from './packed.ts'
import { prepared } from './prepared.ts'
import { keepRecent } from './recent.ts'
import type { Sized } from './recent.ts'
import { fromJson } from './row.ts'
import type { ReleaseRow, Tables } from './schema.ts'

/** Characters of JSON kept of what was read lately. */
const KEPT_CHARACTERS = 4_000_000

export interface Growth {
  readonly add: (stored: StoredMessage) => Promise<void>
  /** The message with all that was released of it; only one that may grow is asked about. */
  readonly now: (stored: StoredMessage | undefined) => Promise<StoredMessage | undefined>
}

/** A release is kept by its place among the others: what was read of an earlier one is never taken for the last. */
export function growthIn(tables: Tables, isInside: () => boolean): Growth {
  const recent = keepRecent<string, StoredMessage>(KEPT_CHARACTERS)
  const insert = prepared<ReleaseRow>(tables, (blank) =>
    tables.insertInto('releases').values({
      messageId: blank('messageId'),
      position: blank('position'),
      message: blank('message'),
      copies: blank('copies'),
      releases: blank('releases'),
    }),
  )
  const places = prepared<Pick<ReleaseRow, 'messageId'>, Pick<ReleaseRow, 'position'>>(tables, (blank) =>
    tables
      .selectFrom('releases')
      .select('position')
      .where('messageId', '=', blank('messageId'))
      .orderBy('position', 'desc'),
  )
  const find = prepared<Pick<ReleaseRow, 'messageId' | 'position'>, ReleaseRow>(tables, (blank) =>
    tables
      .selectFrom('releases')
      .selectAll()
      .where('messageId', '=', blank('messageId'))
      .where('position', '=', blank('position')),
  )
  const lastOf = async (messageId: MessageId): Promise<number> =>
    Number((await places({ messageId }))[0]?.position ?? 0)
  const read = async (stored: StoredMessage, position: number): Promise<Sized<StoredMessage> | undefined> => {
    const [row] = await find({ messageId: stored.id, position })
    return row === undefined ? undefined : toGrown(stored, row)
  }
  return {
    add: async ({ id: messageId, message, copies, releases }) => {
      await insert({
        messageId,
        position: (await lastOf(messageId)) + 1,
        message: pack(message),
        copies: copies === undefined ? null : pack(copies),
        releases: releases === undefined ? null : JSON.stringify(releases),
      })
    },
    now: async (stored) => {
      if (stored?.mayGrow !== true) return stored
      const position = await lastOf(stored.id)
      if (position === 0) return stored
      const name = `${stored.id} ${position}`
      if (isInside()) return recent.peek(name) ?? (await read(stored, position))?.value
      return recent.get(name, () => read(stored, position))
    },
  }
}

function toGrown(stored: StoredMessage, { message, copies, releases }: ReleaseRow): Sized<StoredMessage> {
  const text = unpackText(message)
  const copiesText = copies === null ? undefined : unpackText(copies)
  const value: StoredMessage = {
    ...stored,
    message: fromJson<StoredMessage['message']>(text),
    ...(copiesText === undefined ? {} : { copies: fromJson<NonNullable<StoredMessage['copies']>>(copiesText) }),
    ...(releases === null ? {} : { releases: fromJson<NonNullable<StoredMessage['releases']>>(releases) }),
  }
  return { value, size: text.length + (copiesText?.length ?? 0) }
}
