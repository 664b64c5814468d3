/** What an author does to a change by its page: cells and examples dropped, its title, brought up to date, submitted with a signature, withdrawn. */
import { hashToSubmit, submitChange } from '#gateway/rooms/change-approval.ts'
import { dropEdit, dropExample, rebaseChange, setTitle, withdrawChange } from '#gateway/rooms/change-policy.ts'
import type { ChangeOutcome, Officer, Read } from '#gateway/rooms/change-outcome.ts'
import type { ProofGiven } from '#gateway/rooms/change-signatures.ts'
import { readProof } from '#gateway/http/sign-in/proof.ts'
import type { SignedInVisit, WebAnswer } from '#gateway/http/web/route.ts'
import { answerOf, officerOf, readOf } from './change-answer.ts'
import { shownChange } from './change.ts'

/** Passkeys sign on these pages and no others. */
export async function proofOf(visit: SignedInVisit, hash: string): Promise<ProofGiven | undefined> {
  const read = await readProof(visit, hash)
  return read.ok ? { ...read.value, origin: visit.deps.web.origin } : undefined
}

export const submitPost = (visit: SignedInVisit): Promise<WebAnswer> =>
  acting(visit, async (read, officer) => {
    const change = await visit.deps.store.read.changes.get(read.id)
    const proof = change === undefined ? undefined : await proofOf(visit, await hashToSubmit(visit.deps, change))
    if (proof === undefined) return { kind: 'refused', code: change === undefined ? 'not-found' : 'proof-refused' }
    return submitChange(visit.deps, read, { officer, proof })
  })

export const withdrawPost = (visit: SignedInVisit): Promise<WebAnswer> =>
  acting(visit, (read, officer) => withdrawChange(visit.deps, read, officer))

export const rebasePost = (visit: SignedInVisit): Promise<WebAnswer> =>
  acting(visit, (read, officer) => rebaseChange(visit.deps, read, officer))

export const titlePost = (visit: SignedInVisit): Promise<WebAnswer> =>
  acting(visit, (read, officer) => setTitle(visit.deps, read, { officer, title: visit.form.get('title') ?? '' }))

export const dropPost = (visit: SignedInVisit): Promise<WebAnswer> =>
  acting(visit, (read, officer) => {
    const cell = { recipientType: visit.form.get('recipient') ?? '', section: visit.form.get('section') ?? '' }
    return dropEdit(visit.deps, read, { officer, cell })
  })

export const dropExamplePost = (visit: SignedInVisit): Promise<WebAnswer> =>
  acting(visit, (read, officer) => dropExample(visit.deps, read, { officer, name: visit.form.get('name') ?? '' }))

async function acting(
  visit: SignedInVisit,
  act: (read: Read, officer: Officer) => Promise<ChangeOutcome>,
): Promise<WebAnswer> {
  return answerOf(visit, await act(readOf(visit), officerOf(visit)), {
    done: (id) => `/changes/${id}`,
    again: (errors, status) => shownChange(visit, errors, status),
  })
}
