// Decorators do not change types, so parameters that the worker fills are marked in their type and stripped by it.
export declare const INJECTED: unique symbol;
export declare const FETCHED: unique symbol;

/** A handler's parameter that a custom decorator fills; no argument for the caller. */
export type Injected<T> = T & { readonly [INJECTED]?: true };

/** A handler's parameter that `@EntityById` fetches; the caller gives the id. */
export type Fetched<E, Id = E extends { id: infer I } ? I : string | number> = E & { readonly [FETCHED]?: Id };
