import { styleText } from 'node:util';

const colourful = process.stdout.isTTY === true && !process.env.NO_COLOR;

/** Text in a style where the terminal shows styles, else plain. */
export const paint = (style, text) => (colourful ? styleText(style, text) : text);
export const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
export const tick = (ok) => (ok ? paint('green', '✔') : paint('red', '✘'));
