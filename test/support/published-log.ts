/** A log in memory with entries that are published, for tests of whoever meddles with it. */
import assert from 'node:assert/strict'
import { checkpointIfDue } from '#gateway/rooms/publish.ts'
import type { LogWorld, TestWitness } from '#test/support/log-world.ts'
import { aLogWorld } from '#test/support/log-world.ts'

/** What the log of these tests holds at an index. */
export const entry = (n: number): string => `entry ${n}`

/** The same from one index up to another. */
export const entries = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from }, (_, at) => entry(from + at))

/** A log of so many entries, published. */
export async function aPublishedLog(count: number): Promise<LogWorld> {
  const world = await aLogWorld()
  await world.append(...entries(0, count))
  await publish(world)
  return world
}

/** Makes the next checkpoint and has two witnesses cosign it. */
export async function publish(world: LogWorld): Promise<void> {
  world.wait(10_000)
  assert.equal(await checkpointIfDue(world.deps), 'proposed')
  for (const witness of world.witnesses.slice(0, 2)) await witness.round(world.deps)
}

/** The first of its witnesses. */
export const witnessOf = ({ witnesses }: LogWorld): TestWitness => {
  const [first] = witnesses
  assert.ok(first !== undefined)
  return first
}
