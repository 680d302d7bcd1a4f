import type { NativeAuthenticator, NativeMessage, NativeParam, NativeStep } from '@cardea/protocol'
import { nativeAuthenticators } from '@cardea/protocol'

type Name = keyof typeof nativeAuthenticators

const param = (name: string, order = 0, confidential = false): NativeParam => ({
  param: name,
  type: 'STRING',
  order,
  i18nKey: `${name}.param`,
  displayName: name,
  confidential,
})

const option = (
  name: Name,
  authenticator: string,
  metadata: Omit<NativeAuthenticator['metadata'], 'i18nKey'> = {},
): NativeAuthenticator => ({
  authenticatorId: nativeAuthenticators[name].id,
  authenticator,
  idp: 'LOCAL',
  metadata: { i18nKey: nativeAuthenticators[name].i18nKey, ...metadata },
  ...(metadata.params && { requiredParams: metadata.params.map((each) => each.param) }),
})

const asks = (params: NativeParam[], additionalData?: Record<string, string>) => ({
  promptType: 'USER_PROMPT' as const,
  params,
  ...(additionalData && { additionalData }),
})

export const identifier = option('identifier', 'Identifier', asks([param('username')]))
export const password = option('password', 'Password', asks([param('password', 1, true)]))
export const both = option('password', 'Username & Password', asks([param('username'), param('password', 1, true)]))
export const totp = option('totp', 'TOTP', asks([param('token')]))
export const email = option('email-otp', 'Email OTP')
export const emailSent = option(
  'email-otp',
  'Email OTP',
  asks([param('OTPcode', 1, true)], { maskedAddress: 'a•••@northwind.test', expiresIn: '300', resendIn: '30' }),
)
export const passkey = option('passkey', 'Passkey')

const challenge = (ceremony: object): string =>
  btoa(JSON.stringify({ requestId: 'req_1', ...ceremony }))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')

export const passkeyStarted = option('passkey', 'Passkey', {
  promptType: 'INTERNAL_PROMPT',
  additionalData: {
    challengeData: challenge({
      publicKeyCredentialRequestOptions: { challenge: 'AAECAwQFBgcICQoLDA0ODw', rpId: 'localhost', timeout: 60_000 },
    }),
  },
})

export const passkeyEnrolment = option('passkey', 'Passkey', {
  promptType: 'INTERNAL_PROMPT',
  additionalData: {
    enrolment: 'true',
    skippable: 'true',
    challengeData: challenge({
      publicKeyCredentialCreationOptions: {
        rp: { id: 'localhost', name: 'Northwind' },
        user: { id: 'dXNyXzE', name: 'pat@northwind.test', displayName: 'Pat Ode' },
        challenge: 'AAECAwQFBgcICQoLDA0ODw',
        pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      },
    }),
  },
})

/** A picture with the look of a QR code: three finders and modules by a fixed rule. */
const side = 41
const module = (x: number, y: number): boolean => {
  const finder = (left: number, top: number) => {
    const dx = x - left
    const dy = y - top
    if (dx < 0 || dy < 0 || dx > 6 || dy > 6) return undefined
    return dx === 0 || dy === 0 || dx === 6 || dy === 6 || (dx > 1 && dx < 5 && dy > 1 && dy < 5)
  }
  const quiet = x < 4 || y < 4 || x >= side - 4 || y >= side - 4
  return !quiet && (finder(4, 4) ?? finder(side - 11, 4) ?? finder(4, side - 11) ?? (x * 7 + y * 13 + x * y) % 5 < 2)
}
const qrPath = Array.from({ length: side * side }, (_, at) => [at % side, Math.floor(at / side)] as const)
  .filter(([x, y]) => module(x, y))
  .map(([x, y]) => `M${x} ${y}h1v1h-1z`)
  .join('')

export const totpEnrolment = option(
  'totp',
  'TOTP',
  asks([param('token')], {
    enrolment: 'true',
    secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
    otpauthUri: 'otpauth://totp/Northwind:tara@northwind.test?secret=JBSWY3DPEHPK3PXP&issuer=Northwind',
    qrCode: qrPath,
    qrCodeSize: String(side),
  }),
)

export const message = (code: string, params: Record<string, string> = {}, type: 'ERROR' | 'INFO' = 'ERROR') =>
  ({
    type,
    messageId: 'ABA-60003',
    message: code,
    i18nKey: `message.${code}`,
    context: Object.entries(params).map(([key, value]) => ({ key, value })),
  }) satisfies NativeMessage

export const one = (authenticator: NativeAuthenticator, more: Partial<NativeStep> = {}): NativeStep => ({
  stepType: 'AUTHENTICATOR_PROMPT',
  authenticators: [authenticator],
  messages: [],
  ...more,
})

export const many = (authenticators: NativeAuthenticator[], more: Partial<NativeStep> = {}): NativeStep => ({
  stepType: 'MULTI_OPTIONS_PROMPT',
  authenticators,
  messages: [],
  ...more,
})

export const consent: NativeStep = {
  stepType: 'CONSENT',
  authenticators: [],
  messages: [],
  identifier: 'alex@northwind.test',
  consent: {
    client: {
      name: 'Contoso Reports',
      policyUri: 'https://contoso.test/privacy',
      tosUri: 'https://contoso.test/terms',
    },
    account: { name: 'Alex Rivera', identifier: 'alex@northwind.test' },
    scopes: [
      { name: 'openid', description: 'know who you are' },
      { name: 'email', description: 'see your email address' },
      { name: 'calendar.read', description: 'read the events of your calendar' },
    ],
    apis: [{ identifier: 'https://tasks.northwind.test', name: 'Northwind Tasks' }],
    redirectHost: 'reports.contoso.test',
    offline: true,
  },
}
