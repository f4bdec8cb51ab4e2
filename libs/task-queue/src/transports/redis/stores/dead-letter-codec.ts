import type { DeadLetter } from '../../../core/ports/control/inspector.js';

type Told = Pick<DeadLetter, 'reason' | 'detail' | 'attempts'>;

/** What is kept beside the body of a dead letter. */
export function encodeDeath({ reason, detail, attempts }: Told): string {
  return JSON.stringify(attempts.length === 0 ? { reason, detail } : { reason, detail, attempts });
}

export function decodeDeath(text: string | null | undefined): Told {
  const { reason = '', detail = '', attempts = [] } = JSON.parse(text ?? '{}') as Partial<Told>;
  return { reason, detail, attempts };
}
