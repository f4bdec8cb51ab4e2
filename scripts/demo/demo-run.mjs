import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** ms. Shorter than the retention of results, so that the results of a resumed run still exist. */
const RESUMABLE_FOR = 12 * 3_600_000;

/**
 * One run of the demo, from sending the tasks to checking their effects. If the demo is stopped in the middle, the next start
 * resumes the run.
 *
 * @typedef {{ id: string, startedAt: number, starts: number, ended: boolean }} Run
 */

/** @returns {Run} */
export const newRun = () => ({ id: randomUUID(), startedAt: Date.now(), starts: 1, ended: false });

/** The run that the next start resumes. @returns {Run | undefined} */
export function unfinishedRun(file) {
  const last = read(file);
  if (!last || last.ended || Date.now() - last.startedAt > RESUMABLE_FOR) return undefined;
  const { id, startedAt, starts } = last;
  return { id, startedAt, starts: starts + 1, ended: false };
}

/** The id of the process that last wrote the record. @returns {number | undefined} */
export const processOf = (file) => read(file)?.process;

export function writeRun(file, run) {
  writeFileSync(`${file}.new`, JSON.stringify({ ...run, process: process.pid }));
  renameSync(`${file}.new`, file);
}

export const forgetRun = (file) => rmSync(file, { force: true });

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // no record yet
  }
}
