import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createTransport } from 'nodemailer';
import { Settings } from '../../settings.js';
import type { Subscriber } from '../subscribers/subscriber.entity.js';
import { MailDeferredError } from './mail-deferred.error.js';
import type { Post } from './post.entity.js';

/** Sends mail by SMTP. Temporary errors are thrown as {@link MailDeferredError}. */
@Injectable()
export class Mailer implements OnApplicationShutdown {
  private readonly smtp;

  constructor(settings: Settings) {
    const { hostname, port } = new URL(settings.smtpUrl);
    this.smtp = createTransport({
      host: hostname,
      port: Number(port),
      pool: true,
      maxConnections: 5,
      maxMessages: Infinity,
      ignoreTLS: true,
    });
  }

  async send(post: Post, subscriber: Subscriber): Promise<void> {
    try {
      await this.smtp.sendMail({
        // The same for every attempt, so that a mail server can drop the copy if a worker dies between sending and recording it.
        messageId: `<${post.id}.${subscriber.id}@blog.example>`,
        from: 'The Village Blog <news@blog.example>',
        to: { name: subscriber.name, address: subscriber.email },
        subject: post.title,
        text: `Dear ${subscriber.name},\n\n${post.body}\n\n${post.author}\n`,
      });
    } catch (error) {
      throw isTemporary(error) ? new MailDeferredError(`${subscriber.email} was not reached`, { cause: error }) : error;
    }
  }

  onApplicationShutdown(): void {
    this.smtp.close();
  }
}

/** A 4xx answer, or no answer (no connection, a timeout). */
function isTemporary(error: unknown): boolean {
  const { responseCode } = error as { responseCode?: number };
  return responseCode === undefined || (responseCode >= 400 && responseCode < 500);
}
