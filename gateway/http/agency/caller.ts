/** The member behind a request: identified once for each request, whoever asks first. */
import type { Request } from 'express'
import type { Result } from '#gateway/core/problem.ts'
import type { Participant } from '#gateway/core/participants.ts'
import type { Deps } from '#gateway/rooms/deps.ts'
import { identify } from '#gateway/rooms/identify.ts'
import { peerOf } from './reader.ts'

const callers = new WeakMap<Request, Result<Participant>>()

/** Problems of `identify`. Never kept from one request to the next: a revoked member must not live on. */
export function callerOf(deps: Pick<Deps, 'trust' | 'registry' | 'clock'>, request: Request): Result<Participant> {
  const known = callers.get(request)
  if (known !== undefined) return known
  const identified = identify(deps, peerOf(request.socket))
  callers.set(request, identified)
  return identified
}
