/** Settings of where things are kept: network, database, keys, log, time-stamps, policy. */
import { join } from 'node:path'
import { z } from 'zod'
import { PROJECT_ROOT } from './project-root.ts'
import { isUrl, POSTGRES, urlOr } from './setting-forms.ts'
import type { Settings } from './setting-forms.ts'

export const PLACE_SETTINGS = {
  PASSERELLE_NETWORK: {
    schema: z.string().min(1),
    means: 'folder of the network: network.json, trust/, broker/',
    default: undefined,
  },
  PASSERELLE_DATABASE: {
    // A gateway that took it for PostgreSQL would believe itself alone there, and keep its keys in a folder of that name.
    schema: z.string().regex(/^(?!postgres(ql)?:)./, 'is a file; DATABASE_URL names PostgreSQL'),
    means: 'file of the embedded database',
    default: 'data/passerelle.db',
  },
  DATABASE_URL: {
    schema: urlOr(POSTGRES, 'none, or postgres://…'),
    means: 'PostgreSQL that keeps everything in place of that file, for several gateways together; or `none`',
    default: 'none',
  },
  REDIS_URL: {
    schema: urlOr(/^rediss?:\/\/./, 'none, redis://… or rediss://…'),
    means: 'Redis that tells gateways of work and counts requests for all of them, `rediss:` with TLS; or `none`',
    default: 'none',
  },
  PASSERELLE_KEK: {
    schema: z.string().min(1),
    means: 'key encryption key: a file of mode 0400 outside the database’s folder, or a `pkcs11:` URI',
    default: undefined,
  },
  PASSERELLE_KEK_EARLIER: {
    schema: z.string().min(1),
    means: 'KEKs of before, comma between, until `vault rotate` is done; or `none`',
    default: 'none',
  },
  PASSERELLE_KEYS: {
    schema: z
      .string()
      .min(1)
      .refine((text) => !POSTGRES.test(text) || isUrl(text), 'a file, or postgres://…'),
    means:
      'file of the wrapped case keys, named from the database’s folder, or `postgres://…`; with `DATABASE_URL`: in that database',
    default: 'keys.db',
  },
  PASSERELLE_KEY_BACKUP_DAYS: {
    schema: z.coerce.number().int().min(0).max(3650),
    means: 'days for which you keep backups of that file; erasure certificates name them',
    default: '30',
  },
  PASSERELLE_LOG_HEAD: {
    schema: z.string().min(1),
    means:
      'file of the newest published checkpoint, outside the database’s folder and its backups; or `beside` that folder',
    default: 'beside',
  },
  PASSERELLE_PUBLISH_MS: {
    schema: z.coerce.number().int().min(1).max(600_000),
    means: 'milliseconds between two checkpoints of the log, at least; what is delivered waits so long',
    default: '1000',
  },
  PASSERELLE_WITNESS_HEADS: {
    schema: z.string().min(1),
    means: 'files of checkpoints that witnesses hold, comma between, to compare the log with at start; or `none`',
    default: 'none',
  },
  PASSERELLE_STAMPS: {
    schema: z.string().regex(/^(none|https?:\/\/[^,=]+=[^,=]+(,https?:\/\/[^,=]+=[^,=]+)*)$/),
    means:
      'time-stamping authorities that the trust list names, as `URL=FILE` of their certificate, comma between; or `none`',
    default: 'none',
  },
  PASSERELLE_STAMP_CHECK_SECONDS: {
    schema: z.coerce.number().int().min(1).max(3600),
    means:
      'seconds between two looks at whether a time-stamp is due; one is taken every 12 hours, and as soon as one failed',
    default: '60',
  },
  PASSERELLE_POLICY: {
    schema: z.string().min(1),
    means: 'policy text to put in force at start',
    default: join(PROJECT_ROOT, 'policies/packs/france-prison-exit.json'),
  },
  PASSERELLE_POLICY_APPROVAL: {
    schema: z.enum(['off', 'required', 'adopted']),
    means:
      'required: once officers have changed policy on the pages, no version serves that two of them did not approve, and a file with another stops the start; adopted: the same from the first start on, so that nothing is taken or sent before two officers have adopted a version',
    default: 'off',
  },
} as const satisfies Settings
