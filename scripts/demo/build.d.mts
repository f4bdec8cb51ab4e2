export const ROOT: string;
export function build(folder?: string): string;
