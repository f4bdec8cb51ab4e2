const COLUMNS = [
  ['oneByOne', 'add one by one /s', 0],
  ['together', 'add 1,000 at once /s', 0],
  ['process', 'process /s', 0],
  ['processWithResult', 'with result /s', 0],
  ['withinTransaction', 'in a transaction /s', 0],
  ['bareInTransaction', 'a bare INSERT /s', 0],
  ['callsPerTask', 'calls/task', 2],
  ['bytesPerMessage', 'bytes/waiting', 0],
  ['latencyP50', 'idle p50 ms', 2],
  ['latencyP99', 'idle p99 ms', 2],
  ['idleCallsPerMinute', 'idle calls/min', 0],
];
const BAR = 40;

export function printReport({ machine, versions, rows, leftOut, ratios }, { calls, ratioTitle }) {
  printMachine(machine, versions);
  if (rows.length > 0) printTables(rows, calls);
  printLeftOut(leftOut);
  console.log(`\n${ratioTitle}`);
  for (const [name, value] of Object.entries(ratios)) console.log(`  ${name.padEnd(20)} ${value ?? '–'}`);
}

/** How a full database fared, from beginning to end. */
export function printLarge({ machine, versions, engine, waiting, history, leftOut, empty, atTheEnd, timeline, ratios }) {
  printMachine(machine, versions);
  if (leftOut) return printLeftOut(leftOut);
  console.log(`\n${engine}: ${number(waiting, 0)} waiting, ${number(history, 0)} finished\n`);
  const columns = [
    ['minute', 'minute', 1],
    ['rate', 'process /s', 0],
    ['deadTuples', 'dead tuples', 0],
    ['autovacuums', 'autovacuums', 0],
    ['megabytes', 'database MB', 0],
  ];
  console.log(columns.map(([, title]) => title.padStart(12)).join('  '));
  for (const row of timeline) console.log(columns.map(([key, , digits]) => number(row[key], digits).padStart(12)).join('  '));
  console.log(
    `\nOn an empty database ${number(empty.before, 0)} /s before and ${number(empty.after, 0)} /s after; at the end ${number(atTheEnd, 0)} /s`,
  );
  console.log(`Share of the empty database's: ${ratios.shareOfEmpty}`);
}

function printLeftOut(leftOut) {
  for (const { engine, reason } of leftOut) console.log(`\nLeft out: ${engine}: ${reason}`);
}

function printMachine(machine, versions) {
  console.log(`\n${machine.cpu}, ${machine.cores} cores, ${machine.memory}, ${machine.os}`);
  if (machine.server) console.log(pairs(machine.server));
  console.log(pairs(versions));
}

const pairs = (entries) =>
  Object.entries(entries)
    .map(([name, value]) => `${name} ${value}`)
    .join(' · ');

function printTables(rows, calls) {
  const columns = COLUMNS.filter(([key]) => rows.some((row) => row[key] != null)).map(([key, title, digits]) =>
    key === 'callsPerTask' ? [key, calls, digits] : [key, title, digits],
  );
  printTable(rows, columns);
  for (const key of ['process', 'processWithResult', 'together', 'oneByOne']) {
    const column = columns.find(([one]) => one === key);
    if (column) printBars(column[1], rows, key);
  }
}

function printTable(rows, columns) {
  const width = Math.max(...rows.map(({ engine }) => engine.length));
  console.log(`\n${''.padEnd(width)}  ${columns.map(([, title]) => title).join('  ')}`);
  for (const row of rows) {
    const cells = columns.map(([key, title, digits]) => number(row[key], digits).padStart(title.length));
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
