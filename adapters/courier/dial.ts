/** Opens connections to hosts that members name: resolved once, every answer public, and connected to what was looked at and nothing else. */
import { lookup } from 'node:dns/promises'
import { connect, isIP } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import { codeOf, CourierFault, within } from './courier-fault.ts'
import { isInner } from './inner-address.ts'

export interface Reachable {
  /** Hosts that the operator lets resolve to inner addresses, by their names as the registry writes them. */
  readonly innerHosts: ReadonlySet<string>
  /** All addresses of a host; the system's resolver where absent. */
  readonly resolve?: (host: string) => Promise<readonly string[]>
}

export interface Dialled {
  readonly host: string
  readonly port: number
  readonly signal: AbortSignal
}

const systemResolve = async (host: string): Promise<readonly string[]> =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address)

/** A connection, or a CourierFault: `address-refused`, `unreachable`, `timed-out`. */
export async function dial(reachable: Reachable, { host, port, signal }: Dialled): Promise<Socket> {
  const addresses = await addressesOf(reachable, host, signal)
  let last: unknown
  for (const address of addresses) {
    try {
      return await connected(address, port, signal)
    } catch (cause) {
      last = cause
      if (signal.aborted) break
    }
  }
  throw signal.aborted ? new CourierFault('timed-out', last) : new CourierFault('unreachable', last)
}

/** An answer that mixes inner and public addresses is refused whole: one of them is a trick. */
async function addressesOf(
  { innerHosts, resolve = systemResolve }: Reachable,
  host: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const addresses =
    isIP(host) === 0
      ? await within(signal, resolve(host)).catch((cause: unknown) => {
          throw cause instanceof CourierFault ? cause : new CourierFault('unreachable', cause)
        })
      : [host]
  if (addresses.length === 0) throw new CourierFault('unreachable')
  if (!innerHosts.has(host) && addresses.some(isInner)) throw new CourierFault('address-refused')
  return addresses
}

/** To a literal address, so that nobody is asked again where it leads. */
function connected(address: string, port: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, signal })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      // Whoever uses it listens for itself; one that breaks in between must not end the process.
      socket.on('error', () => {})
      resolve(socket)
    })
  })
}

export interface Secured extends Dialled {
  readonly options: ConnectionOptions
  /** Looks at a connection that OpenSSL has verified; false ends it. */
  readonly isMeant: (socket: TLSSocket) => boolean
}

/** The same behind TLS. CourierFault `peer-refused` where the other side is not who it is to be. */
export async function dialSecure(reachable: Reachable, secured: Secured): Promise<TLSSocket> {
  const { host, signal, options, isMeant } = secured
  const socket = await dial(reachable, secured)
  const servername = isIP(host) === 0 ? host : undefined
  const secure = connectTls({ ...options, socket, ...(servername === undefined ? {} : { servername }), host })
  try {
    await within(signal, handshake(secure))
  } catch (cause) {
    secure.destroy()
    throw cause instanceof CourierFault
      ? cause
      : new CourierFault(isOfTheLine(cause) ? 'unreachable' : 'peer-refused', cause)
  }
  if (secure.authorized && isMeant(secure)) return secure
  secure.destroy()
  throw new CourierFault('peer-refused')
}

const isOfTheLine = (cause: unknown): boolean => /^(ECONN|EPIPE|ETIMEDOUT|ENET|EHOST)/.test(codeOf(cause))

function handshake(secure: TLSSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    secure.once('secureConnect', resolve)
    secure.once('error', reject)
    secure.once('close', () => reject(new CourierFault('unreachable')))
    secure.on('error', () => {})
  })
}
