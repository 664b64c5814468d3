/** Where the project lies on this machine: an absolute path. */
import { resolve } from 'node:path'

export const PROJECT_ROOT = resolve(import.meta.dirname, '..')
