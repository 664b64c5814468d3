/** The pages for people, as read from the settings. */
import { resolve } from 'node:path'
import type { SettingValues } from './settings.ts'

/** Where the pages are, for whom they listen and for whom they are seen. */
export interface WebConfig {
  readonly port: number
  readonly host: string
  /** `https://…`, or `localhost`: without TLS, on this machine alone. */
  readonly origin: string
  /** Absolute paths. Absent: TLS ends before it. */
  readonly tls?: { readonly certificate: string; readonly key: string }
  readonly timeZone: string
  /** Who vouches for people. Absent: passkeys alone. */
  readonly oidc?: { readonly issuer: string; readonly clientId: string; readonly secretFile: string }
}

/** Nothing where the pages have no port. */
export function webOf(values: SettingValues): { readonly web?: WebConfig } {
  const { PASSERELLE_WEB_PORT: port, PASSERELLE_WEB_CERTIFICATE: certificate, PASSERELLE_WEB_KEY: key } = values
  if (port === 'none') return {}
  const web = {
    port,
    host: values.PASSERELLE_WEB_HOST,
    origin: values.PASSERELLE_WEB_ORIGIN,
    timeZone: values.PASSERELLE_TIME_ZONE,
    ...oidcOf(values),
  }
  // One without the other is a mistake, and is met where they are read.
  const hasNone = certificate === 'none' && key === 'none'
  return { web: hasNone ? web : { ...web, tls: { certificate: resolve(certificate), key: resolve(key) } } }
}

/** A provider without a secret is none. */
function oidcOf(values: SettingValues): Pick<WebConfig, 'oidc'> {
  const { PASSERELLE_OIDC_ISSUER: issuer, PASSERELLE_OIDC_SECRET: secret } = values
  if (issuer === 'none' || secret === 'none') return {}
  return { oidc: { issuer, clientId: values.PASSERELLE_OIDC_CLIENT, secretFile: resolve(secret) } }
}
