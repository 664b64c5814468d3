/**
 * Files that leave: each is taken once, and what it became is on disk under an id of its own before it is sent. Whoever is killed between
 * any two steps goes on from there, and the gateway answers the same message with its first receipt.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { toNumericDate } from '#gateway/core/time.ts'
import type { Clock } from '#gateway/core/time.ts'
import { readJsonFile, writeJsonFile } from './json-file.ts'
import type { Accepted } from './member-sends.ts'
import { Refused } from './refused.ts'

/** Below the home. */
export const OUTBOX_PATHS = {
  outbox: 'outbox',
  sending: 'sending',
  sent: 'sent',
  refused: 'refused',
  toConfirm: 'to-confirm',
  confirmed: 'confirmed',
} as const

const originSchema = z
  .strictObject({ mapping: z.string(), digest: z.string(), documentId: z.string().optional() })
  .readonly()
const messageSchema = z
  .strictObject({
    /** As it is signed: with its jti. */
    payload: z.record(z.string(), z.unknown()),
    origin: originSchema.optional(),
    accepted: z.strictObject({ id: z.string(), receipt: z.string() }).readonly().optional(),
    refused: z.string().optional(),
  })
  .readonly()
const takenSchema = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    digest: z.string(),
    messages: z.array(messageSchema).readonly(),
    /** Records of the file that could not be mapped, or were sent before, by number and reason. */
    leftOut: z.array(z.string()).readonly(),
  })
  .readonly()
type Taken = z.output<typeof takenSchema>
export type OutgoingMessage = z.output<typeof messageSchema>

/** What a file is to become. A reason says where and which, never what. */
export type Prepared =
  | { readonly kind: 'messages'; readonly messages: readonly OutgoingMessage[]; readonly leftOut: readonly string[] }
  | { readonly kind: 'refused'; readonly reason: string }
  /** It holds free text that nobody has confirmed. */
  | { readonly kind: 'to-confirm' }

export interface OutboxOptions {
  readonly home: string
  readonly prepare: (path: string, isConfirmed: boolean) => Promise<Prepared>
  readonly send: (payload: Readonly<Record<string, unknown>>) => Promise<Accepted>
  /** Told once a message was taken, before its file is moved. */
  readonly onSent: (message: OutgoingMessage, accepted: Accepted) => Promise<void>
  /** Whether a refusal stays one however often it is asked. */
  readonly isFinal: (refusal: Refused) => boolean
  readonly clock: Clock
  readonly tell: (line: string) => void
}

/** Makes the folders, for their owner alone. */
export async function makeOutbox(home: string): Promise<void> {
  for (const name of Object.values(OUTBOX_PATHS)) await mkdir(join(home, name), { recursive: true, mode: 0o700 })
}

/** So long a file must have been left alone: whoever writes in place is not done yet. A renamed one is taken as soon. */
const SETTLED_MS = 500

/** Ends what was begun, then takes what is new. Throws what `send` throws where the gateway is away; nothing is lost by it. */
export async function emptyOutbox(options: OutboxOptions): Promise<void> {
  const { home } = options
  for (const name of await namesIn(join(home, OUTBOX_PATHS.sending))) {
    const path = join(home, OUTBOX_PATHS.sending, name)
    if (name.endsWith('.json')) await goOn(options, path)
    // Half written by whoever was killed: what it was to say is in the record before it, or in the file that still waits.
    if (name.endsWith('.part')) await rm(path, { force: true })
  }
  for (const name of await namesIn(join(home, OUTBOX_PATHS.outbox)))
    if (!name.startsWith('.') && !name.endsWith('.part')) await takeOne(options, name)
}

const namesIn = async (folder: string): Promise<readonly string[]> => (await readdir(folder)).toSorted()

async function takeOne(options: OutboxOptions, name: string): Promise<void> {
  const { home, clock } = options
  const path = join(home, OUTBOX_PATHS.outbox, name)
  const facts = await stat(path)
  if (!facts.isFile() || clock() - facts.mtimeMs < SETTLED_MS) return
  const digest = sha256Hex(await readFile(path))
  const prepared = await options.prepare(path, await isConfirmed(home, digest))
  const id = randomUUID()
  if (prepared.kind === 'to-confirm') {
    await rename(path, join(home, OUTBOX_PATHS.toConfirm, name))
    options.tell(`${name}: holds free text; passerelle agency confirm shows it`)
    return
  }
  if (prepared.kind === 'refused') {
    await refuse(options, path, { id, name, reasons: [prepared.reason] })
    return
  }
  const record = join(home, OUTBOX_PATHS.sending, `${id}.json`)
  const { messages, leftOut } = prepared
  await writeJsonFile(record, { id, name, digest, messages, leftOut } satisfies Taken)
  await goOn(options, record)
}

const confirmation = (home: string, digest: string): string => join(home, OUTBOX_PATHS.confirmed, `${digest}.json`)
const isConfirmed = async (home: string, digest: string): Promise<boolean> =>
  stat(confirmation(home, digest)).then(
    () => true,
    () => false,
  )

/** Marks a file as read by a person and puts it back into the outbox. */
export async function confirmFile(home: string, name: string, by: { readonly at: string }): Promise<void> {
  const path = join(home, OUTBOX_PATHS.toConfirm, name)
  await writeJsonFile(confirmation(home, sha256Hex(await readFile(path))), by)
  await rename(path, join(home, OUTBOX_PATHS.outbox, name))
}

async function goOn(options: OutboxOptions, record: string): Promise<void> {
  const { home } = options
  const taken = await readJsonFile(record, takenSchema)
  if (taken === undefined) return
  const file = await ownFile(home, taken)
  const done = await sendAll(options, record, taken)
  const { id, name, leftOut } = done
  if (done.messages.every(({ accepted }) => accepted === undefined)) {
    const reasons = [...done.messages.flatMap(({ refused = [] }) => refused), ...leftOut]
    await refuse(options, file, { id, name, reasons })
  } else {
    const messages = done.messages.map(({ payload, accepted, refused }) => ({
      jti: payload['jti'],
      ...accepted,
      ...(refused === undefined ? {} : { refused }),
    }))
    const place = join(home, OUTBOX_PATHS.sent, `${id}-${name}`)
    await writeJsonFile(`${place}.receipt`, { file: name, messages, leftOut })
    await rename(file, place).catch(ignoreAbsent)
    options.tell(`${name}: ${messages.length} sent, ${leftOut.length} left out`)
  }
  await rm(record)
}

/** Out of the outbox, if it still lies there: the record counts, and no file is taken twice. */
async function ownFile(home: string, { id, name, digest }: Taken): Promise<string> {
  const waiting = join(home, OUTBOX_PATHS.outbox, name)
  const own = join(home, OUTBOX_PATHS.sending, `${id}.file`)
  const bytes = await readFile(waiting).catch(() => undefined)
  if (bytes !== undefined && (await stat(own).catch(() => undefined)) === undefined && sha256Hex(bytes) === digest)
    await rename(waiting, own)
  return own
}

async function sendAll(options: OutboxOptions, record: string, taken: Taken): Promise<Taken> {
  let now = taken
  for (const [index, message] of taken.messages.entries()) {
    if (message.accepted !== undefined || message.refused !== undefined) continue
    const after = await sendOne(options, message)
    now = { ...now, messages: now.messages.map((one, at) => (at === index ? after : one)) }
    await writeJsonFile(record, now)
  }
  return now
}

async function sendOne(options: OutboxOptions, message: OutgoingMessage): Promise<OutgoingMessage> {
  try {
    const { id, receipt } = await sendInTime(options, message.payload)
    await options.onSent(message, { id, receipt })
    return { ...message, accepted: { id, receipt } }
  } catch (error) {
    if (!(error instanceof Refused) || !options.isFinal(error)) throw error
    return { ...message, refused: error.message }
  }
}

/** What was taken is answered with its first receipt however old it is; one that is refused as old was not, and is dated anew. */
async function sendInTime({ send, clock }: OutboxOptions, payload: OutgoingMessage['payload']): Promise<Accepted> {
  try {
    return await send(payload)
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== 'submission-stale') throw error
    return send({ ...payload, iat: toNumericDate(clock()) })
  }
}

async function refuse(
  { home, tell }: OutboxOptions,
  file: string,
  { id, name, reasons }: { readonly id: string; readonly name: string; readonly reasons: readonly string[] },
): Promise<void> {
  const place = join(home, OUTBOX_PATHS.refused, `${id}-${name}`)
  await writeJsonFile(`${place}.reason`, { file: name, reasons })
  await rename(file, place).catch(ignoreAbsent)
  tell(`${name}: refused, see ${place}.reason`)
}

/** Moved by whoever was killed after it. */
function ignoreAbsent(error: Error & { readonly code?: string }): void {
  if (error.code !== 'ENOENT') throw error
}
