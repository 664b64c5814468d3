/** Every setting of `serve`: the environment variable, its form, what it means and what it is when unset. */
import { z } from 'zod'
import { port } from './setting-forms.ts'
import type { Settings } from './setting-forms.ts'
import { COURIER_SETTINGS } from './settings-couriers.ts'
import { PLACE_SETTINGS } from './settings-places.ts'
import { WEB_SETTINGS } from './settings-web.ts'

/** In the order in which docs/running.md lists them. */
export const SETTINGS = {
  ...PLACE_SETTINGS,
  PASSERELLE_HOST: { schema: z.string().min(1), means: 'address the agency door listens on', default: '127.0.0.1' },
  PASSERELLE_PORT: { schema: port, means: 'port of the agency door (mTLS)', default: '8443' },
  PASSERELLE_INSIDE_HOST: { schema: z.string().min(1), means: 'address of health and metrics', default: '127.0.0.1' },
  PASSERELLE_INSIDE_PORT: { schema: port, means: 'port of /livez, /readyz and /metrics', default: '9464' },
  ...WEB_SETTINGS,
  PASSERELLE_KEY_EXCHANGE: {
    schema: z.enum(['preferred', 'hybrid']),
    means: 'key exchange of TLS: hybrid refuses whoever has no X25519MLKEM768',
    default: 'preferred',
  },
  PASSERELLE_SECOND_SIGNATURE: {
    schema: z.enum(['off', 'on']),
    means: 'on: parcels and receipts bear a post-quantum signature (ML-DSA-65) beside the one they always bear',
    default: 'off',
  },
  PASSERELLE_ENVELOPE: {
    schema: z.enum(['classic', 'hybrid']),
    means: 'hybrid: parcels are sealed with X25519 and ML-KEM-768 together (HPKE) or not at all',
    default: 'classic',
  },
  PASSERELLE_MAX_BODY_BYTES: {
    schema: z.coerce
      .number()
      .int()
      .min(1024)
      .max(16 * 1024 * 1024),
    means: 'largest message taken, bytes',
    default: String(2 * 1024 * 1024),
  },
  PASSERELLE_REQUESTS_PER_MINUTE: {
    schema: z.coerce.number().int().min(1).max(10_000_000),
    means: 'requests that one member may make in a minute',
    default: '6000',
  },
  PASSERELLE_SAMPLE_ONE_IN: {
    schema: z.coerce.number().int().min(1).max(1_000_000),
    means: 'of how many items one is asked of casbin again',
    default: '256',
  },
  PASSERELLE_JUDGE_QUESTIONS: {
    schema: z.coerce.number().int().min(100).max(10_000_000),
    means: 'random questions before a policy comes into force',
    default: '10000',
  },
  PASSERELLE_RECALL_HOURS: {
    schema: z.coerce
      .number()
      .min(0.01)
      .max(24 * 365),
    means: 'hours before an unanswered recall is overdue',
    default: '24',
  },
  PASSERELLE_WORKERS: {
    schema: z.coerce.number().int().min(1).max(64),
    means: 'deliveries worked on at once',
    default: '8',
  },
  PASSERELLE_DRAIN_MS: {
    schema: z.coerce.number().int().min(0).max(600_000),
    means: 'milliseconds between a signal to stop, when /readyz says no, and the end of listening',
    default: '0',
  },
  PASSERELLE_AUTHORITY: {
    schema: z.string().min(1),
    means: 'folder of the members’ authority, which renews and enrols; or `none`: this gateway issues nothing',
    default: 'none',
  },
  PASSERELLE_AUTHORITY_PASSPHRASE: {
    schema: z.string().min(1),
    means: 'file with the passphrase of its key; or `none`',
    default: 'none',
  },
  PASSERELLE_ENROLMENT_PORT: {
    schema: port,
    means: 'port of enrolment (TLS, no client certificate); opened only with an authority',
    default: '8444',
  },
  ...COURIER_SETTINGS,
  PASSERELLE_LOG: {
    schema: z.enum(['info', 'warn', 'error', 'silent']),
    means: 'least level that is logged, to standard error',
    default: 'info',
  },
} as const satisfies Settings

export type SettingName = keyof typeof SETTINGS

export const isSetting = (name: string): name is SettingName => Object.hasOwn(SETTINGS, name)

/** Settings as they were read: text, numbers, and words of a fixed list. */
export type SettingValues = { readonly [Name in SettingName]: z.output<(typeof SETTINGS)[Name]['schema']> }
