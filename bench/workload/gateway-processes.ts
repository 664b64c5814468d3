/** What the processes of a deployment have used so far, as Linux counts it. */
import { readFileSync } from 'node:fs'
import type { Replicas } from '#test/support/replicas.ts'

/** Of a second; the same on every Linux that Node runs on. */
const TICKS = 100

/** The most memory that all gateways together have held so far, MB. */
export const memoryOf = ({ all }: Replicas): number =>
  all.reduce((sum, { processId }) => {
    const status = readFileSync(`/proc/${String(processId())}/status`, 'utf8')
    return sum + Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024
  }, 0)

/** CPU time of all threads of all gateways so far, ms. */
export const cpuOf = ({ all }: Replicas): number =>
  all.reduce((sum, { processId }) => {
    const stat = readFileSync(`/proc/${String(processId())}/stat`, 'utf8')
    // After the name in brackets, which may hold spaces: state is the third field, user and system time the fourteenth and fifteenth.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return sum + ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS
  }, 0)
