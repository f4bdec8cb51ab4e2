// The form in which the database keeps users' texts. PostgreSQL's text cannot hold NUL. A list is sent as one text, because the driver's
// arrays cost more than the statement. JSON, which most bodies are, has none of these characters and is stored unchanged.

/** between the items of a list */
const SEPARATOR = '\u001e';
/** between lists */
const LIST_SEPARATOR = '\u001d';
const ESCAPED: Readonly<Record<string, string>> = { '\u0000': '\u00010', '\u0001': '\u00011', '\u001e': '\u00012', '\u001d': '\u00013' };
const UNESCAPED: Readonly<Record<string, string>> = {
  '\u00010': '\u0000',
  '\u00011': '\u0001',
  '\u00012': '\u001e',
  '\u00013': '\u001d',
  '\u0001e': '',
};
// oxlint-disable-next-line no-control-regex -- these are what must not stand in the store
const SPECIAL = /[\u0000\u0001\u001d\u001e]/;

/** The place of a body that is in a table of its own. */
export const BODY_APART = '\u0001b';

export function toStored(text: string): string {
  if (text === '') return '\u0001e'; // otherwise a list of one empty text would be an empty list
  return SPECIAL.test(text) ? text.replace(new RegExp(SPECIAL, 'g'), (found) => ESCAPED[found]!) : text;
}

export function fromStored(stored: string): string {
  // oxlint-disable-next-line no-control-regex
  return stored.includes('\u0001') ? stored.replace(/\u0001./gs, (found) => UNESCAPED[found] ?? found) : stored;
}

/** A list of stored texts as one argument. */
export function joinStored(stored: readonly string[]): string {
  return stored.join(SEPARATOR);
}

/** A list of lists as one argument: `sizes` of them. */
export function joinLists(stored: readonly string[], sizes: readonly number[]): string {
  let at = 0;
  return sizes.map((size) => joinStored(stored.slice(at, (at += size)))).join(LIST_SEPARATOR);
}

/** The items keep their stored form. */
export function splitStored(list: string): string[] {
  return list.split(SEPARATOR);
}
