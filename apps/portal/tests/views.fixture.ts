import type { NativeAuthenticator, NativeStep, PageView } from '@cardea/protocol'
import { nativeAuthenticators } from '@cardea/protocol'
import type { AccountView, PortalView, StartView } from '../src/view.ts'

const frame = {
  locale: 'en',
  nonce: 'n0nce',
  url: '/signin',
  organization: { id: 'org_demo', handle: 'demo', name: 'Northwind' },
}
const client = { id: 'app_calendar', name: 'Northwind Calendar' }

type Name = keyof typeof nativeAuthenticators
const titles: Record<Name, string> = {
  identifier: 'Identifier',
  password: 'Username & Password',
  totp: 'TOTP',
  'email-otp': 'Email OTP',
  passkey: 'Passkey',
}

function option(name: Name, params: readonly string[], data: Record<string, string> = {}): NativeAuthenticator {
  const { id, i18nKey } = nativeAuthenticators[name]
  return {
    authenticatorId: id,
    authenticator: titles[name],
    idp: 'LOCAL',
    metadata: {
      i18nKey,
      promptType: name === 'passkey' ? 'INTERNAL_PROMPT' : 'USER_PROMPT',
      params: params.map((param, order) => ({
        param,
        type: 'STRING',
        order,
        i18nKey: `${param}.param`,
        displayName: param,
        confidential: param === 'password' || param === 'token' || param === 'OTPcode',
      })),
      additionalData: data,
    },
    requiredParams: [...params],
  }
}

function startable(name: Name): NativeAuthenticator {
  const { id, i18nKey } = nativeAuthenticators[name]
  return { authenticatorId: id, authenticator: titles[name], idp: 'LOCAL', metadata: { i18nKey } }
}

function signIn(step: Partial<NativeStep> & Pick<NativeStep, 'authenticators'>, retry = false): PageView {
  const stepType = step.authenticators.length > 1 ? 'MULTI_OPTIONS_PROMPT' : 'AUTHENTICATOR_PROMPT'
  return {
    ...frame,
    page: 'sign-in',
    client,
    retry,
    form: { action: '/flow/flw_fixture', csrf: 'csrf-token', version: 3 },
    step: { stepType, messages: [], ...step },
  }
}

const identifier = 'alex@northwind.test'

const qrCode = 'M0 0h7v7h-7zM22 0h7v7h-7zM0 22h7v7h-7zM9 9h11v11h-11z'

const now = Date.UTC(2026, 10, 25, 9)
const ago = (minutes: number) => new Date(now - minutes * 60_000).toISOString()

const me = {
  id: 'usr_2vK8mQ' as const,
  organization: 'org_demo' as const,
  username: 'alex@demo.test',
  email: 'alex@demo.test',
  emailVerified: true,
  name: 'Alex Rivera',
  givenName: 'Alex',
  familyName: 'Rivera',
  createdAt: ago(60 * 24 * 40),
  updatedAt: ago(60),
}

const accountFrame = { ...frame, page: 'account' as const, now }
const session = {
  status: 'signed-in' as const,
  user: { sub: me.id, name: me.name, email: me.email },
  expiresAt: now / 1000 + 3600,
}

const account: AccountView = {
  ...accountFrame,
  session,
  data: {
    me,
    sessions: [
      {
        id: 'ses_1',
        amr: ['pwd'],
        createdAt: ago(30),
        lastUsedAt: ago(1),
        expiresAt: ago(-600),
        address: '127.0.0.1',
        browser: 'Chrome',
        device: 'Linux',
        current: true,
      },
      {
        id: 'ses_2',
        amr: ['pwd'],
        createdAt: ago(3000),
        lastUsedAt: ago(200),
        expiresAt: ago(-600),
        address: '198.51.100.9',
        browser: 'Safari',
        device: 'iPhone',
        current: false,
      },
      {
        id: 'ses_3',
        amr: ['pwd', 'otp'],
        createdAt: ago(9000),
        lastUsedAt: ago(2900),
        expiresAt: ago(-600),
        browser: 'Firefox',
        device: 'macOS',
        current: false,
      },
    ],
    factors: {
      items: [
        { id: 'fac_1', authenticator: 'password', createdAt: ago(60 * 24 * 12), renamable: false },
        { id: 'fac_2', authenticator: 'totp', createdAt: ago(60 * 24 * 3), renamable: false },
        {
          id: 'fac_3',
          authenticator: 'passkey',
          name: 'MacBook',
          createdAt: ago(60 * 24 * 2),
          lastUsedAt: ago(65),
          renamable: true,
        },
      ],
      enrollable: ['totp', 'passkey'],
    },
    apps: [
      {
        id: 'app_3',
        name: 'Harbour Insights',
        scopes: [{ name: 'email', description: 'See your e-mail address' }],
        grantedAt: ago(600),
      },
    ],
    activity: {
      items: [
        { id: 'evt_1', type: 'session.created', at: ago(30), byMe: true, address: '127.0.0.1' },
        {
          id: 'evt_2',
          type: 'factor.added',
          at: ago(60 * 24 * 2),
          byMe: true,
          address: '127.0.0.1',
          data: { authenticator: 'passkey' },
        },
        { id: 'evt_3', type: 'sign_in.failed', at: ago(60 * 24 * 6), byMe: false, address: '203.0.113.7' },
      ],
    },
  },
}

const start: StartView = {
  ...frame,
  page: 'start',
  database: 'SQLite',
  people: [
    { identifier: 'alex@demo.test', password: 'demo-alex-2026', shows: 'password' },
    { identifier: 'tara@demo.test', password: 'demo-tara-2026', shows: 'authenticator app, enrolled on sign-in' },
    { identifier: 'pat@demo.test', password: 'demo-pat-2026', shows: 'passkey, added on sign-in' },
  ],
  apps: [
    { name: 'Calendar', uri: 'http://localhost:3001' },
    { name: 'Mail', uri: 'http://localhost:3002' },
  ],
}

const rejected = {
  type: 'ERROR' as const,
  messageId: 'ABA-60003',
  message: 'That password doesn’t match.',
  i18nKey: 'message.password.rejected',
  context: [],
}

/** Every page in every state worth looking at, as the engine gives them. */
export const views: Readonly<Record<string, PortalView>> = {
  'sign-in': signIn({ authenticators: [option('identifier', ['username']), startable('passkey')] }),
  password: signIn({
    identifier,
    authenticators: [option('password', ['password']), startable('passkey'), startable('email-otp')],
  }),
  'password-wrong': signIn(
    {
      identifier,
      messages: [rejected],
      authenticators: [option('password', ['password']), startable('passkey'), startable('email-otp')],
    },
    true,
  ),
  'email-code': signIn({
    identifier,
    authenticators: [
      option('email-otp', ['OTPcode'], { maskedAddress: 'a•••@northwind.test', expiresIn: '300', resendIn: '30' }),
    ],
  }),
  totp: signIn({ identifier, progress: { step: 3, of: 3 }, authenticators: [option('totp', ['token'])] }),
  'totp-enrolment': signIn({
    identifier,
    progress: { step: 3, of: 3 },
    authenticators: [
      option('totp', ['token'], {
        enrolment: 'true',
        secret: 'JBSWY3DPEHPK3PXP',
        otpauthUri: 'otpauth://totp/Northwind:alex?secret=JBSWY3DPEHPK3PXP',
        qrCode,
        qrCodeSize: '29',
      }),
    ],
  }),
  consent: signIn({
    stepType: 'CONSENT',
    identifier,
    authenticators: [],
    consent: {
      client: { name: 'Harbour Insights', host: 'harbour.example', policyUri: 'https://harbour.example/privacy' },
      account: { name: 'Alex Rivera', identifier },
      scopes: [
        { name: 'profile', description: 'See your name and picture' },
        { name: 'email', description: 'See your e-mail address' },
      ],
      redirectHost: 'harbour.example',
      offline: true,
    },
  }),
  logout: {
    ...frame,
    page: 'logout',
    form: { action: '/oidc/logout', csrf: 'csrf-token', fields: { state: 'abc' } },
    client: { name: 'Northwind Mail' },
    account: { name: 'Alex Rivera', identifier },
  },
  'signed-out': { ...frame, page: 'signed-out', client: { name: 'Northwind Mail', uri: 'http://localhost:3002' } },
  error: {
    ...frame,
    page: 'error',
    status: 400,
    code: 'flow.expired',
    params: {},
    traceId: 'k3jX0aQ1mZ',
    retryUrl: '/oauth2/authorize?client_id=calendar',
  },
  'error-lost': {
    ...frame,
    page: 'error',
    status: 400,
    code: 'flow.unknown',
    params: {},
    traceId: 'k3jX0aQ1mZ',
    retryUrl: 'http://localhost:3000/account',
  },
  'error-unknown': {
    ...frame,
    page: 'error',
    status: 500,
    code: 'request.internal',
    params: {},
    traceId: 'k3jX0aQ1mZ',
  },
  account,
  'account-empty': {
    ...account,
    data: {
      ...account.data,
      sessions: account.data.sessions.slice(0, 1),
      factors: { ...account.data.factors, items: account.data.factors.items.slice(0, 1) },
      apps: [],
      activity: { items: [] },
    },
  },
  start,
}
