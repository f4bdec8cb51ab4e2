import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Lane, type LaneRules } from './lane.js';

/**
 * Stands between a client and a server, and breaks what tests want broken: cuts connections, holds or delays what is said,
 * swallows answers or requests, refuses new connections.
 */
export class TcpProxy implements LaneRules {
  /** nothing passes, and nothing is lost: it arrives when the proxy heals */
  held = false;
  /** ms that everything is on its way, in each direction */
  delay = 0;
  /** bytes a second that pass on each connection, in each direction */
  rate = Infinity;
  /** what the server says is thrown away */
  dropAnswers = false;
  /** what clients say is thrown away */
  dropRequests = false;
  /** new connections are closed at once */
  refuse = false;
  /** connections accepted so far */
  accepted = 0;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #lanes = new Set<Lane>();
  readonly #onRequest = new Set<(data: string, client: Socket) => void>();
  readonly #onAnswer = new Set<(data: string) => void>();
  readonly #muted = new WeakSet<Socket>();
  readonly #replaced = new WeakMap<Socket, string>();

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (client) => this.#join(client));
  }

  static async before(target: string): Promise<TcpProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, new URL(target));
  }

  /** the server's URL, by way of this proxy */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  /** Ends every connection without a farewell. */
  cut(): void {
    for (const [client, upstream] of [...this.#pairs]) {
      client.resetAndDestroy();
      // What was already passed on still reaches the server.
      upstream.end();
    }
  }

  /** Nothing that the server says reaches the connections that are open now, for as long as they last. */
  mute(): void {
    for (const [client] of this.#pairs) this.#muted.add(client);
  }

  /** Everything passes again, except on connections that are muted. */
  heal(): void {
    this.dropAnswers = false;
    this.dropRequests = false;
    this.refuse = false;
    this.held = false;
    this.delay = 0;
    this.rate = Infinity;
    for (const lane of [...this.#lanes]) lane.flow();
  }

  /** Resolves with what a client sends that holds `text`, before any answer to it can come. */
  request(text: string): Promise<string> {
    return new Promise((resolve) => {
      const listener = (data: string): void => {
        if (!data.includes(text)) return;
        this.#onRequest.delete(listener);
        resolve(data);
      };
      this.#onRequest.add(listener);
    });
  }

  /** Resolves when the server says something that holds `text`, before the client has read it. */
  answer(text: string): Promise<void> {
    return new Promise((resolve) => {
      const listener = (data: string): void => {
        if (!data.includes(text)) return;
        this.#onAnswer.delete(listener);
        resolve();
      };
      this.#onAnswer.add(listener);
    });
  }

  /** A request that was lost on its way reaches the server after all. Resolves when the server has acted on it. */
  async arriveLate(request: string): Promise<void> {
    const upstream = connect(Number(this.target.port), this.target.hostname);
    upstream.write(request, 'latin1');
    await once(upstream, 'data');
    upstream.destroy();
  }

  /** From the next request that holds `text` on, answers to its connection are lost; the request itself arrives. */
  loseAnswerTo(text: string): void {
    const listener = (data: string, client: Socket): void => {
      if (!data.includes(text)) return;
      this.#onRequest.delete(listener);
      this.#muted.add(client);
    };
    this.#onRequest.add(listener);
  }

  /** What the server says next to the connection of the next request that holds `text` is replaced, once. */
  replaceAnswerTo(text: string, answer: string): void {
    const listener = (data: string, client: Socket): void => {
      if (!data.includes(text)) return;
      this.#onRequest.delete(listener);
      this.#replaced.set(client, answer);
    };
    this.#onRequest.add(listener);
  }

  async stop(): Promise<void> {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
    for (const lane of this.#lanes) lane.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  #join(client: Socket): void {
    this.accepted += 1;
    if (this.refuse) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(this.target.port), this.target.hostname);
    const pair = [client, upstream] as const;
    this.#pairs.add(pair);
    const requests = this.#lane(upstream);
    const answers = this.#lane(client);
    client.on('data', (data) => {
      for (const listener of [...this.#onRequest]) listener(data.toString('latin1'), client);
      if (!this.dropRequests) requests.pass(data);
    });
    upstream.on('data', (data) => {
      for (const listener of [...this.#onAnswer]) listener(data.toString('latin1'));
      const answer = this.#replaced.get(client);
      this.#replaced.delete(client);
      if (!this.dropAnswers && !this.#muted.has(client)) answers.pass(answer === undefined ? data : Buffer.from(answer));
    });
    const over = (): void => {
      if (!this.#pairs.delete(pair)) return;
      this.#lanes.delete(answers);
      answers.destroy();
      requests.end();
    };
    for (const socket of pair) socket.on('error', over).on('close', over);
  }

  #lane(to: Socket): Lane {
    const lane: Lane = new Lane(to, this, () => this.#lanes.delete(lane));
    this.#lanes.add(lane);
    return lane;
  }
}
