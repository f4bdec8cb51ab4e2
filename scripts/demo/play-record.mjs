import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** ms. Shorter than results are kept: of a task that ended earlier nothing could be told any more. */
const GOES_ON_FOR = 12 * 3_600_000;

/**
 * One play of the scenario. It may take several starts of the demo: until it has ended, the next start goes on with it.
 *
 * @typedef {{ id: string, startedAt: number, starts: number, ended: boolean }} Play
 */

/** @returns {Play} */
export const newPlay = () => ({ id: randomUUID(), startedAt: Date.now(), starts: 1, ended: false });

/** The play that waits for its next start. @returns {Play | undefined} */
export function unendedPlay(file) {
  const last = read(file);
  if (!last || last.ended || Date.now() - last.startedAt > GOES_ON_FOR) return undefined;
  const { id, startedAt, starts } = last;
  return { id, startedAt, starts: starts + 1, ended: false };
}

/** The id of the process that wrote it last. @returns {number | undefined} */
export const playerOf = (file) => read(file)?.process;

export function writePlay(file, play) {
  writeFileSync(`${file}.new`, JSON.stringify({ ...play, process: process.pid }));
  renameSync(`${file}.new`, file);
}

export const forgetPlay = (file) => rmSync(file, { force: true });

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // there was none
  }
}
