/** Where a command speaks. */
export interface Terminal {
  readonly version: string;
  out(text: string): unknown;
  err(text: string): unknown;
}
