/** Whom an offline check believes, as a text (c2sp.org/tlog-policy): one `log`, `witness` lines, one `group` of them, and `quorum`. */
import { LOG_KEY, printNoteKey, readNoteKey, WITNESS_KEY } from './note.ts'
import type { NoteKey } from './note.ts'
import type { LogTrust } from './receipt.ts'

interface Draft {
  log?: NoteKey
  readonly witnesses: Map<string, NoteKey>
  group?: { readonly name: string; readonly threshold: number; readonly members: readonly string[] }
  quorum?: string
}

const THRESHOLD = /^[1-9]\d{0,2}$/

/** Reads such a text; undefined where a line is not understood, a name stands twice, or the quorum cannot be met. */
export function readLogTrust(text: string): LogTrust | undefined {
  const draft: Draft = { witnesses: new Map() }
  for (const line of text.split('\n')) {
    const words = line.split(/[ \t]+/).filter((word) => word !== '')
    if (words.length > 0 && !line.startsWith('#') && !take(draft, words)) return undefined
  }
  return settle(draft)
}

function take(draft: Draft, [word, first = '', second = '', ...rest]: readonly string[]): boolean {
  if (word === 'log') return takeLog(draft, first)
  if (word === 'witness') return takeWitness(draft, first, second)
  if (word === 'quorum') return takeQuorum(draft, first)
  return word === 'group' && takeGroup(draft, { name: first, threshold: second, members: rest })
}

function takeLog(draft: Draft, text: string): boolean {
  const key = readNoteKey(text)
  if (draft.log !== undefined || key?.type !== LOG_KEY) return false
  draft.log = key
  return true
}

function takeWitness(draft: Draft, name: string, text: string): boolean {
  const key = readNoteKey(text)
  if (key?.type !== WITNESS_KEY || draft.witnesses.has(name)) return false
  draft.witnesses.set(name, key)
  return true
}

function takeQuorum(draft: Draft, name: string): boolean {
  if (draft.quorum !== undefined) return false
  draft.quorum = name
  return true
}

function takeGroup(
  draft: Draft,
  {
    name,
    threshold,
    members,
  }: { readonly name: string; readonly threshold: string; readonly members: readonly string[] },
): boolean {
  const count = threshold === 'any' ? 1 : threshold === 'all' ? members.length : Number(threshold)
  const isCount = THRESHOLD.test(String(count)) && count <= members.length
  if (draft.group !== undefined || draft.witnesses.has(name) || !isCount) return false
  if (new Set(members).size < members.length || !members.every((member) => draft.witnesses.has(member))) return false
  draft.group = { name, threshold: count, members }
  return true
}

/** `quorum none` is not taken: a log that nobody witnesses proves nothing. */
function settle({ log, witnesses, group, quorum = '' }: Draft): LogTrust | undefined {
  const alone = witnesses.get(quorum)
  if (log === undefined) return undefined
  if (alone !== undefined) return { log, witnesses: [alone], quorum: 1 }
  if (group === undefined || group.name !== quorum) return undefined
  const members = group.members.flatMap((name) => witnesses.get(name) ?? [])
  const distinct = new Set(members.map(({ publicKey }) => Buffer.from(publicKey).toString('hex')))
  return distinct.size < group.threshold ? undefined : { log, witnesses: members, quorum: group.threshold }
}

/** The text that readLogTrust reads. */
export const printLogTrust = ({ log, witnesses, quorum }: LogTrust): string =>
  [
    `log ${printNoteKey(log)}`,
    ...witnesses.map((key, at) => `witness w${at + 1} ${printNoteKey(key)}`),
    `group members ${quorum} ${witnesses.map((_, at) => `w${at + 1}`).join(' ')}`,
    'quorum members',
    '',
  ].join('\n')
