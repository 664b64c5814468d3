/** Builds the two Express apps: one behind mutual TLS for agencies, one for the operator's machines on a port of its own. */
import express from 'express'
import type { ErrorRequestHandler, Express, RequestHandler } from 'express'
import type { Deps } from '#gateway/rooms/deps.ts'
import { usedOnce } from '#gateway/rooms/used-once.ts'
import { serveOperation } from './agency/door.ts'
import { rateOf } from './agency/rate.ts'
import type { AgencyDeps, DoorDeps, Operation } from './agency/operation.ts'
import { OPERATIONS } from './agency/operations.ts'
import { createRepeats } from './agency/repeats.ts'
import { deliveryRoutes } from './inside/deliveries.ts'
import type { OperatorDeps } from './inside/deliveries.ts'
import { insideRoutes } from './inside/health.ts'
import type { InsideDeps } from './inside/health.ts'
import { guards, occurrenceOf } from './shell/guards.ts'
import { sendProblem } from './shell/problem-response.ts'
import { thrownAt } from './shell/thrown-at.ts'

/** The door for agencies. It listens behind `serverLimits` and `limitServer`, with client certificates required. */
export function createAgencyApp(deps: AgencyDeps): Express {
  const door: DoorDeps = { ...deps, repeats: createRepeats(), spentIds: usedOnce(deps) }
  const app = bareApp(deps)
  if (deps.requestsPerMinute !== undefined) app.use(rateOf(deps, deps.requestsPerMinute))
  for (const [path, operations] of byPath(OPERATIONS)) app.all(path, byMethod(door, operations))
  return closed(app, deps)
}

/** /livez, /readyz and /metrics, and what could not be carried, for inside the house: no certificate, no case, no id of a case. */
export const createInsideApp = (deps: InsideDeps & OperatorDeps): Express =>
  closed(deliveryRoutes(insideRoutes(bareApp(deps), deps), deps), deps)

function bareApp({ newId }: Pick<Deps, 'newId'>): Express {
  const app = express()
  app.set('etag', false).set('query parser', false).set('x-powered-by', false)
  app.set('case sensitive routing', true).set('strict routing', true)
  return app.use(...guards(newId))
}

/** Ends in a 404 for what is not there, and in a problem for what was thrown. */
function closed(app: Express, deps: Pick<Deps, 'log'>): Express {
  app.use((request, response) => {
    sendProblem(response, { code: 'not-found' }, occurrenceOf(request))
  })
  return app.use(lastResort(deps))
}

const lastResort =
  ({ log }: Pick<Deps, 'log'>): ErrorRequestHandler =>
  (error: unknown, request, response, _next) => {
    // A path that is no percent-encoding comes here from the router itself.
    const isNoPath = error instanceof URIError
    if (!isNoPath) log.alarm('a request ended in an error', { ...thrownAt(error) })
    sendProblem(response, { code: isNoPath ? 'not-found' : 'internal-fault' }, occurrenceOf(request))
  }

function byPath(operations: readonly Operation[]): ReadonlyMap<string, readonly Operation[]> {
  const grouped = Map.groupBy(operations, ({ path }) => path.replaceAll(/\{(\w+)\}/g, ':$1'))
  return grouped
}

/** One handler for all methods of a path: HEAD and OPTIONS too get only what the table names. */
function byMethod(deps: DoorDeps, operations: readonly Operation[]): RequestHandler {
  const handlers = new Map(
    operations.map((operation) => [operation.method.toUpperCase(), serveOperation(deps, operation)]),
  )
  const allow = [...handlers.keys()].join(', ')
  return async (request, response, next) => {
    const handler = handlers.get(request.method)
    if (handler !== undefined) {
      await handler(request, response, next)
      return
    }
    response.set('Allow', allow)
    sendProblem(response, { code: 'method-not-allowed' }, occurrenceOf(request))
  }
}
