/** Why arguments do not fit a task. */
export interface ArgumentProblem {
  /** the one that does not, such as `args[0]` */
  readonly path: string;
  /** ends a sentence that begins with the path */
  readonly problem: string;
}

/**
 * Whether arguments fit a task, as far as can be told without running it. A task that this application does not have takes any.
 * @returns null = they fit
 */
export type ArgumentCheck = (task: string, args: readonly unknown[]) => Promise<ArgumentProblem | null>;
