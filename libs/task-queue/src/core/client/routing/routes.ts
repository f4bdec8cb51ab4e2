import type { ROUTE_OPTIONS } from '../../policies/task-options.js';
import type { DeclaredTask } from '../../ports/task/declared-task.js';
import type { CallOptions } from '../../canvas/call-options.js';

/** The outcome of a route: the name of a queue, or publishing options. The options of the call win over it. */
export type Route = string | Pick<DeclaredTask, (typeof ROUTE_OPTIONS)[number]>;

/** A call to be routed. */
export interface RoutedCall {
  readonly task: string;
  readonly args: readonly unknown[];
  readonly options: CallOptions;
}

/** Answers synchronously; null or undefined leaves the call to the next router. */
export type RouteFunction = (call: RoutedCall) => Route | null | undefined;

/** A router with dependencies: a provider of the application, named in `routes` by its class. */
export interface TaskRouter {
  route(call: RoutedCall): Route | null | undefined;
}

// oxlint-disable-next-line typescript/no-explicit-any -- a constructor may take anything
export type TaskRouterClass = new (...args: any[]) => TaskRouter;

/** Routes by name or shell-style pattern (`'blog.*'`). An exact name wins over patterns; among patterns the first wins. */
export type RouteTable = Readonly<Record<string, Route>>;

/** One name, pattern or regular expression. */
export type RoutePair = readonly [task: string | RegExp, route: Route];

export type RouteSource = RouteTable | RoutePair | RouteFunction | TaskRouterClass;

/** One source of routes, or several; the first that answers decides. */
export type Routes = RouteSource | readonly RouteSource[];
