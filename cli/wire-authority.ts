/** The authority of members as a gateway has it, where it has one: the Issuer port, and the door of enrolment beside the agency door. */
import { createServer } from 'node:https'
import type { Server } from 'node:https'
import type { OpenAuthority } from '#adapters/pki/authority-folder.ts'
import { createIssuer } from '#adapters/pki/members-issuer.ts'
import type { LiveTls } from '#adapters/pki/live-tls.ts'
import { createEnrolmentApp } from '#gateway/http/enrolment.ts'
import type { EnrolmentDeps } from '#gateway/http/enrolment.ts'
import { limitServer, serverLimits } from '#gateway/http/shell/server-limits.ts'
import type { Issuer } from '#gateway/ports/issuer.ts'
import { openNamed } from './authority-flags.ts'
import type { AuthorityConfig } from './config.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { close, listen, addressOf } from './listening.ts'

const MOST_CONNECTIONS = 64

export interface OpenIssuer extends Disposable {
  readonly open: OpenAuthority
  readonly issuer: Issuer
}

/** Throws CommandFailed where the folder holds no authority of members: a root has no place beside a gateway. */
export async function openIssuer({ folder, passphraseFile }: AuthorityConfig): Promise<OpenIssuer> {
  const open = await openNamed({
    authority: folder,
    ...(passphraseFile === undefined ? {} : { passphraseFile }),
  })
  if (open.about.kind === 'members') return { open, issuer: createIssuer(open), [Symbol.dispose]: open[Symbol.dispose] }
  open[Symbol.dispose]()
  throw new CommandFailed(`${folder}: a root has no place beside a gateway; name an authority of members`, EXIT.usage)
}

/** A door that listens until it is stopped. */
export interface EnrolmentDoor {
  readonly url: string
  readonly stop: () => Promise<void>
}

/** TLS with the gateway's certificate and no question for the caller's: who comes here has none yet. */
export async function openEnrolmentDoor(
  deps: EnrolmentDeps,
  tls: LiveTls,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<EnrolmentDoor> {
  const { crl: _lists, ...context } = tls.context()
  const server: Server = createServer({ ...serverLimits, ...context }, createEnrolmentApp(deps))
  server.maxConnections = MOST_CONNECTIONS
  limitServer(server, deps)
  tls.follow(server)
  await listen(server, host, port)
  return { url: `https://${addressOf(server)}`, stop: () => close(server) }
}
