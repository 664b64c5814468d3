/** Decisions of casbin's and Cedar's own tests, restated in our language where it can say them; what it cannot say is counted by reason. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { z } from 'zod'
import { decide } from '#policies/engine/decide.ts'
import { openJudge } from '#policies/engine/enforcer.ts'
import { compilePlan } from '#policies/engine/plan.ts'
import type { LabelledItem } from '#policies/language/item.ts'
import type { Decision, PolicySet, Question, Rule } from '#policies/language/policy.ts'
import { printPolicy } from '#policies/language/print.ts'
import { parsePolicy } from '#policies/language/text.ts'
import { aSetOf, hostile } from '#test/support/arbitraries.ts'
import { fixtureJson, needsFixtures } from '#test/support/fixtures.ts'
import { QUESTION, anItemWith, limit, permit } from '#test/support/small-questions.ts'

/** Why a foreign policy has no counterpart. */
type Unsaid =
  | 'patterns on paths or actions (closed lists of names only)'
  | 'ranges of network addresses'
  | 'numbers with decimals, or numbers of the recipient (no such attribute)'
  | 'order or priority of rules (a limit always beats a permit)'
  | 'a hierarchy computed by code of the caller'
  | 'an exception to a forbid (no negation)'

/** Through the text and back, as an officer's set would come. */
function loaded(rules: readonly Rule[], groups: PolicySet['groups'] = []): PolicySet {
  const open = {
    sections: ['any'],
    terms: [],
    records: [],
    recipientTypes: ['any'],
    roles: [],
    purposes: [],
    conditions: [],
  }
  const set: PolicySet = { ...aSetOf(rules, open), lists: {}, groups }
  const parsed = parsePolicy(printPolicy(set), 'foreign.json')
  if (!parsed.ok) assert.fail(JSON.stringify(parsed.faults))
  return parsed.set
}

interface Asked {
  readonly question: Question
  readonly item: LabelledItem
}
const asked = (question: Readonly<Record<string, unknown>>, item: Readonly<Record<string, unknown>>): Asked => ({
  question: {
    ...QUESTION,
    facts: Object.fromEntries(Object.entries(question).map(([name, value]) => [name, hostile(value)])),
  },
  item: anItemWith(item),
})

/** The decision that decide, the plan and casbin agree on. */
async function decisionOf(set: PolicySet, { question, item }: Asked): Promise<Decision> {
  const decision = decide(set, question, item)
  assert.deepEqual(compilePlan(set, question)(item), decision)
  assert.equal((await openJudge(set)).levelOf(question, item).level, decision.level)
  return decision
}

function countAloud(of: string, unsaid: ReadonlyMap<string, Unsaid>, all: number): void {
  const reasons = new Map<Unsaid, number>()
  for (const reason of unsaid.values()) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  console.log(`    ${of}: ${all - unsaid.size} of ${all} cases said; not said:`)
  for (const [reason, count] of reasons) console.log(`      ${count} for ${reason}`)
}

const casbinCases = z.array(
  z.object({
    id: z.string(),
    model: z.string(),
    policy: z.string(),
    requests: z.array(
      z.object({ request: z.array(z.union([z.string(), z.record(z.string(), z.json())])), allow: z.boolean() }),
    ),
  }),
)
type CasbinCase = z.output<typeof casbinCases>[number]

const PATTERNS = 'patterns on paths or actions (closed lists of names only)'
const ORDER = 'order or priority of rules (a limit always beats a permit)'
const HIERARCHY = 'a hierarchy computed by code of the caller'

/** What a casbin model needs that our language has not; undefined where it can be said. */
function unsaidIn({ model }: CasbinCase): Unsaid | undefined {
  if (/priority/i.test(model)) return ORDER
  if (/\bg2\b/.test(model)) return HIERARCHY
  if (/keyMatch|keyGet|globMatch|regexMatch/.test(model)) return PATTERNS
  if (/ipMatch/.test(model)) return 'ranges of network addresses'
  return /eval\(/.test(model) ? 'numbers with decimals, or numbers of the recipient (no such attribute)' : undefined
}

/** Where the parts of a casbin request stand with us: who asks, in which domain, for what, to do what. */
const PLACES: Readonly<Record<string, string>> = {
  sub: 'recipient.groups',
  dom: 'edge.sender',
  obj: 'item.path',
  act: 'edge.agreement',
}

const namesAfter = (model: string, letter: string): readonly string[] =>
  (new RegExp(`^${letter} = (.*)$`, 'm').exec(model)?.[1] ?? '').split(',').map((part) => part.trim())
const rowsOf = (policy: string, letter: string): readonly (readonly string[])[] =>
  policy
    .split('\n')
    .map((row) => row.split(',').map((part) => part.trim()))
    .filter(([first]) => first === letter)
    .map((row) => row.slice(1))

/** A group of a domain has the domain in its name; the first place of a row is a member or a group. */
const groupName = (group: string, domain: string | undefined): string =>
  domain === undefined ? group : `${domain}/${group}`

/** A casbin model of equalities and memberships as a set of ours. */
function translated({ model, policy }: CasbinCase): PolicySet {
  const places = namesAfter(model, 'p')
  const rows = rowsOf(policy, 'p').map((row, index): Rule => {
    const domain = row[places.indexOf('dom')]
    const matches = row.map((value, place) => {
      const name = places[place] ?? ''
      return { attribute: PLACES[name] ?? '', values: [name === 'sub' ? groupName(value, domain) : value] }
    })
    const isItem = ({ attribute }: { readonly attribute: string }): boolean => attribute.startsWith('item.')
    return permit(`p.${index}`, { who: matches.filter((match) => !isItem(match)), what: matches.filter(isItem) })
  })
  const root = /r\.sub == "(\w+)"/.exec(model)?.[1]
  const owner = when('recipient.mandate', 'item.authorService')
  const others = [
    ...(root === undefined ? [] : [permit('root', { who: [{ attribute: 'recipient.groups', values: [root] }] })]),
    ...(model.includes('r.sub == r.obj.Owner') ? [permit('owner', owner)] : []),
  ]
  const members = Map.groupBy(rowsOf(policy, 'g'), ([, group = '', domain]) => groupName(group, domain))
  const groups = [...members].map(([id, entries]) => ({ id, members: entries.map(([member = '']) => member) }))
  // With an owner the model asks of no row; with rows it asks of them and of root.
  return loaded([...(model.includes('r.obj.Owner') ? [] : rows), ...others], groups)
}

const when = (attribute: string, operand: string): Partial<Rule> => ({
  when: [{ attribute, operator: 'is', operand: { kind: 'attribute', name: operand } }],
})

const ownerOf = (thing: unknown): string | undefined => z.object({ Owner: z.string() }).safeParse(thing).data?.Owner

async function askedAs({ model }: CasbinCase, request: readonly unknown[], set: PolicySet): Promise<Asked> {
  const parts = Object.fromEntries(namesAfter(model, 'r').map((name, index) => [name, request[index]]))
  const subject = typeof parts['sub'] === 'string' ? parts['sub'] : ''
  const domain = typeof parts['dom'] === 'string' ? parts['dom'] : undefined
  const held = await (await openJudge(set)).groupsOf(subject)
  return asked(
    {
      'recipient.mandate': subject,
      'recipient.groups': [groupName(subject, domain), ...held],
      'edge.sender': domain,
      'edge.agreement': parts['act'],
    },
    { path: typeof parts['obj'] === 'string' ? parts['obj'] : undefined, authorService: ownerOf(parts['obj']) },
  )
}

describe('the decisions of casbin’s own tests', () => {
  needsFixtures()

  it('are ours wherever our language can say the policy, and what it cannot say is counted', async () => {
    const cases = casbinCases.parse(fixtureJson('casbin/cases.json'))
    const unsaid = new Map(
      cases.flatMap((entry) => {
        const reason = unsaidIn(entry)
        return reason === undefined ? [] : [[entry.id, reason] as const]
      }),
    )
    let compared = 0
    for (const entry of cases.filter(({ id }) => !unsaid.has(id))) {
      const set = translated(entry)
      for (const { request, allow } of entry.requests) {
        const { level } = await decisionOf(set, await askedAs(entry, request, set))
        assert.equal(level, allow ? 'full' : 'nothing', `${entry.id}: ${JSON.stringify(request)}`)
        compared++
      }
    }
    countAloud('casbin', unsaid, cases.length)
    assert.deepEqual([cases.length, unsaid.size, compared], [17, 11, 48])
  })
})

const uid = z.object({ type: z.string(), id: z.string() })
const cedarCases = z.array(
  z.object({
    id: z.string(),
    entities: z.array(z.object({ uid, attrs: z.record(z.string(), z.json()), parents: z.array(uid) })),
    requests: z.array(
      z.object({
        description: z.string(),
        principal: uid,
        action: uid,
        resource: uid,
        context: z.record(z.string(), z.json()),
        decision: z.enum(['allow', 'deny']),
        reason: z.array(z.string()),
      }),
    ),
  }),
)
type CedarCase = z.output<typeof cedarCases>[number]
type Entities = CedarCase['entities']
type Uid = z.output<typeof uid>

const CEDAR_UNSAID: ReadonlyMap<string, Unsaid> = new Map([
  ['decimal/1', 'numbers with decimals, or numbers of the recipient (no such attribute)'],
  ['ip/3', 'ranges of network addresses'],
  ['multi/4', 'an exception to a forbid (no negation)'],
])

const principal = (name: string): Rule['who'][number] => ({ attribute: 'recipient.mandate', values: [name] })
const VIEW: Rule['who'][number] = { attribute: 'edge.agreement', values: ['view'] }
const PHOTO: Rule['what'] = [{ attribute: 'item.path', values: ['Photo::VacationPhoto94.jpg'] }]
const ALBUM: Rule['what'] = [{ attribute: 'item.within', values: ['Album::jane_vacation'] }]
const OWNED = when('recipient.mandate', 'item.authorService')

/** Each Cedar policy once more in our words; the part of an id before the dot is Cedar's name for it. */
const RESTATED: Readonly<Record<string, readonly Rule[]>> = {
  'example_use_cases/1a': [permit('policy0', { who: [principal('User::alice'), VIEW], what: PHOTO })],
  'example_use_cases/2b': [permit('policy0', { who: [principal('User::alice'), VIEW], what: ALBUM })],
  'example_use_cases/3a': [permit('policy0', { who: [VIEW], what: ALBUM })],
  'example_use_cases/3c': [permit('policy0', { who: [principal('User::alice')], what: ALBUM })],
  'example_use_cases/4d': [permit('policy0', OWNED)],
  // Either condition: two permits join.
  'example_use_cases/4f': [
    permit('policy0.owner', OWNED),
    permit('policy0.admin', {
      when: [
        {
          attribute: 'item.specialCategories',
          operator: 'includes',
          operand: { kind: 'attribute', name: 'recipient.mandate' },
        },
      ],
    }),
  ],
  'ip/1': [permit('policy0', { who: [VIEW, { attribute: 'edge.basis', values: ['222.222.222.222'] }], what: PHOTO })],
  'multi/2': [
    permit('policy0', { who: [VIEW], what: ALBUM }),
    limit('policy1', { who: [principal('User::bob'), VIEW], what: ALBUM }),
  ],
}

const named = ({ type, id }: Uid): string => `${type}::${id}`
const refOf = (value: unknown): Uid | undefined => uid.safeParse(value).data
const find = (entities: Entities, wanted: Uid | undefined): Entities[number] | undefined =>
  entities.find((entity) => wanted !== undefined && named(entity.uid) === named(wanted))
const ancestors = (entities: Entities, start: Uid): readonly string[] =>
  (find(entities, start)?.parents ?? []).flatMap((parent) => [named(parent), ...ancestors(entities, parent)])

/** A Cedar request with the attributes of its entities, under our names. */
function askedOfCedar(entities: Entities, request: CedarCase['requests'][number]): Asked {
  const resource = find(entities, request.resource)
  const owner = refOf(find(entities, refOf(resource?.attrs['account']))?.attrs['owner'])
  const admins = z.array(uid).safeParse(resource?.attrs['admins']).data
  const address = z.object({ __extn: z.object({ arg: z.string() }) }).safeParse(request.context['source_ip']).data
    ?.__extn.arg
  return asked(
    {
      'recipient.mandate': named(request.principal),
      'recipient.groups': ancestors(entities, request.principal),
      'edge.agreement': request.action.id,
      'edge.basis': address,
    },
    {
      path: named(request.resource),
      within: [named(request.resource), ...ancestors(entities, request.resource)],
      authorService: owner === undefined ? undefined : named(owner),
      specialCategories: admins?.map(named),
    },
  )
}

describe('the decisions of Cedar’s own tests', () => {
  needsFixtures()

  it('are ours wherever our language can say the policy, by the same rules, and what it cannot say is counted', async () => {
    const cases = cedarCases.parse(fixtureJson('cedar/cases.json'))
    let compared = 0
    for (const { id, entities, requests } of cases.filter((entry) => !CEDAR_UNSAID.has(entry.id))) {
      const set = loaded(RESTATED[id] ?? assert.fail(`${id} is neither restated nor counted`))
      for (const request of requests) {
        const decision = await decisionOf(set, askedOfCedar(entities, request))
        assert.equal(decision.level, request.decision === 'allow' ? 'full' : 'nothing', `${id}: ${request.description}`)
        assert.deepEqual(
          decision.rules.map((rule) => rule.split('.')[0]),
          request.reason,
          `${id}: ${request.description}`,
        )
        compared++
      }
    }
    countAloud('Cedar', CEDAR_UNSAID, cases.length)
    assert.deepEqual([cases.length, compared], [11, 24])
  })
})
