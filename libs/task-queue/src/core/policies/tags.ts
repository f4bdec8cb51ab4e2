import { InvalidOptionError } from '../errors/option-errors.js';

const MAX_TAGS = 20;
const MAX_LENGTH = 100;
export const TAGS = `a list of at most ${MAX_TAGS} texts of 1 to ${MAX_LENGTH} characters`;

/** Whether these can be tags: few and short, because each is part of every message and of an index. */
export function areTags(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= MAX_TAGS && value.every(isTag);
}

/** @throws InvalidOptionError */
export function checkTags(value: unknown, where: string): void {
  if (!areTags(value)) throw new InvalidOptionError('tags', value, `${TAGS} (${where})`);
}

function isTag(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.length <= MAX_LENGTH && value.isWellFormed() && !value.includes('\0');
}
