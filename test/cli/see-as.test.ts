/** `see-as`: what each of its flags does to the view, and that a name that is not there is told, never shown as if policy withheld it. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { after, describe, it } from 'mocha'
import { z } from 'zod'
import { CommandFailed, EXIT } from '#cli/exit-codes.ts'
import { addSeeAsCommand } from '#cli/see-as.ts'
import { anItemText } from '#test/support/messages.ts'

const APPRENTICE = '11111111-1111-4111-8111-111111111111'
const CASE = {
  kind: 'CaseHandover',
  caseId: 'DEMO-SEE-AS',
  purpose: 'sentence-execution',
  facts: { minor: false, site: 'paris', careTeam: 'team-1', milestones: { transfer: '2025-12-01' } },
  items: [
    anItemText({ section: 'incidents', term: 'incident-type', value: 'long ago', observedAt: '2024-05-01' }),
    anItemText({ section: 'incidents', term: 'incident-type', value: 'in January', observedAt: '2026-01-10' }),
    anItemText({ itemId: APPRENTICE, section: 'employment', term: 'employment-status', value: 'apprentice' }),
    anItemText({ section: 'employment', term: 'employment-status', value: 'cook', supersedes: APPRENTICE }),
    anItemText({ section: 'protective-factors', term: 'strength', value: 'patient', nature: 'assessment' }),
    anItemText({
      section: 'psychology',
      term: 'trauma',
      value: 'for a clinician',
      nature: 'assessment',
      specialCategories: ['health'],
    }),
  ],
}
const RECORD = '/v1/persons/{hmppsId}/alerts'
const ALERTS = { data: [{ code: 'HA', codeDescription: 'agreed' }] }

const SP = ['--recipient', 'SP', '--at', '2026-11-21']
const PP = ['--recipient', 'PP', '--at', '2026-11-21', '--purpose', 'disengagement-support']
const [OLD, JANUARY, BEFORE, NOW, STRENGTH, CLINICAL] = CASE.items.map(({ value }) => JSON.stringify(value))
const EXISTS = 'psychology exists'

/** Flags, and what is shown under them: values, and sections of which no more than their existence passes. */
const SHOWN: readonly (readonly [string, readonly string[], readonly (string | undefined)[]])[] = [
  ['nothing but a recipient shows all that policy permits', SP, [OLD, JANUARY, BEFORE, NOW, STRENGTH, EXISTS]],
  ['--depth D3 shows twelve months, and what stands', [...SP, '--depth', 'D3'], [JANUARY, NOW, STRENGTH, EXISTS]],
  [
    '--reach months:36 goes further back',
    [...SP, '--depth', 'D3', '--reach', 'months:36'],
    [OLD, JANUARY, NOW, STRENGTH, EXISTS],
  ],
  [
    '--reach since:transfer goes back to a milestone',
    [...SP, '--reach', 'since:transfer'],
    [JANUARY, BEFORE, NOW, STRENGTH, EXISTS],
  ],
  [
    '--reach since:2026-02-01 goes back to a date',
    [...SP, '--reach', 'since:2026-02-01'],
    [BEFORE, NOW, STRENGTH, EXISTS],
  ],
  [
    '--versions standing leaves out what was replaced',
    [...SP, '--versions', 'standing'],
    [OLD, JANUARY, NOW, STRENGTH, EXISTS],
  ],
  [
    '--versions all shows it below D4 too',
    [...SP, '--depth', 'D3', '--versions', 'all'],
    [JANUARY, BEFORE, NOW, STRENGTH, EXISTS],
  ],
  ['--facts-only leaves out assessments', [...SP, '--facts-only'], [OLD, JANUARY, BEFORE, NOW]],
  [
    '--opt-out leaves out sections, by name or number',
    [...SP, '--opt-out', 'employment', '--opt-out', '8'],
    [OLD, JANUARY, EXISTS],
  ],
  [
    '--section-depth is that of its section alone',
    [...SP, '--depth', 'D1', '--section-depth', '21=D4'],
    [OLD, JANUARY, NOW, STRENGTH],
  ],
  [
    '--at judges by what was past then',
    ['--recipient', 'SP', '--at', '2026-02-01', '--depth', 'D2'],
    [NOW, STRENGTH, EXISTS, 'incidents exists'],
  ],
  ['--purpose is that of the flow', [...SP, '--purpose', 'oversight'], []],
  ['--practitioner is the role: without one, nothing for a clinician', PP, [NOW, STRENGTH]],
  [
    '--practitioner psychologist is of the care team',
    [...PP, '--practitioner', 'psychologist'],
    [NOW, STRENGTH, CLINICAL],
  ],
  [
    '--requested opens what a granted request names',
    ['--recipient', 'SN', '--purpose', 'national-security', '--requested', '21'],
    [OLD, JANUARY],
  ],
]

/** Flags that name what is not there, and what is told. */
const WRONG: readonly (readonly [readonly string[], RegExp])[] = [
  [['--practitioner', 'psychologistt'], /--practitioner psychologistt: one of .* psychologist /],
  [['--purpose', 'disengagement'], /--purpose disengagement: one of .* disengagement-support /],
  [['--requested', 'gossip'], /--requested gossip: no such section/],
  [['--opt-out', '32'], /--opt-out 32: no such section/],
  [['--section-depth', 'employment'], /--section-depth employment: write SECTION=Dn/],
  [['--section-depth', 'employment=D7'], /--section-depth employment=D7: write SECTION=Dn, D0 to D4/],
  [['--reach', 'months:many'], /--reach months:many: say months:N, since: with measure-start, /],
  [['--reach', 'since:2026-13-45'], /--reach since:2026-13-45: say months:N/],
  [['--reach', 'lately'], /--reach lately: say months:N/],
  [['--versions', 'some'], /--versions some: one of standing all/],
  [['--native'], /--native needs --record and a --dialect that prints/],
]

const seenSchema = z.looseObject({
  items: z.array(z.looseObject({ section: z.string(), level: z.string(), value: z.unknown().optional() })),
})

/** The command in this process: what it printed, and the fault it ended with. */
async function see(...words: readonly string[]): Promise<{ readonly out: string; readonly fault?: CommandFailed }> {
  const lines: string[] = []
  const { log } = console
  console.log = (line: string) => void lines.push(line)
  try {
    const program = new Command().exitOverride()
    addSeeAsCommand(program)
    await program.parseAsync(['see-as', ...words], { from: 'user' })
    return { out: lines.join('\n') }
  } catch (fault) {
    if (!(fault instanceof CommandFailed)) throw fault
    return { out: lines.join('\n'), fault }
  } finally {
    console.log = log
  }
}

describe('see-as', () => {
  const folder = mkdtempSync(join(tmpdir(), 'passerelle-see-as-'))
  const file = (name: string, content: unknown): string => {
    writeFileSync(join(folder, name), JSON.stringify(content))
    return join(folder, name)
  }
  const france = ['--pack', 'france-prison-exit']
  const ofCase = file('case.json', CASE)
  after(() => rmSync(folder, { recursive: true, force: true }))

  for (const [title, flags, expected] of SHOWN)
    it(title, async () => {
      const { out, fault } = await see(...france, ...flags, '--json', ofCase)
      assert.equal(fault, undefined)
      const shown = seenSchema
        .parse(JSON.parse(out))
        .items.map(({ section, level, value }) => (level === 'existence' ? `${section} exists` : JSON.stringify(value)))
      assert.deepEqual(shown.toSorted(), expected.map(String).toSorted())
    })

  for (const [flags, says] of WRONG)
    it(`tells ${flags.join(' ')} apart from what policy withholds`, async () => {
      const { out, fault } = await see(...france, ...SP, ...flags, ofCase)
      assert.deepEqual([fault?.exitCode, out], [EXIT.usage, ''])
      assert.match(fault?.message ?? '', says)
    })

  it('tells a purpose of the file that the pack does not know', async () => {
    const { fault } = await see(...france, ...SP, file('other-purpose.json', { ...CASE, purpose: 'curiosity' }))
    assert.match(fault?.message ?? '', /the purpose curiosity: one of sentence-execution /)
  })

  it('knows the sections and roles of the pack that it is given, and --native prints the record again', async () => {
    const record = ['--dialect', 'hmpps-record', '--record', RECORD, file('alerts.json', ALERTS)]
    const police = ['--pack', 'uk-hmpps', '--recipient', 'full-access']
    assert.deepEqual(JSON.parse((await see(...police, '--native', ...record)).out), ALERTS)
    const without = await see(...police, '--native', '--opt-out', 'alert-ha', ...record)
    assert.deepEqual([without.fault, without.out.includes('agreed')], [undefined, false])
    // A pack that lists no roles asks for none: any will do.
    const any = await see(...police, '--native', '--practitioner', 'psychologist', ...record)
    assert.deepEqual(JSON.parse(any.out), ALERTS)
  })
})
