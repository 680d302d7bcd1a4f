/** The demo's apps. Whoever reads this knows the secrets, so they are good for loopback only. */
export const apps = [
  {
    clientId: 'calendar',
    name: 'Northwind Calendar',
    offset: 1,
    appNative: true,
    secret: 'demo-only-calendar-client-secret',
    sealing: 'demo-only-calendar-cookie-sealing-key',
    does: 'signs in inside the app',
  },
  {
    clientId: 'mail',
    name: 'Northwind Mail',
    offset: 2,
    appNative: false,
    secret: 'demo-only-mail-client-secret',
    sealing: 'demo-only-mail-cookie-sealing-key-2026',
    does: 'signs in on the hosted page',
  },
] as const

/** `http://localhost:3001`, `offset` ports above the server's. */
export const originAt = (port: number, offset: number): string => `http://localhost:${port + offset}`
