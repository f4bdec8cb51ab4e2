import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { startPostgres } from '../../../scripts/services/postgres.mjs';
import { AttackProgress } from './progress.mjs';

/** ms of load and faults, after which all drains and is judged */
const WINDOW = 150_000;
const RATE = 150;
/** ms that most faults last */
const SPELL = 2_000;

/**
 * The attack of `npm run test:faults -- --attack`.
 * @returns its exit code
 */
export async function attack({ broker, seed, lease, minutes, only, without, json, logs }, { engine, folder, load }) {
  const { runAttack } = await load('attack/run-attack.js');
  const progress = new AttackProgress(json ? process.stderr : process.stdout);
  progress.begin({ broker, seed, lease, minutes, window: WINDOW, rate: RATE });
  const { report, findings } = await runAttack({
    ...{ engine, folder, seed, lease, only, without, logs, rate: RATE, spell: SPELL, window: WINDOW, length: minutes * 60_000 },
    startDatabase: () => startPostgres({ settings: { max_connections: 120 } }),
    onStrike: (...strike) => progress.strike(...strike),
    onWindow: (number, found) => {
      progress.window(number, found);
      if (logs === undefined) return;
      const lines = found.findings.map((one) => `${JSON.stringify(one)}\n`).join('');
      appendFileSync(path.join(logs, 'violations.jsonl'), lines);
    },
    onWipe: (found) => progress.wipe(found),
  });
  progress.end(report);
  for (const { kind, what } of findings.filter(({ what }) => what.startsWith('given up'))) console.error(`${kind}: ${what}`);
  if (json) console.log(JSON.stringify({ ...report, minutes }));
  return findings.length === 0 ? 0 : 1;
}
