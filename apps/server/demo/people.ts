/** The demo's people; their passwords are public on purpose. */
export const people = [
  {
    username: 'alex@demo.test',
    password: 'demo-alex-2026',
    givenName: 'Alex',
    familyName: 'Rivera',
    shows: 'password',
  },
  {
    username: 'tara@demo.test',
    password: 'demo-tara-2026',
    givenName: 'Tara',
    familyName: 'Okafor',
    mfa: 'totp',
    shows: 'authenticator app, enrolled on sign-in',
  },
  {
    username: 'pat@demo.test',
    password: 'demo-pat-2026',
    givenName: 'Pat',
    familyName: 'Lindqvist',
    mfa: 'passkey',
    shows: 'passkey, added on sign-in',
  },
] as const
