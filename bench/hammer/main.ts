/**
 * `npm run hammer`: everybody at work on real gateways that are being killed, and an account at the end. `--minutes N` (1) or
 * `--seconds N`, `--deployment embedded|replicas` (embedded), `--seed S`, `--pace MS` between messages of one agency, `--json`.
 */
import { parseArgs } from 'node:util'
import { machine } from '#bench/machine.ts'
import { DEPLOYMENTS, missingFor } from './deployment.ts'
import { linesOf } from './print.ts'
import { hammer } from './run.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    seconds: { type: 'string' },
    deployment: { type: 'string', default: 'embedded' },
    seed: { type: 'string', default: '1' },
    pace: { type: 'string', default: '1000' },
    json: { type: 'boolean', default: false },
  },
})

try {
  await main()
} catch (error) {
  for (const message of messagesOf(error)) process.stderr.write(`hammer: ${message}\n`)
  process.exit(4)
}

async function main(): Promise<void> {
  const seconds = values.seconds === undefined ? 60 * Number(values.minutes ?? 1) : Number(values.seconds)
  const [seed, paceMs] = [Number(values.seed), Number(values.pace)]
  const deployment = DEPLOYMENTS.find((name) => name === values.deployment)
  if (!(seconds > 0) || !Number.isInteger(seed) || !(paceMs > 0) || deployment === undefined) {
    process.stderr.write(
      `hammer: --minutes and --pace take a number above 0, --seed a whole one, --deployment ${DEPLOYMENTS.join(' or ')}\n`,
    )
    process.exit(2)
  }
  const missing = missingFor(deployment)
  if (missing !== undefined) {
    process.stderr.write(`hammer: ${missing}; nothing was hammered\n`)
    process.exit(3)
  }
  const { report } = await hammer({
    deployment,
    seconds,
    seed,
    paceMs,
    progress: (line) => process.stderr.write(`hammer: ${line}\n`),
  })
  process.stdout.write(
    values.json ? `${JSON.stringify({ ...report, machine: machine() }, null, 2)}\n` : linesOf(report).join(''),
  )
  process.exit(report.discrepancies.length === 0 ? 0 : 1)
}

/** What went wrong, and what went wrong before it where cleaning up failed too. */
function messagesOf(error: unknown): readonly string[] {
  if (error instanceof SuppressedError) return [...messagesOf(error.suppressed), ...messagesOf(error.error)]
  return [error instanceof Error ? (error.stack ?? error.message) : String(error)]
}
