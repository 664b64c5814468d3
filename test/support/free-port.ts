/**
 * A port for a server of this run that may be killed and started again on it. It lies below those that the system gives to connections
 * (32768 and up, on Linux): in that range a client that asks a killed server again and again can be given the server's own port, and
 * the server then finds it taken when it comes back.
 */
import { once } from 'node:events'
import { createServer } from 'node:net'

const [FIRST, LAST] = [12_000, 32_000]
/** Processes of one run begin at different places, so that two of them hardly ever look at one port at once. */
const STRIDE = 7_919
let next = (process.pid * STRIDE) % (LAST - FIRST)

/** A port of this machine that nobody listens on now. Rejects where there is none. */
export async function freePort(): Promise<number> {
  for (let tried = FIRST; tried < LAST; tried += 1) {
    const port = FIRST + next
    next = (next + 1) % (LAST - FIRST)
    if (await isFree(port)) return port
  }
  throw new Error('no free port')
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
