import type { ROUTE_OPTIONS } from '../../policies/task-options.js';
import type { DeclaredTask } from '../../ports/task/declared-task.js';
import type { CallOptions } from '../../canvas/call-options.js';

/** What a route decides: a queue by its name, or several publish-time options. What the call itself says wins. */
export type Route = string | Pick<DeclaredTask, (typeof ROUTE_OPTIONS)[number]>;

/** A call that is to be routed. */
export interface RoutedCall {
  readonly task: string;
  readonly args: readonly unknown[];
  readonly options: CallOptions;
}

/** Decides in the same tick; nothing (null, undefined) leaves the call to the routers after it. */
export type RouteFunction = (call: RoutedCall) => Route | null | undefined;

/** A router with dependencies: a provider of the application, given to `routes` by its class. */
export interface TaskRouter {
  route(call: RoutedCall): Route | null | undefined;
}

// oxlint-disable-next-line typescript/no-explicit-any -- a constructor may take anything
export type TaskRouterClass = new (...args: any[]) => TaskRouter;

/** Names or shell-style patterns (`'blog.*'`) and where they go. An exact name wins over patterns, of which the first does. */
export type RouteTable = Readonly<Record<string, Route>>;

/** One name, pattern or regular expression. */
export type RoutePair = readonly [task: string | RegExp, route: Route];

export type RouteSource = RouteTable | RoutePair | RouteFunction | TaskRouterClass;

/** One source of routes, or several, of which the first that answers decides. */
export type Routes = RouteSource | readonly RouteSource[];
