/** A client of its own process: posts as many bodies as it is told to over kept mTLS connections, then says that it is done. */
import { Agent, request } from 'node:https'

interface Order {
  readonly url: string
  readonly certificate: string
  readonly key: string
  readonly authority: string
  readonly count: number
  readonly bytes: number
  readonly connections: number
}

process.on('message', (order) => void post(order as Order)) // the one sender is rows/http.ts

async function post({ url, certificate, key, authority, count, bytes, connections }: Order): Promise<void> {
  const agent = new Agent({
    cert: certificate,
    key,
    ca: authority,
    keepAlive: true,
    minVersion: 'TLSv1.3',
    maxSockets: connections,
  })
  const body = Buffer.alloc(bytes, 'A')
  let left = count
  const work = async (): Promise<void> => {
    while (left-- > 0) await postOne(url, agent, body)
  }
  await Promise.all(Array.from({ length: connections }, work))
  agent.destroy()
  process.send?.('done')
}

const postOne = (url: string, agent: Agent, body: Buffer): Promise<void> =>
  new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', agent, headers: { 'content-length': body.length } }, (answer) => {
      answer.resume()
      answer.on('end', resolve)
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
