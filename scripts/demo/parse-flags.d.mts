export const HELP: string;
export function parseFlags(args: readonly string[]): { broker: string; fresh: boolean; exit: boolean; help: boolean };
