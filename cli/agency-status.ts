/** `agency status`: each step of coming in as done or waiting, and how this member stands. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { readHeldRegistry } from '#adapters/agency-kit/held-registry.ts'
import { readJoining } from '#adapters/agency-kit/joining-state.ts'
import { organisationFolder, readOwnCertificate } from '#adapters/agency-kit/own-certificate.ts'
import { OUTBOX_PATHS } from '#adapters/agency-kit/outbox.ts'
import { contradictionsIn, TOLD_PATHS } from '#adapters/agency-kit/told-book.ts'
import { readPrivateKeys } from '#adapters/keys/private-key-file.ts'
import { readCertificate } from '#adapters/pki/certificate.ts'
import { printInstant } from '#policies/language/instant.ts'
import type { TrustList } from '#gateway/core/trust-list/list.ts'
import { standingOf } from '#gateway/core/trust-list/standing.ts'
import { homeIn } from './agency-join.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { memberOf, reaching } from './member-options.ts'
import { print, table } from './output.ts'

interface StatusFlags {
  readonly home?: string
  readonly url?: string
  readonly json: boolean
}

export const addStatus = (agency: Command): Command =>
  agency
    .command('status')
    .description('say of each step whether it is done, and what is waited for')
    .option('--home <folder>', 'folder of this member (or PASSERELLE_HOME)')
    .option('--url <url>', 'agency door; absent: as the joining code had it')
    .option('--json', 'print JSON', false)
    .addHelpText('after', '\nExample:\n  passerelle agency status --home ./home')
    .action(status)

interface Step {
  readonly step: string
  readonly state: 'done' | 'waiting'
  readonly detail: string
}

const done = (step: string, detail: string): Step => ({ step, state: 'done', detail })
const waiting = (step: string, detail: string): Step => ({ step, state: 'waiting', detail })

async function status(flags: StatusFlags): Promise<void> {
  const home = homeIn(flags)
  const joining = await readJoining(home)
  if (joining === undefined)
    throw new CommandFailed(`${home}: nothing was begun here; passerelle agency join CODE is first`, EXIT.found)
  const { organisation, pending } = joining
  const steps: Step[] = [done('code', `of ${organisation}, taken`)]
  const folder = organisationFolder(home, organisation)
  const facts = readCertificate((await readOwnCertificate(folder))?.certificate ?? '')
  if (facts === undefined) {
    steps.push(
      waiting('certificate', `read ${pending?.fingerprint ?? 'the fingerprint'} to the officer, then agency join`),
    )
  } else {
    steps.push(done('certificate', `until ${printInstant(facts.until)}`))
    steps.push(...(await stepsWithin(home, organisation, flags)))
  }
  print(flags.json, { organisation, home, steps }, () => table(steps.map((one) => [one.state, one.step, one.detail])))
}

async function stepsWithin(home: string, organisation: string, flags: StatusFlags): Promise<readonly Step[]> {
  const registry = await readHeldRegistry(home).catch(() => undefined)
  if (registry === undefined) return [waiting('network', 'not fetched yet: run agency join again')]
  const { asked } = (await readJoining(home)) ?? {}
  const steps: Step[] = [
    done('network', `${registry.participants.length} organisations`),
    asked === undefined
      ? waiting('keys', 'not asked for yet: run agency join again')
      : done('keys', asked === 'kept' ? 'made, and asked for' : 'made; give key-request.json to an officer'),
  ]
  const { member } = await memberOf({
    home,
    json: false,
    as: organisation,
    ...(flags.url === undefined ? {} : { url: flags.url }),
  })
  using asking = member
  const list = await reaching(() => asking.trust()).catch((error: unknown) =>
    error instanceof Error ? error : undefined,
  )
  if (list === undefined || list instanceof Error)
    return [...steps, waiting('trust list', list?.message ?? 'none'), ...(await filesOf(home))]
  steps.push(done('trust list', standingOf(list, Date.now()).en))
  const isIn = await isListed(home, organisation, list)
  steps.push(
    isIn
      ? done('keys listed', 'signed by the officers')
      : waiting('keys listed', 'the officers have to sign the list with them'),
  )
  if (!isIn) return steps
  const witnessed = await asking.witness().catch(() => undefined)
  steps.push(
    witnessed === undefined || witnessed.kind === 'refused'
      ? waiting(
          'witness',
          witnessed === undefined ? 'at work elsewhere, or no log yet' : `refused: ${witnessed.problem}`,
        )
      : done('witness', `${witnessed.size} entries seen`),
  )
  const reports = await contradictionsIn(organisationFolder(home, organisation))
  if (reports.length > 0)
    steps.push(
      waiting('contradictions', `${reports.length} reports in ${TOLD_PATHS.reports}: show them to the officers`),
    )
  const mails = await asking.list().catch(() => [])
  steps.push(done('mailbox', `${mails.filter(({ state }) => state !== 'acknowledged').length} wait`))
  return [...steps, ...(await filesOf(home))]
}

async function isListed(home: string, organisation: string, { organisations }: TrustList): Promise<boolean> {
  const held = await readPrivateKeys(join(organisationFolder(home, organisation), 'keys')).catch(() => [])
  const listed = organisations.find(({ id }) => id === organisation)?.keys ?? []
  return held.some(({ kid, use }) => use === 'sign' && listed.some((key) => key.kid === kid))
}

/** What lies in the folders of `agency run`, and when something was sent last. */
async function filesOf(home: string): Promise<readonly Step[]> {
  const names = async (folder: string): Promise<readonly string[]> =>
    (await readdir(join(home, folder)).catch(() => [])).filter((name) => !name.startsWith('.'))
  const [out, confirming, sent] = await Promise.all([
    names(OUTBOX_PATHS.outbox),
    names(OUTBOX_PATHS.toConfirm),
    names(OUTBOX_PATHS.sent),
  ])
  const times = await Promise.all(sent.map(async (name) => (await stat(join(home, OUTBOX_PATHS.sent, name))).mtimeMs))
  const last = times.length === 0 ? undefined : Math.floor(Math.max(...times))
  return [
    ...(out.length === 0 ? [] : [waiting('outbox', `${out.length} files`)]),
    ...(confirming.length === 0 ? [] : [waiting('to confirm', `${confirming.length} files: agency confirm`)]),
    ...(last === undefined ? [] : [done('last sent', printInstant(last))]),
  ]
}
