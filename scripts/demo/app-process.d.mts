export interface AppProcess {
  readonly name: string;
  /** Resolves with the exit status when the process has ended. */
  gone(): Promise<number>;
  log(): string;
  seen(pattern: RegExp): Promise<RegExpExecArray>;
  /** SIGKILL: the process cannot release the messages it holds. */
  kill(): void;
  stop(): Promise<void>;
}
export function startApp(options: { name: string; file: string; env: Record<string, string | undefined> }): AppProcess;
