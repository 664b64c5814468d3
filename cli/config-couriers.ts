/** The ways onward, as read from the settings. */
import { resolve } from 'node:path'
import { listOf } from './config-places.ts'
import type { SettingValues } from './settings.ts'

/** What the operator has set up of the ways onward; what is absent is not. Absolute paths. */
export interface CourierConfig {
  readonly folders?: string
  readonly webhookKey?: string
  readonly sftpKey?: string
  readonly mail?: { readonly server: string; readonly from: string; readonly passwordFile?: string }
  /** Absent: the public authorities. */
  readonly outsideRoots?: string
  readonly innerHosts: readonly string[]
}

/** Notices have a server and an address to come from, or there are none. */
export function couriersOf(values: SettingValues): CourierConfig {
  const { PASSERELLE_SMTP: server, PASSERELLE_SMTP_FROM: from, PASSERELLE_SMTP_PASSWORD: password } = values
  const words = password === 'none' ? {} : { passwordFile: resolve(password) }
  return {
    ...fileOf('folders', values.PASSERELLE_COURIER_FOLDERS),
    ...fileOf('webhookKey', values.PASSERELLE_WEBHOOK_KEY),
    ...fileOf('sftpKey', values.PASSERELLE_SFTP_KEY),
    ...fileOf('outsideRoots', values.PASSERELLE_OUTSIDE_ROOTS),
    ...(server === 'none' || from === 'none' ? {} : { mail: { server, from, ...words } }),
    innerHosts: listOf(values.PASSERELLE_INNER_HOSTS),
  }
}

const fileOf = (name: 'folders' | 'webhookKey' | 'sftpKey' | 'outsideRoots', path: string): Partial<CourierConfig> =>
  path === 'none' || path === 'public' ? {} : { [name]: resolve(path) }
