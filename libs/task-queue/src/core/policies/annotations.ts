import { InvalidOptionError } from '../errors/option-errors.js';
import type { CalledTask } from '../ports/task/declared-task.js';
import { globToRegExp, isGlob } from './glob.js';
import { flattenRetry } from './retry/retry-options.js';
import type { FlatTaskOptions, TaskOptionsInput } from './task-options-input.js';
import { publishingOptionsOf, resolveTaskOptions } from './task-options.js';

/** Options by the name of the task, or by a pattern such as `'*'` or `'reports.*'`. */
export type AnnotationsInput = Readonly<Record<string, TaskOptionsInput>>;

/** Options that configuration lays over what tasks say of themselves. An exact name wins over patterns, a later pattern over earlier ones. */
export class Annotations {
  readonly #patterns: readonly (readonly [RegExp, FlatTaskOptions])[];
  readonly #exact: ReadonlyMap<string, FlatTaskOptions>;
  readonly #found = new Map<string, FlatTaskOptions | undefined>();

  private constructor(table: ReadonlyMap<string, FlatTaskOptions>) {
    this.#patterns = [...table].filter(([name]) => isGlob(name)).map(([name, options]) => [globToRegExp(name), options]);
    this.#exact = new Map([...table].filter(([name]) => !isGlob(name)));
  }

  /**
   * @returns undefined when there are none
   * @param where whose they are, for errors
   * @throws UnknownOptionError · InvalidOptionError
   */
  static read(input: AnnotationsInput | undefined, where: string): Annotations | undefined {
    if (input === undefined) return undefined;
    if (typeof input !== 'object' || input === null) throw new InvalidOptionError('annotations', input, `an object in ${where}`);
    const table = new Map(Object.entries(input).map(([name, options]) => [name, check(name, options, where)]));
    return table.size === 0 ? undefined : new Annotations(table);
  }

  /** What is said of the task of this name; undefined when nothing is. */
  of(name: string): FlatTaskOptions | undefined {
    if (!this.#found.has(name)) this.#found.set(name, this.#find(name));
    return this.#found.get(name);
  }

  /** A task as producers see it, with its annotations. */
  declare<T extends CalledTask>(task: T): T {
    const said = this.of(task.name);
    return said === undefined ? task : { ...task, ...publishingOptionsOf(said) };
  }

  /** The names that are no patterns. */
  names(): string[] {
    return [...this.#exact.keys()];
  }

  #find(name: string): FlatTaskOptions | undefined {
    const found = this.#patterns.filter(([pattern]) => pattern.test(name)).map(([, options]) => options);
    const exact = this.#exact.get(name);
    if (exact !== undefined) found.push(exact);
    return found.length === 0 ? undefined : layOver(...found);
  }
}

/** Merges options; an undefined one overrides nothing. */
export function layOver(...levels: readonly FlatTaskOptions[]): FlatTaskOptions {
  const merged: Record<string, unknown> = {};
  for (const level of levels) {
    for (const [name, value] of Object.entries(level)) if (value !== undefined) merged[name] = value;
  }
  return merged;
}

function check(name: string, options: TaskOptionsInput, where: string): FlatTaskOptions {
  const entry = `'${name}' in ${where}`;
  if (typeof options !== 'object' || options === null) throw new InvalidOptionError(name, options, `an object of task options in ${where}`);
  const flat = flattenRetry(options, entry);
  resolveTaskOptions(flat, entry);
  return flat;
}
