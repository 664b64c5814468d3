/** What changing policy needs beside the store: the judging child, packs as they are shipped with their examples, and the check of what passkeys signed. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { verifyEvidence } from '#adapters/sign-in/passkeys.ts'
import { parseCases } from '#policies/engine/case-text.ts'
import type { Example } from '#policies/engine/case-text.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import { parsePolicy } from '#policies/language/text.ts'
import type { Changing } from '#gateway/rooms/change-outcome.ts'
import { inventedCases } from './demo/invented-cases.ts'
import { PROJECT_ROOT } from './project-root.ts'
import type { Config } from './config.ts'
import { judgeApart } from './judge-apart.ts'

export const openChanging = ({ judgeQuestions }: Pick<Config, 'judgeQuestions'>): Changing => ({
  judgeApart: (text) => judgeApart(text, judgeQuestions),
  shipped: shippedExamples,
  shippedPack,
  verifyEvidence,
  inventedCases,
})

const PACK_ID = /^[a-z0-9-]+$/

/** Of a policy that is not ours there are none. */
export async function shippedExamples(policyId: string): Promise<readonly Example[]> {
  if (!PACK_ID.test(policyId)) return []
  const file = join(PROJECT_ROOT, 'policies/cases', `${policyId}.json`)
  const text = await readFile(file, 'utf8').catch(() => undefined)
  const parsed = text === undefined ? undefined : parseCases(text, file)
  return parsed?.ok === true ? parsed.examples : []
}

const PACKS = new Map<string, PolicySet | undefined>()

/** The policy of that id as it lies in this release, read once. */
export async function shippedPack(policyId: string): Promise<PolicySet | undefined> {
  if (!PACK_ID.test(policyId)) return undefined
  if (!PACKS.has(policyId))
    PACKS.set(policyId, await readPack(join(PROJECT_ROOT, 'policies/packs', `${policyId}.json`)))
  return PACKS.get(policyId)
}

async function readPack(file: string): Promise<PolicySet | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  const parsed = text === undefined ? undefined : parsePolicy(text, file)
  return parsed?.ok === true ? parsed.set : undefined
}
