import { findRichProblem, isRichObject, richMembers, type JsonProblem } from './rich-values.js';

const MAX_DEPTH = 100;
const DROP_IT = 'Leave the property out, or send null.';

/**
 * The first thing in a value that JSON cannot carry or would change silently; undefined when there is none.
 * Data-only instances (DTOs) pass; entities of TypeORM do not.
 * @param root the name of the value in the path, such as `args`
 * @param rich its serializer carries more than plain JSON: Date, bigint, Map, Set and bytes pass too
 */
export function findJsonProblem(value: unknown, root: string, rich = false): JsonProblem | undefined {
  return walk(value, root, 0, [], rich);
}

function walk(value: unknown, path: string, depth: number, above: unknown[], rich: boolean): JsonProblem | undefined {
  switch (typeof value) {
    case 'string':
      return rich ? findRichProblem(value, path) : undefined;
    case 'boolean':
      return undefined;
    case 'number':
      return Number.isFinite(value)
        ? undefined
        : { path, problem: `${value}, which JSON turns into null`, fix: 'Send null or a finite number.' };
    case 'undefined':
      return { path, problem: 'undefined, which JSON drops or turns into null', fix: DROP_IT };
    case 'bigint':
      return rich ? findRichProblem(value, path) : { path, problem: 'a bigint', fix: 'Send it as a string.' };
    case 'symbol':
    case 'function':
      return { path, problem: `a ${typeof value}`, fix: 'Only data can be sent.' };
    default:
      return value === null ? undefined : walkObject(value as object, path, depth, above, rich);
  }
}

function walkObject(value: object, path: string, depth: number, above: unknown[], rich: boolean): JsonProblem | undefined {
  if (above.includes(value)) return { path, problem: 'a reference to an object that contains it (a cycle)', fix: 'Send a tree, or ids.' };
  if (depth > MAX_DEPTH)
    return { path, problem: `nested deeper than ${MAX_DEPTH} levels`, fix: 'Flatten it, or store it and send its id.' };
  if (Array.isArray(value)) return walkArray(value, path, depth, above, rich);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    if (rich && isRichObject(value)) return walkRich(value, path, depth, above);
    const problem = instanceProblem(value, path);
    if (problem !== undefined) return problem;
  }
  above.push(value);
  for (const key of Object.keys(value)) {
    if (rich && key === '__proto__') return { path, problem: "an object with a property '__proto__'", fix: 'Rename it.' };
    const found = walk((value as Record<string, unknown>)[key], path, depth + 1, above, rich);
    if (found !== undefined) return { ...found, path: found.path === path ? join(path, key) : rebase(found.path, path, key) };
  }
  above.pop();
  return undefined;
}

function walkArray(value: readonly unknown[], path: string, depth: number, above: unknown[], rich: boolean): JsonProblem | undefined {
  above.push(value);
  for (let index = 0; index < value.length; index++) {
    const item = value[index];
    if (typeof item === 'string' && !rich) continue;
    const found = walk(item, path, depth + 1, above, rich);
    if (found !== undefined) return { ...found, path: `${path}[${index}]${found.path.slice(path.length)}` };
  }
  above.pop();
  return undefined;
}

function walkRich(value: object, path: string, depth: number, above: unknown[]): JsonProblem | undefined {
  const members = richMembers(value);
  if (members === undefined) return findRichProblem(value, path);
  above.push(value);
  for (const [place, member] of members) {
    const found = walk(member, path, depth + 1, above, true);
    if (found !== undefined) return { ...found, path: `${path}.${place}${found.path.slice(path.length)}` };
  }
  above.pop();
  return undefined;
}

// Paths are built on the way back up once a problem is found, so that checking a valid value builds no strings.
function rebase(found: string, path: string, key: string): string {
  return join(path, key) + found.slice(path.length);
}

function join(path: string, key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

function instanceProblem(value: object, path: string): JsonProblem | undefined {
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  const name = value.constructor?.name ?? tag;
  if (Buffer.isBuffer(value)) return { path, problem: 'a Buffer', fix: "Send value.toString('base64'), or store it and send its id." };
  if (value instanceof Date)
    return { path, problem: 'a Date, which JSON turns into a string', fix: 'Send value.toISOString() or value.getTime().' };
  if (tag !== 'Object')
    return { path, problem: `a ${name}, which JSON does not carry`, fix: 'Convert it to plain objects, arrays, strings and numbers.' };
  if (isEntity(value))
    return { path, problem: `an entity (${name}), which would be stale when the task runs`, fix: 'Pass its id, and fetch it in the task.' };
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') {
    return { path, problem: `a ${name} with its own toJSON(), which arrives as something else`, fix: 'Convert it before it is sent.' };
  }
  return undefined;
}

interface TypeOrmStorage {
  readonly tables: readonly { readonly target: unknown }[];
}

/** TypeORM keeps its decorated classes in a global of this name; read without importing it. */
function isEntity(value: object): boolean {
  const storage = (globalThis as { typeormMetadataArgsStorage?: TypeOrmStorage }).typeormMetadataArgsStorage;
  if (storage === undefined) return false;
  let constructor: unknown = value.constructor;
  while (typeof constructor === 'function' && constructor !== Object) {
    const target = constructor;
    if (storage.tables.some((table) => table.target === target)) return true;
    constructor = Object.getPrototypeOf(target);
  }
  return false;
}
