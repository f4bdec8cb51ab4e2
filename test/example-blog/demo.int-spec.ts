import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { checkEverything } from '../../scripts/demo/check-results.mjs';
import { parseFlags } from '../../scripts/demo/parse-flags.mjs';

const DEMO = 'scripts/demo/index.mjs';

describe('npm run demo', () => {
  it('finishes the work after kill -9 in the middle and a restart: nothing is missing, nothing is duplicated', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'demo-home-'));
    await chmod(folder, 0o755); // if the tests run as root, PostgreSQL runs as another account
    try {
      const killed = await run(['--exit'], { DEMO_HOME: folder }, { killAt: /send_post_email +\d+\/600/ });
      const finished = await run(['--exit'], { DEMO_HOME: folder });

      expect({ signal: killed.signal, sent: /37 tasks sent/.test(killed.out) }).toEqual({ signal: 'SIGKILL', sent: true });
      expect(killed.out).not.toContain('600/600');
      expect(finished.out).toContain('37 tasks were sent before, 0 are sent now');
      expect(summaryOf(finished)).toEqual(NOTHING_MISSING);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }, 120_000);

  it.each(['memory', 'redis', 'postgres'])(
    'runs all tasks on %s, finds nothing missing and exits with 0',
    async (broker) => {
      expect(summaryOf(await run(['--broker', broker, '--exit']))).toEqual(NOTHING_MISSING);
    },
    120_000,
  );

  it('exits at once with an error message for an unknown flag or broker', async () => {
    const [flag, broker] = [await run(['--exti']), await run(['--broker', 'kafka'])];

    expect([flag.code, broker.code]).toEqual([2, 2]);
    expect(flag.err).toContain("'--exti'");
    expect(broker.err).toContain("--broker is 'kafka', but must be one of: embedded, postgres, redis, memory.");
  });

  it('exits with 1 and the reason when a server cannot be reached', async () => {
    const { code, err } = await run(['--broker', 'postgres', '--exit'], { DATABASE_URL: 'postgres://127.0.0.1:1/none' });

    expect(code).toBe(1);
    expect(err).toContain('ECONNREFUSED');
  });

  it('prints its flags with --help', async () => {
    const { code, out } = await run(['--help']);

    expect(code).toBe(0);
    for (const flag of ['--broker embedded', '--broker postgres', '--broker redis', '--broker memory', '--fresh', '--exit'])
      expect(out).toContain(flag);
  });
});

describe('the checks', () => {
  it('report missing emails, thumbnails, rows and contacts', async () => {
    const row = { id: 'p1', email: 'ada@mail.example', crmId: null };
    const system = {
      storage: '/nowhere',
      mailbox: { mails: [], deferred: 0, duplicates: 0 },
      crm: { contacts: new Map(), refusals: [], tooEarly: [] },
    };
    const tasks = [{ kind: 'export_subscribers', id: 't1' }];

    const checks = await checkEverything({ system, tasks, subscribers: [row], client: { get: async () => [row] } });

    expect(checks).toEqual([
      { ok: false, text: expect.stringContaining('1 missing, 0 double') },
      { ok: false, text: expect.stringContaining('0 of 1 thumbnails') },
      { ok: false, text: '0 of 1 subscribers in the exported CSV' },
      { ok: false, text: expect.stringContaining('0 of 1 contacts') },
    ]);
  });

  it('report duplicate emails and retries that came too early', async () => {
    const mail = { subject: 'Fog', to: 'ada@mail.example' };
    const early = { email: 'ada@mail.example', crmId: 'crm-1' };
    const crm = { contacts: new Map([[early.email, { id: 'crm-1' }]]), refusals: [{}], tooEarly: [{}] };
    const system = { storage: '/nowhere', mailbox: { mails: [mail], deferred: 0, duplicates: 1 }, crm };

    const [mails, , , contacts] = await checkEverything({ system, tasks: [], subscribers: [early], client: { get: async () => [early] } });

    expect(mails).toEqual({ ok: false, text: expect.stringContaining('0 missing, 1 double') });
    expect(contacts).toEqual({ ok: false, text: expect.stringContaining('1 came back too early') });
  });

  it('allow at most one dropped duplicate email per post and interruption', async () => {
    const row = { id: 'p1', email: 'ada@mail.example', crmId: null };
    const mails = [{ subject: 'Fog', to: row.email }];
    const crm = { contacts: new Map(), refusals: [], tooEarly: [] };
    const check = async (duplicates: number) => {
      const system = { storage: '/nowhere', mailbox: { mails, deferred: 0, duplicates }, crm };
      const client = { get: async () => [row] };
      return (await checkEverything({ system, client, tasks: [], subscribers: [row], interruptions: 2 }))[0]!;
    };

    expect(await check(2)).toEqual({ ok: true, text: expect.stringContaining('2 came again after the interruption and were dropped') });
    expect(await check(3)).toMatchObject({ ok: false });
  });
});

describe('the flags', () => {
  it('default to the embedded broker, which survives a kill, and to serving after the checks', () => {
    expect(parseFlags([])).toEqual({ broker: 'embedded', fresh: false, exit: false, help: false });
  });

  it.each([[['--broker']], [['--broker', 'rabbit']], [['--exit=yes']], [['now']]])('refuse %j and list the known flags', (args) => {
    expect(() => parseFlags(args)).toThrow(/Known flags: --broker, --fresh, --exit, --help|must be one of: embedded/);
  });

  it('refuse --fresh for a broker that keeps no data', () => {
    expect(() => parseFlags(['--broker', 'redis', '--fresh'])).toThrow(/--fresh is for --broker embedded/);
  });
});

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

const ALL_DONE = [
  '600 emails in the mailbox for 4 posts × 150 subscribers: one each',
  '8 of 8 thumbnails on disk, 320 × 213 pixels',
  '150 of 150 subscribers in the exported CSV',
  '24 of 24 contacts in the CRM',
  '0 came back too early',
  'made through the admin API, ticked',
  'and stopped when it was disabled',
];
const NOTHING_MISSING = { code: 0, err: '', missing: [], crosses: 0 };

function summaryOf({ code, out, err }: Ended) {
  return { code, err, missing: ALL_DONE.filter((line) => !out.includes(line)), crosses: out.split('✘').length - 1 };
}

/** Runs the demo with private servers, ignoring the servers of the tests' environment. */
async function run(flags: string[], environment: Record<string, string> = {}, { killAt }: { killAt?: RegExp } = {}): Promise<Ended> {
  const env = { ...process.env, DATABASE_URL: undefined, REDIS_URL: undefined, ...environment };
  const demo = spawn(process.execPath, [DEMO, ...flags], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(demo, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  if (killAt) killWhenSeen(demo, killAt);
  const [out, err, [code, signal]] = await Promise.all([text(demo.stdout), text(demo.stderr), exited]);
  return { code, signal, out, err };
}

/** Kills the demo's process alone, which cannot stop the processes it has started. */
function killWhenSeen(demo: ChildProcessByStdio<null, Readable, Readable>, pattern: RegExp): void {
  let seen = '';
  demo.stdout.on('data', (chunk) => {
    seen += String(chunk);
    if (pattern.test(seen)) demo.kill('SIGKILL');
  });
}
