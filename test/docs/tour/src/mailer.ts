import { Injectable } from '@nestjs/common';

export class SmtpError extends Error {}

export interface MailReport {
  readonly post: string;
  readonly recipients: number;
}

/** Stands for the reader's own mailer: it is busy at the first request for a post. */
@Injectable()
export class Mailer {
  private readonly asked = new Set<string>();

  async sendToSubscribers(post: string, signal: AbortSignal): Promise<MailReport> {
    signal.throwIfAborted();
    if (!this.asked.has(post)) {
      this.asked.add(post);
      throw new SmtpError('450 try again later');
    }
    return { post, recipients: 3 };
  }
}
