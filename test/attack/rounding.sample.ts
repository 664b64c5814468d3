/** A process for rounds.test.ts to kill: one hourly round over the store in the file, telling every alarm as it is raised; after as many lines as it is told, it waits for its end before the next. */
import { randomUUID } from 'node:crypto'
import { writeSync } from 'node:fs'
import { openSqliteStore } from '#adapters/store/open.ts'
import { makeRound } from '#gateway/rooms/round.ts'
import { NOW } from '#test/contract/stored-things.ts'
import { aTestNetwork } from '#test/support/example-network.ts'

const STANDARD_OUTPUT = 1
const PATIENCE_MS = 30_000
let linesLeft = Number(process.argv[3] ?? Number.POSITIVE_INFINITY)
function say(line: string): void {
  if (linesLeft === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PATIENCE_MS)
  linesLeft -= 1
  writeSync(STANDARD_OUTPUT, `${line}\n`)
}
const { registry } = await aTestNetwork(NOW)
const participants = registry.participants.map((one) => (one.id === 'court-paris' ? { ...one, suspendedAt: NOW } : one))
await using store = await openSqliteStore(process.argv[2] ?? '')
await makeRound({
  store,
  clock: () => NOW,
  registry: () => ({ ...registry, participants }),
  newId: randomUUID,
  queue: { nudge: () => {} },
  log: { info: () => {}, warn: () => {}, alarm: (event, fields) => say(JSON.stringify({ event, ...fields })) },
  meter: { count: () => {}, observe: () => {} },
})
say('done')
