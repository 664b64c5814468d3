/** The bytes of a request body, never more than a limit, and never encoded. */
import type { IncomingMessage } from 'node:http'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'

/** Whether the request says that it has a body. */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/** Problem `media-type-unsupported`: another type, a parameter other than UTF-8, or any content encoding. */
export function checkMediaType({ headers }: IncomingMessage, mediaType: string): Result<undefined> {
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    return fail('media-type-unsupported', [{ pointer: '/headers/content-encoding', code: 'not-taken' }])
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';')
  const isPlain = parameters.every((parameter) => mediaType !== 'application/jose' && UTF_8.test(parameter))
  return type.trim() === mediaType && isPlain
    ? ok(undefined)
    : fail('media-type-unsupported', [{ pointer: '/headers/content-type', code: 'not-taken', expected: mediaType }])
}

const UTF_8 = /^\s*charset="?utf-8"?\s*$/

/**
 * All bytes of the body; problem `message-too-large`. Up to as much again is read and thrown away, so that a sender just
 * above the limit can read the answer. Never ends where the sender stops: the time limits of the server do.
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Result<Uint8Array>> {
  if (Number(request.headers['content-length'] ?? 0) > 2 * maxBytes) return fail('message-too-large')
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop must not destroy the request: the answer still has to go out on it.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    if (!(chunk instanceof Uint8Array)) continue
    size += chunk.byteLength
    if (size > 2 * maxBytes) break
    if (size <= maxBytes) chunks.push(chunk)
  }
  return size > maxBytes ? fail('message-too-large') : ok(Buffer.concat(chunks))
}
