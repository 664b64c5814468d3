/** What `/readyz` of a gateway that serves says; a line that breaks as it is asked is an answer too: none yet. */
export async function readinessOf(insideUrl: string): Promise<{ readonly status: number; readonly code: unknown }> {
  try {
    const response = await fetch(`${insideUrl}/readyz`)
    const told: unknown = await response.json()
    const code = typeof told === 'object' && told !== null && 'code' in told ? told.code : undefined
    return { status: response.status, code }
  } catch {
    return { status: 0, code: undefined }
  }
}
