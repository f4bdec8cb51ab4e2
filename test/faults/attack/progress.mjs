const WIDTH = 110;
/** lines of the ledger that are shown of one task, and tasks that are shown in full */
const MOST_LINES = 40;
const MOST_TASKS = 20;

/** A paragraph a window, with the faults in the order in which they struck, and a table at the end. */
export class AttackProgress {
  #began = performance.now();
  #column = 0;
  #shown = 0;

  constructor(out) {
    this.out = out;
  }

  begin({ broker, seed, lease, minutes, window, rate }) {
    const size = `${minutes} minutes in windows of ${window / 1000} s, ${rate} calls a second`;
    this.out.write(`${broker}, seed ${seed}: ${size}, 4 workers, leases of ${lease} ms; '+' = while another fault lasts\n`);
  }

  strike(name, beside) {
    if (this.#column === 0) this.#write(`\n${this.#clock()}  `);
    const text = `${beside ? '+ ' : '· '}${name} `;
    if (this.#column + text.length > WIDTH) {
      this.#column = 0;
      this.#write(`\n       `);
    }
    this.#write(text);
  }

  window(number, { tasks, drainMs, struck, missed, findings }) {
    this.#column = 0;
    const faults = [...struck.values()].reduce((sum, times) => sum + times, 0);
    const how = findings.length === 0 ? 'as it should be' : `${findings.length} VIOLATIONS`;
    const none = missed.length === 0 ? '' : ` (${missed.length} more struck nothing)`;
    this.out.write(`\n       window ${number}: ${tasks} tasks, ${faults} faults${none}, drained in ${seconds(drainMs)} s: ${how}\n`);
    this.#show(findings);
  }

  wipe(findings) {
    this.out.write(`\n${this.#clock()}  FLUSHALL: ${findings.length === 0 ? 'all workers go on' : `${findings.length} VIOLATIONS`}\n`);
    this.#show(findings);
  }

  end({ seed, tasks, kills, faults, tasksByKind, faultsByKind, worstDrainMs, ...counts }) {
    const { lost, doubled, innocent, leftover, unmet } = counts;
    this.out.write(`\n${table(tasksByKind, faultsByKind)}\n`);
    this.out.write(`${tasks} tasks, ${faults} faults, ${kills} workers killed; drained within ${seconds(worstDrainMs)} s\n`);
    this.out.write(
      `${lost} lost, ${doubled} doubled, ${innocent} innocent dead, ${leftover} left over, ${unmet} other violations (seed ${seed})\n`,
    );
  }

  #show(findings) {
    for (const found of byTask(findings)) {
      if (++this.#shown > MOST_TASKS) continue;
      for (const { kind, what } of found) this.out.write(`         ${kind}: ${what}\n`);
      for (const line of found[0].story.slice(0, MOST_LINES)) this.out.write(`           ${line}\n`);
    }
    if (this.#shown > MOST_TASKS && findings.length > 0) this.out.write('         and more\n');
  }

  #clock() {
    const passed = Math.round((performance.now() - this.#began) / 1000);
    return `${String(Math.floor(passed / 60)).padStart(2, '0')}:${String(passed % 60).padStart(2, '0')}`;
  }

  #write(text) {
    this.#column += text.length;
    this.out.write(text);
  }
}

function byTask(findings) {
  const tasks = new Map();
  for (const one of findings) {
    const task = one.id ?? one.what;
    tasks.set(task, [...(tasks.get(task) ?? []), one]);
  }
  return tasks.values();
}

const seconds = (ms) => (ms / 1000).toFixed(1);

/** Two columns of names with their counts. */
function table(tasks, faults) {
  const left = rows('tasks sent', tasks, 18);
  const right = rows('faults', faults, 44);
  const lines = Array.from({ length: Math.max(left.length, right.length) }, (_, n) => `${left[n] ?? ' '.repeat(26)}     ${right[n] ?? ''}`);
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function rows(title, counts, width) {
  const sorted = Object.entries(counts).sort(([, one], [, other]) => other - one);
  return [
    `${title.padEnd(width)}${'times'.padStart(8)}`,
    ...sorted.map(([name, count]) => `${name.padEnd(width)}${String(count).padStart(8)}`),
  ];
}
