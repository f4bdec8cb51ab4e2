import type { TaskArgs } from '../../core/client/task-types.js';
import type { ScheduleInput } from '../../core/schedules/to-schedule.js';
import { storePeriodic, type PeriodicOptions } from '../metadata/task-metadata.js';

/** Return type of the decorator: void, or a type that the compiler refuses and whose property names the reason. */
type Fits<Given extends readonly unknown[], M> = M extends (...args: infer A) => unknown
  ? Given extends TaskArgs<A>
    ? void
    : { readonly 'the args of @Periodic are not those of the task': TaskArgs<A> }
  : void;

type PeriodicDecorator<Given extends readonly unknown[]> = <M>(
  prototype: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => Fits<Given, M>;

/**
 * Runs a task by a schedule; a method may have several: `@Periodic('0 2 * * *', { timezone: 'Europe/Paris' })`,
 * `@Periodic({ every: '30s' })`, `@Periodic(crontab({ minute: '0,30' }), { args: [7] })`. Sent by workers with `beat: true`, or by `runBeat`.
 */
export function Periodic(schedule: ScheduleInput, options?: PeriodicOptions & { readonly args?: undefined }): PeriodicDecorator<[]>;
export function Periodic<const A extends readonly unknown[]>(
  schedule: ScheduleInput,
  options: PeriodicOptions & { readonly args: A },
): PeriodicDecorator<Mutable<A>>;
export function Periodic(schedule: ScheduleInput, options: PeriodicOptions = {}): PeriodicDecorator<never> {
  return (prototype, method) => storePeriodic(prototype, String(method), { schedule, options }) as never;
}

type Mutable<A extends readonly unknown[]> = { -readonly [K in keyof A]: A[K] };
