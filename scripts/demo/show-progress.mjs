import cliProgress from 'cli-progress';
import { styled } from './terminal.mjs';

const WIDTH = 20;

/**
 * Shows the progress of each kind of task: bars on a terminal, otherwise a line per quarter.
 *
 * @param {{ label: string, total: number, unit: string }[]} rows
 * @returns {{ update(values: { done: number, note: string }[]): void, stop(): void }}
 */
export function showProgress(rows) {
  return process.stdout.isTTY ? bars(rows) : lines(rows);
}

function bars(rows) {
  const format = `  {label}  ${styled('cyan', '{bar}')}  {value}/{total} {unit}  ${styled('yellow', '{note}')}`;
  const multi = new cliProgress.MultiBar({ format, barsize: 30, hideCursor: true, autopadding: true }, cliProgress.Presets.shades_classic);
  const drawn = rows.map(({ label, total, unit }) => multi.create(total, 0, { label: label.padEnd(WIDTH), unit, note: '' }));
  return {
    update: (values) => values.forEach(({ done, note }, index) => drawn[index].update(done, { note })),
    stop: () => multi.stop(),
  };
}

function lines(rows) {
  const printed = rows.map(() => 0);
  return {
    update: (values) =>
      values.forEach(({ done, note }, index) => {
        const { label, total, unit } = rows[index];
        const quarter = Math.floor((4 * done) / total);
        if (quarter <= printed[index]) return;
        printed[index] = quarter;
        console.log(`  ${label.padEnd(WIDTH)} ${String(done).padStart(4)}/${total} ${unit}${note && `  ${note}`}`);
      }),
    stop() {},
  };
}
