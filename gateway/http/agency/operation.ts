/** One operation of the agency door: what it takes, answers and refuses with. Routes and the OpenAPI document are both made from it. */
import { z } from 'zod'
import type { ProblemCode, Result } from '#gateway/core/problem.ts'
import type { Quota } from '#gateway/ports/quota.ts'
import type { Deps } from '#gateway/rooms/deps.ts'
import type { Reader } from '#gateway/rooms/own-delivery.ts'
import type { Preconditions } from './preconditions.ts'
import type { UsedOnce } from '#gateway/rooms/used-once.ts'
import type { Repeats } from './repeats.ts'

/** The leaf that TLS verified, as the Trust port takes it. */
export interface Peer {
  readonly raw: Uint8Array
  readonly serialNumber: string
}

/** What the agency door is given, beside what the rooms are. */
export interface AgencyDeps extends Deps {
  /** How many requests a member may make in a minute. Absent: as many as it likes. */
  readonly requestsPerMinute?: number
  /** Counts the requests of all replicas together. Absent: each counts for itself. */
  readonly quota?: Quota
}

/** The same, with what the door itself remembers. */
export interface DoorDeps extends AgencyDeps {
  /** Ids of mandate assertions that were used. */
  readonly spentIds: UsedOnce
  readonly repeats: Repeats
}

export interface Answer {
  readonly status: number
  readonly mediaType: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

export const jsonAnswer = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  mediaType: 'application/json',
  body: JSON.stringify(value),
  headers,
})

export interface AgencyRequest<Params, Query, Body> {
  readonly peer: Peer | undefined
  readonly reader: Reader
  readonly params: Params
  readonly query: Query
  readonly body: Body
  readonly bytes: Uint8Array
  /** A UUID in lower case where the operation asks for one, else ''. */
  readonly idempotencyKey: string
  readonly preconditions: Preconditions
}

/** What an operation answers when all is well. */
export interface AnswerText {
  readonly status: number
  readonly description: string
  readonly mediaType: string
  readonly schema: z.ZodType
  readonly example: unknown
  readonly headers?: readonly string[]
}

export interface BodyText<Body> {
  readonly mediaType: 'application/jose' | 'application/json' | 'application/pkcs10' | 'text/plain'
  readonly description: string
  /** Of the JSON; for application/jose a string. */
  readonly schema: z.ZodType<Body>
  readonly example: unknown
  /** Problem of a body that does not fit the schema. */
  readonly refusedWith: ProblemCode
}

export interface OperationText<Params extends z.ZodRawShape, Query extends z.ZodRawShape, Body> {
  readonly id: string
  readonly method: 'get' | 'post' | 'put'
  /** OpenAPI path template. */
  readonly path: string
  readonly summary: string
  readonly description: string
  /** `anyone` on this network: what is public needs no entry in the registry. `joining`: a member, or one that no list names yet. */
  readonly caller: 'member' | 'joining' | 'anyone'
  /** Whether a mandate may speak for itself here. */
  readonly mandate: 'taken' | 'not-taken'
  readonly params: z.ZodObject<Params>
  readonly query: z.ZodObject<Query>
  readonly needs: 'idempotency-key' | 'precondition' | 'nothing'
  readonly body?: BodyText<Body>
  readonly answer: AnswerText
  readonly problems: readonly ProblemCode[]
  readonly serve: (
    deps: DoorDeps,
    request: AgencyRequest<z.output<z.ZodObject<Params>>, z.output<z.ZodObject<Query>>, Body>,
  ) => Promise<Result<Answer>>
}

/** An operation whose handler's types are checked where it is written, and forgotten where all are kept together. */
export type Operation = Omit<OperationText<z.ZodRawShape, z.ZodRawShape, unknown>, 'serve'> & {
  readonly serve: (deps: DoorDeps, request: ErasedRequest) => Promise<Result<Answer>>
}

/** `reader` is undefined where the caller is `anyone`, and nowhere else. */
export type ErasedRequest = Omit<AgencyRequest<unknown, unknown, unknown>, 'reader'> & {
  readonly reader: Reader | undefined
}

/** The checked maker: the door calls `serve` with nothing but what these very schemas read. */
export const operation = <Params extends z.ZodRawShape, Query extends z.ZodRawShape, Body = undefined>(
  text: OperationText<Params, Query, Body>,
): Operation => text as unknown as Operation

export const NO_PARAMETERS = z.strictObject({})

/** Every member meets these before an operation begins. */
export const MEMBER_PROBLEMS: readonly ProblemCode[] = [
  'certificate-missing',
  'certificate-unknown',
  'certificate-revoked',
  'certificate-expired',
  'participant-suspended',
  'competence-expired',
  'trust-list-missing',
  'trust-list-expired',
  'too-many-requests',
]
/** Everybody does. */
export const DOOR_PROBLEMS: readonly ProblemCode[] = [
  'request-malformed',
  'header-too-large',
  'request-timeout',
  'method-not-allowed',
  'store-unavailable',
  'log-unwritable',
  'internal-fault',
]
export const MANDATE_PROBLEMS: readonly ProblemCode[] = ['mandate-unproven', 'mandate-unknown']
