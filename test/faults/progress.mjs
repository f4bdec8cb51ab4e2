/** A line a fault, which grows by a sign with each of its rounds: · as it should be, ✗ not. */
export class Progress {
  #fault = '';
  #tasks = 0;
  #began = performance.now();
  #recovery = 0;
  #resume = 0;

  constructor(out) {
    this.out = out;
  }

  begin(text) {
    this.out.write(`${text}\n`);
  }

  round(fault, number, { tasks, recoveryMs, resumeMs }, failures) {
    if (fault !== this.#fault) this.#next(fault);
    this.#tasks += tasks;
    this.#recovery = Math.max(this.#recovery, recoveryMs ?? 0);
    this.#resume = Math.max(this.#resume, resumeMs ?? 0);
    this.out.write(failures.length === 0 ? '·' : `✗(${number})`);
    if (failures.length > 0) this.out.write(`\n${failures.slice(0, 20).join('\n')}\n`);
  }

  end({ tasks, kills, lost, doubled, leftover, worstRecoveryMs, worstResumeMs }, failures) {
    this.#next('');
    this.out.write(`\n${tasks} tasks, ${kills} workers killed: ${lost} lost, ${doubled} doubled, ${leftover} left over\n`);
    this.out.write(`what a fallen worker held was taken by others within ${worstRecoveryMs} ms; work went on within ${worstResumeMs} ms\n`);
    this.out.write(
      failures.length === 0 ? 'all as it should be\n' : `${failures.length} failures, of which the last: ${failures.at(-1)}\n`,
    );
  }

  #next(fault) {
    if (this.#fault !== '') {
      const now = performance.now();
      const seconds = Math.round((now - this.#began) / 1000);
      this.#began = now;
      const recovery = this.#recovery > 0 ? `, taken over within ${this.#recovery} ms` : '';
      this.out.write(` ${this.#tasks} tasks in ${seconds} s${recovery}, went on within ${this.#resume} ms\n`);
    }
    this.#fault = fault;
    this.#tasks = 0;
    this.#recovery = 0;
    this.#resume = 0;
    if (fault !== '') this.out.write(`${fault.padEnd(24)} `);
  }
}
