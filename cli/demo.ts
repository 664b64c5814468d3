/** `demo`: plays an invented story over the real gateway, shows who got what, and stays up to be tried by hand. */
import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { isProduction } from './environment.ts'
import { linesOf, rowOf, sideBySide, summaryOf } from './demo/deliveries.ts'
import type { DeliveryRow } from './demo/deliveries.ts'
import { keyPressed, onInterrupt } from './demo/keys.ts'
import { OWN_CASE_FILE, writeOwnCase } from './demo/own-case.ts'
import { openStage } from './demo/stage.ts'
import type { Stage } from './demo/stage.ts'
import { STORY } from './demo/story.ts'
import { waitingReferrals } from './demo/waiting.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { wholeNumber } from './files.ts'
import { print, progress } from './output.ts'

export interface DemoOptions {
  /** Tell the story and end. */
  readonly once: boolean
  readonly json: boolean
  /** Folder of network and database; absent: a fresh one that is removed at the end. */
  readonly state?: string
  /** Empty the folder of an earlier demo first. */
  readonly reset: boolean
  readonly log: string
  /** Port of the pages; absent: a free one. */
  readonly webPort?: string
}

export function addDemoCommand(program: Command): void {
  program
    .command('demo')
    .description('play an invented story over the real gateway, and stay up to be tried by hand')
    .option('--once', 'end when the story is told', false)
    .option('--json', 'print the deliveries as JSON', false)
    .option('--state <folder>', 'keep network, keys and database in this folder')
    .option('--reset', 'empty that folder of an earlier demo first', false)
    .option('--log <level>', 'least level of the gateway’s log: info, warn, error, silent', 'error')
    .option('--web-port <port>', 'port of the pages; absent: a free one')
    .addHelpText('after', '\nExamples:\n  passerelle demo\n  passerelle demo --once --json')
    .action(runDemo)
}

/** Throws CommandFailed in production, and where the folder holds something. */
export async function runDemo(options: DemoOptions): Promise<void> {
  if (isProduction())
    throw new CommandFailed('the demo makes invented members and keys: not with NODE_ENV=production', EXIT.usage)
  const folder =
    options.state === undefined ? await mkdtemp(join(tmpdir(), 'passerelle-demo-')) : resolve(options.state)
  const remove = (): void => {
    if (options.state === undefined) rmSync(folder, { recursive: true, force: true })
  }
  try {
    if (options.reset) await clear(folder)
    let webPort = options.once ? undefined : portOf(options.webPort)
    for (;;) {
      const played = await playOnce(folder, { ...options, port: webPort }, remove)
      if (played.end === 'done') break
      // Whoever sits at the pages finds the next demo where this one was.
      webPort = played.port
      await clear(folder)
    }
  } finally {
    remove()
  }
}

const INTERRUPTED = 130

const portOf = (text: string | undefined): number => (text === undefined ? 0 : wholeNumber('--web-port', text))

interface Playing extends DemoOptions {
  /** Of the pages; undefined: none. */
  readonly port: number | undefined
}

interface Played {
  readonly end: 'reset' | 'done'
  readonly port: number | undefined
}

/** Interrupted in the middle of the story it ends at once, without leaving keys behind; after it, as keys.ts has it. */
async function playOnce(folder: string, options: Playing, remove: () => void): Promise<Played> {
  await refuseUsed(folder)
  const released = onInterrupt(() => {
    remove()
    process.exit(INTERRUPTED)
  })
  progress('making an invented network, starting the gateway (500 random questions to plan and casbin first)')
  const asked = Promise.withResolvers<'r'>()
  const pages = options.port === undefined ? {} : { webPort: options.port, onReset: () => asked.resolve('r') }
  await using stage = await openStage({ folder, log: options.log, ...pages })
  const port = Number(URL.parse(stage.gateway.webUrl ?? '')?.port)
  const told = await tell(stage, options)
  released()
  const rows = stage.opened.map(rowOf)
  print(options.json, rows, () => [...told, '', ...tablesOf(stage, rows)])
  if (options.once) return { end: 'done', port }
  for (const referral of waitingReferrals(stage.cases)) await stage.send('probation-counsellor', referral)
  await writeOwnCase(folder, stage.now)
  for (const line of invitation(stage, folder)) progress(line)
  const key = await Promise.race([keyPressed(['r', 'q']), asked.promise])
  return { end: key === 'r' ? 'reset' : 'done', port }
}

const SHOWN_CASE = 'DEMO-001'

const tablesOf = ({ opened }: Stage, rows: readonly DeliveryRow[]): readonly string[] => [
  'One case, side by side: the most that each recipient was shown of a section',
  ...sideBySide(opened, SHOWN_CASE),
  '',
  'Every parcel with something in it',
  ...linesOf(rows.filter(({ items }) => items > 0)),
  '',
  ...summaryOf(rows),
  '',
  'You may not be shown everything that exists: every parcel says so, whether or not something is missing.',
]

/** Plays act by act; the lines are the story. With --json they are progress only. */
async function tell(stage: Stage, { json }: DemoOptions): Promise<readonly string[]> {
  const startedAt = performance.now()
  const lines: string[] = []
  for (const [index, { title, play }] of STORY.entries()) {
    progress(`${index + 1}/${STORY.length} ${title}`)
    const outcome = await play(stage)
    if (json) progress(`  ${outcome}`)
    lines.push(`${String(index + 1).padStart(2)}. ${title}`, `    ${outcome}`)
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  progress(`story told in ${seconds} s`)
  return json ? [] : lines
}

const STATE_NAMES: ReadonlySet<string> = new Set(['network', 'data', OWN_CASE_FILE, 'received'])
const isOfDemo = (name: string): boolean => STATE_NAMES.has(name)

async function refuseUsed(folder: string): Promise<void> {
  if ((await namesIn(folder)).length > 0)
    throw new CommandFailed(`${folder}: holds an earlier demo; --reset begins anew`, EXIT.found)
}

/** Removes what a demo made, and nothing where anything else stands beside it. */
async function clear(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) await rm(join(folder, name), { recursive: true })
}

/** What a demo left in the folder, which is made where it is not there. */
async function namesIn(folder: string): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const names = await readdir(folder)
  if (!names.every(isOfDemo))
    throw new CommandFailed(`${folder}: holds other files than a demo's; name an empty folder`, EXIT.found)
  return names
}

const invitation = ({ gateway, home }: Stage, folder: string): readonly string[] => [
  '',
  `pages        ${gateway.webUrl}  (sign in by a button; everybody is invented)`,
  `agency door  ${gateway.agencyUrl}  (client certificates of ${home})`,
  `metrics      ${gateway.insideUrl}/metrics`,
  '',
  'In another terminal, in this repository:',
  `  export PASSERELLE_HOME=${home}`,
  `  ./passerelle send --as probation-counsellor ${join(folder, OWN_CASE_FILE)}   # change it first, if you like`,
  '  ./passerelle receive --as pairs-social-worker                  # also: pairs-psychologist, pairs-mediator',
  '',
  'r begins anew, q ends (Enter after it where the terminal waits for a line).',
]
