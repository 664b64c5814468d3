/** A door on this machine alone, by which the member's own system hands messages over: they become files of the outbox. */
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { readFile, readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readStrictJson } from '#policies/language/strict-json.ts'
import { UUID_PATTERN } from '#gateway/core/ids.ts'
import { OUTBOX_PATHS } from './outbox.ts'

const MOST_BYTES = 2 * 1024 * 1024
const HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/

export interface LocalDoorOptions {
  readonly home: string
  /** What a caller must bear. */
  readonly token: string
}

/** To listen on 127.0.0.1. POST /messages: 202 with an id once the message is on disk. GET /messages/ID: where its file is. */
export function createLocalDoor(options: LocalDoorOptions): Server {
  return createServer((incoming, response) => {
    serve(options, incoming).then(
      ({ status, body }) => answer(response, status, body),
      () => answer(response, 500, { error: 'not written' }),
    )
  })
}

interface LocalAnswer {
  readonly status: number
  readonly body: Readonly<Record<string, string>>
}

const answer = (response: ServerResponse, status: number, body: LocalAnswer['body']): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))

/** A page that a browser was made to load bears an Origin, or a Host that is not this machine. */
async function serve(options: LocalDoorOptions, incoming: IncomingMessage): Promise<LocalAnswer> {
  const { method, url = '', headers } = incoming
  if (headers.origin !== undefined || !HOST.test(headers.host ?? ''))
    return { status: 403, body: { error: 'not local' } }
  if (!isSame(headers.authorization ?? '', `Bearer ${options.token}`)) return { status: 401, body: { error: 'token' } }
  const [, id = ''] = /^\/messages\/([0-9a-f-]{36})$/.exec(url) ?? []
  if (method === 'GET' && UUID_PATTERN.test(id)) return stateOf(options.home, id)
  if (method !== 'POST' || url !== '/messages') return { status: 404, body: { error: 'not found' } }
  return take(options, incoming)
}

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()
const isSame = (given: string, wanted: string): boolean => timingSafeEqual(digestOf(given), digestOf(wanted))

async function take({ home }: LocalDoorOptions, incoming: IncomingMessage): Promise<LocalAnswer> {
  const key = String(incoming.headers['idempotency-key'] ?? randomUUID()).toLowerCase()
  if (!UUID_PATTERN.test(key)) return { status: 400, body: { error: 'the Idempotency-Key is no UUID' } }
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of incoming) {
    const piece = Buffer.from(chunk as Uint8Array)
    bytes += piece.length
    if (bytes > MOST_BYTES) return { status: 413, body: { error: 'too large' } }
    chunks.push(piece)
  }
  const text = Buffer.concat(chunks)
  if (!readStrictJson(text).ok) return { status: 400, body: { error: 'not strict JSON' } }
  const before = await stateOf(home, key)
  if (before.status === 200) return { ...before, status: 202 }
  const path = join(home, OUTBOX_PATHS.outbox, `${key}.json`)
  await writeFile(`${path}.part`, text, { mode: 0o600, flush: true })
  await rename(`${path}.part`, path)
  return { status: 202, body: { id: key, state: 'waiting' } }
}

const STATES = [
  ['outbox', 'waiting'],
  ['toConfirm', 'to-confirm'],
  ['sent', 'sent'],
  ['refused', 'refused'],
] as const

async function stateOf(home: string, id: string): Promise<LocalAnswer> {
  for (const [folder, state] of STATES) {
    const names = await readdir(join(home, OUTBOX_PATHS[folder]))
    if (names.some((name) => name.endsWith(`${id}.json`))) return { status: 200, body: { id, state } }
  }
  const sending = await readdir(join(home, OUTBOX_PATHS.sending))
  return sending.length > 0 && (await isSending(home, id, sending))
    ? { status: 200, body: { id, state: 'sending' } }
    : { status: 404, body: { error: 'not found' } }
}

async function isSending(home: string, id: string, names: readonly string[]): Promise<boolean> {
  const texts = await Promise.all(
    names
      .filter((name) => name.endsWith('.json'))
      .map((name) => readFile(join(home, OUTBOX_PATHS.sending, name), 'utf8').catch(() => '')),
  )
  return texts.some((text) => text.includes(`"name":"${id}.json"`))
}
