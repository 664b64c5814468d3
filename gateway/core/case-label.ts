/** What an organisation calls a case among its own people: a few words that its readers gave it, and how a long handle is read. */
import { isCaseHandle } from './case-copy/signed-copies.ts'
import { isOneLine } from './one-line.ts'

/** Most characters of a label. */
export const MAX_LABEL_CHARACTERS = 60

const WITHIN = new RegExp(`^.{1,${MAX_LABEL_CHARACTERS}}$`, 'su')

export type ReadLabel =
  | { readonly kind: 'label'; readonly text: string }
  /** Nothing was written: there is to be none. */
  | { readonly kind: 'none' }
  | { readonly kind: 'wrong'; readonly fault: 'too-long' | 'unwritable' }

/** As somebody wrote it, with one blank between words. */
export function readLabel(written: string): ReadLabel {
  const text = written.normalize('NFC').replaceAll(/\s+/gu, ' ').trim()
  if (text === '') return { kind: 'none' }
  if (!WITHIN.test(text)) return { kind: 'wrong', fault: 'too-long' }
  if (!isOneLine(text)) return { kind: 'wrong', fault: 'unwritable' }
  return { kind: 'label', text }
}

/** What a label is found by: the same however it is cased, and however its letters and blanks are encoded. */
export const labelKey = (text: string): string => text.normalize('NFKC').toLowerCase().replaceAll(/\s+/gu, ' ').trim()

/** A code in groups of four, as it is read out. */
export const groupedCode = (text: string): string => inFours(text)

const inFours = (text: string): string => text.replaceAll(/.{4}(?=.)/g, '$& ')

/** A handle in groups of four, as it is read out; any other name as it is. */
export const groupedName = (name: string): string => (isCaseHandle(name) ? inFours(name) : name)

const SHORT_CHARACTERS = 12

/** The beginning of a handle, for lists and titles: enough to tell the cases of an inbox apart. Any other name as it is. */
export const shortName = (name: string): string =>
  isCaseHandle(name) ? `${inFours(name.slice(0, SHORT_CHARACTERS))}…` : name

/** A name as it is kept, however it was grouped by whoever types it from a page. */
export function ungroupedName(written: string): string {
  const joined = written.replaceAll(/\s+/gu, '').toLowerCase()
  return isCaseHandle(joined) ? joined : written.trim()
}
