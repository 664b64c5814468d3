/** A policy set as casbin model and rows: the judge of the plan, and who belongs to which group. The one file that imports casbin. */
import { Enforcer, FunctionMap, newEnforcerWithClass, newModelFromString } from 'casbin'
import type { LabelledItem } from '#policies/language/item.ts'
import { LEVELS, rankOf } from '#policies/language/level.ts'
import type { Level } from '#policies/language/level.ts'
import type { PolicySet, Question, Rule } from '#policies/language/policy.ts'
import { application } from './applies.ts'
import { namesOf, unknownInItem, unknownInQuestion } from './known.ts'
import type { Names } from './known.ts'

/**
 * Deny-override, asked once per level. The matcher is one fixed line over named functions: a rule is data in `p.rule`,
 * and no text of an officer is ever evaluated as an expression. `p.eft` is written here as `allow` or `deny` and nothing else.
 * Whether a rule applies is asked before whether it speaks at the level, so that its errors are met at every level.
 */
const MODEL = `
[request_definition]
r = question, item, level

[policy_definition]
p = rule, upto, eft

[role_definition]
g = _, _

[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))

[matchers]
m = appliesTo(p.rule, r.question, r.item) && speaksAt(r.level, p.upto, p.eft)
`

/** The levels that can be asked for; nothing needs no permission. */
const ASKED = LEVELS.filter((level) => level !== 'nothing').toReversed()

/** What casbin says of one item: the highest level it allows, one of the rules, and whether it could not judge. */
export interface Judgement {
  readonly level: Level
  /** The rule `enforceEx` names for that level: the last permit met, or the limit that denied the level above. */
  readonly rule: string | undefined
  /** A condition ended in an error, or casbin itself failed: nothing may pass. */
  readonly failed: boolean
}

export interface Judge {
  readonly levelOf: (question: Question, item: LabelledItem) => Judgement
  /** Groups of a member, implicit ones too, sorted. */
  readonly groupsOf: (member: string) => Promise<readonly string[]>
}

/** Without the functions that casbin brings along: no matcher here calls them, and each is handed to every rule that is asked. */
class BareEnforcer extends Enforcer {
  forgetFunctions(): void {
    this.fm = new FunctionMap()
  }
}

/** Limits stand first, since a denial ends the asking. */
const inOrder = ({ rules }: PolicySet): readonly Rule[] =>
  [...rules].toSorted((a, b) => (a.effect === b.effect ? 0 : a.effect === 'limit' ? -1 : 1))

/** The rows that casbin is given for a set, in their order, each with the rule that it stands for. */
export const casbinRows = (set: PolicySet): readonly { readonly row: readonly string[]; readonly rule: string }[] =>
  inOrder(set).map(({ id, upTo, effect }, index) => ({
    row: [`${index}`, `${rankOf(upTo)}`, effect === 'permit' ? 'allow' : 'deny'],
    rule: id,
  }))

/**
 * Builds a judge beside any other; a set is never reloaded in place (casbin allows too much while it reloads). Limits stand
 * first, since a denial ends the asking. Throws when casbin refuses the model or a row, so that no half policy comes to life.
 */
export async function openJudge(set: PolicySet): Promise<Judge> {
  const enforcer = await newEnforcerWithClass(BareEnforcer, newModelFromString(MODEL))
  enforcer.forgetFunctions()
  const rules = inOrder(set)
  const rows = casbinRows(set).map(({ row }) => [...row])
  await enforcer.addFunction('speaksAt', speaksAt)
  const asked = askedOnce(set, rules)
  await enforcer.addFunction('appliesTo', asked.appliesTo)
  if (rows.length > 0 && !(await enforcer.addPolicies(rows))) throw new Error('casbin refused the rows of a policy set')
  const memberships = set.groups.flatMap(({ id, members }) => members.map((member) => [member, `group:${id}`]))
  if (memberships.length > 0 && !(await enforcer.addGroupingPolicies(memberships)))
    throw new Error('casbin refused the groups of a policy set')
  if ((await enforcer.getPolicy()).length !== rows.length)
    throw new Error('casbin holds another number of rows than it was given')
  const names = namesOf(set)
  return {
    levelOf: (question, item) => levelOf({ enforcer, rules, names, asked }, question, item),
    groupsOf: async (member) => {
      const roles = await enforcer.getImplicitRolesForUser(member)
      return roles
        .filter((role) => role.startsWith('group:'))
        .map((role) => role.slice(6))
        .toSorted()
    },
  }
}

interface Held {
  readonly enforcer: Enforcer
  readonly rules: readonly Rule[]
  readonly names: Names
  readonly asked: AskedOnce
}

const NOT_JUDGED: Judgement = { level: 'nothing', rule: undefined, failed: true }

/** Asks from `full` down and stops at the first level casbin allows. Whatever goes wrong on the way is a denial. */
function levelOf({ enforcer, rules, names, asked }: Held, question: Question, item: LabelledItem): Judgement {
  if (unknownInQuestion(names, question).length > 0 || unknownInItem(names, item.facts).length > 0) return NOT_JUDGED
  try {
    let denial: string | undefined
    for (const level of ASKED) {
      const [isAllowed, explained] = enforcer.enforceExSync(question, item, `${rankOf(level)}`)
      const rule = rules[Number(explained[0])]?.id
      if (isAllowed === true) return { level, rule: denial ?? rule, failed: false }
      denial = explained.length > 0 ? rule : undefined
    }
    return { level: 'nothing', rule: denial, failed: false }
  } catch {
    return NOT_JUDGED
  } finally {
    asked.forget()
  }
}

/** A permit allows a level up to its own; a limit denies every level above its own. */
const speaksAt = (level: string, upTo: string, effect: string): boolean =>
  effect === 'allow' ? Number(upTo) >= Number(level) : Number(upTo) < Number(level)

interface AskedOnce {
  readonly appliesTo: (index: string, question: Question, item: LabelledItem) => boolean
  /** The next question, or the next item, is another. */
  readonly forget: () => void
}

/** Whether a rule applies is the same at every level that one item is asked about: it is found out at the first of them. */
function askedOnce(set: PolicySet, rules: readonly Rule[]): AskedOnce {
  const answers = new Map<string, boolean>()
  return {
    appliesTo: (index, question, item) => {
      const known = answers.get(index)
      if (known !== undefined) return known
      const answer = appliesTo(set, rules[Number(index)], question, item)
      answers.set(index, answer)
      return answer
    },
    forget: () => answers.clear(),
  }
}

/** Throws for an error in a condition: casbin has no third answer, and a throw reaches levelOf, which denies. */
function appliesTo(set: PolicySet, rule: Rule | undefined, question: Question, item: LabelledItem): boolean {
  if (rule === undefined) throw new Error('casbin asked for a rule that the set does not hold')
  const outcome = application(set, rule, question, item)
  if (outcome === 'error') throw new Error('a condition of a matching rule ended in an error')
  return outcome === 'applies'
}
