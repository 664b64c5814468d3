/** `deliveries stuck | replay | ping | key`: what a running gateway could not carry onward, to carry it anew; and the key of its webhooks. */
import { generateKeyPairSync } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { z } from 'zod'
import { NAME_PATTERN, UUID_PATTERN } from '#gateway/core/ids.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { codeOf } from './files.ts'
import { print, table } from './output.ts'
import { printWebhookKey } from './wire-couriers.ts'

interface InsideFlags {
  readonly inside: string
  readonly json: boolean
}

export function addDeliveriesCommand(program: Command): void {
  const deliveries = program.command('deliveries').description('what is carried onward: stuck, replayed, tried')
  const common = (command: Command): Command =>
    command
      .option('--inside <url>', 'the operator’s port of the running gateway', 'http://127.0.0.1:9464')
      .option('--json', 'print JSON', false)
  common(deliveries.command('stuck').description('list what was given up, and what waits after failing'))
    .addHelpText('after', '\nExample:\n  passerelle deliveries stuck')
    .action(stuck)
  common(deliveries.command('replay').description('carry anew, once, what was given up'))
    .argument('<id>', 'id of the errand, as `deliveries stuck` shows it')
    .addHelpText('after', '\nExample:\n  passerelle deliveries replay 018f0000-0000-7000-8000-000000000001')
    .action(replay)
  common(deliveries.command('ping').description('try every way of a member, without any case'))
    .argument('<organisation>', 'id of the organisation')
    .addHelpText('after', '\nExample:\n  passerelle deliveries ping pairs-paris')
    .action(ping)
  deliveries
    .command('key')
    .description(
      'make the key that signs webhooks in a new file, mode 0600, and print its public half for network.json',
    )
    .argument('<file>', 'a file that is not there yet')
    .option('--json', 'print JSON', false)
    .addHelpText('after', '\nExample:\n  passerelle deliveries key ./my-keys/webhook.key')
    .action(makeKey)
}

const stuckSchema = z.looseObject({
  items: z.array(
    z.looseObject({
      id: z.string(),
      organisation: z.string().optional(),
      way: z.string(),
      state: z.string(),
      reason: z.string(),
      attempts: z.number(),
      nextAt: z.string().optional(),
    }),
  ),
  next: z.number().optional(),
})

type Stuck = z.infer<typeof stuckSchema>['items']

/** Page by page: there may be many. */
async function allStuck(inside: string): Promise<Stuck> {
  const found: Stuck = []
  for (let after: number | undefined = 0; after !== undefined;) {
    const page: z.infer<typeof stuckSchema> = await ask(inside, 'GET', `/deliveries/stuck?after=${after}`, stuckSchema)
    found.push(...page.items)
    after = page.next
  }
  return found
}

async function stuck({ inside, json }: InsideFlags): Promise<void> {
  const items = await allStuck(inside)
  print(json, { items }, () =>
    items.length === 0
      ? ['nothing is stuck']
      : table(
          items.map((one) => [
            one.id,
            one.organisation ?? 'unknown',
            one.way,
            one.state,
            one.reason,
            `${one.attempts} attempts`,
            one.nextAt === undefined ? '' : `next ${one.nextAt}`,
          ]),
        ),
  )
}

const replayedSchema = z.looseObject({ id: z.string(), parent: z.string().optional() })

async function replay(id: string, { inside, json }: InsideFlags): Promise<void> {
  if (!UUID_PATTERN.test(id)) throw new CommandFailed(`${id}: not the id of an errand`, EXIT.usage)
  const replayed = await ask(inside, 'POST', `/deliveries/${id}/replay`, replayedSchema)
  print(json, replayed, () => [
    replayed.parent === undefined ? `${id}: judged anew` : `${id}: carried anew as ${replayed.id}`,
  ])
}

const pingSchema = z.looseObject({ ways: z.array(z.looseObject({ way: z.string(), outcome: z.string() })) })

async function ping(organisation: string, { inside, json }: InsideFlags): Promise<void> {
  if (!NAME_PATTERN.test(organisation))
    throw new CommandFailed(`${organisation}: not the id of an organisation`, EXIT.usage)
  const { ways } = await ask(inside, 'POST', `/members/${organisation}/ping`, pingSchema)
  print(json, { organisation, ways }, () =>
    ways.length === 0
      ? [`${organisation}: fetches; it has no other way`]
      : table(ways.map(({ way, outcome }) => [organisation, way, outcome])),
  )
  if (ways.some(({ outcome }) => outcome !== 'reached'))
    throw new CommandFailed(`${organisation}: not every way leads there`, EXIT.found)
}

const LIMIT_MS = 60_000
const problemSchema = z.looseObject({
  code: z.string(),
  errors: z.array(z.looseObject({ code: z.string() })).optional(),
})

/** Throws CommandFailed where nothing listens there, and for a problem with its code. */
async function ask<T>(inside: string, method: 'GET' | 'POST', path: string, schema: z.ZodType<T>): Promise<T> {
  if (!URL.canParse(inside)) throw new CommandFailed(`${inside}: not a URL`, EXIT.usage)
  const request = fetch(new URL(path, inside), { method, redirect: 'error', signal: AbortSignal.timeout(LIMIT_MS) })
  const answer = await request.catch(() => {
    throw new CommandFailed(`${inside}: no gateway answers`, EXIT.unreachable)
  })
  const json: unknown = await answer.json().catch(() => undefined)
  const read = schema.safeParse(json)
  if (answer.ok && read.success) return read.data
  const problem = problemSchema.safeParse(json)
  const codes = problem.success ? [problem.data.code, ...(problem.data.errors ?? []).map(({ code }) => code)] : []
  throw new CommandFailed(`${path}: refused (${codes.join(', ') || 'unknown answer'})`, EXIT.found)
}

async function makeKey(file: string, { json }: { readonly json: boolean }): Promise<void> {
  const { privateKey } = generateKeyPairSync('ed25519')
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' })
  await writeFile(file, pem, { mode: 0o600, flag: 'wx' }).catch((cause: unknown) => {
    throw new CommandFailed(`${file}: cannot be made (${codeOf(cause)})`, EXIT.unreachable)
  })
  const webhookKey = printWebhookKey(privateKey)
  print(json, { file, webhookKey }, () => [
    `${file}: made; put this into network.json as broker.webhookKey:`,
    webhookKey,
  ])
}
