/** `map check` and `map try`: what is wrong with a mapping file, and what it makes of a file of another system. Nothing is sent. */
import type { Command } from 'commander'
import { openMapping } from '#adapters/dialects/configured/mapping-folder.ts'
import { openMappingProcess } from '#adapters/dialects/configured/mapping-process.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { addMapTerms } from './map-terms.ts'
import { badLine, faultLine, KNOWN_MAPPINGS, readMapped } from './mapped-file.ts'
import type { Mapped, MappedRecord } from './mapped-file.ts'
import { print, table } from './output.ts'

interface MapFlags {
  readonly json: boolean
}

export function addMapCommand(program: Command): void {
  const map = program.command('map').description('check and try mapping files, by which any agency system can join')
  map
    .command('check')
    .description('tell every fault of a mapping file, with its place')
    .argument('<mapping>', KNOWN_MAPPINGS)
    .option('--json', 'print JSON', false)
    .addHelpText('after', '\nExample:\n  passerelle map check docs/examples/visits-mapping.json')
    .action(check)
  map
    .command('try')
    .description('put a file through a mapping: items by section, what is lost, bad rows; nothing is sent')
    .argument('<mapping>', KNOWN_MAPPINGS)
    .argument('<file>', 'file of the other system; - for standard input')
    .option('--json', 'print JSON', false)
    .addHelpText('after', '\nExample:\n  passerelle map try docs/examples/visits-mapping.json docs/examples/visits.csv')
    .action(tryOut)
  addMapTerms(map)
}

async function check(nameOrPath: string, { json }: MapFlags): Promise<void> {
  await using child = openMappingProcess()
  const opened = await openMapping(nameOrPath, child)
  const faults = opened.ok ? [] : opened.faults
  const about = opened.ok
    ? { id: opened.mapping.file.id, version: opened.mapping.file.version, digest: opened.mapping.digest }
    : undefined
  print(json, { ...about, faults }, () =>
    about === undefined
      ? faults.map(faultLine)
      : [`${about.id} version ${about.version}: no fault`, `digest ${about.digest}`],
  )
  if (faults.length > 0) throw new CommandFailed(`${nameOrPath}: ${faults.length} faults`, EXIT.found)
}

async function tryOut(nameOrPath: string, file: string, { json }: MapFlags): Promise<void> {
  const mapped = await readMapped(file, nameOrPath, Date.now())
  print(json, jsonOf(mapped), () => linesOf(mapped))
  if (mapped.bad.length > 0)
    throw new CommandFailed(
      `${file}: ${mapped.bad.length} of ${mapped.bad.length + mapped.records.length} records are left out`,
      EXIT.found,
    )
}

const jsonOf = ({ mapping, records, bad, unmapped, unlisted, documentId, digest }: Mapped): unknown => ({
  mapping: { id: mapping.file.id, version: mapping.file.version, digest: mapping.digest },
  file: { digest, ...(documentId === undefined ? {} : { documentId }) },
  records,
  bad,
  unmapped,
  unlisted,
})

const MOST_RECORDS = 20

function linesOf({ mapping, records, bad, unmapped, unlisted }: Mapped): readonly string[] {
  const more = records.length - MOST_RECORDS
  return [
    `${mapping.file.id} version ${mapping.file.version}: ${records.length} records mapped, ${bad.length} left out`,
    ...records.slice(0, MOST_RECORDS).flatMap((record) => recordLines(mapping.file, record)),
    ...(more > 0 ? ['', `and ${more} records more, which --json prints`] : []),
    ...listed('Records left out:', bad.map(badLine)),
    ...listed('Lost: outside the records, and mapped by no row:', [
      ...unmapped,
      ...(unlisted > 0 ? [`and ${unlisted} more`] : []),
    ]),
  ]
}

function recordLines({ caseReference }: Mapped['mapping']['file'], record: MappedRecord): readonly string[] {
  const at = record.line === undefined ? '' : ` (line ${record.line})`
  const none = caseReference === undefined ? '' : ', no case reference where the mapping looks for it'
  const name = record.caseReference === undefined ? none : `, case ${safe(record.caseReference)}`
  const rows = record.items
    .toSorted((a, b) => (a.section < b.section ? -1 : a.section > b.section ? 1 : 0))
    .map((item) => [`  ${item.section}`, item.term, safe(valueText(item.value)), markText(item)])
  return [
    '',
    `record ${record.number}${at}${name}`,
    ...table([['  SECTION', 'TERM', 'VALUE', 'MARKED'], ...rows]),
    ...listed('  Lost: mapped by no row:', record.unmapped),
    ...listed('  Changed on the way, by an expression or a code list:', record.changed),
    ...listed('  Left out on purpose:', record.leftOut),
  ]
}

const listed = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [title, ...lines.map((line) => `    ${line}`)]

const valueText = (value: unknown): string =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value)

/** Labels that limit who may have the item, as one word each. */
const markText = (item: MappedRecord['items'][number]): string =>
  [
    ...(item.receivedInConfidence ? ['in-confidence'] : []),
    ...(item.secrecyRegime === 'none' ? [] : [item.secrecyRegime]),
    ...(item.classification === 'non-protege' ? [] : [item.classification]),
    ...(item.tlp === undefined ? [] : [item.tlp]),
    ...item.handling,
    ...item.conditions,
  ].join(' ')

const MOST_CHARS = 80

/** Text of another system on a terminal: control characters would act there, so each is shown as a dot. */
const safe = (text: string): string => {
  const shown = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '·')
  return shown.length > MOST_CHARS ? `${shown.slice(0, MOST_CHARS)}…` : shown
}
