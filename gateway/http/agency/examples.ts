/** One example for each body of the agency door; a test reads each with the schema it stands beside. */

const MESSAGE = '018f0000-0000-7000-8000-000000000001'
const DELIVERY = '018f0000-0000-7000-8000-000000000002'

export const EXAMPLE = {
  jose: 'eyJhbGciOiJFQ0RILUVTK0EyNTZLVyJ9.AAAA.AAAA.AAAA.AAAA',
  certificateRequest: 'MIHTMHoCAQAwGDEWMBQGA1UEAwwNREVNTyByZW5ld2Fs',
  certificates: 'MIIBAgYJKoZIhvcNAQcCoIH0MIHxAgEBMQA=',
  submissionAccepted: {
    id: MESSAGE,
    receipt: 'eyJhbGciOiJFUzI1NiJ9.AAAA.AAAA',
    status: `/v1/submissions/${MESSAGE}`,
  },
  submission: {
    id: MESSAGE,
    kind: 'Referral',
    caseId: 'DEMO-2026-01',
    jti: '018f0000-0000-7000-8000-000000000003',
    acceptedAt: '2026-11-21T09:00:00.000Z',
    receipt: 'eyJhbGciOiJFUzI1NiJ9.AAAA.AAAA',
    edges: [
      {
        organisation: 'pairs-paris',
        state: 'delivered',
        at: '2026-11-21T09:00:01.000Z',
        timeline: [
          { state: 'accepted', at: '2026-11-21T09:00:00.000Z' },
          { state: 'delivered', at: '2026-11-21T09:00:01.000Z' },
        ],
      },
    ],
  },
  closure: {
    id: MESSAGE,
    kind: 'Recall',
    caseId: 'DEMO-2026-01',
    acceptedAt: '2026-11-21T09:00:00.000Z',
    isClosed: true,
    organisations: [
      {
        organisation: 'pairs-paris',
        state: 'deleted',
        dueAt: '2026-11-22T09:00:00.000Z',
        reachedAt: '2026-11-21T09:00:01.000Z',
        collectedAt: '2026-11-21T09:05:00.000Z',
        answeredAt: '2026-11-21T09:06:00.000Z',
        attestations: [
          {
            digest: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
            at: '2026-11-21T09:06:00.000Z',
            signed: 'eyJhbGciOiJFUzI1NiJ9.AAAA.AAAA',
          },
        ],
      },
    ],
  },
  lastCopies: {
    digest: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    versions: { PS: 40_112, SP: 23_871 },
  },
  mailboxPage: {
    items: [
      {
        id: DELIVERY,
        kind: 'Referral',
        messageId: MESSAGE,
        caseId: 'DEMO-2026-01',
        sender: 'probation-paris',
        mandate: 'pairs-social-worker',
        state: 'in-mailbox',
        createdAt: '2026-11-21T09:00:01.000Z',
        keysHeldBy: 'mandate',
      },
    ],
  },
  acknowledgement: { id: DELIVERY, state: 'acknowledged', acknowledgedAt: '2026-11-21T09:05:00.000Z' },
  pullUp: { depth: 'D3', sections: { accommodation: 'D4' }, reason: 'The first meeting is on Monday.' },
  pullUpAccepted: { delivery: DELIVERY, mailbox: '/v1/deliveries' },
  choice: { depth: 'D1', sections: { health: 'D0' }, reach: { kind: 'months', months: 12 }, optOut: ['intelligence'] },
  choiceView: {
    choice: { depth: 'D1', sections: {}, optOut: [], factsOnly: false, askMe: false },
    revision: 1,
    owner: 'mandate',
  },
  problemPage: {
    code: 'not-found',
    status: 404,
    title: 'Nothing here that you may see',
    detail: 'It does not exist, or it is not yours to see.',
    retryable: false,
  },
  checkpoint: `demo.example/log\n1\n${'A'.repeat(43)}=\n\n\u2014 demo.example/log ${'A'.repeat(91)}=\n`,
  witnessRequest: `old 0\n\ndemo.example/log\n1\n${'A'.repeat(43)}=\n\n\u2014 demo.example/log ${'A'.repeat(91)}=\n`,
  cosignature: `\u2014 demo.example/org/pairs-paris ${'A'.repeat(102)}==\n`,
  trustList: { payload: 'eyJzY2giOiJwYXNzZXJlbGxlLXRydXN0LzEifQ', signatures: [{ protected: 'e30', signature: 'AA' }] },
  network: {
    network: 'demo.example',
    broker: { id: 'broker-1', uri: 'spiffe://demo.example/broker/1', url: 'https://gateway.example:8443' },
    participants: [],
    edges: [],
    mandates: [],
  },
  keyRequest: {
    payload: 'eyJzY2giOiJwYXNzZXJlbGxlLWpvaW4vMSJ9',
    certificates: '-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n',
    signatures: [{ by: 'certificate', signature: 'AAAA' }],
  },
  jwkSet: {
    keys: [
      {
        kty: 'EC',
        crv: 'P-256',
        x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
        y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
        kid: 'oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U',
        use: 'sig',
        alg: 'ES256',
      },
    ],
  },
} as const
