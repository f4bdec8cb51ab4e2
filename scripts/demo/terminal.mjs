import { styleText } from 'node:util';

const hasStyles = process.stdout.isTTY === true && !process.env.NO_COLOR;

/** Styles a text if the output is a terminal. */
export const styled = (style, text) => (hasStyles ? styleText(style, text) : text);
export const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
export const checkMark = (ok) => (ok ? styled('green', '✔') : styled('red', '✘'));

/** Runs an action and prints a line with its duration. @param {string | (() => string)} what a function is called after the action */
export async function step(what, action) {
  const since = performance.now();
  await action();
  console.log(`  ${checkMark(true)} ${typeof what === 'function' ? what() : what} ${styled('dim', seconds(performance.now() - since))}`);
}
