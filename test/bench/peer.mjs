import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(new URL('./peers/package.json', import.meta.url));

/** A package of the benchmarks' own folder. */
export const peer = (name) => require(name);

export const peerVersion = (name) =>
  JSON.parse(readFileSync(new URL(`./peers/node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;
