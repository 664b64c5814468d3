/** `serve`: the agency door, health and metrics, and the worker, until a signal asks them to stop. */
import { mkdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { isPostgresUrl } from '#adapters/postgres/connection.ts'
import { isPkcs11Uri } from '#adapters/vault/pkcs11-kek.ts'
import { readCertificate } from '#adapters/pki/certificate.ts'
import { printInstant } from '#policies/language/instant.ts'
import { inviteFirst } from '#gateway/rooms/people.ts'
import { EXAMPLE_PATHS } from './certs.ts'
import { configOf, withStartFlags } from './config-flags.ts'
import type { ConfigFlags } from './config-flags.ts'
import { isProduction } from './environment.ts'
import type { Config } from './config.ts'
import { certificateFolders, placeOf } from './database.ts'
import { confine } from './confine.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { readText } from './files.ts'
import { print, progress } from './output.ts'
import { kekFiles } from './vault.ts'
import { newWord } from './people.ts'
import { openGateway } from './wire.ts'
import type { Gateway } from './wire.ts'

interface ServeOptions extends ConfigFlags {
  readonly demo: boolean
  readonly json: boolean
}

export function addServeCommand(program: Command): void {
  withStartFlags(program.command('serve').description('run the gateway'))
    .option('--demo', 'take an invented network, whose authorities say DEMO', false)
    .option('--json', 'print what is served as JSON, once it is', false)
    .addHelpText('after', '\nExample:\n  passerelle serve --demo --network ./my-network --kek ./my-network/broker/kek')
    .action(serve)
}

async function serve(options: ServeOptions): Promise<void> {
  const config = configOf(options)
  for (const path of [config.database, config.logHead])
    await mkdir(dirname(resolve(path)), { recursive: true, mode: 0o700 })
  if (config.couriers.folders !== undefined) await mkdir(config.couriers.folders, { recursive: true, mode: 0o700 })
  confine(reachOf(config))
  if (isProduction() || !options.demo) await refuseDemo(config)
  progress(`reading the policy; a new version is first judged by ${config.judgeQuestions} random questions`)
  await using gateway = await openGateway(config, { plain: options.demo ? 'demo' : 'refused' })
  // Heeded before anybody is told that it serves: a signal that comes at once is not the end of it in the middle of something.
  const stopped = stopSignal()
  if (gateway.deps.policy() === undefined)
    progress('nothing is taken or sent before two officers have adopted this policy on the page of who receives what')
  progress(
    `agency door ${gateway.agencyUrl}, health ${gateway.insideUrl}/readyz, policy ${gateway.policy.set.id} ${gateway.policy.set.version}`,
  )
  await greetFirst(gateway)
  if (options.json) print(true, servedBy(gateway), () => [])
  await stopped
  progress('stopping: requests and deliveries in hand are ended first')
}

/** No password is set anywhere: where nobody has an account, whoever started the gateway lets the first operator in. */
async function greetFirst({ deps, webUrl }: Gateway): Promise<void> {
  if (webUrl === undefined) return
  const first = await inviteFirst({ ...deps, signIn: { newWord } })
  if (first === undefined) return
  const [origin = webUrl] = webUrl.split(' ')
  progress(
    `nobody has come in yet: the first operator does, once and until ${printInstant(first.until)}, by ${origin}/sign-in/link/${first.word}`,
  )
}

/** SQLite writes its journal beside its file; trust lists are kept beside where it would be. */
const reachOf = ({
  network,
  policy,
  database,
  keys,
  logHead,
  authority,
  couriers,
  ...config
}: Config): Parameters<typeof confine>[0] => ({
  reads: [
    network,
    dirname(resolve(policy)),
    ...kekFiles(config),
    ...wordsOf(authority),
    ...evidenceOf(config),
    ...keysOf(couriers),
    ...(config.web?.tls === undefined ? [] : Object.values(config.web.tls).map((file) => dirname(file))),
    ...(config.web?.oidc === undefined ? [] : [dirname(config.web.oidc.secretFile)]),
    ...certificateFolders([keys, placeOf({ database, ...config })]),
  ],
  writes: [
    ...new Set([
      dirname(resolve(database)),
      ...(isPostgresUrl(keys) ? [] : [dirname(keys)]),
      dirname(logHead),
      // The certificate that it renews by itself lies in the second.
      ...(authority === undefined ? [] : [authority.folder, join(network, EXAMPLE_PATHS.broker)]),
      ...(couriers.folders === undefined ? [] : [couriers.folders]),
    ]),
  ],
  addons: [config.kek, ...config.earlierKeks].some(isPkcs11Uri),
})

/** What others hold of the log, and who stamps it. */
const evidenceOf = ({
  witnessHeads,
  stampingAuthorities,
}: Pick<Config, 'witnessHeads' | 'stampingAuthorities'>): readonly string[] =>
  [...witnessHeads, ...stampingAuthorities.map(({ file }) => file)].map((file) => dirname(resolve(file)))

/** What couriers log in and sign with. */
const keysOf = ({ webhookKey, sftpKey, outsideRoots, mail }: Config['couriers']): readonly string[] =>
  [webhookKey, sftpKey, outsideRoots, mail?.passwordFile].flatMap((file) => (file === undefined ? [] : [dirname(file)]))

/** Where the passphrase of the authority's key lies. */
const wordsOf = (authority: Config['authority']): readonly string[] =>
  authority?.passphraseFile === undefined ? [] : [dirname(authority.passphraseFile)]

/** What a script that starts a gateway needs of it. */
const servedBy = ({ agencyUrl, insideUrl, enrolmentUrl, webUrl, policy: { set, digest } }: Gateway): object => ({
  agencyUrl,
  enrolmentUrl,
  insideUrl,
  webUrl,
  policy: { id: set.id, version: set.version, digest },
})

const PEM_BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** Keys that anyone may have made to try things with vouch for nobody. */
async function refuseDemo({ network }: Config): Promise<void> {
  const paths = [EXAMPLE_PATHS.root, join(EXAMPLE_PATHS.broker, EXAMPLE_PATHS.certificate)]
  const texts = await Promise.all(paths.map((path) => readText(join(network, path))))
  const certificates = texts.flatMap((text) => text.match(PEM_BLOCK) ?? []).map(readCertificate)
  const isDemo = certificates.some((facts) => /\bDEMO\b/.test(`${facts?.subject} ${facts?.issuer}`))
  if (!isDemo) return
  const how = isProduction() ? 'not with NODE_ENV=production' : 'only with --demo'
  throw new CommandFailed(`${network}: its authorities say DEMO: ${how}`, EXIT.usage)
}

const stopSignal = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
