/** The pages of this part of the house, one row each. */
import type { WebRoute } from '#gateway/http/web/route.ts'

export const SIGN_IN_ROUTES: readonly WebRoute[] = []
