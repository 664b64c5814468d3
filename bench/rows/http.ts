/** H1: what it costs this process to receive a sealed message over mutual TLS 1.3; the client is a process of its own. */
import { fork } from 'node:child_process'
import { createServer } from 'node:https'
import type { Server } from 'node:https'
import { join } from 'node:path'
import { once } from 'node:events'
import { serverLimits } from '#gateway/http/shell/server-limits.ts'
import { median, short, yardstickMs } from '#bench/measure.ts'
import type { Plan, Section } from '#bench/measure.ts'
import { SENDER, benchWorld } from '#bench/workload/network.ts'
import { makeNetworkFolder } from '#bench/workload/network-folder.ts'
import type { NetworkFolder } from '#bench/workload/network-folder.ts'

export const httpSection: Section = {
  name: 'http',
  measure: async (plan) => {
    await using network = await makeNetworkFolder()
    const { cpuMs, perSecond, bytes } = await measureReceive(network, plan)
    const fMs = yardstickMs(benchWorld(200).sent, 200)
    const detail = `${short(cpuMs * 1000)} µs of CPU each, ${short(perSecond)} a second, ${bytes} bytes, 4 kept connections; bare node:https with our limits`
    return [{ id: 'H1', what: 'receive 112 KB over mTLS, no parse', value: cpuMs / fMs, unit: 'F', detail }]
  },
}

export interface Receiving {
  readonly cpuMs: number
  readonly perSecond: number
  readonly bytes: number
}

const BODY_BYTES = 112_000

/** CPU of the receiving process for each request, over the requests of one round; the median round. */
export async function measureReceive(network: NetworkFolder, { rounds, isQuick }: Plan): Promise<Receiving> {
  const server = await listen(network)
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const identity = await network.identity(SENDER)
  const client = fork(join(import.meta.dirname, '../processes/post-client.ts'), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const requests = isQuick ? 200 : 2000
  const round = async (count: number): Promise<{ readonly cpuMs: number; readonly perSecond: number }> => {
    const before = process.cpuUsage()
    const start = performance.now()
    client.send({ url: `https://localhost:${port}/`, ...identity, count, bytes: BODY_BYTES, connections: 4 })
    await once(client, 'message')
    const { user, system } = process.cpuUsage(before)
    return { cpuMs: (user + system) / 1000 / count, perSecond: (count * 1000) / (performance.now() - start) }
  }
  await round(requests / 4)
  const taken = []
  for (let index = 0; index < rounds; index += 1) taken.push(await round(requests))
  client.kill()
  server.closeAllConnections()
  server.close()
  return {
    cpuMs: median(taken.map(({ cpuMs }) => cpuMs)),
    perSecond: median(taken.map(({ perSecond }) => perSecond)),
    bytes: BODY_BYTES,
  }
}

async function listen(network: NetworkFolder): Promise<Server> {
  const { certificate, key, authority } = await network.identity()
  const server = createServer(
    {
      ...serverLimits,
      cert: certificate,
      key,
      ca: authority,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.3',
    },
    (request, response) => {
      let bytes = 0
      request.on('data', (chunk: Buffer) => {
        bytes += chunk.length
      })
      request.on('end', () => response.writeHead(202).end(String(bytes)))
    },
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}
