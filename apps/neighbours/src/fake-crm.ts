import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { Journal } from './journal.js';
import { close, listen, LOOPBACK } from './listen.js';

export interface CrmContact {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly company: string;
}

export interface CrmRequest {
  readonly email: string;
  /** epoch ms */
  readonly at: number;
  readonly status: 200 | 429;
  /** s, with 429 */
  readonly retryAfter?: number;
}

export interface FakeCrmOptions {
  /** every n-th request is refused for now (429); 0 = none */
  readonly refuseEvery?: number;
  /** the Retry-After values of refusals, in turn; seconds */
  readonly retryAfter?: readonly number[];
  /** the file from which its state is restored; absent = it starts empty */
  readonly journal?: string;
}

interface Entry {
  readonly request: CrmRequest;
  /** the contact that was created or changed; absent with 429 */
  readonly contact?: CrmContact;
}

/** A CRM with one route, `PUT /contacts/:email`. It refuses some requests with Retry-After and records those repeated too early. */
export class FakeCrm {
  readonly contacts = new Map<string, CrmContact>();
  readonly requests: CrmRequest[] = [];
  private readonly server = createServer((request, response) => void this.serve(request, response));

  private readonly journal: Journal<Entry>;

  constructor(private readonly options: FakeCrmOptions = {}) {
    this.journal = new Journal(options.journal);
    for (const entry of this.journal.read()) this.remember(entry);
  }

  start(port = 0, host = LOOPBACK): Promise<string> {
    return listen(this.server, port, host);
  }

  stop(): Promise<void> {
    return close(this.server);
  }

  get refusals(): CrmRequest[] {
    return this.requests.filter((request) => request.status === 429);
  }

  /** Requests that came before the Retry-After time of their refused predecessor. */
  get tooEarly(): CrmRequest[] {
    return this.requests.filter((request, index) => {
      const before = this.requests.slice(0, index).findLast((earlier) => earlier.email === request.email);
      return before?.retryAfter !== undefined && request.at < before.at + before.retryAfter * 1000;
    });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const email = decodeURIComponent(/^\/contacts\/([^/]+)$/.exec(request.url ?? '')?.[1] ?? '');
    if (request.method !== 'PUT' || email === '') return answer(response, 404, { error: 'PUT /contacts/:email is all there is' });
    const body = (await json(request)) as { name: string; company: string };
    const retryAfter = this.refusal();
    const at = Date.now();
    if (retryAfter !== undefined) {
      this.happened({ request: { email, at, status: 429, retryAfter } });
      return answer(response.setHeader('retry-after', retryAfter), 429, { error: 'too many requests' });
    }
    const contact = { id: this.contacts.get(email)?.id ?? `crm-${this.contacts.size + 1}`, email, name: body.name, company: body.company };
    this.happened({ request: { email, at, status: 200 }, contact });
    answer(response, 200, contact);
  }

  private happened(entry: Entry): void {
    this.journal.note(entry);
    this.remember(entry);
  }

  private remember({ request, contact }: Entry): void {
    this.requests.push(request);
    if (contact) this.contacts.set(contact.email, contact);
  }

  private refusal(): number | undefined {
    const { refuseEvery = 0, retryAfter = [1] } = this.options;
    if (refuseEvery === 0 || (this.requests.length + 1) % refuseEvery !== 0) return undefined;
    return retryAfter[this.refusals.length % retryAfter.length];
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
