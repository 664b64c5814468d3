/** The query of a URL read strictly: every parameter known, none twice, and its value within its schema. */
import type { z } from 'zod'
import { fail, ok } from '#gateway/core/problem.ts'
import type { ProblemPlace, Result } from '#gateway/core/problem.ts'

/** Parameters that the schema names, as it reads them; problem `request-malformed` without an unknown name or a value in it. */
export function readQuery<Shape extends z.ZodRawShape>(
  url: string,
  schema: z.ZodObject<Shape>,
): Result<z.output<z.ZodObject<Shape>>> {
  const [, query = ''] = /\?(.*)$/s.exec(url) ?? []
  const given = [...new URLSearchParams(query)]
  const names = Object.keys(schema.shape)
  if (given.some(([name]) => !names.includes(name)))
    return malformed([{ pointer: '/query', code: 'parameter-unknown' }])
  const repeated = names.filter((name) => given.filter(([other]) => other === name).length > 1)
  if (repeated.length > 0) return malformed(repeated.map((name) => ({ pointer: `/query/${name}`, code: 'repeated' })))
  const parsed = schema.safeParse(Object.fromEntries(given))
  if (parsed.success) return ok(parsed.data)
  return malformed(
    parsed.error.issues.map((issue) => ({ pointer: `/query/${issue.path.map(String).join('/')}`, code: issue.code })),
  )
}

const malformed = (places: readonly ProblemPlace[]): Result<never> => fail('request-malformed', places)
