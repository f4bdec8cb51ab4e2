/** @returns null if the signal is aborted before the call is answered */
export async function orAborted<T>(call: Promise<T>, signal: AbortSignal): Promise<T | null> {
  let aborted: (() => void) | undefined;
  const abort = new Promise<null>((resolve) => {
    aborted = () => resolve(null);
    if (signal.aborted) aborted();
    else signal.addEventListener('abort', aborted, { once: true });
  });
  try {
    return await Promise.race([call, abort]);
  } finally {
    signal.removeEventListener('abort', aborted!);
    call.catch(() => {});
  }
}
