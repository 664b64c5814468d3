/** An OpenID provider to try things with: no passwords, people chosen by a button. On this machine alone, and never in production. */
import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

export interface DevelopmentProviderSettings {
  readonly isProduction: boolean
  readonly clientId: string
  readonly secret: string
  /** Where people may be sent back to. */
  readonly redirect: string
  /** Subjects; the page has a button for each. */
  readonly people: readonly string[]
  /** Loopback; `127.0.0.1` where absent. */
  readonly host?: string
}

export interface DevelopmentProvider extends AsyncDisposable {
  /** `http://127.0.0.1:…`: what an account's `subject` begins with. */
  readonly issuer: string
}

interface Asked {
  readonly redirect: string
  readonly state: string
  readonly nonce: string
  readonly challenge: string
}

interface Granted extends Asked {
  readonly subject: string
  readonly authenticatedAt: number
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|::1)$/
const word = (): string => randomBytes(24).toString('base64url')

/** Throws in production, and for a host that others could reach. */
export async function openDevelopmentProvider(settings: DevelopmentProviderSettings): Promise<DevelopmentProvider> {
  const { host = '127.0.0.1' } = settings
  if (settings.isProduction) throw new Error('the development provider lets anybody in: not with NODE_ENV=production')
  if (!LOOPBACK.test(host)) throw new Error('the development provider lets anybody in: on this machine alone')
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: word(), use: 'sig', alg: 'ES256' }
  const pushed = new Map<string, Asked>()
  const codes = new Map<string, Granted>()
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.writeHead(400).end())
  })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const issuer = `http://${host}:${(server.address() as AddressInfo).port}`

  const askedOf = (given: URLSearchParams): Asked => {
    const member = (name: string): string => given.get(name) ?? ''
    if (member('client_id') !== settings.clientId || member('redirect_uri') !== settings.redirect)
      throw new Error('another client')
    if (member('code_challenge_method') !== 'S256') throw new Error('no PKCE')
    return {
      redirect: member('redirect_uri'),
      state: member('state'),
      nonce: member('nonce'),
      challenge: member('code_challenge'),
    }
  }

  const token = async (given: URLSearchParams): Promise<object> => {
    const granted = codes.get(given.get('code') ?? '')
    codes.delete(given.get('code') ?? '')
    const challenge = createHash('sha256')
      .update(given.get('code_verifier') ?? '')
      .digest('base64url')
    if (granted?.challenge !== challenge) throw new Error('not the code that was given')
    const idToken = await new SignJWT({ nonce: granted.nonce, auth_time: granted.authenticatedAt })
      .setProtectedHeader({ alg: 'ES256', kid: jwk.kid })
      .setIssuer(issuer)
      .setSubject(granted.subject)
      .setAudience(settings.clientId)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey)
    return { access_token: word(), token_type: 'bearer', expires_in: 300, id_token: idToken }
  }

  const ANSWERS: Readonly<Record<string, (given: URLSearchParams, response: ServerResponse) => Promise<void> | void>> =
    {
      'GET /.well-known/openid-configuration': (_given, response) => sendJson(response, 200, metadataOf(issuer)),
      'GET /jwks': (_given, response) => sendJson(response, 200, { keys: [jwk] }),
      'POST /par': (given, response) => {
        const uri = `urn:ietf:params:oauth:request_uri:${word()}`
        pushed.set(uri, askedOf(given))
        sendJson(response, 201, { request_uri: uri, expires_in: 60 })
      },
      'GET /authorize': (given, response) => {
        const uri = given.get('request_uri') ?? ''
        if (!pushed.has(uri)) throw new Error('not pushed')
        const buttons = settings.people
          .map((name) => `<button name="subject" value="${name}">${name}</button>`)
          .join(' ')
        response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' })
        response.end(
          `<!doctype html><html lang="en"><title>DEMO provider</title><h1>DEMO provider: who are you?</h1><form method="post" action="/login"><input type="hidden" name="request_uri" value="${uri}">${buttons}</form></html>`,
        )
      },
      'POST /login': (given, response) => {
        const asked = pushed.get(given.get('request_uri') ?? '')
        pushed.delete(given.get('request_uri') ?? '')
        const subject = settings.people.find((name) => name === given.get('subject'))
        if (asked === undefined || subject === undefined) throw new Error('nobody asked, or nobody came')
        const code = word()
        codes.set(code, { ...asked, subject, authenticatedAt: Math.floor(Date.now() / 1000) })
        const query = new URLSearchParams({ code, state: asked.state, iss: issuer })
        response.writeHead(303, { Location: `${asked.redirect}?${query.toString()}` }).end()
      },
      'POST /token': async (given, response) => sendJson(response, 200, await token(given)),
    }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', issuer)
    const given = request.method === 'POST' ? await bodyOf(request, settings, url.pathname) : url.searchParams
    const found = ANSWERS[`${request.method} ${url.pathname}`]
    if (found === undefined) response.writeHead(404).end()
    else await found(given, response)
  }

  return {
    issuer,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const metadataOf = (issuer: string): object => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  pushed_authorization_request_endpoint: `${issuer}/par`,
  require_pushed_authorization_requests: true,
  jwks_uri: `${issuer}/jwks`,
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['ES256'],
  code_challenge_methods_supported: ['S256'],
  authorization_response_iss_parameter_supported: true,
  token_endpoint_auth_methods_supported: ['client_secret_post'],
})

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}

/** Forms of the gateway carry its secret; forms of a browser do not. */
async function bodyOf(
  request: IncomingMessage,
  { clientId, secret }: DevelopmentProviderSettings,
  path: string,
): Promise<URLSearchParams> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array))
  const body = new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
  const isGateway = body.get('client_id') === clientId && body.get('client_secret') === secret
  if (path !== '/login' && !isGateway) throw new Error('another client')
  return body
}
