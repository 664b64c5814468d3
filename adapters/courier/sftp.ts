/** Uploads the sealed parcel by SFTP to a server whose host key the registry pins: under a name that nobody waits for, then renamed. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Socket } from 'node:net'
import SftpClient from 'ssh2-sftp-client'
import type { Carrier, Errand } from '#gateway/ports/courier.ts'
import { CourierFault, outcomeOf, OwnFault, within } from './courier-fault.ts'
import { dial } from './dial.ts'
import type { Reachable } from './dial.ts'
import { fileNameOf, partNameOf, printParcelFile } from './parcel-file.ts'

export interface SftpOptions {
  readonly reachable: Reachable
  /** Own private key, in the form of OpenSSH. */
  readonly privateKey: string
}

const OWNER_ONLY = 0o600
const READY_MS = 10_000

/** A carrier of the way `sftp`. */
export function openSftp(options: SftpOptions): Carrier {
  return {
    carry: ({ recipient, deliveryId, take, signal }) =>
      outcomeOf(signal, () =>
        withServer(options, recipient, signal, async (client, folder) => {
          const taken = await take().catch((cause: unknown) => {
            throw new OwnFault('the parcel could not be had', { cause })
          })
          if (taken === undefined) return { kind: 'withheld' } as const
          const [part, name] = [`${folder}/${partNameOf(deliveryId)}`, `${folder}/${fileNameOf(deliveryId)}`]
          const bytes = Buffer.from(printParcelFile(deliveryId, taken))
          try {
            await client.put(bytes, part, { writeStreamOptions: { flags: 'w', mode: OWNER_ONLY } })
            // Over what an attempt before may have left: the same delivery is the same file.
            await client.posixRename(part, name)
          } catch (cause) {
            throw new CourierFault('cut-off', cause)
          }
          return { kind: 'taken' } as const
        }),
      ),
    ping: ({ recipient, signal }) =>
      outcomeOf(signal, () =>
        withServer(options, recipient, signal, async (client, folder) => {
          // Not a list of what is in it, which could be without end.
          const found = await client.stat(folder).catch((cause: unknown) => {
            throw new CourierFault('unreachable', cause)
          })
          if (!found.isDirectory) throw new CourierFault('unreachable')
          return { kind: 'taken' } as const
        }),
      ),
  }
}

/** Connects, works within the signal, and leaves nothing open. */
async function withServer<T>(
  options: SftpOptions,
  { courier }: Errand['recipient'],
  signal: AbortSignal,
  work: (client: SftpClient, folder: string) => Promise<T>,
): Promise<T> {
  if (courier.way !== 'sftp') throw new CourierFault('not-set-up')
  const { host, port, user, hostKey, folder } = courier
  const sock = await dial(options.reachable, { host, port, signal })
  const quiet = { error: () => {}, end: () => {}, close: () => {} }
  const client = new SftpClient('passerelle', quiet)
  try {
    await within(signal, login(client, { sock, user, hostKey, privateKey: options.privateKey }))
    return await within(signal, work(client, folder))
  } finally {
    // Not `end()`, which waits for the other side.
    sock.destroy()
  }
}

interface Login {
  readonly sock: Socket
  readonly user: string
  readonly hostKey: string
  readonly privateKey: string
}

/** CourierFault `peer-refused` for another host key and for a server that does not let us in. */
async function login(client: SftpClient, { sock, user, hostKey, privateKey }: Login): Promise<void> {
  try {
    await client.connect({
      sock,
      username: user,
      privateKey,
      readyTimeout: READY_MS,
      hostVerifier: (key: Buffer) => isHostKey(key, hostKey),
      algorithms: ALGORITHMS,
    })
  } catch (cause) {
    throw new CourierFault('peer-refused', cause)
  }
}

/** As OpenSSH prints a fingerprint: SHA-256 of the key as it comes over the wire, base64 without padding. */
function isHostKey(key: Uint8Array, fingerprint: string): boolean {
  const found = Buffer.from(`SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`)
  const pinned = Buffer.from(fingerprint)
  return found.length === pinned.length && timingSafeEqual(found, pinned)
}

/** No SHA-1, no CBC, no DSA. */
const ALGORITHMS: NonNullable<SftpClient.ConnectOptions['algorithms']> = {
  kex: ['curve25519-sha256', 'curve25519-sha256@libssh.org', 'ecdh-sha2-nistp256', 'ecdh-sha2-nistp384'],
  serverHostKey: ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'rsa-sha2-512', 'rsa-sha2-256'],
  cipher: ['aes256-gcm@openssh.com', 'aes128-gcm@openssh.com', 'chacha20-poly1305@openssh.com', 'aes256-ctr'],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
}
