/** Monotonic ms, the same in every thread of the process. Local deadlines of leases use them. */
export function monotonic(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1e6;
}
