export function compileForChildren(folder: string, ...more: string[]): string;
