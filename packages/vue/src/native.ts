/** Sign-in without a lazy chunk: for a page that is nothing but sign-in. */
export { default as NativeSignIn } from './sign-in/NativeSignIn.vue'
