/** The clock as an argument: rules take an Instant, rooms ask a Clock, and only the wiring knows the machine's time. */
import type { Instant } from '#policies/language/instant.ts'

export type Clock = () => Instant

/** RFC 7519 NumericDate: whole seconds since 1970. */
export const toNumericDate = (instant: Instant): number => Math.floor(instant / 1000)
export const fromNumericDate = (seconds: number): Instant => seconds * 1000
