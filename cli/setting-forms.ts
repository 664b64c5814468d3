/** What a setting is, and the forms that several of them have. */
import { z } from 'zod'

/** One setting: the form of its text, what it means to an operator, and what it is when unset; undefined where it is needed. */
interface Setting {
  readonly schema: z.ZodType
  readonly means: string
  readonly default: string | undefined
}

/** Settings by the name of their environment variable, in the order in which docs/running.md lists them. */
export type Settings = Readonly<Record<string, Setting>>

/** How the address of a PostgreSQL begins. */
export const POSTGRES = /^postgres(ql)?:\/\//

/** Whoever connects to a URL that is none throws it back whole, with its password: it is looked at before. */
export function isUrl(text: string): boolean {
  try {
    const { username, password } = new URL(text)
    decodeURIComponent(username + password)
    return true
  } catch {
    return false
  }
}

/** `none`, or a URL that begins with `form`. */
export const urlOr = (form: RegExp, message: string): z.ZodString =>
  z.string().refine((text) => text === 'none' || (form.test(text) && isUrl(text)), message)

/** A TCP port; 0 is any that is free. */
export const port = z.coerce.number().int().min(0).max(65_535)
