/** `trust ask-key`: a holder makes its next key, and asks the officers under the old one's signature to list it. */
import type { Command } from 'commander'
import { printInstant } from '#policies/language/instant.ts'
import { createPostQuantumKeyFile } from '#adapters/keys/post-quantum-keys.ts'
import { createPrivateKeyFile, readPrivateKeys } from '#adapters/keys/private-key-file.ts'
import type { KeyPeriod } from '#adapters/keys/private-key-file.ts'
import { signKeyRequest } from '#adapters/trust/sign-list.ts'
import { POST_QUANTUM } from '#gateway/core/trust-list/list.ts'
import { listedKeyOf } from '#gateway/core/trust-list/propose.ts'
import { publicEntry } from './example-trust.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { wholeNumber } from './files.ts'
import { print } from './output.ts'
import { writeWhole } from './trust-files.ts'

const DAY_MS = 86_400_000
const KEY_DAYS = 365

export const addAskKey = (trust: Command): Command =>
  trust
    .command('ask-key')
    .description('make a new key beside an old one, and post it under the old one’s signature')
    .requiredOption('--keys <folder>', 'the member’s folder of keys')
    .requiredOption('--use <use>', 'sign, seal or assert')
    .requiredOption('--out <file>', 'where the request for the officers is written')
    .option('--post-quantum', 'to sign (ML-DSA-65) or seal (X25519 with ML-KEM-768) beside the classic key', false)
    .option('--from <days>', 'days from now until the key counts; absent: it counts at once')
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      '\nExample:\n  passerelle trust ask-key --keys ./my-network/organisations/probation-paris/keys --use sign --out new-key.jws',
    )
    .action(askKey)

const USES = ['sign', 'seal', 'assert'] as const

interface AskKeyOptions {
  readonly keys: string
  readonly use: string
  readonly out: string
  readonly postQuantum: boolean
  readonly from?: string
  readonly json: boolean
}

async function askKey(options: AskKeyOptions): Promise<void> {
  const use = USES.find((one) => one === options.use)
  if (use === undefined) throw new CommandFailed(`--use ${options.use}: one of ${USES.join(', ')}`, EXIT.usage)
  const held = await readPrivateKeys(options.keys)
  const old = held.find((key) => key.use === 'sign') ?? held.find((key) => key.use === 'assert')
  if (old === undefined) throw new CommandFailed(`${options.keys}: no key to sign the request with`, EXIT.found)
  const now = Date.now()
  // Messages are dated in whole seconds: a key that began within one would refuse its own first message.
  const from = Math.floor(now / 1000) * 1000
  const period = { from, until: from + KEY_DAYS * DAY_MS }
  const made = options.postQuantum
    ? await makePostQuantum(options.keys, use, period)
    : listedKeyOf(publicEntry(await createPrivateKeyFile(options.keys, use, period)))
  const listed =
    options.from === undefined
      ? made
      : { ...made, from: printInstant(from + wholeNumber('--from', options.from) * DAY_MS) }
  await writeWhole(options.out, await signKeyRequest(listed, now, old))
  const { kid, from: counts } = listed
  print(options.json, { kid, use, from: counts, file: options.out }, () => [
    `made ${kid}; give ${options.out} to an officer`,
  ])
}

async function makePostQuantum(
  folder: string,
  use: (typeof USES)[number],
  period: KeyPeriod,
): Promise<ReturnType<typeof listedKeyOf>> {
  if (use === 'assert') throw new CommandFailed('--use assert: no post-quantum key asserts', EXIT.usage)
  const { kid, jwk, from, until } = await createPostQuantumKeyFile(folder, use, period)
  return { kid, use, alg: POST_QUANTUM[use], jwk, from: printInstant(from), until: printInstant(until) }
}
