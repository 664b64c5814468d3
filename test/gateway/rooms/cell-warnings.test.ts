/** What officers should look at twice: each warning of a cell, and the list of all of them. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'mocha'
import { parseCases } from '#policies/engine/case-text.ts'
import { cellAt } from '#policies/engine/cell.ts'
import { editOf } from '#policies/engine/cell-change.ts'
import type { CellEdit } from '#policies/engine/cell-edit.ts'
import { parsePolicy } from '#policies/language/text.ts'
import { registrySchema } from '#gateway/core/participants.ts'
import type { Mandate, Registry } from '#gateway/core/participants.ts'
import { sectionsAlike } from '#gateway/core/vocabulary/section-families.ts'
import { usedBy } from '#gateway/rooms/cell-use.ts'
import { CELL_WARNINGS, warningsOfCell } from '#gateway/rooms/cell-warnings.ts'
import type { CellWarningCode, ToWarn } from '#gateway/rooms/cell-warnings.ts'
import { readWarnings } from '#gateway/rooms/policy-warnings.ts'
import { openConsole } from '#test/support/console-world.ts'
import type { ConsoleWorld } from '#test/support/console-world.ts'
import { aReferral, anItemText } from '#test/support/messages.ts'
import { CHANGING } from '#test/support/web.ts'

const AT = Date.UTC(2026, 10, 21)
const parsed = parsePolicy(readFileSync('policies/packs/france-prison-exit.json'), 'pack')
const cases = parseCases(readFileSync('policies/cases/france-prison-exit.json'), 'cases')
assert.ok(parsed.ok && cases.ok)
const { set } = parsed
const { examples } = cases

const registry = registrySchema.parse({
  network: 'test-network',
  broker: { id: 'broker', uri: 'spiffe://test.example/org/broker', url: '' },
  participants: [],
  edges: [],
  mandates: [],
})
const editAt = (recipientType: string, section: string, changes: Partial<CellEdit> = {}): CellEdit => ({
  ...editOf(cellAt(set, { recipientType, section }, AT), { reason: '', reviewAt: AT, at: AT }),
  ...changes,
})
const codes = (toWarn: Partial<ToWarn> & Pick<ToWarn, 'edit'>): readonly CellWarningCode[] =>
  warningsOfCell({ set, registry, examples, ...toWarn }).map(({ code }) => code)
const withMandates = (...mandates: readonly Partial<Mandate>[]): Registry => ({
  ...registry,
  mandates: mandates.map(
    (one) =>
      ({
        organisation: 'house',
        clinician: false,
        careTeams: [],
        from: 0,
        until: AT + 1,
        keysHeldBy: 'mandate',
        ...one,
      }) as unknown as Mandate,
  ),
})

describe('warnings of a cell', () => {
  it('tell of bases that end, and keep quiet where nothing is open or no vocabulary knows the section', () => {
    const at = Date.UTC(2028, 10, 1)
    const soon = editAt('PS', 'measures', { level: 'summary', bases: ['fr.cpp.741-1'], at, reviewAt: at })
    assert.deepEqual(codes({ edit: soon }), ['basis-ends-soon'])
    assert.deepEqual(codes({ edit: { ...soon, bases: [] } }), [])
    assert.deepEqual(codes({ edit: { ...soon, bases: [], section: 'of-another-vocabulary' } }), [])
  })

  it('tell where the day has passed on which somebody was to look at it again', () => {
    const due = (reviewAt: number) => codes({ edit: editAt('PS', 'measures', { reviewAt }) }).includes('review-passed')
    assert.deepEqual([due(AT - 1), due(AT), due(AT + 1)], [true, false, false])
  })

  it('tell where a section with special categories has no example for the recipient', () => {
    assert.ok(codes({ examples: [], edit: editAt('MJ', 'health', { rungs: {} }) }).includes('no-example'))
    const tried = examples.filter(({ item }) => item.facts['section'] === 'health')
    const types = new Set(tried.map(({ question }) => String(question.facts['recipient.type'])))
    assert.ok(types.size > 0)
    for (const type of types) assert.ok(!codes({ edit: editAt(type, 'health') }).includes('no-example'), type)
  })

  it('name the other sections that may reveal what is kept silent, and no section that is not shown', () => {
    const edit = editAt('PP', 'health', { level: 'nothing', omission: 'silent' })
    const found = warningsOfCell({ set, registry, examples, edit }).find(({ code }) => code === 'silent-but-revealed')
    const sections = found?.about.map(({ section }) => section) ?? []
    assert.ok(sections.includes('psychology'), sections.join(' '))
    assert.ok(sections.every((section) => sectionsAlike('health').some((one) => one === section)))
    const declared = { ...edit, omission: 'declared' as const }
    assert.ok(!codes({ edit: declared }).some((code) => code.startsWith('silent')))
    assert.ok(
      codes({ edit: editAt('PS', 'accommodation', { level: 'nothing', omission: 'silent' }) }).includes('silent'),
    )
    const other = { ...set, vocabulary: { ...set.vocabulary, sections: ['health'] } }
    assert.ok(codes({ set: other, edit }).includes('silent'))
    assert.deepEqual(sectionsAlike('of-another-vocabulary'), [])
  })

  it('tell where safety items of a section cannot be said to the recipient', () => {
    assert.ok(codes({ edit: editAt('PS', 'measures', { level: 'existence' }) }).includes('floor-not-permitted'))
    assert.ok(!codes({ edit: editAt('PS', 'measures', { level: 'summary' }) }).includes('floor-not-permitted'))
    assert.ok(!codes({ edit: editAt('PS', 'finance', { level: 'nothing' }) }).includes('floor-not-permitted'))
  })

  it('tell where the same people, or one key of their house, open what another type receives more of', () => {
    const edit = editAt('PS', 'psychology', { level: 'existence' })
    const about = (given: Registry) =>
      warningsOfCell({ set, examples, registry: given, edit }).find(({ code }) => code === 'same-staff')?.about
    const both = { person: 'one' }
    assert.deepEqual(about(withMandates({ type: 'PS', ...both }, { type: 'PP', ...both })), [
      { recipientType: 'PP', section: 'psychology' },
    ])
    const house = { keysHeldBy: 'organisation' } as const
    assert.equal(about(withMandates({ type: 'PS', ...house }, { type: 'PP', ...house }))?.length, 1)
    assert.equal(
      about(
        withMandates(
          { type: 'PS', ...house },
          { type: 'PP', ...house, organisation: 'other' as Mandate['organisation'] },
        ),
      ),
      undefined,
    )
    assert.equal(
      about(withMandates({ type: 'PS', person: 'one' as never }, { type: 'PP', person: 'two' as never })),
      undefined,
    )
    assert.equal(about(withMandates({ type: 'PS', ...both }, { type: 'PP', ...both, until: AT })), undefined)
    assert.equal(about(withMandates({ type: 'PS', ...both }, { type: 'XX', ...both })), undefined)
    assert.equal(about(withMandates({ type: 'PS', ...both }, { type: 'MU', ...both })), undefined)
  })

  it('tell of conditions that nobody of the type can meet', () => {
    const edit = editAt('PP', 'psychology', { conditions: ['clinicians-only'] })
    const hasIt = (given: Registry, changes: Partial<CellEdit> = {}): boolean =>
      codes({ registry: given, edit: { ...edit, ...changes } }).includes('condition-never-holds')
    assert.equal(hasIt(withMandates({ type: 'PP' })), true)
    assert.equal(hasIt(withMandates({ type: 'PP', clinician: true, careTeams: ['team'] })), false)
    assert.equal(hasIt(withMandates({ type: 'PP' }), { conditions: [] }), false)
    assert.equal(hasIt(withMandates({ type: 'PP' }), { conditions: ['same-site'] }), true)
    assert.equal(hasIt(withMandates({ type: 'PP', sites: ['lyon'] }), { conditions: ['same-site'] }), false)
    assert.equal(hasIt(withMandates({ type: 'PP' }), { level: 'nothing' }), false)
    assert.equal(hasIt(registry), false)
  })

  it('tell of what no delivery used, only where somebody looked', () => {
    const edit = editAt('PS', 'family')
    assert.ok(codes({ edit, isUsed: false }).includes('never-used'))
    for (const isUsed of [true, undefined]) assert.ok(!codes({ edit, isUsed }).includes('never-used'))
    assert.ok(!codes({ edit: { ...edit, level: 'nothing' }, isUsed: false }).includes('never-used'))
  })
})

describe('all warnings of a policy', () => {
  let world: ConsoleWorld
  before(async () => {
    world = await openConsole({ worker: 'running' }, { shipped: async () => examples })
    const items = [anItemText({ section: 'family', term: 'parental-role', value: 'Sees her every week.' })]
    const sent = await world.gateway.send('probation-paris', aReferral({ caseId: 'USED-CASE', items }))
    assert.equal(sent.status, 202, sent.text)
    await world.gateway.settled()
  })
  after(() => world[Symbol.asyncDispose]())

  it('know which sections the last deliveries showed to a type, and of whom nothing is known', async () => {
    const { deps } = world.gateway
    const type = deps.registry().mandates.find(({ organisation }) => organisation === 'pairs-paris')?.type ?? ''
    const use = await usedBy(deps, [type, 'MJ'])
    assert.equal(use({ recipientType: type, section: 'family' }), true)
    assert.equal(use({ recipientType: type, section: 'network' }), false)
    assert.equal(use({ recipientType: 'MJ', section: 'family' }), undefined)
    const later = { ...deps, clock: () => deps.clock() + 91 * 86_400_000 }
    assert.equal((await usedBy(later, [type]))({ recipientType: type, section: 'family' }), undefined)
    const { read } = deps.store
    const deliveries = { ...read.deliveries, recordOf: async () => undefined }
    const erased = { ...deps, store: { ...deps.store, read: { ...read, deliveries } } }
    assert.equal((await usedBy(erased, [type]))({ recipientType: type, section: 'family' }), false)
  })

  it('stand in one order, each with its cells, and of a draft with those that it edits', async () => {
    const deps = { ...world.gateway.deps, changing: { ...CHANGING, shipped: async () => examples } }
    const read = (await readWarnings(deps)) ?? assert.fail('no policy')
    const found = read.warnings.map(({ code }) => code)
    assert.deepEqual(
      found,
      CELL_WARNINGS.filter((code) => found.includes(code)),
    )
    console.log(`    ${read.warnings.map(({ code, cells }) => `${code} ${cells.length}`).join(', ')}`)
    assert.equal(await readWarnings(deps, 'none'), undefined)
  })

  const stateOf = async (): Promise<{ readonly change: string; readonly revision: string }> => {
    const { id, revision } = await world.onlyChange()
    return { change: id, revision: String(revision) }
  }

  it('are a page with a link to each cell, and of a draft another', async () => {
    const officer = await world.web.signIn('officer')
    const { text } = await officer.get('/policy/warnings')
    assert.match(text, /What to look at twice/)
    assert.match(text, /href="\/policy\/cells\/PS\/[a-z-]+"/)
    assert.match((await officer.get('/policy')).text, /href="\/policy\/warnings"/)
    const path = '/policy/cells/PS/family'
    const form = {
      level: 'summary',
      omission: 'silent',
      purposes: ['social-support', 'disengagement-support'],
      'rung-child': 'g2',
      'rung-third-person': 'g2',
      review: '2027-11-21',
      reason: 'Less is enough for this support.',
    }
    assert.equal((await officer.post(path, form)).status, 303)
    const { id } = await world.onlyChange()
    const draft = await officer.get(`/policy/warnings?version=${id}`)
    assert.match(draft.text, /There is nothing to look at twice/)
    assert.equal((await officer.get('/policy/warnings?version=none')).status, 404)
    assert.doesNotMatch((await officer.get(`/changes/${id}`)).text, /What to look at twice/)
    const closed = { ...form, level: 'nothing', ...(await stateOf()) }
    assert.equal((await officer.post('/policy/cells/PS/finance', closed)).status, 303)
    const change = await officer.get(`/changes/${id}`)
    assert.match(change.text, /What to look at twice[\s\S]*silent[\s\S]*\/policy\/cells\/PS\/finance\?change=/)
    const silent = await officer.get('/policy/cells/PP/health?level=nothing&omission=silent')
    assert.match(
      silent.text,
      /other sections that are shown may reveal it[\s\S]*See also:[\s\S]*\/policy\/cells\/PP\/psychology/,
    )
    const auditor = await world.web.signIn('auditor')
    assert.equal((await auditor.get('/policy/warnings')).status, 200)
  })
})
