/**
 * Calls back when input that has already arrived was read. In a turn of the event loop timers come before input, so a timer that is
 * late would take an answer that waits in the socket for silence (rule 31).
 */
export function afterPendingInput(callback: () => void): void {
  setImmediate(() => setImmediate(callback));
}
