/** A gateway with something on every page, somebody signed in for each role, and where each page of the route tables is found there. */
import { ROLES } from '#gateway/core/account.ts'
import type { Role } from '#gateway/core/account.ts'
import { ROUTES } from '#gateway/http/web/app.ts'
import type { WebRoute } from '#gateway/http/web/route.ts'
import type { Person, TestWeb } from '#test/support/web.ts'
import { openTestWeb } from '#test/support/web.ts'
import { aCaseId, employment, handover, housing, identity, incident, openStage, PRISON } from '#test/journey/stage.ts'
import type { Stage } from '#test/journey/stage.ts'

export interface PageStage extends AsyncDisposable {
  readonly stage: Stage
  readonly web: TestWeb
  readonly people: Readonly<Record<Role, Person>>
}

export async function openPageStage(): Promise<PageStage> {
  const stage = await openStage({ worker: 'running' })
  const web = await openTestWeb(stage.gateway.deps)
  for (const rest of [[employment(), housing()], [incident()]])
    await stage.send(PRISON, handover(aCaseId(), [identity(), ...rest]))
  const people = Object.fromEntries(
    await Promise.all(ROLES.map(async (role) => [role, await web.signIn(role)] as const)),
  ) as Record<Role, Person>
  return {
    stage,
    web,
    people,
    [Symbol.asyncDispose]: async () => {
      await web[Symbol.asyncDispose]()
      await stage[Symbol.asyncDispose]()
    },
  }
}

/** Addresses of a page with parameters, on that stage. */
type Row = (stage: PageStage) => readonly string[] | Promise<readonly string[]>

/** Every GET route with a parameter has a row here. */
export const ROWS: Readonly<Record<string, Row>> = {
  // A link that is spent, or never was: what most people see of it.
  '/sign-in/link/:word': () => ['/sign-in/link/none'],
}

/** Pages whose answer is a problem, since that is what there is to see. */
export const PROBLEM_PAGES: ReadonlySet<string> = new Set(['/sign-in/link/:word', '/demo/again'])

/** One page as one kind of person sees it. */
export interface View {
  readonly route: string
  readonly address: string
  readonly role: Role | 'nobody'
}

export const getRoutes = (): readonly WebRoute[] => ROUTES.filter(({ method }) => method === 'get')

const rolesOf = ({ who }: WebRoute): readonly (Role | 'nobody')[] =>
  who === 'anyone' ? ['nobody'] : who === 'signed-in' ? ROLES : who

/** All pages for all who may see them. */
export async function viewsOf(stage: PageStage): Promise<readonly View[]> {
  const views: View[] = []
  for (const route of getRoutes()) {
    const addresses = route.path.includes(':') ? await ROWS[route.path]?.(stage) : [route.path]
    for (const address of addresses ?? [])
      views.push(...rolesOf(route).map((role) => ({ route: route.path, address, role })))
  }
  return views
}
