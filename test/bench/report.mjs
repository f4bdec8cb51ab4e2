const COLUMNS = [
  ['oneByOne', 'add one by one /s', 0],
  ['together', 'add 1,000 at once /s', 0],
  ['process', 'process /s', 0],
  ['processWithResult', 'with result /s', 0],
  ['callsPerTask', 'Redis calls/task', 2],
  ['bytesPerMessage', 'bytes/waiting', 0],
  ['latencyP50', 'idle p50 ms', 2],
  ['latencyP99', 'idle p99 ms', 2],
  ['idleCallsPerMinute', 'idle calls/min', 0],
];
const BAR = 40;

/** Ours to BullMQ's with `removeOnComplete`; `limitShare` to the bare script loop. */
export function ratiosOf(rows) {
  const row = (engine) => rows.find((one) => one.engine === engine) ?? {};
  const [ours, peer, limit] = [row('nestjs-task-queue'), row('bullmq removeOnComplete'), row('raw-scripts')];
  const ratio = (a, b) => (a == null || b == null || b === 0 ? null : Number((a / b).toFixed(3)));
  return {
    process: ratio(ours.process, peer.process),
    processWithResult: ratio(ours.processWithResult, peer.processWithResult),
    enqueueTogether: ratio(ours.together, peer.together),
    enqueueOneByOne: ratio(ours.oneByOne, peer.oneByOne),
    limitShare: ratio(ours.process, limit.process),
    callsPerTask: ratio(ours.callsPerTask, peer.callsPerTask),
    latencyP50: ratio(ours.latencyP50, peer.latencyP50),
    latencyP99: ratio(ours.latencyP99, peer.latencyP99),
  };
}

export function printReport({ machine, versions, rows, ratios }) {
  console.log(`\n${machine.cpu}, ${machine.cores} cores, ${machine.memory}, ${machine.os}`);
  console.log(
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(' · '),
  );
  printTable(rows);
  for (const [key, title] of [COLUMNS[2], COLUMNS[3], COLUMNS[1], COLUMNS[0]]) printBars(title, rows, key);
  console.log('\nRatios to BullMQ with removeOnComplete (limitShare: to the raw scripts)');
  for (const [name, value] of Object.entries(ratios)) console.log(`  ${name.padEnd(18)} ${value ?? '–'}`);
}

function printTable(rows) {
  const width = Math.max(...rows.map(({ engine }) => engine.length));
  console.log(`\n${''.padEnd(width)}  ${COLUMNS.map(([, title]) => title).join('  ')}`);
  for (const row of rows) {
    const cells = COLUMNS.map(([key, title, digits]) => number(row[key], digits).padStart(title.length));
    console.log(`${row.engine.padEnd(width)}  ${cells.join('  ')}`);
  }
}

function printBars(title, rows, key) {
  const measured = rows.filter((row) => row[key] != null);
  const most = Math.max(...measured.map((row) => row[key]));
  const width = Math.max(...rows.map(({ engine }) => engine.length));
  console.log(`\n${title}`);
  for (const row of measured) {
    const bar = '█'.repeat(Math.max(1, Math.round((row[key] / most) * BAR)));
    console.log(`  ${row.engine.padEnd(width)} ${bar} ${number(row[key], 0)}`);
  }
}

function number(value, digits) {
  return value == null ? '–' : value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
