/** The pages of this part of the house, one row each. */
import type { WebRoute } from '#gateway/http/web/route.ts'
import { CHANGE_ROUTES } from './change-routes.ts'
import { HANDED_ROUTES } from './handed-over.ts'
import { POLICY_ROUTES } from './policy-routes.ts'
import { REQUEST_ROUTES } from './requests.ts'

export const CONSOLE_ROUTES: readonly WebRoute[] = [
  ...POLICY_ROUTES,
  ...CHANGE_ROUTES,
  ...REQUEST_ROUTES,
  ...HANDED_ROUTES,
]
