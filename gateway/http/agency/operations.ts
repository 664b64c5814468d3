/** Every operation of the agency door, in the order in which paths are tried: the one table of routes and document. */
import { CHOICES } from './choices.ts'
import { DELIVERIES } from './deliveries.ts'
import { describeOperations } from './openapi.ts'
import { EST } from './est.ts'
import { JOINING } from './joining.ts'
import { LOG } from './log.ts'
import type { Operation } from './operation.ts'
import { published } from './published.ts'
import { RELEASES } from './release.ts'
import { SUBMISSIONS } from './submissions.ts'

/** Made when it is first asked for, and then kept: it never changes. */
let described: ReturnType<typeof describeOperations> | undefined

export const OPERATIONS: readonly Operation[] = [
  ...SUBMISSIONS,
  ...RELEASES,
  ...DELIVERIES,
  ...CHOICES,
  ...EST,
  ...LOG,
  ...JOINING,
  ...published(() => (described ??= describeOperations(OPERATIONS))),
]
