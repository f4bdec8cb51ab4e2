/** The mail server refused for now (SMTP 4xx) or did not answer: a retry may succeed. */
export class MailDeferredError extends Error {
  override name = 'MailDeferredError';
}
