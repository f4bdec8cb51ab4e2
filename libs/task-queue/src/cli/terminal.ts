/** Where a command speaks. */
export interface Terminal {
  readonly version: string;
  out(text: string): void;
  err(text: string): void;
}
