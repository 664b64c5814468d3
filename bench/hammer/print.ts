/** A report as lines for a terminal. */
import type { HammerReport } from './run.ts'

const pairs = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, total]) => `${name} ${total}`)
    .join(', ') || 'none'

const MOST_SHOWN = 20

export const linesOf = (report: HammerReport): readonly string[] =>
  [
    `${report.deployment}, seed ${report.seed}: ${report.seconds} s under fire, ${report.drainSeconds} s to drain`,
    `faults: ${pairs(report.faultsMade)}`,
    `submissions: ${report.submissions} with a receipt that verified (${report.perSecond} a second), ${report.retries} calls made again for want of an answer`,
    `  ${pairs(report.byKind)}`,
    `deliveries: ${report.deliveries} stored, ${report.opened} opened with receipt and signature, ${report.acknowledged} acknowledged; ${report.choices} choices, ${report.pullUps} pull-ups`,
    `to the receipt: p50 ${report.accepted.p50Ms} ms, p99 ${report.accepted.p99Ms} ms; to the opened delivery: p50 ${report.delivered.p50Ms} ms, p99 ${report.delivered.p99Ms} ms`,
    `refused: ${pairs(report.refused)}`,
    `check audit: ${report.audit}`,
    ...(report.discrepancies.length === 0
      ? ['nothing lost, nothing twice, all counts add up']
      : [
          `DOES NOT ADD UP (${report.discrepancies.length}):`,
          ...report.discrepancies.slice(0, MOST_SHOWN).map((line) => `  ${line}`),
        ]),
  ].map((line) => `${line}\n`)
