/** HeadKeeper over a file of its own, which lies apart from the database and is not part of its backup. */
import type { HeadKeeper } from '#gateway/ports/witnesses.ts'
import { readIfThere, replaceFile } from './durable-file.ts'

/** The file is made with the first head that is kept. Its folder must be there. */
export const openHeadFile = (path: string): HeadKeeper => ({
  read: () => readIfThere(path),
  keep: (note) => replaceFile(path, note),
})
