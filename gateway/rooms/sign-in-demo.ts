/** Side room of the demo: invented people, who sign in by a button. */
import type { Account } from '#gateway/core/account.ts'
import { uuidFrom } from '#gateway/core/canonical-json.ts'
import { fail } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { enter } from './sign-in.ts'
import type { Entered, Entry } from './sign-in.ts'
import type { SignInDeps } from './sign-in-proof.ts'

/** `second`: another officer, who approves what the first proposes. */
export const DEMO_PEOPLE = ['officer', 'reader', 'operator', 'second'] as const
export type DemoPerson = (typeof DEMO_PEOPLE)[number]

const idOf = (person: DemoPerson): string => uuidFrom(`demo ${person}`)

/** Writes their accounts: of the reader for that mandate, of the others at the first member of the network. `subjectOf`: as whoever vouches for them knows them. */
export async function openDemoAccounts(
  { store, clock, registry }: Pick<SignInDeps, 'store' | 'clock' | 'registry'>,
  readsFor: string,
  subjectOf: (person: DemoPerson) => string | undefined = () => undefined,
): Promise<void> {
  const { participants, mandates } = registry()
  const mandate = mandates.find(({ id }) => id === readsFor)
  const [first] = participants
  if (mandate === undefined || first === undefined) throw new Error('the demo has no such mandate, or no members')
  const at = first.id
  const people: Readonly<Record<DemoPerson, Omit<Account, 'id' | 'from'>>> = {
    officer: { name: 'DEMO Amel', role: 'officer', organisation: at },
    second: { name: 'DEMO Bruno', role: 'officer', organisation: at },
    operator: { name: 'DEMO Chloé', role: 'operator', organisation: at },
    reader: { name: 'DEMO Dalia', role: 'reader', organisation: mandate.organisation, mandate: mandate.id },
  }
  const from = clock()
  await store.transaction(async (tx) => {
    for (const person of DEMO_PEOPLE) {
      const subject = subjectOf(person)
      await tx.people.putAccount({
        id: idOf(person),
        from,
        ...people[person],
        ...(subject === undefined ? {} : { subject }),
      })
    }
  })
}

/** Those of them that there are: a gateway that only takes an invented network has none. */
export async function demoPeople({ store }: Pick<SignInDeps, 'store'>): Promise<readonly DemoPerson[]> {
  const ids = new Set((await store.read.people.accounts()).map(({ id }) => id))
  return DEMO_PEOPLE.filter((person) => ids.has(idOf(person)))
}

/** Problem `not-found` where this demo has no such person. */
export async function enterDemo(deps: SignInDeps, person: DemoPerson, entry: Entry): Promise<Result<Entered>> {
  const account = await deps.store.read.people.account(idOf(person))
  return account === undefined ? fail('not-found') : enter(deps, { account, method: 'demo', ...entry })
}
