/** Two ways to the agency door that no client library offers: bytes of a request as they are, and many requests on one connection. */
import { Agent, request } from 'node:https'
import type { OutgoingHttpHeaders } from 'node:http'
import { connect } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import type { TestGateway } from '#test/support/gateway.ts'

const PATIENCE_MS = 10_000

export interface RawAnswer {
  readonly status: number
  readonly text: string
}

/** Opens a connection, has it written to, and answers everything that came back until it closed. */
export function exchange(gateway: TestGateway, write: (socket: TLSSocket) => void): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let received = ''
    const socket = connect({ host: '127.0.0.1', port: gateway.port, ...gateway.tlsOf('probation-paris') }, () =>
      write(socket),
    )
    const answer = (): void => {
      clearTimeout(timer)
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(received)?.[1] ?? 0), text: received })
    }
    const timer = setTimeout(() => {
      socket.destroy()
      reject(new Error(`no end after ${PATIENCE_MS} ms; so far: ${received}`))
    }, PATIENCE_MS)
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => {
      received += text
    })
    socket.on('error', answer)
    socket.on('close', answer)
  })
}

export interface Sent {
  readonly method: string
  readonly path: string
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string | Uint8Array
}

export interface Connection extends Disposable {
  readonly send: (request: Sent) => Promise<RawAnswer & { readonly headers: NodeJS.Dict<string | string[]> }>
}

/** A client of that organisation that keeps its connection. */
export function keepConnection(gateway: TestGateway, organisation: string): Connection {
  const agent = new Agent({ ...gateway.tlsOf(organisation), keepAlive: true, maxSockets: 4 })
  const options = { agent, host: '127.0.0.1', port: gateway.port, timeout: PATIENCE_MS }
  return {
    send: ({ method, path, headers = {}, body }) =>
      new Promise((resolve, reject) => {
        const asked = request({ ...options, method, path, headers }, (response) => {
          let text = ''
          response.setEncoding('utf8')
          response.on('data', (part: string) => {
            text += part
          })
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }))
        })
        asked.on('error', reject)
        asked.end(body)
      }),
    [Symbol.dispose]: () => agent.destroy(),
  }
}

export interface Resumed {
  readonly status: number
  /** Whether TLS took the old session up again, without the client showing its certificate. */
  readonly isReused: boolean
  readonly session: Buffer | undefined
}

/** Asks for the mailbox on a connection of its own, resuming that TLS session where one is given. */
export function resume(gateway: TestGateway, organisation: string, session?: Buffer): Promise<Resumed> {
  const options = { host: '127.0.0.1', port: gateway.port, ...gateway.tlsOf(organisation) }
  return new Promise((resolve, reject) => {
    let received = ''
    let isReused = false
    let next: Buffer | undefined
    const socket = connect(session === undefined ? options : { ...options, session }, () => {
      isReused = socket.isSessionReused()
      socket.write('GET /v1/deliveries HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    })
    socket.setTimeout(PATIENCE_MS, () => socket.destroy())
    socket.on('session', (offered: Buffer) => {
      next = offered
    })
    socket.on('data', (part) => {
      received += part.toString()
    })
    socket.on('error', reject)
    socket.on('close', () => resolve({ status: Number(received.slice(9, 12)), isReused, session: next }))
  })
}
