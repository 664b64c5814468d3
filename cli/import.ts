/** `import`: the register of an agency, case by case, signed and sent; killed and begun again, it goes on where it was. */
import { writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { JournalRefused, openImportJournal } from '#adapters/agency-kit/import-journal.ts'
import type { ImportJournal } from '#adapters/agency-kit/import-journal.ts'
import { createPace } from '#adapters/agency-kit/import-pace.ts'
import { importRows } from '#adapters/agency-kit/import-rows.ts'
import type { ImportRow } from '#adapters/agency-kit/import-rows.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { wholeNumber } from './files.ts'
import { KNOWN_MAPPINGS } from './mapped-file.ts'
import { addMemberOptions, memberOf, reaching } from './member-options.ts'
import type { Identity, MemberFlags } from './member-options.ts'
import { print, progress } from './output.ts'
import { openRegister } from './register-file.ts'
import type { Register, RegisterRow } from './register-file.ts'
import { payloadOf } from './send.ts'

interface ImportFlags extends MemberFlags {
  readonly mapping?: string
  readonly kind?: string
  readonly purpose?: string
  readonly basis?: string
  readonly to?: readonly string[]
  readonly journal?: string
  readonly concurrency: string
  readonly rate?: string
  readonly patience: string
}

export function addImportCommand(program: Command): void {
  addMemberOptions(program.command('import'))
    .description('send the register of an agency case by case; begun again, it goes on where it was')
    .argument('<file>', 'a case summary a line (JSON Lines), or any file with --mapping')
    .option('--as <organisation>', 'the sending organisation (or PASSERELLE_AS)')
    .option('--mapping <mapping>', `put the file through a mapping file: ${KNOWN_MAPPINGS}`)
    .option('--kind <kind>', 'kind of message, where a row says none')
    .option('--purpose <purpose>', 'purpose, where a row says none')
    .option('--basis <id>', 'legal basis, where a row says none')
    .option('--to <organisation...>', 'only to these organisations')
    .option('--journal <file>', 'what is known of the import; default: the file’s name with .journal')
    .option('--concurrency <n>', 'rows under way at once', '8')
    .option('--rate <n>', 'most rows in a second; default: as the gateway’s quota allows')
    .option('--patience <minutes>', 'for how long the gateway may be away', '10')
    .addHelpText(
      'after',
      '\nExample:\n  passerelle import register.jsonl --home ./demo/network --as prison-paris --rate 50',
    )
    .action(importFile)
}

const MINUTE_MS = 60_000
const PROGRESS_MS = 2_000

async function importFile(file: string, flags: ImportFlags): Promise<void> {
  const concurrency = wholeNumber('--concurrency', flags.concurrency)
  const perSecond = flags.rate === undefined ? undefined : wholeNumber('--rate', flags.rate)
  const patienceMs = wholeNumber('--patience', flags.patience) * MINUTE_MS
  const register = await openRegister(file, flags.mapping, Date.now())
  const { member, identity } = await memberOf(flags)
  using sender = member
  const path = flags.journal ?? `${file}.journal`
  await using journal = await openJournal(path, { digest: register.digest, as: identity.organisation })
  const told = openProgress(journal, register.total)
  try {
    await reaching(() =>
      importRows({
        rows: messagesOf(register, flags, identity),
        journal,
        send: (payload) => sender.send(payload),
        pace: createPace({ clock: Date.now, sleep: (ms) => sleep(ms), perSecond, reserve: 2 * concurrency }),
        clock: Date.now,
        concurrency,
        patienceMs,
        onEnded: told.ended,
      }),
    )
  } finally {
    told.stop()
  }
  await report(file, path, { journal, json: flags.json })
}

const openJournal = (...of: Parameters<typeof openImportJournal>): Promise<ImportJournal> =>
  openImportJournal(...of).catch((cause: unknown) => {
    throw cause instanceof JournalRefused ? new CommandFailed(cause.message, EXIT.found) : cause
  })

async function* messagesOf({ rows }: Register, flags: ImportFlags, identity: Identity): AsyncGenerator<ImportRow> {
  for await (const row of rows()) yield messageOf(row, flags, identity)
}

/** Without id and date: those are the import's to give, except an id that the row has. */
function messageOf(row: RegisterRow, flags: ImportFlags, identity: Identity): ImportRow {
  if (row.kind === 'bad') return row
  const { number, caseId, summary } = row
  const { jti, iat: _, ...payload } = payloadOf(summary, flags, identity)
  return { number, kind: 'case', caseId, payload: summary.rest['jti'] === undefined ? payload : { ...payload, jti } }
}

/** `1200/100000 (1 %), 41 a second, 40 min left, 3 refused`: a line every two seconds, of which a terminal shows the last. */
function openProgress(
  journal: ImportJournal,
  total: number,
): { readonly ended: () => void; readonly stop: () => void } {
  const startedAt = performance.now()
  let own = 0
  const line = (): void => {
    const { taken, before, refused } = journal.counts()
    const done = taken + before + refused
    const perSecond = own / Math.max(0.001, (performance.now() - startedAt) / 1000)
    const left = perSecond === 0 ? '' : `, ${lasting((total - done) / perSecond)} left`
    progress(
      `${done}/${total} (${Math.floor((100 * done) / Math.max(1, total))} %), ${perSecond.toFixed(1)} a second${left}, ${refused} refused`,
    )
  }
  const timer = setInterval(line, PROGRESS_MS)
  return {
    ended: () => {
      own += 1
    },
    stop: () => {
      clearInterval(timer)
      line()
    },
  }
}

const lasting = (seconds: number): string =>
  seconds < 90
    ? `${Math.ceil(seconds)} s`
    : seconds < 5400
      ? `${Math.ceil(seconds / 60)} min`
      : `${(seconds / 3600).toFixed(1)} h`

/** What was refused, by number and code, beside the journal. */
async function report(
  file: string,
  path: string,
  { journal, json }: { readonly journal: ImportJournal; readonly json: boolean },
): Promise<void> {
  const counts = journal.counts()
  const refused = journal.refused()
  const place = `${path}.refused.csv`
  if (refused.length > 0)
    await writeFile(place, `row,code\n${refused.map(({ row, code }) => `${row},${code}\n`).join('')}`, { mode: 0o600 })
  print(json, { ...counts, ...(refused.length === 0 ? {} : { report: place }) }, () => [
    `${counts.taken} taken, ${counts.before} taken before, ${counts.refused} refused`,
    ...codesOf(refused).map(([code, count]) => `  ${code}: ${count}`),
  ])
  if (refused.length > 0)
    throw new CommandFailed(`${file}: ${refused.length} rows were refused; ${place} names them`, EXIT.found)
}

function codesOf(refused: readonly { readonly code: string }[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>()
  for (const { code } of refused) counts.set(code, (counts.get(code) ?? 0) + 1)
  return [...counts].toSorted(([, one], [, other]) => other - one)
}
