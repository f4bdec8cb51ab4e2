import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { FakeCrm } from './fake-crm.js';
import { close, listen, LOOPBACK } from './listen.js';
import type { Mailbox } from './mailbox.js';
import { escape, page } from './page.js';

/** Shows the contents of the mailbox and the CRM, as HTML or JSON. */
export class NeighboursWeb {
  private readonly server = createServer((request, response) => this.serve(request, response));

  constructor(
    private readonly mailbox: Mailbox,
    private readonly crm: FakeCrm,
  ) {}

  start(port = 0, host = LOOPBACK): Promise<string> {
    return listen(this.server, port, host);
  }

  stop(): Promise<void> {
    return close(this.server);
  }

  private serve(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '/').split('?')[0]!;
    const wantsHtml = request.headers.accept?.includes('text/html') ?? false;
    const mail = /^\/mailbox\/(\d+)$/.exec(path);
    if (mail) return this.showMail(response, Number(mail[1]));
    if (path === '/mailbox') return wantsHtml ? send(response, this.mailboxPage(), 'text/html') : sendJson(response, this.mailList());
    if (path === '/crm')
      return wantsHtml ? send(response, this.crmPage(), 'text/html') : sendJson(response, [...this.crm.contacts.values()]);
    response.writeHead(404).end();
  }

  private mailList(): object[] {
    return this.mailbox.mails.map(({ messageId, from, to, subject, receivedAt }) => ({ messageId, from, to, subject, receivedAt }));
  }

  private showMail(response: ServerResponse, index: number): void {
    const mail = this.mailbox.mails[index];
    if (mail) send(response, `From: ${mail.from}\nTo: ${mail.to}\nSubject: ${mail.subject}\n\n${mail.text}`, 'text/plain');
    else response.writeHead(404).end();
  }

  private mailboxPage(): string {
    const { mails, deferred } = this.mailbox;
    const rows = mails.map((mail, index) => [
      escape(mail.to),
      `<a href="/mailbox/${index}">${escape(mail.subject)}</a>`,
      mail.receivedAt.toISOString().slice(11, 23),
    ]);
    return page(
      'Mailbox',
      `${mails.length} emails; ${deferred} times a recipient was told to come back later.`,
      ['to', 'subject', 'at'],
      rows,
    );
  }

  private crmPage(): string {
    const { contacts, refusals, tooEarly } = this.crm;
    const rows = [...contacts.values()].map(({ id, name, company, email }) => [id, name, company, email].map(escape));
    const lead = `${contacts.size} contacts; ${refusals.length} requests were told to come back later, ${tooEarly.length} came too early.`;
    return page('CRM', lead, ['id', 'name', 'company', 'email'], rows);
  }
}

function send(response: ServerResponse, body: string, type: string): void {
  response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(body);
}

function sendJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
