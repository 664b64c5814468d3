/** One span around a room, where somebody traces. */
import type { LogFields, Tracer } from '#gateway/ports/log.ts'

const UNHEARD = (): void => {}

export const traced = <T>(
  { trace }: { readonly trace?: Tracer },
  name: string,
  fields: LogFields,
  work: (tell: (fields: LogFields) => void) => Promise<T>,
): Promise<T> => (trace === undefined ? work(UNHEARD) : trace.span(name, fields, work))
