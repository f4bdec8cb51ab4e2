export interface PrivatePostgres {
  readonly url: string;
  readonly port: number;
  readonly dir: string;
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export function startPostgres(options?: {
  database?: string;
  keepIn?: string;
  settings?: Record<string, string | number>;
}): Promise<PrivatePostgres>;
