/** The functions that jest and vitest share. */
export interface TestRunner {
  describe(name: string, body: () => void): void;
  it(name: string, body: () => void | Promise<void>): void;
}

/**
 * The runner that loaded the calling test file.
 * @throws Error when the runner defines no globals (vitest needs `globals: true`)
 */
export function testRunner(): TestRunner {
  const { describe, it } = globalThis as unknown as Partial<TestRunner>;
  if (!describe || !it) throw new Error("A conformance suite needs the globals describe and it; in vitest set 'globals: true'.");
  return { describe, it };
}
