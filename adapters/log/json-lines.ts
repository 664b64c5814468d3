/** Log to a stream, one JSON object a line (pino). Fields are ids, codes and numbers; nothing here can carry an item. */
import { pino } from 'pino'
import type { DestinationStream } from 'pino'
import type { Log, LogFields } from '#gateway/ports/log.ts'

export type LogLevel = 'info' | 'warn' | 'error' | 'silent'

/** Alarms are written at `error`, with `alarm: true`, for an operator's rule to catch. */
export function openJsonLog(level: LogLevel, destination: DestinationStream): Log {
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination)
  return {
    info: (event, fields) => logger.info(known(fields), event),
    warn: (event, fields) => logger.warn(known(fields), event),
    alarm: (event, fields) => logger.error({ ...known(fields), alarm: true }, event),
  }
}

/** Scalars only, and short: a text longer than an id does not belong in a log. */
const known = (fields: LogFields = {}): LogFields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' && value.length > MAX_FIELD_CHARS ? `${value.slice(0, MAX_FIELD_CHARS)}…` : value,
    ]),
  )

const MAX_FIELD_CHARS = 200
