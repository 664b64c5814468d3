/** A process for vault.test.ts that sets a hold and takes its time: it says that it has begun, and commits half a second later. */
import { writeSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

const STANDARD_OUTPUT = 1
const TAKES_MS = 500
using database = new DatabaseSync(process.argv[2] ?? '')
database.exec(`BEGIN IMMEDIATE; UPDATE case_keys SET heldSince = 7, heldReason = 'court-order'`)
writeSync(STANDARD_OUTPUT, 'begun\n')
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, TAKES_MS)
database.exec('COMMIT')
