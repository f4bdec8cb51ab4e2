export class HttpError extends Error {
  readonly status: number;
  /** read by the library: seconds or a date, as in the header */
  readonly retryAfter: string | null;

  constructor(response: Response) {
    super(`HTTP ${response.status}`);
    this.status = response.status;
    this.retryAfter = response.headers.get('retry-after');
  }
}

export class NotFound extends HttpError {}
