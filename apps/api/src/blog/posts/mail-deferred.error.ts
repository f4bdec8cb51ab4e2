/** The mail server said "not now" (SMTP 4xx) or did not answer: worth another try. */
export class MailDeferredError extends Error {
  override name = 'MailDeferredError';
}
