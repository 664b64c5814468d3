/** What ends an errand early inside this folder, and how it becomes the outcome that the port speaks of. */
import type { CarryFault, CarryOutcome } from '#gateway/ports/courier.ts'

/** Never leaves this folder. Its message is its code: nothing of what the other side said is kept. */
export class CourierFault extends Error {
  readonly fault: CarryFault
  constructor(fault: CarryFault, cause?: unknown) {
    super(fault, { cause })
    this.fault = fault
  }
}

/** Thrown by what the gateway itself does meanwhile: not the recipient's fault, and passed on as it is. */
export class OwnFault extends Error {}

/** The errand, with its faults as an outcome; one that outlives its signal has timed out, whatever it says. */
export async function outcomeOf(signal: AbortSignal, work: () => Promise<CarryOutcome>): Promise<CarryOutcome> {
  try {
    // Whatever hangs, a file system too, its place is given back in time.
    return await within(signal, work())
  } catch (cause) {
    if (cause instanceof OwnFault) throw cause
    if (signal.aborted) return { kind: 'failed', fault: 'timed-out' }
    return { kind: 'failed', fault: cause instanceof CourierFault ? cause.fault : 'failed' }
  }
}

/** Rejects when the signal ends, whatever the work does; what it brings later is thrown away by `discard`. */
export function within<T>(signal: AbortSignal, work: Promise<T>, discard: (late: T) => void = () => {}): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      reject(new CourierFault('timed-out'))
      work.then(discard).catch(() => {})
    }
    if (signal.aborted) return end()
    signal.addEventListener('abort', end, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', end))
  })
}

/** The code of an error of Node; empty where it has none. */
export const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
