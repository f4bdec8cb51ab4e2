import { Injectable } from '@nestjs/common';

export class SmtpError extends Error {}

@Injectable()
export class Mailer {
  async send(to: string, text: string): Promise<void> {
    throw new SmtpError(`no mail server in tests, for ${to}: ${text}`);
  }
}
