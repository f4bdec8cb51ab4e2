// Renews claims in PostgreSQL: the engine's part of shared/leases/lease-keeper.thread.cjs. A batch is a claim, [number, size], and is
// renewed as a whole.
const { driver, config, statement, asksPassword } = require('node:worker_threads').workerData;
const { Client } = require(driver);
if (asksPassword) config.password = exports.password;

// One connection, opened when it is needed and dropped when it fails.
let connecting = null;

async function open() {
  const client = new Client(config);
  let failure = 'the connection was closed';
  client.on('error', (error) => {
    failure = error.message;
    connecting = null;
  });
  client.on('end', () => {
    connecting = null;
    exports.lost(failure);
  });
  try {
    await client.connect();
    return client;
  } catch (error) {
    connecting = null;
    throw error;
  }
}

async function drop() {
  const client = await connecting?.catch(() => null);
  connecting = null;
  client?.connection.stream.destroy();
}

// All seats share the connection, and the driver wants one statement at a time.
let last = Promise.resolve();

function query(values, renewal) {
  const answer = last.then(async () => {
    if (renewal.over) throw new Error('late');
    connecting ??= open();
    return (await connecting).query({ ...statement, values });
  });
  last = answer.catch(() => {});
  return answer;
}

async function extend(seat, held, renewal) {
  const sequences = new Map(held.map(([sequence, [claim]]) => [claim, sequence]));
  const { rows } = await query([seat.setting.owner, [...sequences.keys()], seat.lease, renewal.offset], renewal);
  const lost = [];
  const revoked = [];
  for (const { number, ordinal, terminate } of rows) {
    const sequence = sequences.get(number);
    if (ordinal !== null) revoked.push([sequence, ordinal - 1, terminate]);
    else {
      const [, size] = seat.batches.get(sequence) ?? [number, 0];
      for (let index = 0; index < size; index++) lost.push([sequence, index]);
      seat.batches.delete(sequence);
    }
  }
  seat.report(lost, revoked);
}

exports.keepLeases({
  abandon() {},
  ask: () => query(['0', [], 1, '0'], { over: false }),
  extend(seat, renewal) {
    const held = [...seat.batches];
    const calls = [];
    for (let at = 0; at < held.length; at += exports.MAX_BATCH) calls.push(extend(seat, held.slice(at, at + exports.MAX_BATCH), renewal));
    return calls;
  },
  failed: () => void drop(),
});
