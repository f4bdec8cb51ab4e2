// Measures one engine on one server; runs in a process of its own, so that no engine finds another's garbage.
import { BATCH, CONCURRENCY, payloadOf, RESULT } from './load.mjs';

const batchOf = (from, count) => Array.from({ length: count }, (_, n) => payloadOf(from + n));
const percentile = (values, share) => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * One round of everything that is a speed, and with `idle` also what a waiting message and a waiting worker cost.
 *
 * @param {{ without: Function, with?: Function, waiting?: Function, within?: Function, worker?: boolean }} engine how to open it for
 *   tasks without and with a result, for waiting where that takes another setting, and for sending within transactions where it can;
 *   `worker: false` when nothing of it waits for work, so that idling means nothing
 */
export async function measure(engine, server, url, size, idle) {
  const session = async (open, body) => {
    await server.reset();
    const queue = await open({ url, concurrency: CONCURRENCY });
    await queue.ready();
    try {
      return await body(queue);
    } finally {
      await queue.close();
    }
  };
  try {
    // Sending is measured as in a web process: before any worker has run in it.
    await session(engine.without, (queue) => addOneByOne(queue, size)); // warms up
    const oneByOne = await session(engine.without, (queue) => addOneByOne(queue, size));
    const together = await session(engine.without, (queue) => addTogether(queue, size));
    const transactional = engine.within ? await session(engine.within, (queue) => within(queue, url, size)) : {};
    await session(engine.without, (queue) => processAll(queue, server, size.tasks, undefined)); // warms up
    const plain = await session(engine.without, (queue) => processAll(queue, server, size.tasks, undefined));
    const kept = engine.with ? await session(engine.with, (queue) => processAll(queue, server, size.tasks, RESULT)) : { rate: null };
    const processing = { process: plain.rate, processWithResult: kept.rate, callsPerTask: plain.calls };
    const speeds = { oneByOne, together, ...transactional, ...processing };
    const waiting =
      engine.worker === false ? {} : await session(engine.waiting ?? engine.without, (queue) => wait(queue, server, size, idle));
    if (!idle) return { ...speeds, ...waiting };
    return { ...speeds, bytesPerMessage: await session(engine.without, (queue) => weigh(queue, server, size)), ...waiting };
  } finally {
    await server.close();
  }
}

async function within(queue, url, size) {
  if (!queue.within) return {};
  const { measureTransactional } = await import('./transactional.mjs');
  return measureTransactional(queue, url, size).catch((error) => {
    console.error(error);
    return { failed: { what: 'in a transaction', reason: String(error) } };
  });
}

async function addOneByOne(queue, { oneByOne }) {
  for (let n = 0; n < 200; n++) await queue.add(payloadOf(n));
  const began = performance.now();
  for (let n = 0; n < oneByOne; n++) await queue.add(payloadOf(n));
  return perSecond(oneByOne, began);
}

async function addTogether(queue, { batches }) {
  await queue.addMany(batchOf(0, BATCH));
  const loads = Array.from({ length: batches }, (_, n) => batchOf(n * BATCH, BATCH));
  const began = performance.now();
  for (const load of loads) await queue.addMany(load);
  return perSecond(batches * BATCH, began);
}

/** From the first task's start to the last one's end, with everything waiting at the beginning. */
async function processAll(queue, server, tasks, result) {
  await fill(queue, tasks);
  const before = await server.calls();
  let began = 0;
  let done = 0;
  let finish;
  const finished = new Promise((resolve) => (finish = resolve));
  const stop = await queue.work(() => {
    if (done === 0) began = performance.now();
    if (++done === tasks) finish(performance.now());
    return result;
  });
  const ended = await finished;
  await stop();
  return { rate: (tasks / (ended - began)) * 1000, calls: ((await server.calls()) - before) / tasks };
}

async function weigh(queue, server, { waiting }) {
  await queue.addMany(batchOf(0, 1)); // what an engine sets up once is no message's
  const before = await server.bytes();
  await fill(queue, waiting);
  return ((await server.bytes()) - before) / waiting;
}

/**
 * How soon a task begins when nothing else is there, and with `idle` what a waiting worker asks of the server. What runs once at a
 * time is code that the batches before have not warmed: V8 is still compiling it, on the one core that is left, for a thousand tasks.
 */
async function wait(queue, server, { latencies, singles, idleSeconds }, idle) {
  let arrived;
  const stop = await queue.work(() => arrived());
  const latency = async (n) => {
    const arrival = new Promise((resolve) => (arrived = () => resolve(performance.now())));
    const began = performance.now();
    await queue.add(payloadOf(n));
    return (await arrival) - began;
  };
  for (let n = 0; n < singles; n++) {
    await pause(1);
    await latency(n); // warms up
  }
  const samples = [];
  for (let n = 0; n < latencies; n++) {
    await pause(5 + (n % 7));
    samples.push(await latency(n));
  }
  const idleCalls = idle ? await countIdleCalls(server, idleSeconds) : {};
  await stop();
  return { latencyP50: percentile(samples, 0.5), latencyP99: percentile(samples, 0.99), ...idleCalls };
}

async function countIdleCalls(server, seconds) {
  await pause(1_000);
  const before = await server.calls();
  await pause(seconds * 1000);
  return { idleCallsPerMinute: (((await server.calls()) - before) * 60) / seconds };
}

async function fill(queue, count) {
  for (let n = 0; n < count; n += BATCH) await queue.addMany(batchOf(n, Math.min(BATCH, count - n)));
}

const perSecond = (count, began) => (count / (performance.now() - began)) * 1000;
