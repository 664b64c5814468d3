/** Sign-in by OpenID Connect with openid-client: code flow with PKCE, state, nonce and `iss` (RFC 9700), PAR (RFC 9126) where it is offered. */
import * as client from 'openid-client'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Oidc } from '#gateway/ports/sign-in.ts'

export interface OidcSettings {
  /** `https://…`, or http on this machine, to try it. */
  readonly issuer: string
  readonly clientId: string
  readonly secret: string
  /** Of the pages. */
  readonly origin: string
}

export const RETURN_PATH = '/sign-in/oidc/return'

const TIMEOUT_SECONDS = 5

/** Whoever proves again who they are has done so within this; and two clocks differ by less than that. */
const AGAIN_SECONDS = 300
const SKEW_SECONDS = 30

/** Asks the issuer what it offers when it is first needed, and again after it did not answer. */
export function openOidc({ issuer, clientId, secret, origin }: OidcSettings): Oidc {
  const server = new URL(issuer)
  const redirect = `${origin}${RETURN_PATH}`
  let known: Promise<client.Configuration> | undefined
  const configuration = (): Promise<client.Configuration> => {
    known ??= client
      .discovery(server, clientId, secret, undefined, {
        timeout: TIMEOUT_SECONDS,
        // Also over TLS: what it says about a person is checked by its signature.
        execute: [
          client.enableNonRepudiationChecks,
          ...(isOfThisMachine(server) ? [client.allowInsecureRequests] : []),
        ],
      })
      .catch((cause: unknown) => {
        known = undefined
        throw cause
      })
    return known
  }
  return {
    name: server.host,
    begin: async ({ kind }) => {
      const verifier = client.randomPKCECodeVerifier()
      const state = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier,
        ...(kind === 'again' ? { authenticatedFrom: Math.floor(Date.now() / 1000) - SKEW_SECONDS } : {}),
      }
      const parameters = {
        redirect_uri: redirect,
        scope: 'openid',
        state: state.state,
        nonce: state.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ...(kind === 'again' ? { prompt: 'login', max_age: String(AGAIN_SECONDS) } : {}),
      }
      try {
        const config = await configuration()
        const isPushed = config.serverMetadata().pushed_authorization_request_endpoint !== undefined
        const to = isPushed
          ? await client.buildAuthorizationUrlWithPAR(config, parameters)
          : client.buildAuthorizationUrl(config, parameters)
        return ok({ to: to.href, state })
      } catch {
        return fail('issuer-unavailable')
      }
    },
    finish: async ({ query, state: { state, nonce, verifier, authenticatedFrom } }) => {
      const config = await configuration().catch(() => undefined)
      if (config === undefined) return fail('issuer-unavailable')
      try {
        const tokens = await client.authorizationCodeGrant(config, new URL(`${redirect}?${query}`), {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
          ...(authenticatedFrom === undefined ? {} : { maxAge: AGAIN_SECONDS }),
        })
        const claims = tokens.claims()
        if (claims === undefined) return fail('sign-in-refused')
        const isLate = authenticatedFrom !== undefined && (claims.auth_time ?? 0) < authenticatedFrom
        return isLate ? fail('sign-in-refused') : ok({ subject: `${claims.iss} ${claims.sub}` })
      } catch (cause) {
        return fail(isSilence(cause) ? 'issuer-unavailable' : 'sign-in-refused')
      }
    },
  }
}

const isOfThisMachine = ({ protocol, hostname }: URL): boolean =>
  protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)

/** No answer, against one that refuses. */
const isSilence = (cause: unknown): boolean =>
  (cause instanceof client.ClientError && cause.code === 'OAUTH_TIMEOUT') ||
  (cause instanceof TypeError && cause.message === 'fetch failed')
