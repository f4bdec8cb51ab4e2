import cliProgress from 'cli-progress';
import { paint } from './paint.mjs';

const WIDTH = 20;

/**
 * Shows how far each kind of task is: bars on a terminal, a line per quarter elsewhere.
 *
 * @param {{ label: string, total: number, unit: string }[]} rows
 * @returns {{ update(values: { done: number, note: string }[]): void, stop(): void }}
 */
export function showProgress(rows) {
  return process.stdout.isTTY ? bars(rows) : lines(rows);
}

function bars(rows) {
  const format = `  {label}  ${paint('cyan', '{bar}')}  {value}/{total} {unit}  ${paint('yellow', '{note}')}`;
  const multi = new cliProgress.MultiBar({ format, barsize: 30, hideCursor: true, autopadding: true }, cliProgress.Presets.shades_classic);
  const drawn = rows.map(({ label, total, unit }) => multi.create(total, 0, { label: label.padEnd(WIDTH), unit, note: '' }));
  return {
    update: (values) => values.forEach(({ done, note }, index) => drawn[index].update(done, { note })),
    stop: () => multi.stop(),
  };
}

function lines(rows) {
  const told = rows.map(() => 0);
  return {
    update: (values) =>
      values.forEach(({ done, note }, index) => {
        const { label, total, unit } = rows[index];
        const quarter = Math.floor((4 * done) / total);
        if (quarter <= told[index]) return;
        told[index] = quarter;
        console.log(`  ${label.padEnd(WIDTH)} ${String(done).padStart(4)}/${total} ${unit}${note && `  ${note}`}`);
      }),
    stop() {},
  };
}
