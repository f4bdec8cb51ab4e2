import { z } from 'zod';

/**
 * The settings of a deployment, read once from the environment.
 * The class is the injection token; {@link readSettings} creates the value.
 */
export abstract class Settings {
  abstract readonly host: string;
  abstract readonly port: number;
  abstract readonly databaseUrl: string;
  abstract readonly brokerUrl: string;
  abstract readonly keyPrefix: string;
  abstract readonly publishTimeout: string;
  /** `hashToken` of the admin API's token; undefined = no admin API */
  abstract readonly adminTokenHash: string | undefined;
  /** run tasks inside the API's process; required for the memory broker, which other processes cannot reach */
  abstract readonly inAppWorker: boolean;
  /** '%h' = the host's name */
  abstract readonly workerName: string;
  abstract readonly workerQueues: readonly string[];
  abstract readonly workerConcurrency: number;
  /** shorter = other workers take over the tasks of a killed worker sooner */
  abstract readonly workerLease: string;
  abstract readonly smtpUrl: string;
  abstract readonly crmUrl: string;
  /** folder of the seed's CSV files and pictures */
  abstract readonly dataDir: string;
  /** folder for thumbnails and exports */
  abstract readonly storageDir: string;
  /** ms that an export waits between two pages, so that its progress is visible; 0 = no wait */
  abstract readonly exportPace: number;
}

/** The queues of the blog; the tasks' decorators name them, and workers may consume some of them only. */
export const QUEUES = ['default', 'emails', 'media'] as const;

const environment = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  DATABASE_URL: z.string().default('postgres://postgres:postgres@127.0.0.1:5432/app'),
  BROKER_URL: z.string().optional(),
  REDIS_URL: z.string().optional(),
  KEY_PREFIX: z.string().default('blog'),
  PUBLISH_TIMEOUT: z.string().default('5s'),
  ADMIN_TOKEN_HASH: z.string().optional(),
  IN_APP_WORKER: z.enum(['true', 'false']).optional(),
  WORKER_NAME: z.string().default('worker@%h'),
  WORKER_QUEUES: z.string().default(QUEUES.join(',')),
  WORKER_CONCURRENCY: z.coerce.number().int().min(1).default(10),
  WORKER_LEASE: z.string().default('10s'),
  SMTP_URL: z.string().default('smtp://127.0.0.1:1025'),
  CRM_URL: z.string().default('http://127.0.0.1:4010'),
  DATA_DIR: z.string().default('apps/api/data'),
  STORAGE_DIR: z.string().default('.cache/blog'),
  EXPORT_PACE: z.coerce.number().int().min(0).default(0),
});

/** @throws Error naming every invalid variable */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const parsed = environment.safeParse(env);
  if (!parsed.success) throw new Error(`The environment cannot be used:\n${z.prettifyError(parsed.error)}`);
  const values = parsed.data;
  const brokerUrl = values.BROKER_URL ?? values.REDIS_URL ?? 'memory://';
  return {
    host: values.HOST,
    port: values.PORT,
    databaseUrl: values.DATABASE_URL,
    brokerUrl,
    keyPrefix: values.KEY_PREFIX,
    publishTimeout: values.PUBLISH_TIMEOUT,
    adminTokenHash: values.ADMIN_TOKEN_HASH,
    inAppWorker: values.IN_APP_WORKER === undefined ? brokerUrl.startsWith('memory:') : values.IN_APP_WORKER === 'true',
    workerName: values.WORKER_NAME,
    workerQueues: values.WORKER_QUEUES.split(',').map((queue) => queue.trim()),
    workerConcurrency: values.WORKER_CONCURRENCY,
    workerLease: values.WORKER_LEASE,
    smtpUrl: values.SMTP_URL,
    crmUrl: values.CRM_URL,
    dataDir: values.DATA_DIR,
    storageDir: values.STORAGE_DIR,
    exportPace: values.EXPORT_PACE,
  };
}

/** The worker's options, for `runWorker` and for the worker inside the API. */
export function workerOptions(settings: Settings) {
  return {
    name: settings.workerName,
    queues: [...settings.workerQueues],
    concurrency: settings.workerConcurrency,
    lease: settings.workerLease,
    beat: true, // every worker: each tick is sent once, however many beats run
  };
}
