/** What two ends of a TLS connection say to each other, seen from the middle. */
import { connect, createServer } from 'node:net'
import type { Server } from 'node:net'
import { listening } from './listening.ts'

const KEY_SHARE = 51

/** Passes bytes on, and keeps what the server sent. */
export async function openSpy(
  to: number,
): Promise<{ readonly server: Server; readonly port: number; readonly fromServer: () => Buffer }> {
  const chunks: Buffer[] = []
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1')
    far.on('data', (chunk: Buffer) => chunks.push(chunk))
    near.on('error', () => far.destroy()).pipe(far)
    far.on('error', () => near.destroy()).pipe(near)
  })
  return { server, port: await listening(server), fromServer: () => Buffer.concat(chunks) }
}

/** The group of the key share in a ServerHello (RFC 8446 §4.1.3, §4.2.8): record 5, handshake 4, version 2, random 32, session id, suite 2, compression 1. */
export function groupOf(bytes: Buffer): number {
  const sessionIdAt = 5 + 4 + 2 + 32
  let at = sessionIdAt + 1 + bytes.readUInt8(sessionIdAt) + 2 + 1
  const end = at + 2 + bytes.readUInt16BE(at)
  for (at += 2; at < end; at += 4 + bytes.readUInt16BE(at + 2))
    if (bytes.readUInt16BE(at) === KEY_SHARE) return bytes.readUInt16BE(at + 4)
  throw new Error('no key share')
}
