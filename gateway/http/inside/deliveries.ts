/** For the operator alone: what could not be carried, to carry it anew, and to try a member's ways. No case, no content. */
import { isIP } from 'node:net'
import type { Express, Request, Response } from 'express'
import { NAME_PATTERN, toOrganisationId, UUID_PATTERN } from '#gateway/core/ids.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { pingMember, replayCarry } from '#gateway/rooms/replay-carry.ts'
import { listStuck } from '#gateway/rooms/stuck-lines.ts'
import type { Deps } from '#gateway/rooms/deps.ts'
import { occurrenceOf } from '#gateway/http/shell/guards.ts'
import { sendProblem } from '#gateway/http/shell/problem-response.ts'

export type OperatorDeps = Pick<Deps, 'store' | 'clock' | 'newId' | 'queue' | 'registry' | 'carriers'>

/** Adds three routes to an app that listens for the operator's machines only. */
export const deliveryRoutes = (app: Express, deps: OperatorDeps): Express =>
  app
    .get(
      '/deliveries/stuck',
      answering(async ({ query: { after = '0' } }) =>
        typeof after === 'string' && /^\d{1,15}$/.test(after)
          ? ok(await listStuck(deps, Number(after)))
          : fail('request-malformed', [{ pointer: '/after', code: 'no-number' }]),
      ),
    )
    .post(
      '/deliveries/:id/replay',
      answering(async ({ params: { id } }) =>
        typeof id === 'string' && UUID_PATTERN.test(id) ? replayCarry(deps, id) : fail('not-found'),
      ),
    )
    .post(
      '/members/:id/ping',
      answering(async ({ params: { id } }) => {
        const organisation = typeof id === 'string' && NAME_PATTERN.test(id) ? toOrganisationId(id) : undefined
        const pinged = organisation === undefined ? fail('not-found') : await pingMember(deps, organisation)
        return pinged.ok ? ok({ ways: pinged.value }) : pinged
      }),
    )

/**
 * A page that a browser has open is no operator: what says where it comes from is refused. A page whose name was made to lead here says
 * nothing when it reads, but asks by that name, which has dots as every public name has: an operator asks by address or plain name.
 */
const isFromPage = ({ headers }: Request): boolean =>
  headers.origin !== undefined || headers['sec-fetch-site'] !== undefined || !isPlainHost(headers.host ?? '')

function isPlainHost(host: string): boolean {
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
  return isIP(name) !== 0 || /^[a-z0-9-]+$/i.test(name)
}

const answering =
  (answer: (request: Request) => Promise<Result<object>>) =>
  async (request: Request, response: Response): Promise<void> => {
    const answered = isFromPage(request)
      ? fail('request-malformed', [{ pointer: '/headers/origin', code: 'not-for-pages' }])
      : await answer(request)
    if (answered.ok) response.json(answered.value)
    else sendProblem(response, answered.problem, occurrenceOf(request))
  }
