/** What the operator's machines ask: is it alive, can it work, and how has it been. */
import type { Express } from 'express'
import { standingOf } from '#gateway/core/trust-list/standing.ts'
import { readiness } from '#gateway/rooms/readiness.ts'
import type { Deps } from '#gateway/rooms/deps.ts'
import { occurrenceOf } from '#gateway/http/shell/guards.ts'
import { sendProblem } from '#gateway/http/shell/problem-response.ts'

export interface InsideDeps extends Pick<
  Deps,
  'store' | 'policy' | 'policyIn' | 'newId' | 'log' | 'clock' | 'trustLists' | 'isClockReliable' | 'doorFault' | 'grace'
> {
  /** The metrics in Prometheus' text format. */
  readonly metricsText: () => Promise<string>
  /** Whether this gateway is about to stop. */
  readonly isEnding?: () => boolean
}

/** Adds the three routes to an app. */
export const insideRoutes = (app: Express, deps: InsideDeps): Express =>
  app
    .get('/livez', (_request, response) => {
      response.json({ status: 'alive' })
    })
    .get('/readyz', async (request, response) => {
      const ready = await readiness(deps)
      if (ready.ok) response.json({ status: ready.value, ...trustOf(deps) })
      else sendProblem(response, ready.problem, occurrenceOf(request))
    })
    .get('/metrics', async (_request, response) => {
      response.type('text/plain; version=0.0.4; charset=utf-8').end(await deps.metricsText())
    })

/** Until when the trust list holds, in words: an operator has to see its end come. */
function trustOf({ trustLists, clock }: InsideDeps): { readonly trust?: string } {
  const listed = trustLists?.inForce()
  return listed?.ok === true ? { trust: standingOf(listed.value.list, clock()).en } : {}
}
