/** Where what came does not fit, told without what came: JSON Pointers and kinds of fault. */
import type { z } from 'zod'
import type { ProblemPlace } from './problem.ts'

/** The most faults that one answer tells of. */
export const MAX_PLACES = 50

/** Where a schema was not met, as JSON Pointers with the kind of fault. */
export const placesOf = (error: z.ZodError): readonly ProblemPlace[] =>
  error.issues.slice(0, MAX_PLACES).map((issue) => ({
    pointer: `/${issue.path.map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`.replace(
      /^\/$/,
      '',
    ),
    code: issue.code === 'unrecognized_keys' ? 'member-unknown' : issue.code,
    ...('expected' in issue && typeof issue.expected === 'string' ? { expected: issue.expected } : {}),
  }))
