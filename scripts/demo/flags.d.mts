export const HELP: string;
export function parseFlags(args: readonly string[]): { broker: string; exit: boolean; help: boolean };
