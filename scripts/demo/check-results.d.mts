export interface Check {
  readonly ok: boolean;
  readonly text: string;
}
export function checkEverything(run: {
  system: object;
  client: { get(path: string): Promise<readonly object[]> };
  tasks: readonly object[];
  subscribers: readonly object[];
  interruptions?: number;
}): Promise<Check[]>;
