import type { DeadLetter } from '../../../core/ports/control/inspector.js';

type Failure = Pick<DeadLetter, 'reason' | 'detail' | 'attempts'>;

/** The failure of a dead letter, which is stored beside its body. */
export function encodeDeath({ reason, detail, attempts }: Failure): string {
  return JSON.stringify(attempts.length === 0 ? { reason, detail } : { reason, detail, attempts });
}

export function decodeDeath(text: string | null | undefined): Failure {
  const { reason = '', detail = '', attempts = [] } = JSON.parse(text ?? '{}') as Partial<Failure>;
  return { reason, detail, attempts };
}
