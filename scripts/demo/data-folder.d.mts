export interface DataFolder {
  readonly storage: string;
  readonly journals: string;
  readonly run: { readonly id: string; readonly starts: number };
  readonly database: { readonly url: string };
  finish(): void;
  stop(): Promise<void>;
}
export function openDataFolder(fresh: boolean): Promise<DataFolder>;
