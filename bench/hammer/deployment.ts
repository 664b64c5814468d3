/** What is hammered, as processes of their own: one gateway on its embedded store, or two on a private PostgreSQL and Redis; and what is done to them. */
import { unlink } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { WITNESS_PATHS } from '#adapters/agency-kit/own-witness.ts'
import { EXAMPLE_PATHS } from '#cli/certs.ts'
import { hasPostgres, openPostgresServer } from '#test/support/postgres-server.ts'
import { hasRedis, startRedis } from '#test/support/redis-server.ts'
import { openReplicas } from '#test/support/replicas.ts'
import type { OneReplica, Replicas } from '#test/support/replicas.ts'
import type { Chance } from './chance.ts'
import { WITNESSES } from './network.ts'
import type { HammerNetwork } from './network.ts'

export const DEPLOYMENTS = ['embedded', 'replicas'] as const
export type DeploymentName = (typeof DEPLOYMENTS)[number]

export type StoreRow = Readonly<Record<string, unknown>>

export interface Deployment extends AsyncDisposable {
  readonly replicas: Replicas
  /** Reads the store from outside, past the gateway. */
  readonly ask: (sql: string) => Promise<readonly StoreRow[]>
  /** Whether the audit chain is whole, and the line that said so. */
  readonly checkAudit: () => Promise<{ readonly isWhole: boolean; readonly text: string }>
  /** By name; each ends with everything running again. */
  readonly faults: Readonly<Record<string, () => Promise<void>>>
}

/** Why it cannot be hammered here; undefined where it can. */
export const missingFor = (name: DeploymentName): string | undefined =>
  name === 'embedded'
    ? undefined
    : hasPostgres()
      ? hasRedis()
        ? undefined
        : 'redis-server is not installed'
      : 'postgresql is not installed'

const SETTINGS = { PASSERELLE_LOG: 'error', PASSERELLE_PUBLISH_MS: '200' } as const
const LONGEST_ABSENCE_MS = 900

/** Started, with witnesses that are three. */
export const openDeployment = async (
  name: DeploymentName,
  network: HammerNetwork,
  chance: Chance,
): Promise<Deployment> => (name === 'embedded' ? openEmbedded(network, chance) : openTwo(network, chance))

async function openEmbedded({ agencies }: HammerNetwork, chance: Chance): Promise<Deployment> {
  const replicas = await openReplicas({ count: 1, databaseUrl: 'none', agencies, settings: SETTINGS })
  await begin(replicas, agencies)
  const file = join(replicas.folder, 'replica-0/passerelle.db')
  return {
    replicas,
    ask: async (sql) => {
      using database = new DatabaseSync(file, { readOnly: true })
      return database.prepare(sql).all()
    },
    checkAudit: () => checkAudit(replicas, file),
    faults: { 'kill -9 of the gateway': () => killOne(replicas, chance) },
    [Symbol.asyncDispose]: () => replicas[Symbol.asyncDispose](),
  }
}

async function openTwo({ agencies }: HammerNetwork, chance: Chance): Promise<Deployment> {
  const missing = missingFor('replicas')
  if (missing !== undefined) throw new Error(missing)
  await using opened = new AsyncDisposableStack()
  const redis = opened.use(await startRedis({ password: 'of-this-run' }))
  const postgres = await openPostgresServer()
  opened.defer(() => postgres.stop())
  const databaseUrl = await postgres.database()
  const replicas = opened.use(
    await openReplicas({
      count: 2,
      databaseUrl,
      redisUrl: redis.url,
      agencies,
      settings: SETTINGS,
    }),
  )
  await begin(replicas, agencies)
  const absence = (): Promise<unknown> => sleep(chance.below(LONGEST_ABSENCE_MS))
  const kept = opened.move()
  return {
    replicas,
    ask: (sql) => postgres.ask(sql, databaseUrl),
    checkAudit: () => checkAudit(replicas, databaseUrl),
    faults: {
      'kill -9 of a gateway': () => killOne(replicas, chance),
      'kill -9 of Redis': async () => {
        await redis.kill()
        await absence()
        await redis.start()
      },
      'kill -9 of PostgreSQL': async () => {
        await postgres.kill()
        await absence()
        await postgres.start()
      },
      'FLUSHALL of Redis': () => redis.flush(),
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

async function begin(replicas: Replicas, { participants }: HammerNetwork['agencies']): Promise<void> {
  const witnesses: readonly string[] = WITNESSES
  for (const { id } of participants)
    if (!witnesses.includes(id)) await unlink(join(replicas.folder, EXAMPLE_PATHS.organisation(id), WITNESS_PATHS.key))
  for (const one of replicas.all) await one.start()
}

async function killOne({ all }: Replicas, chance: Chance): Promise<void> {
  const one: OneReplica | undefined = all[chance.below(all.length)]
  await one?.kill()
  await sleep(chance.below(LONGEST_ABSENCE_MS))
  await one?.start()
}

async function checkAudit(replicas: Replicas, database: string): ReturnType<Deployment['checkAudit']> {
  const { code, text } = await replicas.run('check', 'audit', database)
  return { isWhole: code === 0, text: text.trim() }
}
