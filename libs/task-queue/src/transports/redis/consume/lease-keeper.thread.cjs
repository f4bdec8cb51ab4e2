// Renews leases in Redis: the engine's part of shared/leases/lease-keeper.thread.cjs. A batch is [key of leased, members].
const { driver, options, script, marks } = require('node:worker_threads').workerData;
const { Redis } = require(driver);

const client = new Redis({
  ...options,
  lazyConnect: false,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  reconnectOnError: null,
  retryStrategy: (times) => Math.min(1000, 50 * 2 ** Math.min(times, 5)),
});

let failure = 'the connection was closed';
client.on('error', (error) => (failure = error.message));
client.on('ready', () => (failure = 'the connection was closed'));
client.on('close', () => exports.lost?.(failure));

async function evaluate(args) {
  try {
    return await client.evalsha(script.sha, ...args);
  } catch (error) {
    // After a failover the master is elsewhere: the next connection finds it.
    if (/^READONLY/.test(error.message)) client.disconnect(true);
    if (!/^NOSCRIPT/.test(error.message)) throw error;
    return client.eval(script.source, ...args);
  }
}

// Of no lease, which the script does not find.
function ask() {
  if (client.status !== 'ready') throw new Error(failure);
  return evaluate([3, marks[0], ...marks, '0', '1', '0:0']);
}

function placesByQueue(seat) {
  const byQueue = new Map();
  for (const [sequence, [leased, members]] of seat.batches) {
    const places = byQueue.get(leased) ?? [];
    byQueue.set(leased, places);
    members.forEach((member, index) => member !== null && places.push({ sequence, index, member }));
  }
  return byQueue;
}

function abandon(batch, index) {
  batch[1][index] = null;
}

async function extend(seat, leased, places, { offset }) {
  const args = [3, leased, ...marks, offset, String(seat.lease), ...places.map(({ member }) => member)];
  const answer = await evaluate(args);
  if (typeof answer?.[0] !== 'string' || (answer[0] !== '' && answer[0].length !== places.length)) {
    client.disconnect(true);
    throw new Error('the answer has an unexpected form');
  }
  const [flags, ...pairs] = answer;
  const lost = places.filter((_, at) => flags[at] === '1');
  for (const { sequence, index } of lost) seat.abandon(sequence, index);
  seat.report(
    lost.map(({ sequence, index }) => [sequence, index]),
    pairs.length === 0 ? [] : revokedPlaces(places, pairs),
  );
}

function revokedPlaces(places, pairs) {
  const marks = new Map();
  for (let at = 0; at < pairs.length; at += 2) marks.set(pairs[at], pairs[at + 1] === '1');
  return places.flatMap(({ sequence, index, member }) => {
    const terminate = marks.get(member.slice(1, member.lastIndexOf(':')));
    return terminate === undefined ? [] : [[sequence, index, terminate]];
  });
}

exports.keepLeases({
  abandon,
  ask: async () => ask(),
  extend(seat, renewal) {
    const calls = [];
    for (const [leased, places] of placesByQueue(seat)) {
      for (let at = 0; at < places.length; at += exports.MAX_BATCH) {
        calls.push(extend(seat, leased, places.slice(at, at + exports.MAX_BATCH), renewal));
      }
    }
    return calls;
  },
  failed: ({ late }) => late && client.disconnect(true),
});
