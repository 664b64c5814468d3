/** Checks exported files of the log: no database, no network, no clock; only files, hashes and three public keys. */
import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { verifyEd25519 } from '#adapters/keys/note-key.ts'
import { checkToken } from '#adapters/timestamp/token.ts'
import type { Told } from '#adapters/agency-kit/told-facts.ts'
import { printInstant } from '#policies/language/instant.ts'
import { readExportedDelivery, verifyDelivery } from '#gateway/core/log/evidence.ts'
import { sameBytes } from '#gateway/core/log/hash.ts'
import { verifyCheckpoint, verifyReceipt } from '#gateway/core/log/receipt.ts'
import type { LogTrust, Proven } from '#gateway/core/log/receipt.ts'
import { readLogTrust } from '#gateway/core/log/trust-file.ts'
import { walkLog } from '#gateway/core/log/whole-log.ts'
import { fail, ok, PROBLEMS } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { codeOf, readJson, readText } from './files.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { openContent } from './verify-content.ts'
import { readOfflineTrust, signerOf, verifySender } from './verify-sender.ts'
import type { OfflineTrust } from './verify-sender.ts'
import { gainsaid } from './verify-together.ts'

/** Whom to believe. Throws CommandFailed for a file that says it badly. */
export async function readTrustFile(path: string): Promise<LogTrust> {
  const trust = readLogTrust(await readText(path))
  if (trust === undefined)
    throw new CommandFailed(`${path}: not a trust file (log, witness, group, quorum)`, EXIT.found)
  return trust
}

/** The value, or CommandFailed with the file, the code and the title of the problem. */
function believed<T>(file: string, result: Result<T>): T {
  if (result.ok) return result.value
  const { code, errors } = result.problem
  const step = errors?.[0]?.code
  throw new CommandFailed(
    `${file}: ${code}${step === undefined ? '' : ` (${step})`}: ${PROBLEMS[code].title}`,
    EXIT.found,
  )
}

export interface LogFiles {
  /** One leaf a line. */
  readonly leaves: string
  /** Checkpoints, the newest among them; each must be cosigned, and of one and the same log. */
  readonly checkpoints: readonly string[]
  readonly trust: string
  /** A token over the last checkpoint that is named, and the PEM of its authority. */
  readonly stamp?: { readonly token: string; readonly authority: string }
}

export interface VerifiedLog {
  readonly origin: string
  readonly entries: number
  /** How many of them the newest checkpoint covers. */
  readonly covered: number
  readonly checkpoints: number
  readonly stampedAt?: string
}

/** Whether the leaves are those that every checkpoint was signed and cosigned over. */
export async function verifyLogFiles(files: LogFiles): Promise<VerifiedLog> {
  const trust = await readTrustFile(files.trust)
  const notes = await Promise.all(files.checkpoints.map(async (file) => ({ file, text: await readText(file) })))
  const checkpoints = notes.map(({ file, text }) => ({
    file,
    ...believed(file, verifyCheckpoint(text, trust, verifyEd25519)),
  }))
  const sizes = checkpoints.map(({ size }) => size)
  const walked = walkLog(await linesOf(files.leaves), sizes)
  if (walked.misshapen !== undefined)
    throw new CommandFailed(`${files.leaves}: line ${walked.misshapen + 1}: not a leaf of the log`, EXIT.found)
  for (const { file, size, root } of checkpoints) {
    const own = walked.roots.get(size)
    if (own === undefined) believed(file, fail('log-rolled-back'))
    else if (!sameBytes(own, root)) believed(file, fail('log-forked'))
  }
  const stampedAt = files.stamp === undefined ? undefined : await verifyStamp(files.stamp, notes.at(-1)?.text ?? '')
  return {
    origin: trust.log.name,
    entries: walked.size,
    covered: Math.max(...sizes),
    checkpoints: checkpoints.length,
    ...(stampedAt === undefined ? {} : { stampedAt }),
  }
}

async function linesOf(path: string): Promise<readonly string[]> {
  const text = await readText(path)
  if (text === '') return []
  if (!text.endsWith('\n')) throw new CommandFailed(`${path}: ends in the middle of a line`, EXIT.found)
  return text.slice(0, -1).split('\n')
}

async function verifyStamp({ token, authority }: NonNullable<LogFiles['stamp']>, content: string): Promise<string> {
  const bytes = await readFile(token).catch((cause: unknown) => {
    throw new CommandFailed(`${token}: cannot be read (${codeOf(cause)})`, EXIT.unreachable)
  })
  const authorities = [certificateIn(authority, await readText(authority))]
  const { at } = believed(token, checkToken({ token: bytes, content: Buffer.from(content), authorities }))
  return printInstant(at)
}

function certificateIn(path: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch {
    throw new CommandFailed(`${path}: not a certificate`, EXIT.found)
  }
}

/** Whether the receipt in a file proves the leaf in another. A leaf is a line; its newline is not part of it. */
export async function verifyReceiptFiles(leaf: string, receipt: string, trust: string): Promise<Proven> {
  const files = { leaf: (await readText(leaf)).replace(/\n$/, ''), receipt: await readText(receipt) }
  return believed(receipt, verifyReceipt(files, await readTrustFile(trust), verifyEd25519))
}

export interface VerifiedDelivery extends Proven {
  readonly delivery: string
}

/** Whether an exported delivery stands in the log, as this content for this recipient. */
export function verifyExported(json: unknown, trust: LogTrust): Result<VerifiedDelivery> {
  const read = readExportedDelivery(json)
  if (!read.ok) return read
  const { content, evidence, receipt } = read.value
  const opened = openContent(content)
  if (!opened.ok) return opened
  const proven = verifyDelivery({ ...opened.value, evidence, receipt }, trust, verifyEd25519)
  return proven.ok ? ok({ ...proven.value, delivery: opened.value.delivery }) : proven
}

/** The same, and whose word it is: the signature of the sender under the officers' list. */
export async function verifyWhole(json: unknown, trust: OfflineTrust): Promise<Result<SignedDelivery>> {
  const logged = verifyExported(json, trust.log)
  const read = readExportedDelivery(json)
  if (!logged.ok || !read.ok) return logged.ok ? fail('receipt-malformed') : logged
  const { content, evidence } = read.value
  const signed = await verifySender({ content: String(content), evidence }, trust)
  if (!signed.ok) return signed
  const told = { ...signed.value, content: String(content), evidence, receipt: read.value.receipt ?? '' }
  return ok({ ...logged.value, signedBy: signerOf(signed.value, trust), told })
}

export interface SignedDelivery extends VerifiedDelivery {
  /** URI of the agency, or of the gateway where it speaks in its own name. */
  readonly signedBy: string
  /** For whoever holds it against others. */
  readonly told: Told
}

/** The same of a file; `signedBy` is absent where only a trust file of the log is at hand. */
export async function verifyDeliveryFile(
  file: string,
  by: { readonly trust: string } | { readonly network: string },
): Promise<VerifiedDelivery & Partial<SignedDelivery>> {
  const json = await readJson(file)
  return 'trust' in by
    ? believed(file, verifyExported(json, await readTrustFile(by.trust)))
    : believed(file, await verifyWhole(json, await readOfflineTrust(by.network)))
}

/** Each by itself, and all against one another: two that say two things of what is one are refused, both named. */
export async function verifyTogether(files: readonly string[], network: string): Promise<readonly SignedDelivery[]> {
  const trust = await readOfflineTrust(network)
  const verified: SignedDelivery[] = []
  for (const file of files) verified.push(believed(file, await verifyWhole(await readJson(file), trust)))
  const found = gainsaid(verified.map(({ told }, at) => ({ file: files[at] ?? '', told })))
  if (found !== undefined) believed(found.files.join(' and '), fail(found.problem, [{ pointer: '', code: found.of }]))
  return verified
}
