export interface Home {
  readonly storage: string;
  readonly journals: string;
  readonly play: { readonly id: string; readonly starts: number };
  readonly database: { readonly url: string };
  endPlay(): void;
  stop(): Promise<void>;
}
export function openHome(fresh: boolean): Promise<Home>;
