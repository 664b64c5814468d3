/** What a member has sent out of its own files, kept on its side: digests, numbers and dates, so that a document that comes again is recognised. */
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { codeOf } from './files.ts'
import type { Origin } from './mapped-file.ts'

const entrySchema = z
  .object({
    mapping: z.string(),
    digest: z.string(),
    documentId: z.string().exactOptional(),
    id: z.string(),
    at: z.string(),
  })
  .readonly()
export type SentDocument = z.output<typeof entrySchema>

const pathOf = (home: string, organisation: string): string => join(home, 'sent', `${organisation}.jsonl`)

/** `same`: the record was sent as it is. `changed`: its document was, under the same number and with another content. */
export type Recognised =
  | { readonly kind: 'new' }
  | { readonly kind: 'same'; readonly before: SentDocument }
  | { readonly kind: 'changed'; readonly before: SentDocument }

/** Looks a record up among what this organisation sent. A line that cannot be read is passed over: it recognises nothing. */
export async function recognise(home: string, organisation: string, origin: Origin): Promise<Recognised> {
  const sent = await sentBy(home, organisation, origin)
  const ofMapping = sent.filter(({ mapping }) => mapping === origin.mapping)
  const same = ofMapping.findLast(({ digest }) => digest === origin.digest)
  if (same !== undefined) return { kind: 'same', before: same }
  const changed = ofMapping.findLast(({ documentId }) => documentId !== undefined && documentId === origin.documentId)
  return changed === undefined ? { kind: 'new' } : { kind: 'changed', before: changed }
}

/** Lines that name the record or its document: what was sent in years is long, and only these are read as JSON. */
async function sentBy(
  home: string,
  organisation: string,
  { digest, documentId = digest }: Origin,
): Promise<readonly SentDocument[]> {
  const path = pathOf(home, organisation)
  // Where nothing was sent there is no file; one that cannot be read must not let everything pass as new.
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    if (codeOf(cause) === 'ENOENT') return ''
    throw new CommandFailed(`${path}: cannot be read (${codeOf(cause)})`, EXIT.unreachable)
  })
  const lines = text.split('\n').filter((line) => line.includes(digest) || line.includes(documentId))
  return lines.flatMap((line) => {
    const parsed = entrySchema.safeParse(jsonOf(line))
    return parsed.success ? [parsed.data] : []
  })
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line) as unknown
  } catch {
    return undefined
  }
}

/** Notes what was sent, readable by this member alone. */
export async function noteSent(
  home: string,
  organisation: string,
  { origin, id }: { readonly origin: Origin; readonly id: string },
): Promise<void> {
  await mkdir(join(home, 'sent'), { recursive: true, mode: 0o700 })
  const { mapping, digest, documentId } = origin
  const entry = {
    mapping,
    digest,
    ...(documentId === undefined ? {} : { documentId }),
    id,
    at: new Date().toISOString(),
  }
  // A line of its own, also after one that was cut off.
  await appendFile(pathOf(home, organisation), `\n${JSON.stringify(entry)}\n`, { mode: 0o600 })
}

/** Refuses what was sent before, unless it is to be sent again. Gives a line of warning, or undefined. */
export function repeatedLine(file: string, recognised: Recognised, isAgain: boolean): string | undefined {
  if (recognised.kind === 'new') return undefined
  const { id, at } = recognised.before
  if (recognised.kind === 'changed')
    return `warning: ${file}: a document of this number was sent with another content, as ${id} on ${at}`
  if (isAgain) return `warning: ${file}: was sent before as ${id} on ${at}, and is sent again`
  throw new CommandFailed(`${file}: this record was sent before, as ${id} on ${at}; --again sends it again`, EXIT.found)
}
