export interface PrivateRedis {
  readonly url: string;
  readonly port: number;
  readonly dir: string;
  kill(): Promise<void>;
  restart(): Promise<void>;
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

export function startRedis(options?: { args?: string[]; port?: number }): Promise<PrivateRedis>;
