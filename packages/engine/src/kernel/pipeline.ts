/** One step: looks at what the steps before it found out, adds to it, or ends the request with a `Response`. */
export type Step<In, E, Out> = (state: In, engine: E) => Out | Promise<Out>

/** A list of named steps. The last one answers. */
export interface Pipeline<In, E> {
  readonly names: readonly string[]
  readonly run: (input: In, engine: E) => Promise<Response>
}

type Added<T> = Exclude<T, Response>

export function steps<I, E>(a: Step<I, E, Response>): Pipeline<I, E>
export function steps<I, E, A extends object>(a: Step<I, E, A>, b: Step<I & Added<A>, E, Response>): Pipeline<I, E>
export function steps<I, E, A extends object, B extends object>(
  a: Step<I, E, A>,
  b: Step<I & Added<A>, E, B>,
  c: Step<I & Added<A> & Added<B>, E, Response>,
): Pipeline<I, E>
export function steps<I, E, A extends object, B extends object, C extends object>(
  a: Step<I, E, A>,
  b: Step<I & Added<A>, E, B>,
  c: Step<I & Added<A> & Added<B>, E, C>,
  d: Step<I & Added<A> & Added<B> & Added<C>, E, Response>,
): Pipeline<I, E>
export function steps<I, E, A extends object, B extends object, C extends object, D extends object>(
  a: Step<I, E, A>,
  b: Step<I & Added<A>, E, B>,
  c: Step<I & Added<A> & Added<B>, E, C>,
  d: Step<I & Added<A> & Added<B> & Added<C>, E, D>,
  e: Step<I & Added<A> & Added<B> & Added<C> & Added<D>, E, Response>,
): Pipeline<I, E>
export function steps<I, E, A extends object, B extends object, C extends object, D extends object, F extends object>(
  a: Step<I, E, A>,
  b: Step<I & Added<A>, E, B>,
  c: Step<I & Added<A> & Added<B>, E, C>,
  d: Step<I & Added<A> & Added<B> & Added<C>, E, D>,
  e: Step<I & Added<A> & Added<B> & Added<C> & Added<D>, E, F>,
  f: Step<I & Added<A> & Added<B> & Added<C> & Added<D> & Added<F>, E, Response>,
): Pipeline<I, E>
/** Joins up to six steps (design §11: at most six hops). Each gets everything the earlier ones added. */
export function steps<I, E>(...list: Step<never, E, object>[]): Pipeline<I, E> {
  return {
    names: list.map((step) => step.name),
    run: async (input, engine) => {
      let state: object = input as object
      for (const step of list) {
        // The overloads have checked that each step's input is what the steps before it give.
        const result = await step(state as never, engine)
        if (result instanceof Response) return result
        state = Object.assign({}, state, result)
      }
      throw new Error(`the last step of [${list.map((step) => step.name).join(', ')}] gave no response`)
    },
  }
}
