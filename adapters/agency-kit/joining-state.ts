/** What a member's folder remembers of how it came in: where the gateway is, and which network an officer vouched for. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { readJsonFile, writeJsonFile } from './json-file.ts'

const stateSchema = z
  .strictObject({
    organisation: z.string(),
    /** Agency door, and door of enrolment. */
    url: z.string(),
    enrolmentUrl: z.string(),
    /** SHA-256 of the network as the officer had it. */
    network: z.string(),
    /** A key that waits for its certificate. */
    pending: z.strictObject({ id: z.uuid(), fingerprint: z.string(), key: z.string() }).readonly().optional(),
    /** The keys were asked for; the gateway kept the request, or it was left as a file. */
    asked: z.enum(['kept', 'by-hand']).optional(),
  })
  .readonly()

export type JoiningState = z.output<typeof stateSchema>

const pathOf = (home: string): string => join(home, 'joining.json')

/** undefined where this folder did not come in by a code. Throws where the file is another's. */
export const readJoining = (home: string): Promise<JoiningState | undefined> => readJsonFile(pathOf(home), stateSchema)

/** Durable when it resolves. */
export async function writeJoining(home: string, state: JoiningState): Promise<void> {
  await mkdir(home, { recursive: true, mode: 0o700 })
  await writeJsonFile(pathOf(home), state)
}
