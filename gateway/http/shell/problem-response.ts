/** The one place where a problem becomes a status and an application/problem+json body (RFC 9457). */
import type { Response } from 'express'
import { PROBLEMS, isRetryable } from '#gateway/core/problem.ts'
import type { Problem, ProblemCode, ProblemPlace } from '#gateway/core/problem.ts'
import { textOf } from './problem-texts.ts'
import type { Language } from './problem-texts.ts'

/** This one occurrence: who asked in which language, under which id, and what the answer adds. */
export interface Occurrence {
  readonly requestId: string
  readonly language: Language
  /** Instead of the usual wait of a retryable problem. */
  readonly retryAfterSeconds?: number
}

export interface ProblemDocument {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly instance: string
  readonly code: ProblemCode
  readonly errors?: readonly ProblemPlace[]
  readonly retryable: boolean
}

export const PROBLEM_MEDIA_TYPE = 'application/problem+json'
const RETRY_AFTER_SECONDS = 10

/** The body of a problem. `type` is a relative reference to the page about it. */
export function problemDocument({ code, errors }: Problem, { requestId, language }: Occurrence): ProblemDocument {
  return {
    type: `/problems/${code}`,
    ...textOf(code, language),
    status: PROBLEMS[code].status,
    instance: `urn:uuid:${requestId}`,
    code,
    ...(errors === undefined ? {} : { errors }),
    retryable: isRetryable(code),
  }
}

function problemHeaders(
  { code }: Problem,
  { requestId, language, retryAfterSeconds }: Occurrence,
): Readonly<Record<string, string>> {
  return {
    'Content-Type': PROBLEM_MEDIA_TYPE,
    'Content-Language': language,
    'Cache-Control': 'no-store',
    'Request-Id': requestId,
    ...(isRetryable(code) ? { 'Retry-After': String(retryAfterSeconds ?? RETRY_AFTER_SECONDS) } : {}),
    // RFC 9110 §15.5.2.
    ...(code === 'mandate-unproven' ? { 'WWW-Authenticate': 'Bearer' } : {}),
  }
}

/** Answers with a problem; where an answer has begun already, the connection ends instead. */
export function sendProblem(response: Response, problem: Problem, occurrence: Occurrence): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  response.status(PROBLEMS[problem.code].status)
  // Not `set`, which would add a charset that these types do not have (RFC 8259 §11).
  response.setHeaders(new Map(Object.entries({ ...problemHeaders(problem, occurrence), Vary: 'Accept-Language' })))
  response.end(JSON.stringify(problemDocument(problem, occurrence)))
}

/** A whole HTTP/1.1 response for a request that never became one; the connection closes after it. */
export function problemMessage(problem: Problem, occurrence: Occurrence): string {
  const body = JSON.stringify(problemDocument(problem, occurrence))
  const headers = {
    ...problemHeaders(problem, occurrence),
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  }
  const { status } = PROBLEMS[problem.code]
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return [`HTTP/1.1 ${status} ${REASONS[status] ?? 'Error'}`, ...lines, '', body].join('\r\n')
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  413: 'Content Too Large',
  431: 'Request Header Fields Too Large',
}
