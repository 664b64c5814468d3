/** A process for sqlite.test.ts to kill: accepts messages as fast as it can and prints the id of each once it is durable. */
import { writeSync } from 'node:fs'
import { openSqliteStore } from '#adapters/store/open.ts'
import { aJob, accepted, anEvent } from '#test/contract/stored-things.ts'

const STANDARD_OUTPUT = 1
const WRITERS = 4

const store = await openSqliteStore(process.argv[2] ?? '')

async function write(): Promise<never> {
  for (;;) {
    const { id } = await store.transaction(async (tx) => {
      const stored = await accepted(tx)
      await tx.outbox.add([aJob({ messageId: stored.id }), aJob({ messageId: stored.id })])
      await tx.audit.append(anEvent({ messageId: stored.id }))
      return stored
    })
    writeSync(STANDARD_OUTPUT, `${id}\n`)
  }
}

await Promise.all(Array.from({ length: WRITERS }, write))
