export { offerTestDatabases as default } from './postgres.ts'
