/** A notice by mail that something waits: the same words for everyone, so that neither text nor header can tell of a case. */
import { randomUUID } from 'node:crypto'
import { createTransport } from 'nodemailer'
import { MAIL_ADDRESS } from '#gateway/core/courier-ways.ts'
import type { Carrier, CarryOutcome, Errand } from '#gateway/ports/courier.ts'
import { codeOf, CourierFault, outcomeOf, within } from './courier-fault.ts'

export interface MailOptions {
  readonly host: string
  readonly port: number
  /** `implicit`: TLS from the first byte; `starttls`: no mail without it; `demo`: as it comes. */
  readonly tls: 'implicit' | 'starttls' | 'demo'
  /** Whose certificates count; the public ones where absent. PEM. */
  readonly roots?: string
  readonly login?: { readonly user: string; readonly pass: string }
  /** Address that notices come from, and that is asked where one does not understand them. */
  readonly from: string
}

export const MAIL_SUBJECT = 'Un message vous attend / A message is waiting'

/** No link, no reference, no organisation of origin. */
export const mailText = (contact: string): string =>
  [
    'Passerelle',
    '',
    'Un message vous attend. Connectez-vous comme d’habitude pour le lire.',
    `Une question ? ${contact}`,
    '',
    'A message is waiting for you. Sign in as usual to read it.',
    `Any question? ${contact}`,
    '',
  ].join('\n')

const STEP_MS = 8_000

/** A carrier of the way `mail`. Throws where an address of its own is none. */
export function openMailNotices(options: MailOptions): Carrier {
  if (!MAIL_ADDRESS.test(options.from)) throw new Error('the address that notices come from is none')
  return {
    carry: ({ recipient, signal }) =>
      outcomeOf(signal, async () => {
        const to = addressOf(recipient)
        await withTransport(options, signal, async (transport) => {
          await transport.sendMail({
            from: { name: 'Passerelle', address: options.from },
            to: { name: '', address: to },
            envelope: { from: options.from, to: [to] },
            subject: MAIL_SUBJECT,
            text: mailText(options.from),
            messageId: `<${randomUUID()}@${options.from.split('@')[1] ?? ''}>`,
            xMailer: false,
            headers: { 'Auto-Submitted': 'auto-generated' },
            disableFileAccess: true,
            disableUrlAccess: true,
          })
        })
        return TAKEN
      }),
    ping: ({ recipient, signal }) =>
      outcomeOf(signal, async () => {
        addressOf(recipient)
        await withTransport(options, signal, async (transport) => {
          await transport.verify()
        })
        return TAKEN
      }),
  }
}

const TAKEN: CarryOutcome = { kind: 'taken' }

/** Asked again here, whatever wrote the registry: an address that could end a header is none. */
function addressOf({ courier, isAlternate }: Errand['recipient']): string {
  const address = courier.way !== 'mail' ? undefined : isAlternate === true ? courier.alternate : courier.to
  if (address === undefined || !MAIL_ADDRESS.test(address)) throw new CourierFault('not-set-up')
  return address
}

type Transport = ReturnType<typeof createTransport>

async function withTransport(
  { host, port, tls, roots, login }: MailOptions,
  signal: AbortSignal,
  work: (transport: Transport) => Promise<void>,
): Promise<void> {
  const transport = createTransport({
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    tls: { minVersion: 'TLSv1.2', rejectUnauthorized: tls !== 'demo', ...(roots === undefined ? {} : { ca: roots }) },
    ...(login === undefined ? {} : { auth: { user: login.user, pass: login.pass } }),
    connectionTimeout: STEP_MS,
    greetingTimeout: STEP_MS,
    socketTimeout: STEP_MS,
    logger: false,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  try {
    await within(signal, work(transport))
  } catch (cause) {
    throw cause instanceof CourierFault ? cause : new CourierFault(FAULTS[codeOf(cause)] ?? 'answer-refused', cause)
  } finally {
    transport.close()
  }
}

const FAULTS: Readonly<Record<string, 'unreachable' | 'peer-refused' | 'timed-out'>> = {
  ECONNECTION: 'unreachable',
  EDNS: 'unreachable',
  ESOCKET: 'unreachable',
  ETIMEDOUT: 'timed-out',
  ETLS: 'peer-refused',
  EAUTH: 'peer-refused',
}
