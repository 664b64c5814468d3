/** The part of a form in which people say whether mail tells them that something waits, and in which hours none does. */
import { NOTICE_CHANNELS, isHour } from '#gateway/core/notice-choice.ts'
import type { NoticeChoice } from '#gateway/core/notice-choice.ts'
import { html } from '#gateway/http/web/html.ts'
import type { Html } from '#gateway/http/web/html.ts'
import { input, radios } from '#gateway/http/web/kit.ts'
import type { FieldErrors } from '#gateway/http/web/kit.ts'
import type { Visit } from '#gateway/http/web/route.ts'

type Field = 'notice' | 'quiet-from' | 'quiet-until'
type Reading = Pick<Visit, 't' | 'deps'>

export type ReadNotices =
  | { readonly kind: 'read'; readonly notices: NoticeChoice }
  | { readonly kind: 'wrong'; readonly errors: FieldErrors<Field> }

/** What the form says of notices, or what is wrong with it by field. */
export function readNotices({ t, deps }: Reading, sent: URLSearchParams): ReadNotices {
  const value = (name: Field): string => sent.get(name)?.trim() ?? ''
  const channel = NOTICE_CHANNELS.find((known) => known === value('notice'))
  const [from, until] = [value('quiet-from'), value('quiet-until')]
  const isQuiet = from !== '' || until !== ''
  const hourFault = (hour: string): string | undefined =>
    !isQuiet || isHour(hour) ? undefined : t(hour === '' ? 'inbox:notices.error.both' : 'inbox:notices.error.hour')
  const [first, last] = [hourFault(from), hourFault(until)]
  const isSame = isQuiet && from === until && last === undefined
  const errors: FieldErrors<Field> = {
    ...(channel === undefined ? { notice: t('inbox:notices.error.channel') } : {}),
    ...(first === undefined ? {} : { 'quiet-from': first }),
    ...(last === undefined ? {} : { 'quiet-until': last }),
    ...(isSame ? { 'quiet-until': t('inbox:notices.error.same') } : {}),
  }
  if (channel === undefined || Object.keys(errors).length > 0) return { kind: 'wrong', errors }
  const quiet = isQuiet ? { quiet: { from, until, zone: deps.web.timeZone } } : {}
  return { kind: 'read', notices: { channel, ...quiet } }
}

/** The same as the form would have sent it. */
export const noticeFormOf = ({ channel, quiet }: NoticeChoice): URLSearchParams =>
  new URLSearchParams({ notice: channel, 'quiet-from': quiet?.from ?? '', 'quiet-until': quiet?.until ?? '' })

/** Not told: the organisation is told nothing by mail, and there is nothing to choose. */
export function noticeFields(
  { t, deps }: Reading,
  { sent, errors, isTold }: { readonly sent: URLSearchParams; readonly errors: FieldErrors; readonly isTold: boolean },
): Html {
  if (!isTold)
    return html`<h2 class="govuk-heading-m">${t('inbox:notices.legend')}</h2>
      <p class="govuk-body">${t('inbox:notices.off')}</p>`
  const time = (name: 'quiet-from' | 'quiet-until', label: string): Html =>
    input(t, { name, label, type: 'time', width: 5, value: sent.get(name) ?? '', error: errors[name] })
  return html`${radios(t, {
      name: 'notice',
      legend: { text: t('inbox:notices.legend'), size: 'm' },
      hint: t('inbox:notices.hint'),
      error: errors['notice'],
      value: sent.get('notice') ?? undefined,
      items: [
        { value: 'mail', text: t('inbox:notices.mail') },
        { value: 'none', text: t('inbox:notices.none'), hint: t('inbox:notices.noneHint') },
      ],
    })}
    <p class="govuk-body">${t('inbox:notices.quiet', { zone: deps.web.timeZone })}</p>
    ${time('quiet-from', t('inbox:notices.from'))} ${time('quiet-until', t('inbox:notices.until'))}`
}
