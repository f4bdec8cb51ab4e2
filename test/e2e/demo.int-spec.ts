import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { checkEverything } from '../../scripts/demo/checks.mjs';
import { parseFlags } from '../../scripts/demo/flags.mjs';

const DEMO = 'scripts/demo/index.mjs';

describe('npm run demo', () => {
  it.each(['memory', 'redis'])(
    'plays its scenario over %s, finds nothing missing, and ends with 0',
    async (broker) => {
      const { code, out, err } = await run(['--broker', broker, '--exit']);

      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toContain('600 emails in the mailbox for 4 posts × 150 subscribers: one each');
      expect(out).toContain('8 of 8 thumbnails on disk, 320 × 213 pixels');
      expect(out).toContain('150 of 150 subscribers in the exported CSV');
      expect(out).toContain('24 of 24 contacts in the CRM');
      expect(out).toContain('0 came back too early');
      expect(out).not.toContain('✘');
    },
    120_000,
  );

  it('ends at once with a sentence about a flag or broker that does not exist', async () => {
    const [flag, broker] = [await run(['--exti']), await run(['--broker', 'kafka'])];

    expect([flag.code, broker.code]).toEqual([2, 2]);
    expect(flag.err).toContain("'--exti'");
    expect(broker.err).toContain("--broker is 'kafka', but must be one of: memory, redis.");
  });

  it('ends with 1 and the reason when a server cannot be reached', async () => {
    const { code, err } = await run(['--exit'], { DATABASE_URL: 'postgres://127.0.0.1:1/none' });

    expect(code).toBe(1);
    expect(err).toContain('ECONNREFUSED');
  });

  it('tells its flags', async () => {
    const { code, out } = await run(['--help']);

    expect(code).toBe(0);
    for (const flag of ['--broker memory', '--broker redis', '--exit']) expect(out).toContain(flag);
  });
});

describe('the checks', () => {
  it('miss what did not arrive', async () => {
    const row = { id: 'p1', email: 'ada@mail.example', crmId: null };
    const stage = {
      storage: '/nowhere',
      mailbox: { mails: [], deferred: 0, duplicates: 0 },
      crm: { contacts: new Map(), refusals: [], tooEarly: [] },
    };
    const tasks = [{ kind: 'export_subscribers', id: 't1' }];

    const checks = await checkEverything({ stage, tasks, subscribers: [row], client: { get: async () => [row] } });

    expect(checks).toEqual([
      { ok: false, text: expect.stringContaining('1 missing, 0 double') },
      { ok: false, text: expect.stringContaining('0 of 1 thumbnails') },
      { ok: false, text: '0 of 1 subscribers in the exported CSV' },
      { ok: false, text: expect.stringContaining('0 of 1 contacts') },
    ]);
  });

  it('see a second copy, and who came back too early', async () => {
    const mail = { subject: 'Fog', to: 'ada@mail.example' };
    const early = { email: 'ada@mail.example', crmId: 'crm-1' };
    const crm = { contacts: new Map([[early.email, { id: 'crm-1' }]]), refusals: [{}], tooEarly: [{}] };
    const stage = { storage: '/nowhere', mailbox: { mails: [mail], deferred: 0, duplicates: 1 }, crm };

    const [mails, , , contacts] = await checkEverything({ stage, tasks: [], subscribers: [early], client: { get: async () => [early] } });

    expect(mails).toEqual({ ok: false, text: expect.stringContaining('0 missing, 1 double') });
    expect(contacts).toEqual({ ok: false, text: expect.stringContaining('1 came back too early') });
  });
});

describe('the flags', () => {
  it('default to memory, and to go on serving', () => {
    expect(parseFlags([])).toEqual({ broker: 'memory', exit: false, help: false });
  });

  it.each([[['--broker']], [['--broker', 'rabbit']], [['--exit=yes']], [['now']]])('refuse %j and name what is known', (args) => {
    expect(() => parseFlags(args)).toThrow(/Known flags: --broker, --exit, --help|must be one of: memory, redis/);
  });
});

/** Plays it with servers of its own, whatever the tests' environment names. */
async function run(flags: string[], servers: Record<string, string> = {}): Promise<{ code: number | null; out: string; err: string }> {
  const env = { ...process.env, DATABASE_URL: undefined, REDIS_URL: undefined, ...servers };
  const demo = spawn(process.execPath, [DEMO, ...flags], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise<number | null>((resolve) => demo.once('exit', resolve));
  const [out, err, code] = await Promise.all([text(demo.stdout), text(demo.stderr), exited]);
  return { code, out, err };
}
