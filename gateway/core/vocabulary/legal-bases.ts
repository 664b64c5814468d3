/** Legal bases by the pattern `jurisdiction.text.article`, with the time in which each may be relied on (`domain.md` §2.10). */
import { parseInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { code, codeList, entryOf } from './code-list.ts'
import type { CodeEntry, CodeList } from './code-list.ts'

/** `code` is the id of the basis. */
export interface LegalBasisEntry extends CodeEntry {
  /** First day on which it may be relied on, UTC; absent: long since. */
  readonly from?: string
  /** First day on which it may no longer be relied on; absent: open. */
  readonly until?: string
  /** The entry to rely on afterwards. */
  readonly successor?: string
  /** The id is a prefix: `coop.agreement:<id>`. */
  readonly isPrefix?: true
  /** What a data-protection officer must know before relying on it. */
  readonly note?: string
}

/** The renumbered code takes effect on this day (ordonnance 2025-1091; a postponement to 2030 is possible). */
const NEW_CODE = '2029-01-01'

const since = (from: string, id: string, en: string, fr: string): LegalBasisEntry => ({ ...code(id, en, fr), from })

export const LEGAL_BASES: CodeList<LegalBasisEntry> = codeList<LegalBasisEntry>({
  id: 'legal-bases',
  version: '2026-1',
  source: 'EUR-Lex and national gazettes; dates of ordonnance 2025-1091 for the new Code de procédure pénale',
  entries: [
    since(
      '2018-05-06',
      'eu.led.8',
      'LED Art. 8, task of a competent authority',
      'Directive 2016/680, art. 8, mission d’une autorité compétente',
    ),
    since(
      '2018-05-06',
      'eu.led.9-2',
      'LED Art. 9(2), use outside the LED',
      'Directive 2016/680, art. 9, §2, usage hors directive',
    ),
    since(
      '2018-05-06',
      'eu.led.10-a',
      'LED Art. 10(a), authorised by law',
      'Directive 2016/680, art. 10, a), autorisé par le droit',
    ),
    since(
      '2018-05-06',
      'eu.led.10-b',
      'LED Art. 10(b), vital interests',
      'Directive 2016/680, art. 10, b), intérêts vitaux',
    ),
    since(
      '2018-05-06',
      'eu.led.10-c',
      'LED Art. 10(c), manifestly made public',
      'Directive 2016/680, art. 10, c), données rendues publiques',
    ),
    since(
      '2018-05-25',
      'eu.gdpr.6-1-c',
      'GDPR Art. 6(1)(c), legal obligation',
      'RGPD, art. 6, §1, c), obligation légale',
    ),
    since('2018-05-25', 'eu.gdpr.6-1-d', 'GDPR Art. 6(1)(d), vital interests', 'RGPD, art. 6, §1, d), intérêts vitaux'),
    since(
      '2018-05-25',
      'eu.gdpr.6-1-e',
      'GDPR Art. 6(1)(e), public interest',
      'RGPD, art. 6, §1, e), mission d’intérêt public',
    ),
    since(
      '2018-05-25',
      'eu.gdpr.9-2-b',
      'GDPR Art. 9(2)(b), social protection',
      'RGPD, art. 9, §2, b), protection sociale',
    ),
    since('2018-05-25', 'eu.gdpr.9-2-c', 'GDPR Art. 9(2)(c), vital interests', 'RGPD, art. 9, §2, c), intérêts vitaux'),
    since(
      '2018-05-25',
      'eu.gdpr.9-2-g',
      'GDPR Art. 9(2)(g), substantial public interest',
      'RGPD, art. 9, §2, g), intérêt public important',
    ),
    since(
      '2018-05-25',
      'eu.gdpr.9-2-h',
      'GDPR Art. 9(2)(h), health or social care',
      'RGPD, art. 9, §2, h), soins de santé ou sociaux',
    ),
    since('2018-05-25', 'eu.gdpr.10', 'GDPR Art. 10, offence data', 'RGPD, art. 10, données relatives aux infractions'),
    code(
      'fr.cp.226-14',
      'Code pénal 226-14, lawful exceptions to secrecy',
      'Code pénal, art. 226-14, levées du secret',
    ),
    code(
      'fr.csi.132-5',
      'CSI L.132-5, local security council groups',
      'CSI, art. L.132-5, groupes de travail du CLSPD',
    ),
    code(
      'fr.csi.863-2',
      'CSI L.863-2, transmission at the request of a service',
      'CSI, art. L.863-2, transmission sur demande d’un service',
    ),
    code('fr.csp.l1110-4', 'CSP L.1110-4, care team', 'CSP, art. L.1110-4, équipe de soins'),
    code('fr.casf.l121-6-2', 'CASF L.121-6-2, shared secrecy in social work', 'CASF, art. L.121-6-2, secret partagé'),
    code(
      'fr.cpen.ex-d581',
      'Probation officers and secrecy (ex CPP D.581)',
      'Secret des personnels du SPIP (ex-art. D.581 du CPP)',
    ),
    since(
      '2022-05-01',
      'fr.cpen.r113-49',
      'Code pénitentiaire R.113-49, probation file',
      'Code pénitentiaire, art. R.113-49, APPI',
    ),
    since(
      '2022-05-01',
      'fr.cpen.r224-18',
      'Code pénitentiaire R.224-18, placement',
      'Code pénitentiaire, art. R.224-18, placement',
    ),
    since(
      '2022-05-01',
      'fr.cpen.r224-24',
      'Code pénitentiaire R.224-24, evaluations to the magistrate',
      'Code pénitentiaire, art. R.224-24, communication au magistrat',
    ),
    since(
      '2022-05-01',
      'fr.cpen.r621-1',
      'Code pénitentiaire R.621-1, summons to probation',
      'Code pénitentiaire, art. R.621-1, convocation au SPIP',
    ),
    {
      ...code('fr.cpp.741-1', 'CPP 741-1, summons on the day of release', 'CPP, art. 741-1, convocation à la sortie'),
      until: NEW_CODE,
      successor: 'fr.ncpp.741-1',
    },
    {
      ...code(
        'fr.ncpp.741-1',
        'New CPP, article that takes over CPP 741-1',
        'Nouveau CPP, article reprenant l’art. 741-1',
      ),
      from: NEW_CODE,
      note: 'The number of the article in the new code is to be confirmed before it is relied on.',
    },
    {
      ...code(
        'fr.cpp.706-25-16',
        'CPP 706-25-16, measure against terrorist reoffending',
        'CPP, art. 706-25-16, mesure de prévention de la récidive terroriste',
      ),
      until: NEW_CODE,
      successor: 'fr.ncpp.l6422-1',
    },
    {
      ...code(
        'fr.ncpp.l6422-1',
        'New CPP L.6422-1, measure against terrorist reoffending',
        'Nouveau CPP, art. L.6422-1, mesure de prévention de la récidive terroriste',
      ),
      from: NEW_CODE,
    },
    code(
      'fr.doctrine.end-of-custody',
      'End-of-custody note of the prison intelligence service',
      'Note de fin de détention du renseignement pénitentiaire',
    ),
    since(
      '2017-02-10',
      'fr.pjj.jusf1704925n',
      'Youth justice note of 10 February 2017, minors',
      'Note PJJ du 10 février 2017, mineurs',
    ),
    code('be.l20180730.4', 'Belgium, law of 30 July 2018, Art. 4', 'Belgique, loi du 30 juillet 2018, art. 4'),
    code('be.cp.458ter', 'Belgium, Criminal Code 458ter', 'Belgique, Code pénal, art. 458ter'),
    {
      ...code(
        'nl.wgs.zvh',
        'Netherlands, WGS, care and safety houses',
        'Pays-Bas, WGS, maisons de soins et de sécurité',
      ),
      from: '2025-03-01',
    },
    code('se.osl.10', 'Sweden, secrecy act chapter 10', 'Suède, loi sur le secret, chapitre 10'),
    code('uk.dpa2018.35', 'UK, Data Protection Act 2018, s. 35', 'Royaume-Uni, Data Protection Act 2018, s. 35'),
    code(
      'uk.oma2007.14',
      'UK, Offender Management Act 2007, s. 14',
      'Royaume-Uni, Offender Management Act 2007, s. 14',
    ),
    code('uk.cja2003.325', 'UK, Criminal Justice Act 2003, s. 325', 'Royaume-Uni, Criminal Justice Act 2003, s. 325'),
    { ...code('coop.agreement', 'Cooperation agreement', 'Convention de coopération'), isPrefix: true },
    {
      ...code('consent', 'Consent', 'Consentement'),
      isPrefix: true,
      note: 'Consent given to an authority is rarely free; prefer another basis.',
    },
  ],
})

/** The entry of a basis, `coop.agreement:<id>` by its prefix; undefined for one that is not in the catalogue. */
export function legalBasisById(id: string): LegalBasisEntry | undefined {
  const colon = id.indexOf(':')
  if (colon === -1) return notPrefix(entryOf(LEGAL_BASES, id))
  const found = entryOf(LEGAL_BASES, id.slice(0, colon))
  return found?.isPrefix === true && colon < id.length - 1 ? found : undefined
}

const notPrefix = (entry: LegalBasisEntry | undefined): LegalBasisEntry | undefined =>
  entry?.isPrefix === true ? undefined : entry

/** True while the basis may be relied on: from <= at < until. */
export function isBasisInForce(entry: LegalBasisEntry, at: Instant): boolean {
  const from = entry.from === undefined ? undefined : parseInstant(entry.from)
  const until = entry.until === undefined ? undefined : parseInstant(entry.until)
  return (from === undefined || from <= at) && (until === undefined || at < until)
}
