/** How long a process has been at work, as against how long it has been waited for. */
import { readFileSync } from 'node:fs'

/** USER_HZ: the unit of /proc/PID/stat, the same on every Linux (proc(5)). */
const TICK_MS = 10
/** After the name in brackets, which may hold spaces, `utime` is the twelfth field and `stime` the next. */
const UTIME = 11

/** Processor time of a process with all its threads, in ms; undefined where the system does not say, or may not be asked. */
export function processorMs(pid: number | undefined): number | undefined {
  if (pid === undefined) return undefined
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const ticks = Number(fields[UTIME]) + Number(fields[UTIME + 1])
    return Number.isFinite(ticks) ? ticks * TICK_MS : undefined
  } catch {
    return undefined
  }
}
