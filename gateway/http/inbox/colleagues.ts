/** Colleagues on the pages of the inbox: that a mandate is shared, and what its people are called. */
import { insetText } from '#gateway/http/web/kit.ts'
import type { Html } from '#gateway/http/web/html.ts'
import type { SignedInVisit } from '#gateway/http/web/route.ts'
import { colleaguesHere, isShared } from '#gateway/rooms/read-inbox-colleagues.ts'
import type { HostedReader } from '#gateway/rooms/read-inbox-reader.ts'

/** Said beside a choice that is not the reader's alone; nothing where it is. */
export const sharedNote = async ({ deps, t }: SignedInVisit, reader: HostedReader): Promise<Html | undefined> =>
  isShared(reader, await colleaguesHere(deps, reader)) ? insetText(t('inbox:shared.choice')) : undefined
