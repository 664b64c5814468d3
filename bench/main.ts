/**
 * `npm run bench`: all rows in one run. `--only NAME` one section, `--rounds N` how many rounds (5), `--quick` a smoke run, `--json`
 * the record on standard output, `--no-record` writes no file.
 */
import { parseArgs } from 'node:util'
import { machine } from './machine.ts'
import type { Plan, Row, Section } from './measure.ts'
import { recordOf, saveRun, tableOf } from './report.ts'
import { agreementSection } from './rows/agreement.ts'
import { cryptoSection } from './rows/crypto.ts'
import { durableSection } from './rows/durable.ts'
import { enginesSection } from './rows/engines.ts'
import { httpSection } from './rows/http.ts'
import { inferenceSection } from './rows/inference.ts'
import { pagesSection } from './rows/pages.ts'
import { policySection } from './rows/policy.ts'
import { postgresSection } from './rows/postgres.ts'
import { projectionsSection } from './rows/projections.ts'
import { recallSection } from './rows/recall.ts'
import { replaySection } from './rows/replay.ts'
import { scaleSection } from './rows/scale.ts'
import { sdJwtSection } from './rows/sd-jwt.ts'
import { millionCasesSection, storedCasesSection } from './rows/stored-cases.ts'
import { logSection } from './rows/log.ts'
import { vaultSection } from './rows/vault.ts'
import { walkSection } from './rows/walk.ts'

const SECTIONS: readonly Section[] = [
  policySection,
  enginesSection,
  agreementSection,
  cryptoSection,
  sdJwtSection,
  projectionsSection,
  httpSection,
  durableSection,
  postgresSection,
  logSection,
  vaultSection,
  walkSection,
  recallSection,
  inferenceSection,
  storedCasesSection,
  millionCasesSection,
  scaleSection,
  replaySection,
  pagesSection,
]

/** Many minutes each: measured where they are asked for by name. */
const LONG: ReadonlySet<Section> = new Set([
  inferenceSection,
  scaleSection,
  millionCasesSection,
  replaySection,
  pagesSection,
])

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    'no-record': { type: 'boolean', default: false },
    only: { type: 'string' },
    rounds: { type: 'string' },
  },
})

await main()

async function main(): Promise<void> {
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 5))
  const chosen = SECTIONS.filter((section) =>
    values.only === undefined ? isOfWhole(section) : section.name === values.only,
  )
  if (!Number.isInteger(rounds) || rounds < 1 || chosen.length === 0) {
    const names = SECTIONS.map(({ name }) => `'${name}'`).join(', ')
    process.stderr.write(`bench: --rounds takes a whole number from 1, --only one of ${names}\n`)
    process.exitCode = 2
    return
  }
  await measure(chosen, { rounds, isQuick: values.quick })
}

/** A smoke run has inference too, which is long only where it is measured in earnest. */
function isOfWhole(section: Section): boolean {
  return !LONG.has(section) || (values.quick && section === inferenceSection)
}

async function measure(chosen: readonly Section[], plan: Plan): Promise<void> {
  const start = performance.now()
  const at = new Date().toISOString()
  const rows: Row[] = []
  for (const section of chosen) {
    process.stderr.write(`bench: ${section.name} …\n`)
    rows.push(...(await section.measure(plan)))
  }
  const run = { at, seconds: Math.round((performance.now() - start) / 1000), plan, machine: machine(), rows }
  process.stdout.write(
    values.json ? recordOf(run) : `${tableOf(rows)}\n\n${JSON.stringify(run.machine)}, ${run.seconds} s\n`,
  )
  // A part of a run, or a quick one, is nothing to compare with.
  if (!values['no-record'] && !plan.isQuick && values.only === undefined)
    process.stderr.write(`bench: recorded in ${saveRun(run)}\n`)
}
