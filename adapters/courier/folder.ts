/** Puts the sealed parcel into a folder of the recipient's on this machine: whole or not at all, readable by its owner alone. */
import { constants } from 'node:fs'
import { access, lstat, mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { OrganisationId } from '#gateway/core/ids.ts'
import type { Carrier } from '#gateway/ports/courier.ts'
import { CourierFault, outcomeOf, OwnFault } from './courier-fault.ts'
import { fileNameOf, partNameOf, printParcelFile } from './parcel-file.ts'

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_SYNC, O_WRONLY } = constants
const OWNER_ONLY = 0o600
const OWNER_FOLDER = 0o700

/** A carrier of the way `folder`. `base` has one folder for each member, named as its id; each is made when it is first needed. */
export function openFolders(base: string): Carrier {
  return {
    carry: ({ recipient, deliveryId, take, signal }) =>
      outcomeOf(signal, async () => {
        const folder = await folderOf(base, recipient.organisation)
        const taken = await take().catch((cause: unknown) => {
          throw new OwnFault('the parcel could not be had', { cause })
        })
        if (taken === undefined) return { kind: 'withheld' }
        await writeWhole(folder, [partNameOf(deliveryId), fileNameOf(deliveryId)], printParcelFile(deliveryId, taken))
        return { kind: 'taken' }
      }),
    ping: ({ recipient, signal }) =>
      outcomeOf(signal, async () => {
        await access(await folderOf(base, recipient.organisation), constants.W_OK).catch((cause: unknown) => {
          throw new CourierFault('unreachable', cause)
        })
        return { kind: 'taken' }
      }),
  }
}

/** A folder and no link to one: whoever may write beside it does not choose where parcels go. */
async function folderOf(base: string, organisation: OrganisationId): Promise<string> {
  const folder = join(base, organisation)
  try {
    await mkdir(folder, { recursive: true, mode: OWNER_FOLDER })
    if ((await lstat(folder)).isDirectory()) return folder
  } catch (cause) {
    throw new CourierFault('unreachable', cause)
  }
  throw new CourierFault('address-refused')
}

/**
 * In a new file, whatever an attempt before or anybody else left under that name: a link to it, a pipe or a file of another owner is not
 * written into. A confined process may not call fsync: writes are synced by O_SYNC, and the last takes the new name to disk with it, by the
 * open file, because by its name the recipient may have had it already.
 */
async function writeWhole(folder: string, [part, name]: readonly [string, string], text: string): Promise<void> {
  const unfinished = join(folder, part)
  try {
    await rm(unfinished, { force: true })
    await using file = await open(unfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_SYNC, OWNER_ONLY)
    await file.writeFile(text)
    await rename(unfinished, join(folder, name))
    await file.write(text.slice(0, 1), 0)
  } catch (cause) {
    await rm(unfinished, { force: true }).catch(() => {})
    throw new CourierFault('unreachable', cause)
  }
}
