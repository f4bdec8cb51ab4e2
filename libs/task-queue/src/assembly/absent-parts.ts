import { PartMissingError } from '../core/errors/boot-errors.js';
import { listOf } from '../core/policies/engine-features.js';
import type { Broker } from '../core/ports/broker/broker.js';
import type { CompleteTransport, EnginesWith, Transport, PartName } from '../core/ports/broker/transport.js';
import type { ControlChannel } from '../core/ports/control/control-channel.js';
import type { Inspector } from '../core/ports/control/inspector.js';
import type { ResultBackend } from '../core/ports/stores/result-backend.js';
import type { ScheduleStore } from '../core/ports/stores/schedule-store.js';
import { Engines } from './engines.js';

/** What a broker without the part cannot do, and the option that names the address of the part. */
const PARTS: Readonly<Record<PartName, { readonly lack: string; readonly option: string }>> = {
  results: { lack: 'stores no results', option: 'results' },
  joins: { lack: 'stores no joins', option: 'store' },
  control: { lack: 'has no control channel', option: 'control' },
  inspector: { lack: 'cannot inspect or manage its queues', option: 'broker' },
  schedules: { lack: 'stores no schedules', option: 'schedules' },
  revoke: { lack: 'cannot revoke tasks', option: 'broker' },
  setRate: { lack: 'cannot change rates', option: 'broker' },
};

const FIXES: Readonly<Record<string, string>> = {
  broker: 'Use a broker that can',
  schedules: "Set 'schedules' of TaskQueueModule.forRoot to a database of the application, or use a broker that stores them",
};

type Missing = NonNullable<CompleteTransport['missing']>;

/**
 * The transport with a stand-in for each part that it does not offer.
 * @param enginesWith the engines that offer a part, for errors
 */
export function completeTransport(transport: Transport, enginesWith: EnginesWith = new Engines().with): CompleteTransport {
  const { broker } = transport;
  const absent = (Object.keys(PARTS) as PartName[]).filter((part) => !offers(transport, part));
  const missing: Missing = new Map(
    absent.map((part) => [part, (feature) => refusal(part, feature, broker.capabilities.name, enginesWith(part))]),
  );
  return {
    broker: completeBroker(broker, missing),
    results: transport.results ?? noResults(missing),
    joins: transport.joins ?? refusing('joins', 'Counting the members of a join', JOINS, missing),
    control: transport.control ?? noControl(missing),
    inspector: transport.inspector ?? noInspector(missing),
    schedules: transport.schedules ?? noSchedules(missing),
    missing,
    enginesWith,
    connect: () => transport.connect(),
    close: () => transport.close(),
  };
}

function offers(transport: Transport, part: PartName): boolean {
  return part === 'revoke' || part === 'setRate' ? transport.broker[part] !== undefined : transport[part] !== undefined;
}

function refusal(part: PartName, feature: string, broker: string, engines: readonly string[]): PartMissingError {
  const { lack, option } = PARTS[part];
  const them = engines.length === 0 ? '' : `: ${listOf(engines)}`;
  const fix = FIXES[option] ?? `Set '${option}' of TaskQueueModule.forRoot to the address of an engine that does`;
  return new PartMissingError(feature, option, `the '${broker}' broker ${lack}`, `${fix}${them}.`);
}

function completeBroker(broker: Broker, missing: Missing): CompleteTransport['broker'] {
  if (broker.revoke !== undefined && broker.setRate !== undefined) return broker as CompleteTransport['broker'];
  const { capabilities, transactional } = broker;
  return {
    capabilities,
    ...(transactional === undefined ? {} : { transactional }),
    connect: () => broker.connect(),
    close: () => broker.close(),
    publish: (publications, options) => broker.publish(publications, options),
    consume: (queues, options) => broker.consume(queues, options),
    revoke: broker.revoke?.bind(broker) ?? rejecting('revoke', 'Revoking a task', missing),
    setRate: broker.setRate?.bind(broker) ?? rejecting('setRate', 'Changing a rate', missing),
  };
}

/** Saving changes nothing and loading finds nothing: tasks that store results are refused at boot. Waiting for one is refused. */
function noResults(missing: Missing): ResultBackend {
  return {
    connect: nothing,
    close: nothing,
    save: (records) => Promise.resolve(records.map(() => false)),
    load: (ids) => Promise.resolve(ids.map(() => null)),
    wait: rejecting('results', 'Waiting for a result', missing),
    forget: nothing,
  };
}

/** A worker listens and hears nothing. Announcing a revocation is optional: renewals of leases report it, too. */
function noControl(missing: Missing): ControlChannel {
  const refuse = rejecting('control', 'Asking or commanding workers', missing);
  return {
    connect: nothing,
    close: nothing,
    announce: (command) => (command.type === 'revoke' ? Promise.resolve() : refuse()),
    listen: () => Promise.resolve(nothing),
    answer: refuse,
    hear: refuse,
  };
}

/** No message is found, so that the state of a task without a result is UNKNOWN. */
function noInspector(missing: Missing): Inspector {
  return { ...refusing('inspector', 'Inspecting queues', INSPECTOR, missing), locate: (ids) => Promise.resolve(ids.map(() => null)) };
}

function noSchedules(missing: Missing): ScheduleStore {
  return { ...refusing('schedules', 'Storing schedules', SCHEDULES, missing), capabilities: { name: 'none', tellsHeld: false } };
}

const JOINS = ['open', 'arrive', 'load', 'close', 'complete'] as const;
const INSPECTOR = ['queues', 'counts', 'heads', 'deadLetters', 'findDeadLetters', 'redrive', 'purgeDeadLetters', 'purge', 'pause', 'resume', 'paused'] as const; // prettier-ignore
const SCHEDULES = ['list', 'get', 'create', 'replace', 'remove', 'setEnabled', 'due', 'claim', 'fire', 'history', 'syncCode'] as const;

/** Methods that reject. The type of the part shows that none is left out. */
function refusing<M extends string>(
  part: PartName,
  feature: string,
  methods: readonly M[],
  missing: Missing,
): Record<M, () => Promise<never>> {
  return Object.fromEntries(methods.map((method) => [method, rejecting(part, `${feature} ('${method}')`, missing)])) as never;
}

function rejecting(part: PartName, feature: string, missing: Missing): () => Promise<never> {
  return () => Promise.reject(missing.get(part)!(feature));
}

function nothing(): Promise<void> {
  return Promise.resolve();
}
