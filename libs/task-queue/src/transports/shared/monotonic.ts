/** ms that only go forward, the same in every thread of the process: what local deadlines of leases are counted in. */
export function monotonic(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1e6;
}
