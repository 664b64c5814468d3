/** Ways that a member may be reached by beside its mailbox, as its registry entry names them: which they are and how each is written. */
import { z } from 'zod'

/** `https`, `folder` and `sftp` carry the sealed parcel; `webhook` and `mail` only say that something waits. */
export const WAYS = ['https', 'folder', 'sftp', 'webhook', 'mail'] as const
export type Way = (typeof WAYS)[number]
const PARCEL_WAYS: readonly Way[] = ['https', 'folder', 'sftp']

export const carriesParcel = (way: CarryWay): boolean => PARCEL_WAYS.includes(entryWayOf(way))

const MOST_URL = 500

/** As an errand names it: `mail-alternate` is the other address of `mail`. */
export type CarryWay = Way | 'mail-alternate'
export const entryWayOf = (way: CarryWay): Way => (way === 'mail-alternate' ? 'mail' : way)
export const isMail = (way: CarryWay): boolean => entryWayOf(way) === 'mail'

/** No user in it, no fragment, no line break, and one spelling only: as it is written, it is called. */
function isPlainUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return false
  return url.username === '' && url.password === '' && !text.includes('#') && (url.href === text || url.origin === text)
}

const plainUrl = z
  .string()
  .max(MOST_URL)
  .refine(isPlainUrl, { message: 'not an https URL in its plain form, without user, password and fragment' })

/** A name of RFC 1123 or an address; where it leads is asked when it is called. */
const host = z.string().regex(/^(?=.{1,253}$)[a-z0-9:]([a-z0-9.:-]*[a-z0-9])?$/)

/** Local part without quotes, domain with a dot: nothing that could end a header or name a second recipient. */
export const MAIL_ADDRESS =
  /^(?=.{6,254}$)[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$/
const mailAddress = z.string().regex(MAIL_ADDRESS)

/** As `ssh-keygen -lf` prints it. */
export const HOST_KEY = /^SHA256:[A-Za-z0-9+/]{43}$/

const segment = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/
const remoteFolder = z
  .string()
  .max(300)
  .refine(
    (text) =>
      text
        .replace(/^\//, '')
        .split('/')
        .every((part) => segment.test(part)),
    {
      message: 'not a folder in its plain form',
    },
  )

export const courierSchema = z.discriminatedUnion('way', [
  z.strictObject({ way: z.literal('https'), url: plainUrl }).readonly(),
  z.strictObject({ way: z.literal('webhook'), url: plainUrl }).readonly(),
  /** Its own folder below the operator’s, named as the member; nothing here says where. */
  z.strictObject({ way: z.literal('folder') }).readonly(),
  z
    .strictObject({
      way: z.literal('sftp'),
      host,
      port: z.int().min(1).max(65_535),
      user: z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/),
      hostKey: z.string().regex(HOST_KEY),
      folder: remoteFolder,
    })
    .readonly(),
  z
    .strictObject({
      way: z.literal('mail'),
      to: mailAddress,
      /** Told where nobody reads: another mandate or the data protection officer. */
      alternate: mailAddress.optional(),
    })
    .readonly(),
])
export type CourierEntry = z.output<typeof courierSchema>

/** Each way once. */
export const couriersSchema = z
  .array(courierSchema)
  .max(WAYS.length)
  .refine((entries) => new Set(entries.map(({ way }) => way)).size === entries.length, {
    message: 'one way stands twice',
  })
  .readonly()
