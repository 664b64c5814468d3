/** Witnesses of a network's members in this process: the real code of the kit, asked whenever something is to be published. */
import { verifyEd25519 } from '#adapters/keys/note-key.ts'
import { COSIGNATURES_PATH, witnessOnce, WITNESS_REQUEST_PATH } from '#adapters/agency-kit/witness.ts'
import type { Answer, Call } from '#adapters/agency-kit/client.ts'
import type { WitnessState } from '#adapters/agency-kit/witness-state.ts'
import { printNoteKey, WITNESS_KEY } from '#gateway/core/log/note.ts'
import type { NoteSigner } from '#gateway/core/log/note.ts'
import { NOTHING_YET } from '#gateway/core/log/witness.ts'
import { PROBLEMS } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { checkpointIfDue, publishedSize, requestFor, takeCosignature } from '#gateway/rooms/publish.ts'
import type { LogDeps } from '#gateway/rooms/publish.ts'
import { aNoteSigner } from '#test/support/log-world.ts'

export interface OwnWitnesses {
  /** Printed note keys by organisation, as a trust list has them. */
  readonly keys: ReadonlyMap<string, string>
  /** Until all that is logged is published; gives up where no witness can do anything about it. `at`: whom each witness asks; whoever publishes where absent. */
  readonly publish: (deps: LogDeps, at?: () => LogDeps) => Promise<void>
}

interface Seat {
  readonly name: string
  readonly signer: NoteSigner
  readonly state: WitnessState
}

export function openOwnWitnesses(organisations: readonly string[]): OwnWitnesses {
  const seats = organisations.map((name) => ({
    name,
    signer: aNoteSigner(`net.test/org/${name}`, WITNESS_KEY),
    state: stateInMemory(),
  }))
  return {
    keys: new Map(seats.map(({ name, signer }) => [name, printNoteKey(signer.key)])),
    publish: async (deps, at = () => deps) => {
      const { log } = deps.store.read
      const size = await log.size()
      while ((await publishedSize(log)) < size) if (!(await roundOfAll(deps, seats, at))) return
    },
  }
}

/** Whether anything was published. */
async function roundOfAll(deps: LogDeps, seats: readonly Seat[], at: () => LogDeps): Promise<boolean> {
  const { log } = deps.store.read
  const before = await publishedSize(log)
  await checkpointIfDue(deps)
  for (const seat of seats) {
    if ((await publishedSize(log)) > before) break
    await witnessOnce({
      call: (call) => answerOf(at(), seat, call),
      signer: seat.signer,
      log: deps.publication.signer.key,
      state: seat.state,
      verify: verifyEd25519,
      clock: deps.clock,
    })
  }
  return (await publishedSize(log)) > before
}

/** What the door would answer. */
async function answerOf(deps: LogDeps, { name }: Seat, { path, body = '' }: Call): Promise<Answer> {
  const [, size] = path.split(`${COSIGNATURES_PATH}?size=`)
  if (size !== undefined) return asAnswer(await takeCosignature(deps, { line: body, size: Number(size) }))
  return asAnswer(await requestFor(deps, name, Number(path.slice(`${WITNESS_REQUEST_PATH}?from=`.length))))
}

const asAnswer = (result: Result<string>): Answer =>
  result.ok
    ? { status: 200, headers: {}, text: result.value }
    : {
        status: PROBLEMS[result.problem.code].status,
        headers: {},
        text: JSON.stringify({ title: '', ...result.problem }),
      }

function stateInMemory(): WitnessState {
  let held = NOTHING_YET
  return {
    exclusively: (work) =>
      work(held, async (next) => {
        held = next
      }),
    keepEvidence: async () => {},
  }
}
