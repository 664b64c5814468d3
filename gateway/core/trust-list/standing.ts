/** What a security officer needs of a trust list in one line: trusted until when, in English and in French. */
import { printDay, printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { TrustList } from './list.ts'
import { ageOf } from './verify.ts'

export interface Line {
  readonly en: string
  readonly fr: string
}

const MONTHS = {
  en: 'January February March April May June July August September October November December'.split(' '),
  fr: 'janvier février mars avril mai juin juillet août septembre octobre novembre décembre'.split(' '),
}

/** In UTC, to the minute. */
function when(instant: Instant, language: keyof Line): string {
  const [year = '', month = '', day = ''] = printDay(instant).split('-')
  const [hour, minute] = [printInstant(instant).slice(11, 13), printInstant(instant).slice(14, 16)]
  const name = MONTHS[language][Number(month) - 1] ?? month
  return language === 'en'
    ? `${Number(day)} ${name} ${year}, ${hour}:${minute} UTC`
    : `${day === '01' ? '1er' : Number(day)} ${name} ${year} à ${hour} h ${minute} UTC`
}

/** One line for each language; past half its life it asks for the next list, past its end it says that all stands still. */
export function standingOf(list: TrustList, now: Instant): Line {
  const [en, fr] = [when(list.expires, 'en'), when(list.expires, 'fr')]
  const { version } = list
  switch (ageOf(list, now)) {
    case 'fresh':
      return {
        en: `Trusted until ${en} (list ${version}).`,
        fr: `Confiance assurée jusqu’au ${fr} (liste ${version}).`,
      }
    case 'past-half-life':
      return {
        en: `Trusted until ${en} (list ${version}). Half its life is over: the officers have to sign the next list.`,
        fr: `Confiance assurée jusqu’au ${fr} (liste ${version}). La moitié de sa durée est passée : les responsables doivent signer la liste suivante.`,
      }
    case 'expired':
      return {
        en: `Not trusted since ${en} (list ${version}): nothing is taken or sent until the next list is published.`,
        fr: `Plus de confiance depuis le ${fr} (liste ${version}) : rien n’est reçu ni envoyé avant la publication de la liste suivante.`,
      }
  }
}
