/** A process that backs up or puts back, to be killed: `backup PLACE FILE` or `restore FILE PLACE`. Says `begun` when it begins. */
import { openBackup } from '#adapters/backup/read-backup.ts'
import { backupStore } from '#adapters/store/backup-store.ts'
import { restoreStore } from '#adapters/store/restore-store.ts'

const [way, from = '', to = ''] = process.argv.slice(2)

process.stdout.write('begun\n')
if (way === 'backup') await backupStore(from, to, { version: '0.1.0', at: '2026-11-21T12:00:00.000Z' })
else await restoreStore(await openBackup(from), to, async () => {})
