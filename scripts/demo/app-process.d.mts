export interface AppProcess {
  readonly name: string;
  /** Resolves with its exit status when it has ended. */
  gone(): Promise<number>;
  log(): string;
  seen(pattern: RegExp): Promise<RegExpExecArray>;
  /** SIGKILL: it gets no chance to give back what it holds */
  kill(): void;
  stop(): Promise<void>;
}
export function startApp(options: { name: string; file: string; env: Record<string, string | undefined> }): AppProcess;
