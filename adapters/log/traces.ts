/** Tracer over the OpenTelemetry API: silent, and nearly free, until the operator registers an SDK in the process. */
import { SpanStatusCode, trace } from '@opentelemetry/api'
import type { LogFields, Tracer } from '#gateway/ports/log.ts'

/** Spans are named `passerelle.…`, and what they are told `passerelle.…` too: codes, kinds and numbers. */
export function openTraces(): Tracer {
  const tracer = trace.getTracer('passerelle')
  return {
    span: (name, fields, work) =>
      tracer.startActiveSpan(`passerelle.${name}`, { attributes: named(fields) }, async (span) => {
        try {
          return await work((told) => span.setAttributes(named(told)))
        } catch (thrown) {
          // Never its message: what is thrown may say what it was working on.
          span.setStatus({ code: SpanStatusCode.ERROR, message: thrown instanceof Error ? thrown.name : 'thrown' })
          throw thrown
        } finally {
          span.end()
        }
      }),
  }
}

const named = (fields: LogFields): LogFields =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [`passerelle.${name}`, value]))
