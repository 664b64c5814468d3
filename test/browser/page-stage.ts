/** A gateway with something on every page, somebody signed in for each role, and where each page of the route tables is found there. */
import { randomUUID } from 'node:crypto'
import { printPolicy } from '#policies/language/text.ts'
import { ROLES } from '#gateway/core/account.ts'
import type { Role } from '#gateway/core/account.ts'
import type { OrganisationId } from '#gateway/core/ids.ts'
import { ROUTES } from '#gateway/http/web/app.ts'
import type { WebRoute } from '#gateway/http/web/route.ts'
import type { GatewayOptions } from '#test/support/gateway.ts'
import type { Person, TestWeb } from '#test/support/web.ts'
import { PAIRS } from '#test/support/hosted-inbox.ts'
import { openTestWeb } from '#test/support/web.ts'
import {
  aCaseId,
  ban,
  correction,
  employment,
  housing,
  identity,
  ON_SUPPORT,
  openStage,
  PROBATION,
  referral,
} from '#test/journey/stage.ts'
import type { Stage } from '#test/journey/stage.ts'

export interface PageStage extends AsyncDisposable {
  readonly stage: Stage
  readonly web: TestWeb
  readonly people: Readonly<Record<Role, Person>>
}

/** `before`: what is done once people are signed in, and nothing was sent yet. */
export async function openPageStage(
  options: GatewayOptions = {},
  before: (stage: Stage, people: PageStage['people']) => Promise<void> = async () => {},
): Promise<PageStage> {
  const stage = await openStage({ worker: 'running', ...options })
  tellByMail(stage)
  const web = await openTestWeb(stage.gateway.deps)
  const people = Object.fromEntries(
    await Promise.all(ROLES.map(async (role) => [role, await web.signIn(role)] as const)),
  ) as Record<Role, Person>
  await before(stage, people)
  await fillInbox(stage, people.reader)
  await draftChange(stage, people.officer)
  await handOverErrand(stage, people.operator)
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

/** The organisation of the reader has an address, so that there are notices to choose. */
const tellByMail = ({ gateway }: Stage): void =>
  gateway.changeRegistry((old) => ({
    ...old,
    participants: old.participants.map((one) =>
      one.id === PAIRS ? { ...one, couriers: [{ way: 'mail', to: 'accueil@association.example' }] } : one,
    ),
  }))

/** Cases that are read in full, one of them corrected after it, and one that has only arrived. */
async function fillInbox(stage: Stage, reader: Person): Promise<void> {
  const cases = [1, 2, 3].map(() => ({ caseId: aCaseId(), job: employment() }))
  for (const { caseId, job } of cases)
    await stage.send(PROBATION, referral(caseId, [identity(), ban(), housing(), job]))
  for (const id of (await deliveriesOf(reader)).slice(0, 2)) {
    await reader.post(`/inbox/${id}/arrival`, { depth: 'D4' })
    await reader.get(`/inbox/${id}`)
    await reader.post(`/inbox/${id}/acknowledge`)
    await reader.post(`/inbox/${id}/ask`, { ...ASK, step: 'send' })
  }
  for (const { caseId, job } of cases.slice(2)) {
    const cook = employment({ value: 'cook', supersedes: job.itemId })
    await stage.send(PROBATION, correction(caseId, [cook], ON_SUPPORT))
  }
}

/** The policy as a version in the store, and a draft that shows one cell in less. */
async function draftChange({ gateway }: Stage, officer: Person): Promise<void> {
  const { deps } = gateway
  const policy = deps.policy()
  if (policy === undefined) throw new Error('no policy is in force')
  const { set, digest } = policy
  const version = { digest, id: set.id, version: set.version, text: printPolicy(set), activatedAt: deps.clock() }
  await deps.store.transaction((tx) => tx.policies.activate(version))
  await officer.post('/policy/cells/PS/family', {
    level: 'summary',
    omission: 'silent',
    purposes: ['disengagement-support', 'social-support'],
    bases: 'eu.led.9-2',
    'rung-child': 'g2',
    'rung-third-person': 'g2',
    review: '2027-11-21',
    reason: 'Less is enough for the support that is given.',
  })
}

/** Two jobs that were given up, one of them handed to the officers. */
async function handOverErrand({ gateway }: Stage, operator: Person): Promise<void> {
  const { store, clock } = gateway.deps
  const [delivery] = await store.read.deliveries.everOf({ organisation: ORGANISATION, after: 0, limit: 1 })
  const [known] = delivery === undefined ? [] : await store.read.outbox.ofMessage(delivery.messageId)
  if (known === undefined) throw new Error('nothing was sent')
  const { attempts: _, ...job } = known.job
  const ids = [randomUUID(), randomUUID()]
  await store.transaction(async ({ outbox }) => {
    await outbox.add(ids.map((id) => ({ ...job, id, cause: 'replay' })))
    for (const id of ids) await outbox.finish(id, 'stuck', 'handler-failed', clock())
  })
  await operator.post(`/operators/stuck/${ids[0]}/hand-over`, { reason: 'asks-what' })
}

const ORGANISATION = 'pairs-paris' as OrganisationId

const ASK = {
  sections: 'accommodation',
  purpose: 'disengagement-support',
  urgency: 'days',
  text: 'Which hostel is meant, and until when may the person stay there?',
} as const

const hrefsIn = async (person: Person, address: string, pattern: RegExp): Promise<readonly string[]> => [
  ...new Set([...(await person.get(address)).text.matchAll(pattern)].map(([, found]) => found ?? '')),
]

const deliveriesOf = (reader: Person, tab: 'new' | 'mine' = 'new'): Promise<readonly string[]> =>
  hrefsIn(reader, `/inbox?tab=${tab}`, /href="\/inbox\/([0-9a-f-]{36})/g)

/** Addresses of a page with parameters, on that stage. */
type Row = (stage: PageStage) => readonly string[] | Promise<readonly string[]>

const ofInbox =
  (tab: 'new' | 'mine', rest: string): Row =>
  async ({ people }) =>
    (await deliveriesOf(people.reader, tab)).map((id) => `/inbox/${id}${rest}`)

const ofChange =
  (before: `/${string}/`, rest: string): Row =>
  async ({ stage }) =>
    (await stage.gateway.deps.store.read.changes.list()).map(({ id }) => `${before}${id}${rest}`)

/** Every GET route with a parameter has a row here. */
export const ROWS: Readonly<Record<string, Row>> = {
  // A link that is spent, or never was: what most people see of it.
  '/sign-in/link/:word': () => ['/sign-in/link/none'],
  '/inbox/access/:erasure': ({ people }) =>
    hrefsIn(people.reader, '/inbox/access', /href="(\/inbox\/access\/[^"?]+)"/g),
  '/inbox/training': () => [
    '/inbox/training?case=DEMO-001&depth=D4',
    '/inbox/training?case=DEMO-004&depth=D1&facts=yes',
  ],
  '/inbox/:delivery': ofInbox('mine', ''),
  '/inbox/:delivery/arrival': ofInbox('new', '/arrival'),
  '/inbox/:delivery/label': ofInbox('mine', '/label'),
  '/inbox/:delivery/timeline': ofInbox('mine', '/timeline'),
  '/inbox/:delivery/more': ofInbox('mine', '/more'),
  '/inbox/:delivery/ask': ofInbox('mine', '/ask'),
  '/inbox/:delivery/accept': ofInbox('mine', '/accept'),
  '/inbox/:delivery/decline': ofInbox('new', '/decline'),
  '/inbox/:delivery/notice': ofInbox('new', '/notice'),
  '/requests/:ask': ({ people }) => hrefsIn(people.officer, '/requests', /href="(\/requests\/[^"?]+)"/g),
  '/handed-over/:id': ({ people }) => hrefsIn(people.officer, '/handed-over', /href="(\/handed-over\/[^"?]+)"/g),
  '/operators/stuck/:id/hand-over': ({ people }) =>
    hrefsIn(people.operator, '/operators/stuck', /href="(\/operators\/stuck\/[^"?]+)"/g),
  '/policy/recipients/:type': () => ['/policy/recipients/PS'],
  '/policy/width/:change': ofChange('/policy/width/', ''),
  '/changes/:id': ofChange('/changes/', ''),
  '/changes/:id/effect': ofChange('/changes/', '/effect'),
  '/changes/:id/approve': ofChange('/changes/', '/approve'),
  '/changes/:id/start': ofChange('/changes/', '/start'),
  '/versions/compare': ({ stage }) => {
    const digest = stage.gateway.deps.policy()?.digest ?? ''
    return [`/versions/compare?from=${digest}&to=${digest}`]
  },
  '/why/:delivery': async ({ people }) => [`/why/${(await deliveriesOf(people.reader, 'mine'))[0] ?? ''}`],
  '/policy/cells/:recipientType/:section': () => ['/policy/cells/PS/employment', '/policy/cells/PS/incidents'],
}

/** Pages whose answer is a problem, since that is what there is to see. */
export const PROBLEM_PAGES: ReadonlySet<string> = new Set([
  '/sign-in/link/:word',
  '/sign-in/oidc/return',
  '/demo/again',
])

/** One page as one kind of person sees it. */
export interface View {
  readonly route: string
  readonly address: string
  readonly role: Role | 'nobody'
}

export const getRoutes = (): readonly WebRoute[] => ROUTES.filter(({ method }) => method === 'get')

/** What all who are signed in see is the same but for the ways above it, save the first page. */
const rolesOf = ({ who, path }: WebRoute): readonly (Role | 'nobody')[] =>
  who === 'anyone' ? ['nobody'] : who !== 'signed-in' ? who : path === '/' ? ROLES : ['reader']

/** All pages for all who may see them. */
export async function viewsOf(stage: PageStage): Promise<readonly View[]> {
  const views: View[] = []
  for (const route of getRoutes()) {
    const row = ROWS[route.path]
    const addresses = row === undefined ? (route.path.includes(':') ? [] : [route.path]) : await row(stage)
    for (const address of addresses) views.push(...rolesOf(route).map((role) => ({ route: route.path, address, role })))
  }
  return views
}
