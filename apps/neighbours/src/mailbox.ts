import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { Journal } from './journal.js';
import { LOOPBACK } from './listen.js';

export interface Mail {
  readonly messageId: string;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly receivedAt: Date;
}

export interface MailboxOptions {
  /** every n-th recipient is refused for now (450); 0 = none */
  readonly refuseEvery?: number;
  /** called for each mail; the mail is acknowledged when this resolves */
  readonly onMail?: (mail: Mail) => void | Promise<void>;
  /** the file from which its state is restored; absent = it starts empty */
  readonly journal?: string;
}

/** A mail whose Message-ID is known already is a dropped copy. */
type Entry = { readonly mail: Mail } | { readonly deferred: true };

/**
 * A mail server that stores all mail. Like large mail servers, it drops a second copy of the same Message-ID and refuses some
 * recipients for now.
 */
export class Mailbox {
  readonly mails: Mail[] = [];
  /** copies that were dropped */
  duplicates = 0;
  /** recipients that were refused for now */
  deferred = 0;
  private recipients = 0;
  private readonly journal: Journal<Entry>;
  private readonly server: SMTPServer;

  constructor(private readonly options: MailboxOptions = {}) {
    this.journal = new Journal(options.journal);
    for (const entry of this.journal.read()) this.remember(entry);
    this.server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      closeTimeout: 1,
      onRcptTo: (_address, _session, callback) => callback(this.refusal()),
      onData: (stream, _session, callback) => {
        text(stream)
          .then((source) => this.take(source))
          .then(() => callback(), callback);
      },
    } satisfies SMTPServerOptions);
    this.server.on('error', () => {}); // a client that was killed while it was sending
  }

  /** @returns its URL, smtp://host:port */
  async start(port = 0, host = LOOPBACK): Promise<string> {
    const listening = this.server.listen(port, host);
    await once(listening, 'listening');
    return `smtp://${host}:${(listening.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private refusal(): Error | null {
    const { refuseEvery = 0 } = this.options;
    this.recipients++;
    if (refuseEvery === 0 || this.recipients % refuseEvery !== 0) return null;
    this.happened({ deferred: true });
    return Object.assign(new Error('4.2.1 Mailbox busy, try again later'), { responseCode: 450 });
  }

  private async take(source: string): Promise<void> {
    const mail = read(source);
    this.happened({ mail });
    await this.options.onMail?.(mail);
  }

  private happened(entry: Entry): void {
    this.journal.note(entry);
    this.remember(entry);
  }

  private remember(entry: Entry): void {
    if ('deferred' in entry) this.deferred++;
    else if (this.mails.some(({ messageId }) => messageId === entry.mail.messageId)) this.duplicates++;
    else this.mails.push({ ...entry.mail, receivedAt: new Date(entry.mail.receivedAt) }); // a date is text in the journal
  }
}

/** Parses mails in the formats that this blog writes: plain text, quoted-printable or 7bit. */
function read(source: string): Mail {
  const end = source.indexOf('\r\n\r\n');
  const head = source.slice(0, end).replace(/\r\n[ \t]+/g, ' ');
  const header = (name: string): string => new RegExp(`^${name}: *(.*)$`, 'im').exec(head)?.[1] ?? '';
  const bytes = source
    .slice(end + 4)
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
  return {
    messageId: header('message-id'),
    from: header('from'),
    to: header('to'),
    subject: header('subject'),
    text: Buffer.from(bytes, 'latin1').toString(),
    receivedAt: new Date(),
  };
}
