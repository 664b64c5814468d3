/** Asks plan and casbin about a policy text in a process of its own, so that a long judgement stops no delivery. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { z } from 'zod'
import type { Agreement } from '#policies/engine/agreement.ts'
import { PROJECT_ROOT } from './project-root.ts'
import { thinkingFlags } from './confine.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'

const TIME_LIMIT_MS = 60 * 60 * 1000

const agreementSchema = z.object({
  asked: z.number(),
  levels: z.record(z.string(), z.number()),
  errors: z.number(),
  disagreements: z.array(
    z
      .object({
        index: z.number(),
        planLevel: z.string(),
        casbinLevel: z.string(),
        planRules: z.array(z.string()),
        casbinRule: z.string().optional(),
      })
      .transform((row) => ({ ...row, casbinRule: row.casbinRule })),
  ),
})

/** Runs `passerelle check agreement`. Throws when the child dies or says nothing that can be read: then nothing was judged. */
export async function judgeApart(text: string, count: number): Promise<Agreement> {
  const child = spawn(
    process.execPath,
    [
      ...thinkingFlags(),
      join(PROJECT_ROOT, 'cli/main.ts'),
      'check',
      'agreement',
      '--json',
      '--count',
      String(count),
      '-',
    ],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      signal: AbortSignal.timeout(TIME_LIMIT_MS),
    },
  )
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stdin.on('error', () => undefined)
  child.stdin.end(text)
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve())
  })
  const parsed = agreementSchema.safeParse(readOrUndefined(Buffer.concat(chunks).toString('utf8')))
  if (!parsed.success)
    throw new CommandFailed('the policy could not be judged: the judging process gave no answer', EXIT.found)
  return parsed.data
}

function readOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
