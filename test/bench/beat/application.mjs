// The application of the beat benchmark, of the package as it is published.
import 'reflect-metadata';

const home = new URL('../../../dist-lib/task-queue/', import.meta.url);

export const library = () => import(new URL('index.js', home).href);
export const TASK = 'bench.tick';

/**
 * A module with one task and a beat.
 *
 * @param {{ url: string, schedule?: object, onRun?: (headers: object) => void, onSent?: (tick: { tick: number }) => void }} options
 */
export async function applicationOf({ url, schedule = {}, onRun = () => {}, onSent = () => {} }) {
  const { Ctx, OnSignal, Task, TaskQueueModule, TaskWorkerModule } = await library();
  class Work {
    work(context) {
      onRun(context.headers);
    }
    sent(tick) {
      onSent(tick);
    }
  }
  Ctx()(Work.prototype, 'work', 0);
  decorate(Work, 'work', Task({ name: TASK, ignoreResult: true }));
  decorate(Work, 'sent', OnSignal('schedule_tick_sent'));
  const connection = url.startsWith('postgres') ? { connection: { migrate: true, max: 4 } } : {};
  class App {}
  const queue = TaskQueueModule.forRoot({ broker: url, beat: { schedule }, ...connection });
  Reflect.defineMetadata('imports', [queue, TaskWorkerModule.forRoot({ beat: true })], App);
  Reflect.defineMetadata('providers', [Work], App);
  return App;
}

function decorate(target, method, decorator) {
  decorator(target.prototype, method, Object.getOwnPropertyDescriptor(target.prototype, method));
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export const rounded = (value) => Number(value.toFixed(3));

export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
