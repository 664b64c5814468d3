/** Who asks: the member behind its certificate, and the mandate that it names and that proves itself. */
import { TLSSocket } from 'node:tls'
import type { Socket } from 'node:net'
import type { MandateId } from '#gateway/core/ids.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Participant } from '#gateway/core/participants.ts'
import { proveMandate } from '#gateway/rooms/prove-mandate.ts'
import type { Reader } from '#gateway/rooms/own-delivery.ts'
import type { DoorDeps, Peer } from './operation.ts'

/** A connection has one leaf for as long as it lives (TLS 1.3 without post-handshake authentication), and reading it takes longer than many a request. */
const leaves = new WeakMap<TLSSocket, Peer>()

/** The leaf of this connection, or undefined where TLS did not verify one. Whether it still holds is for each request to ask: a revoked one must not live on. */
export function peerOf(socket: Socket): Peer | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined
  const known = leaves.get(socket)
  if (known !== undefined) return known
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) return undefined
  const leaf = { raw: certificate.raw, serialNumber: certificate.serialNumber }
  leaves.set(socket, leaf)
  return leaf
}

const BEARER = /^Bearer ([A-Za-z0-9_.-]{1,8192})$/i

/** Problems `mandate-unknown` (also for a mandate of another organisation) and `mandate-unproven`. */
export async function readerOf(
  deps: DoorDeps,
  participant: Participant,
  asked: { readonly mandate: MandateId | undefined; readonly authorization: string | undefined },
): Promise<Result<Reader>> {
  if (asked.mandate === undefined) return ok({ participant })
  const registry = deps.registry()
  const mandate = registry.mandates.find((entry) => entry.id === asked.mandate && entry.organisation === participant.id)
  if (mandate === undefined) return fail('mandate-unknown')
  const assertion = BEARER.exec(asked.authorization ?? '')?.[1]
  if (assertion === undefined)
    return fail('mandate-unproven', [{ pointer: '/headers/authorization', code: 'assertion-missing' }])
  const proven = await proveMandate({ ...deps, broker: registry.broker }, mandate, assertion)
  return proven.ok ? ok({ participant, mandate }) : proven
}
