/** Puts the sealed parcel into a folder of the recipient's on this machine: whole or not at all, readable by its owner alone. */
import { constants } from 'node:fs'
import { access, lstat, mkdir, open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { OrganisationId } from '#gateway/core/ids.ts'
import type { Carrier } from '#gateway/ports/courier.ts'
import { CourierFault, outcomeOf, OwnFault } from './courier-fault.ts'
import { fileNameOf, partNameOf, printParcelFile } from './parcel-file.ts'

const { O_CREAT, O_NOFOLLOW, O_SYNC, O_TRUNC, O_WRONLY } = constants
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

/** A confined process may not call fsync: its writes are synced by O_SYNC, and the last takes the new name to disk with it. */
async function writeWhole(folder: string, [part, name]: readonly [string, string], text: string): Promise<void> {
  try {
    await writeSynced(join(folder, part), O_CREAT | O_TRUNC, text)
    await rename(join(folder, part), join(folder, name))
    await writeSynced(join(folder, name), 0, text.slice(0, 1))
  } catch (cause) {
    throw new CourierFault('unreachable', cause)
  }
}

async function writeSynced(path: string, flags: number, text: string): Promise<void> {
  await using file = await open(path, O_WRONLY | O_SYNC | O_NOFOLLOW | flags, OWNER_ONLY)
  await file.writeFile(text)
}
