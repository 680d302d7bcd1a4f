/** Native sign-in without a lazy chunk, for a page that is nothing but sign-in, and for markup of your own. */
export { default as NativeSignIn } from './sign-in/NativeSignIn.vue'
export type { FlowOptions, UseFlow } from './use-flow.ts'
export { useFlow } from './use-flow.ts'
