import { runningIn, type Ledger } from './ledger.js';
import type { PlannedCall } from './load.js';
import type { Random } from './random.js';
import type { Sender } from './sender.js';
import type { TcpProxy } from '../support/tcp-proxy.js';
import type { FleetWorker, WorkerFleet } from './worker-fleet.js';

/** What a fault can lay hands on. */
export interface FaultContext {
  /** begins the ids of this round */
  readonly round: string;
  readonly lease: number;
  /** ms until a lost lease is noticed at the latest: of a connection younger than five seconds nobody concludes anything */
  readonly notice: number;
  /** ms that a fault of no set length lasts */
  readonly spell: number;
  /** what it decides by chance, by the round's seed */
  readonly random: Random;
  readonly server: FaultServer;
  readonly fleet: WorkerFleet;
  readonly ledger: Ledger;
  readonly sender: Sender;
  /** the suite's own way to the server, as a producer */
  readonly proxy: TcpProxy;
  /** starts a producer process of its own that sends these calls by this URL, and ends when it has its answers */
  produce(url: string, calls: readonly PlannedCall[]): { kill(): Promise<void>; readonly ended: Promise<unknown> };
}

export interface Fault {
  readonly name: string;
  /** each task runs as often as it should */
  readonly gentle: boolean;
  /** no message is charged with a lost lease */
  readonly unspent: boolean;
  /** Resolves when it is over. */
  strike(context: FaultContext): Promise<Struck>;
}

export interface Struck {
  /** epoch ms from which work must go on */
  readonly over: number;
  /** workers that stood still from an instant on: what they held must run elsewhere */
  readonly fallen: readonly { readonly worker: string; readonly at: number }[];
  /** what was not as it must be, beside the ledger */
  readonly unmet?: readonly string[];
}

export const struck = (over = Date.now()): Struck => ({ over, fallen: [] });

/** A worker that runs something now. */
export async function busyWorker({ fleet, ledger, random }: FaultContext): Promise<FleetWorker> {
  return ledger.until('a busy worker', 30_000, (entries) => {
    const busy = fleet.workers.filter(({ name }) => runningIn(entries, name).length > 0);
    return busy.length > 0 ? random.pick(busy) : undefined;
  });
}

export const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A server that the suite may break. */
export interface FaultServer {
  readonly url: string;
  /** a crash: nothing is written any more */
  kill(): Promise<void>;
  /** the same server again, ended in order if it still runs; what it has acknowledged is there */
  restart(): Promise<void>;
  stop(): Promise<void>;
}
