/** A process for vault.test.ts to kill: wraps the keys of a key file under a new KEK, two at a time, and says how far it is. */
import { writeSync } from 'node:fs'
import { aKek, aVault } from './vaults.ts'

const STANDARD_OUTPUT = 1
await using vault = await aVault(process.argv[2] ?? '', [aKek('second'), aKek('first')])
await vault.rotate({ batch: 2, onBatch: (done) => writeSync(STANDARD_OUTPUT, `${done}\n`) })
writeSync(STANDARD_OUTPUT, 'rotated\n')
