/** A machine's clock that a test moves while a program runs on it: what the program reads by Date.now is ahead by what a file says. */
import { writeFileSync } from 'node:fs'

export interface MovedClock {
  /** As that machine, and whoever keeps the same time, reads it now. */
  readonly now: () => number
  /** Sets it ahead of the true time by so much, forwards or back. */
  readonly setAhead: (ms: number) => void
  /** For the environment of the program, which may read that folder. */
  readonly settings: Readonly<Record<'NODE_OPTIONS', string>>
}

/** The file lies where the program may read. */
export function openMovedClock(file: string): MovedClock {
  let ahead = 0
  const setAhead = (ms: number): void => {
    ahead = ms
    writeFileSync(file, String(ms))
  }
  setAhead(0)
  return {
    now: () => Date.now() + ahead,
    setAhead,
    settings: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(programFor(file))}` },
  }
}

const programFor = (file: string): string => `
import { readFileSync } from 'node:fs'
const now = Date.now.bind(Date)
let ahead = 0
const look = () => { try { ahead = Number(readFileSync(${JSON.stringify(file)}, 'utf8')) } catch { } }
look()
setInterval(look, 20).unref()
Date.now = () => now() + ahead
`
