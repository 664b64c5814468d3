/** The network between two machines as a test holds it: whole, black-holed, slow, or cut in the middle of what goes or of what comes. */
import { createConnection, createServer } from 'node:net'
import type { Socket } from 'node:net'
import { listening } from './couriers.ts'

/** `from-caller` and `to-caller`: the connection is cut after so many bytes in that direction, at random up to a parcel's size. */
export type LineManner = 'whole' | 'black-holed' | 'slow' | 'cut-from-caller' | 'cut-to-caller'

export interface BrokenLine extends AsyncDisposable {
  readonly port: number
  /** From now on, for connections that are open too. */
  readonly behave: (manner: LineManner) => void
  /** Connections that it has cut. */
  readonly cuts: () => number
}

const SLOW_BYTES = 700
const SLOW_EVERY_MS = 25
const MOST_BYTES_BEFORE_A_CUT = 8_000
const LOOK_EVERY_MS = 20

/** Listens on a free port of 127.0.0.1, and leads to that port of it. */
export async function openBrokenLine(target: number): Promise<BrokenLine> {
  let manner: LineManner = 'whole'
  let cuts = 0
  const server = createServer((caller) => {
    const called = createConnection(target, '127.0.0.1')
    const end = (): void => {
      caller.destroy()
      called.destroy()
    }
    for (const socket of [caller, called]) socket.on('error', end).once('close', end)
    const cutIn = (direction: LineManner) => {
      let left = 1 + Math.floor(Math.random() * MOST_BYTES_BEFORE_A_CUT)
      /** How many of these bytes still pass; undefined: all. */
      return (bytes: number): number | undefined => {
        if (manner !== direction) return undefined
        left -= bytes
        return left > 0 ? undefined : Math.max(0, bytes + left)
      }
    }
    const cut = (): void => {
      cuts += 1
      end()
    }
    carry({ from: caller, to: called, manner: () => manner, passing: cutIn('cut-from-caller'), cut })
    carry({ from: called, to: caller, manner: () => manner, passing: cutIn('cut-to-caller'), cut })
  })
  const opened = await listening(server)
  return {
    ...opened,
    behave: (next) => {
      manner = next
    },
    cuts: () => cuts,
  }
}

interface Direction {
  readonly from: Socket
  readonly to: Socket
  readonly manner: () => LineManner
  readonly passing: (bytes: number) => number | undefined
  readonly cut: () => void
}

/** What is in a black hole waits there, as TCP would send it again; it comes out when there is none any more. */
function carry({ from, to, manner, passing, cut }: Direction): void {
  const waiting: Buffer[] = []
  from.on('data', (chunk: Buffer) => waiting.push(chunk))
  const pass = (): void => {
    while (waiting.length > 0 && manner() !== 'black-holed') {
      const chunk = waiting.shift() ?? Buffer.alloc(0)
      const isSlow = manner() === 'slow' && chunk.length > SLOW_BYTES
      const now = isSlow ? chunk.subarray(0, SLOW_BYTES) : chunk
      if (isSlow) waiting.unshift(chunk.subarray(SLOW_BYTES))
      const most = passing(now.length)
      to.write(most === undefined ? now : now.subarray(0, most))
      if (most !== undefined) return cut()
      if (manner() === 'slow') return
    }
  }
  const timer = setInterval(pass, Math.min(SLOW_EVERY_MS, LOOK_EVERY_MS))
  from.on('data', () => manner() !== 'slow' && pass())
  from.once('close', () => clearInterval(timer))
}
