/** `map`, and mappings in `see-as` and `send`: what is told, what is kept on the sender's side, and labels that redact. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { EXIT } from '#cli/exit-codes.ts'
import { noteSent, recognise, repeatedLine } from '#cli/sent-documents.ts'
import { SECTION_IDS } from '#gateway/core/vocabulary/section.ts'
import { run } from '#test/architecture/run-command.ts'
import { ROOT } from '#test/architecture/tracked-files.ts'
import { fixtureJson, fixturesDir, needsFixtures } from '#test/support/fixtures.ts'

const MAPPING = join(ROOT, 'docs/examples/visits-mapping.json')
const VISITS = join(ROOT, 'docs/examples/visits.csv')

describe('map', function () {
  this.timeout(120_000)
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'passerelle-map-'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))
  const file = (name: string, text: string | Uint8Array): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }

  it('check tells every fault on standard output, how many on standard error, and exits with 1', async () => {
    const faulty = readFileSync(MAPPING, 'utf8')
      .replace('"term": "address"', '"term": "nowhere"')
      .replace('"list": "attendance"', '"list": "none"')
    const { exitCode, stdout, stderr } = await run(['map', 'check', file('faulty.json', faulty)])
    assert.equal(exitCode, EXIT.found)
    assert.equal(stdout.trim().split('\n').length, 2)
    assert.match(stderr, /^passerelle: [^\n]*2 faults\n$/)
  })

  it('terms tells the sections, the terms of one with the shape that a value is held to, and all of it as JSON', async () => {
    const sections = await run(['map', 'terms'])
    assert.deepEqual([sections.exitCode, sections.stdout.trim().split('\n').length], [EXIT.done, SECTION_IDS.length])
    const { stdout } = await run(['map', 'terms', 'identity'])
    assert.match(stdout, /^TERM +WHAT IT IS +ITS VALUE\n/)
    assert.match(stdout, /\nbirth-date +Date of birth +a day YYYY-MM-DD\n/)
    const told = JSON.parse((await run(['map', 'terms', '--json'])).stdout) as readonly { readonly term: string }[]
    assert.ok(told.length > 150 && told.some(({ term }) => term === 'birth-date'))
    const none = await run(['map', 'terms', 'nowhere'])
    assert.equal(none.exitCode, EXIT.usage)
    assert.match(none.stderr, /^passerelle: nowhere: no such section; there are identity, /)
  })

  it('try prints JSON with every record, and exits with 1 where one is left out', async () => {
    const { exitCode, stdout } = await run(['map', 'try', MAPPING, VISITS, '--json'])
    assert.equal(exitCode, EXIT.found)
    const told = JSON.parse(stdout) as { records: { number: number }[]; bad: { number: number; line: number }[] }
    assert.deepEqual(
      [told.records.map(({ number }) => number), told.bad.map(({ number, line }) => [number, line])],
      [[1, 2], [[3, 4]]],
    )
  })

  it('try shows control characters of a file as dots: nothing of it acts on the terminal', async () => {
    const text = readFileSync(VISITS, 'utf8').replace('Ariane Exemple', 'Ariane\u001B[31m\u202EExemple')
    const { stdout } = await run(['map', 'try', MAPPING, file('visits.csv', text)])
    assert.match(stdout, /Ariane·\[31m·Exemple/)
    assert.ok(!stdout.includes('\u001B') && !stdout.includes('\u202E'))
  })

  it('try says where a record has no case reference, be it that a slash in a name was taken for a step', async () => {
    const slashed = readFileSync(MAPPING, 'utf8').replace(
      '"caseReference": ["Dossier"]',
      '"caseReference": ["Dos/sier"]',
    )
    const { stdout } = await run(['map', 'try', file('slashed.json', slashed), VISITS])
    assert.match(stdout, /\nrecord 1 \(line 2\), no case reference where the mapping looks for it\n/)
  })

  it('H106 try refuses an archive by its content, whatever it is called', async () => {
    const { exitCode, stderr } = await run([
      'map',
      'try',
      MAPPING,
      file('visits.zip.csv', Buffer.from('PK\x03\x04\0\0', 'latin1')),
    ])
    assert.deepEqual([exitCode, /a ZIP archive or Office document, not CSV/.test(stderr)], [EXIT.found, true])
  })

  it('H109 reads no more than a mapping does of a file without end', async () => {
    const { exitCode, stderr } = await run(['map', 'try', MAPPING, '/dev/zero'])
    assert.deepEqual([exitCode, /more than 16777216 bytes/.test(stderr)], [EXIT.found, true])
  })

  it('see-as and send ask which record of several, and tell why one is left out', async () => {
    const see = ['see-as', '--pack', 'france-prison-exit', '--recipient', 'PS', '--mapping', MAPPING, VISITS]
    const [none, third, ninth] = await Promise.all([
      run(see),
      run([...see, '--record', '3']),
      run([...see, '--record', '9']),
    ])
    assert.match(none.stderr, /holds 3 records; choose one by its number with --record/)
    assert.match(third.stderr, /record 3 \(line 4\): \/2\/Né le: expected a day, found another text/)
    assert.match(ninth.stderr, /holds no record 9/)
    assert.deepEqual(
      [none, third, ninth].map(({ exitCode }) => exitCode),
      [EXIT.usage, EXIT.found, EXIT.usage],
    )
  })

  it('names no mapping that is not there, and not two readers at once', async () => {
    const [absent, both] = await Promise.all([
      run(['map', 'check', join(folder, 'absent.json')]),
      run(['see-as', '--pack', 'uk-hmpps', '--recipient', 'x', '--mapping', MAPPING, '--dialect', 'hmpps', VISITS]),
    ])
    assert.match(absent.stdout, /cannot be read/)
    assert.match(both.stderr, /--mapping and --dialect: one of the two/)
  })
})

describe('map and what is redacted', function () {
  this.timeout(120_000)
  needsFixtures()
  it('a label on one element of a FHIR resource removes that element, and no other, for those not bound by its secrecy', async () => {
    const path = join(fixturesDir(), 'fhir-ds4p/patient-inline-label.json')
    const folder = mkdtempSync(join(tmpdir(), 'passerelle-fhir-'))
    const plain = structuredClone(fixtureJson('fhir-ds4p/patient-inline-label.json')) as {
      identifier: { extension?: unknown }[]
    }
    delete plain.identifier[0]?.extension
    writeFileSync(join(folder, 'plain.json'), JSON.stringify(plain))
    const see = ['see-as', '--pack', 'france-prison-exit', '--recipient', 'JU', '--json', '--mapping', 'fhir-resource']
    const [labelled, unlabelled] = await Promise.all([run([...see, path]), run([...see, join(folder, 'plain.json')])])
    rmSync(folder, { recursive: true, force: true })
    assert.ok(!labelled.stdout.includes('111-22-3333') && unlabelled.stdout.includes('111-22-3333'))
    for (const { stdout } of [labelled, unlabelled]) assert.ok(stdout.includes('1234567') && stdout.includes('1956'))
  })

  it('a label that a consent justifies names that consent in the account of every item', async () => {
    const path = join(fixturesDir(), 'fhir-ds4p/observation-label-justified-by-consent.json')
    const { stdout } = await run(['map', 'try', 'fhir-resource', path])
    assert.match(stdout, /in-confidence medical consent-218304 fhir-confidentiality-r/)
  })
})

describe('what a member sent before', () => {
  const origin = { mapping: 'm', digest: 'a'.repeat(64), documentId: 'b'.repeat(64) }
  let home: string
  before(() => {
    home = mkdtempSync(join(tmpdir(), 'passerelle-sent-'))
  })
  after(() => rmSync(home, { recursive: true, force: true }))

  it('is recognised by its content, or by its number where the content is another, and by its own organisation alone', async () => {
    assert.deepEqual(await recognise(home, 'one', origin), { kind: 'new' })
    await noteSent(home, 'one', { origin, id: 'id-1' })
    assert.equal((await recognise(home, 'one', origin)).kind, 'same')
    assert.equal((await recognise(home, 'one', { ...origin, digest: 'c'.repeat(64) })).kind, 'changed')
    assert.equal((await recognise(home, 'one', { ...origin, mapping: 'other' })).kind, 'new')
    assert.equal((await recognise(home, 'two', origin)).kind, 'new')
  })

  it('is refused, unless it is to be sent again; another content under its number is told', async () => {
    const same = await recognise(home, 'one', origin)
    assert.throws(() => repeatedLine('f', same, false), /sent before, as id-1 on .*--again/)
    assert.match(repeatedLine('f', same, true) ?? '', /is sent again/)
    const changed = await recognise(home, 'one', { ...origin, digest: 'c'.repeat(64) })
    assert.match(repeatedLine('f', changed, false) ?? '', /with another content, as id-1/)
    assert.equal(repeatedLine('f', { kind: 'new' }, false), undefined)
  })

  it('is kept as digests, for its owner alone, and a broken line recognises nothing', async () => {
    const path = join(home, 'sent/one.jsonl')
    assert.equal(statSync(path).mode & 0o077, 0)
    assert.deepEqual(Object.keys(JSON.parse(readFileSync(path, 'utf8')) as object), [
      'mapping',
      'digest',
      'documentId',
      'id',
      'at',
    ])
    writeFileSync(join(home, 'sent/three.jsonl'), '{"mapping":"m"\nnull\n')
    assert.deepEqual(await recognise(home, 'three', origin), { kind: 'new' })
  })

  it('is recognised after a line that was cut off, and a register that cannot be read lets nothing pass as new', async () => {
    writeFileSync(join(home, 'sent/four.jsonl'), '{"mapping":"m","dig')
    await noteSent(home, 'four', { origin, id: 'id-4' })
    assert.equal((await recognise(home, 'four', origin)).kind, 'same')
    mkdirSync(join(home, 'sent/five.jsonl'))
    await assert.rejects(recognise(home, 'five', origin), /five\.jsonl: cannot be read \(EISDIR\)/)
  })
})
