/** The pages of this part of the house, one row each. */
import type { WebRoute } from '#gateway/http/web/route.ts'
import { POLICY_ROUTES } from './policy-routes.ts'

export const CONSOLE_ROUTES: readonly WebRoute[] = [...POLICY_ROUTES]
