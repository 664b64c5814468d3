/** TimeStamps over HTTP (RFC 3161 §3.4): asks one authority after another until one gives a token that holds. */
import { randomBytes, X509Certificate } from 'node:crypto'
import { AsnConvert } from '@peculiar/asn1-schema'
import { TimeStampResp } from '@peculiar/asn1-tsp'
import { fail } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { TimeStamp, TimeStamps } from '#gateway/ports/time-stamps.ts'
import { readDer } from './der.ts'
import { printRequest } from './request.ts'
import { checkToken } from './token.ts'

export interface StampingAuthority {
  readonly url: string
  /** PEM of the authority above its certificate. */
  readonly certificate: string
}

const TIMEOUT_MS = 10_000
const MAX_ANSWER_BYTES = 64 * 1024
const NONCE_BYTES = 8
const GRANTED = [0, 1]

/** Throws for a certificate that is none. */
export function openTimeStamps(authorities: readonly StampingAuthority[]): TimeStamps {
  const believed = authorities.map(({ url, certificate }) => ({ url, authority: new X509Certificate(certificate) }))
  return {
    stamp: async (content) => {
      let refused: Result<TimeStamp> | undefined
      for (const { url, authority } of believed) {
        const stamped = await stampAt(url, authority, content).catch(() => undefined)
        if (stamped?.ok === true) return stamped
        refused = stamped ?? refused
      }
      if (refused === undefined) throw new Error('no time-stamping authority answers')
      return refused
    },
  }
}

async function stampAt(url: string, authority: X509Certificate, content: Uint8Array): Promise<Result<TimeStamp>> {
  const nonce = positive(randomBytes(NONCE_BYTES))
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
    body: Uint8Array.from(printRequest(content, nonce)),
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  if (!answer.ok) throw new Error(`the authority answers ${answer.status}`)
  const token = tokenIn(await readUpTo(answer, MAX_ANSWER_BYTES))
  if (token === undefined) return fail('timestamp-invalid', [{ pointer: '', code: 'not-granted' }])
  return checkToken({ token, content, nonce, authorities: [authority] })
}

/** As a DER INTEGER of the same bytes: the first from 64 to 127. */
const positive = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes).with(0, ((bytes[0] ?? 0) & 0x3f) | 0x40)

async function readUpTo(answer: Response, bytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  const body: AsyncIterable<Uint8Array> | undefined = answer.body ?? undefined
  for await (const chunk of body ?? []) {
    length += chunk.length
    if (length > bytes) throw new Error('the answer is larger than a time-stamp')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** The token's own bytes, where the response grants one. */
function tokenIn(response: Uint8Array): Uint8Array | undefined {
  const [outer, ...rest] = readDer(response) ?? []
  const [, token, ...more] = readDer(outer?.content ?? new Uint8Array()) ?? []
  if (token === undefined || rest.length > 0 || more.length > 0) return undefined
  try {
    return GRANTED.includes(AsnConvert.parse(response, TimeStampResp).status.status) ? token.whole : undefined
  } catch {
    return undefined
  }
}
