/** Settings of the ways onward: folders, webhooks, SFTP, mail. */
import { z } from 'zod'
import { MAIL_ADDRESS } from '#gateway/core/courier-ways.ts'
import type { Settings } from './setting-forms.ts'

export const COURIER_SETTINGS = {
  PASSERELLE_COURIER_FOLDERS: {
    schema: z.string().min(1),
    means: 'folder with a folder for each member that is reached by the way `folder`; or `none`',
    default: 'none',
  },
  PASSERELLE_WEBHOOK_KEY: {
    schema: z.string().min(1),
    means: 'file of the key that signs webhooks (`deliveries key`); or `none`',
    default: 'none',
  },
  PASSERELLE_SFTP_KEY: {
    schema: z.string().min(1),
    means: 'file of the key that logs in by SFTP (`ssh-keygen`); or `none`',
    default: 'none',
  },
  PASSERELLE_SMTP: {
    schema: z.string().regex(/^(none|smtps?:\/\/([A-Za-z0-9._%+-]+@)?[A-Za-z0-9.:[\]-]+)$/),
    means: 'mail server for notices, `smtps://USER@HOST:PORT` or `smtp://…` with STARTTLS; or `none`',
    default: 'none',
  },
  PASSERELLE_SMTP_PASSWORD: {
    schema: z.string().min(1),
    means: 'file with the password of that user; or `none`',
    default: 'none',
  },
  PASSERELLE_SMTP_FROM: {
    schema: z.union([z.literal('none'), z.string().regex(MAIL_ADDRESS)]),
    means: 'address that notices come from, and that is asked; or `none`',
    default: 'none',
  },
  PASSERELLE_OUTSIDE_ROOTS: {
    schema: z.string().min(1),
    means: 'file of the authorities that vouch for webhook and mail servers; or `public`: those that Node ships',
    default: 'public',
  },
  PASSERELLE_INNER_HOSTS: {
    schema: z.string().min(1),
    means: 'hosts of members that may lead to addresses of your own network, comma between; or `none`',
    default: 'none',
  },
} as const satisfies Settings
