import { styleText } from 'node:util';

const colourful = process.stdout.isTTY === true && !process.env.NO_COLOR;

/** Text in a style where the terminal shows styles, else plain. */
export const paint = (style, text) => (colourful ? styleText(style, text) : text);
export const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
export const tick = (ok) => (ok ? paint('green', '✔') : paint('red', '✘'));

/** Does something, and says so with the time it took. @param {string | (() => string)} what a function is asked afterwards */
export async function step(what, action) {
  const since = performance.now();
  await action();
  console.log(`  ${tick(true)} ${typeof what === 'function' ? what() : what} ${paint('dim', seconds(performance.now() - since))}`);
}
