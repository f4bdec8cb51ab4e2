import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { parseFlags } from '../../scripts/demo/flags.mjs';

const DEMO = 'scripts/demo/index.mjs';

describe('npm run demo', () => {
  it.each(['memory', 'redis'])(
    'plays its scenario over %s, finds nothing missing, and ends with 0',
    async (broker) => {
      const { code, out, err } = await run('--broker', broker, '--exit');

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
    const [flag, broker] = [await run('--exti'), await run('--broker', 'kafka')];

    expect([flag.code, broker.code]).toEqual([2, 2]);
    expect(flag.err).toContain("'--exti'");
    expect(broker.err).toContain("--broker is 'kafka', but must be one of: memory, redis.");
  });

  it('tells its flags', async () => {
    const { code, out } = await run('--help');

    expect(code).toBe(0);
    for (const flag of ['--broker memory', '--broker redis', '--exit']) expect(out).toContain(flag);
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

async function run(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const env = { ...process.env, DATABASE_URL: undefined, REDIS_URL: undefined };
  const demo = spawn(process.execPath, [DEMO, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise<number | null>((resolve) => demo.once('exit', resolve));
  const [out, err, code] = await Promise.all([text(demo.stdout), text(demo.stderr), exited]);
  return { code, out, err };
}
