/** A disk that is full: told apart from our own faults, and nothing is begun until there is room for some messages again. */
import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { StoreUnavailable } from '#gateway/ports/store.ts'

/** Room for two of the largest messages as shipped. */
const LEAST_ROOM_BYTES = 4 * 1024 * 1024
/** Primary result codes of SQLite: READONLY, IOERR, FULL, CANTOPEN. */
const NO_ROOM: ReadonlySet<number> = new Set([8, 10, 13, 14])
const PRIMARY = 0xff

/** Runs what writes to the file at that path. Rejects with StoreUnavailable, without its content, where the disk takes nothing. */
export function openDiskRoom(path: string): <T>(work: () => Promise<T>) => Promise<T> {
  let wasFull = false
  return async (work) => {
    if (wasFull && !hasRoom(path)) throw new StoreUnavailable('the disk of the database is full')
    try {
      const done = await work()
      wasFull = false
      return done
    } catch (cause) {
      if (!isOfDisk(cause)) throw cause
      wasFull = true
      throw new StoreUnavailable('the disk of the database took nothing', { cause })
    }
  }
}

/** Where it cannot be asked, it is tried. */
function hasRoom(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path))
    return bavail * bsize >= LEAST_ROOM_BYTES
  } catch {
    return true
  }
}

const isOfDisk = (cause: unknown): boolean =>
  cause instanceof EndedByStore ||
  (cause instanceof Error &&
    'errcode' in cause &&
    typeof cause.errcode === 'number' &&
    NO_ROOM.has(cause.errcode & PRIMARY))

/** SQLite ends a whole transaction by itself where it cannot even keep its own journal. */
export class EndedByStore extends Error {}
