/** Settings of the pages for people, and of who vouches for those people. */
import { z } from 'zod'
import { port, urlOr } from './setting-forms.ts'
import type { Settings } from './setting-forms.ts'

export const WEB_SETTINGS = {
  PASSERELLE_WEB_PORT: {
    schema: z.union([z.literal('none'), port]),
    means: 'port of the pages for people; or `none`',
    default: 'none',
  },
  PASSERELLE_WEB_HOST: { schema: z.string().min(1), means: 'address the pages listen on', default: '127.0.0.1' },
  PASSERELLE_WEB_ORIGIN: {
    schema: z.union([
      z.literal('localhost'),
      z.string().regex(/^https:\/\/[a-z0-9.-]+(:\d{1,5})?$/, 'https://… without a path, or localhost'),
    ]),
    means:
      'the pages as browsers know them, `https://…` without a path; or `localhost`, without TLS, to try them on one machine',
    default: 'localhost',
  },
  PASSERELLE_WEB_CERTIFICATE: {
    schema: z.string().min(1),
    means:
      'file of the certificate that browsers see; or `none`: what stands before the pages, on this machine, does TLS',
    default: 'none',
  },
  PASSERELLE_WEB_KEY: { schema: z.string().min(1), means: 'file of its key; or `none`', default: 'none' },
  PASSERELLE_TIME_ZONE: {
    schema: z
      .string()
      .refine((zone) => Intl.supportedValuesOf('timeZone').includes(zone) || zone === 'UTC', 'is no time zone'),
    means: 'zone that the pages show dates in',
    default: 'Europe/Paris',
  },
  PASSERELLE_OIDC_ISSUER: {
    schema: urlOr(/^https:\/\/|^http:\/\/(localhost|127\.0\.0\.1)[:/]/, 'none, or https://…'),
    means: 'OpenID provider that vouches for people on the pages; or `none`: passkeys alone',
    default: 'none',
  },
  PASSERELLE_OIDC_CLIENT: {
    schema: z.string().min(1).max(200),
    means: 'what this gateway is called there',
    default: 'passerelle',
  },
  PASSERELLE_OIDC_SECRET: {
    schema: z.string().min(1),
    means: 'file of the secret that it shares with that provider; or `none`',
    default: 'none',
  },
} as const satisfies Settings
