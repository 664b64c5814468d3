/** What a Result came to, as one word: `ok` or the code of its problem. */
import type { Result } from '#gateway/core/problem.ts'

export const codeOf = (result: Result<unknown>): string => (result.ok ? 'ok' : result.problem.code)
