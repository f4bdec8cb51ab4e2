import type { SignalName, SignalPayloads } from '../../core/ports/task/signals.js';
import { storeSignal } from '../metadata/listener-metadata.js';
import type { ListenerDecorator } from './on-task.decorator.js';

/**
 * Has a method of any provider or controller called for Celery's signal of this name. Subclasses inherit it. What it
 * throws is logged and counted, and fails nothing.
 * @example @OnSignal('task_failure') count({ task, error }: SignalPayloads['task_failure']) {}
 */
export function OnSignal<N extends SignalName>(name: N): ListenerDecorator<SignalPayloads[N]> {
  return (target, method) => storeSignal(target, method, name);
}
