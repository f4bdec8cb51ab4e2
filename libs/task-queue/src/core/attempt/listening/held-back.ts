import type { HeldBackReceipt } from '../../ports/broker/consumer.js';
import type { Publication, PublishReceipt } from '../../ports/broker/publication.js';
import type { TaskLogger } from '../../ports/runtime/logger.js';

/** Which of these publications a unique key held back. */
export function heldBackOf(publications: readonly Publication[], receipts: readonly PublishReceipt[]): HeldBackReceipt[] {
  return receipts.flatMap((receipt, index) => {
    const { id } = publications[index]!;
    return receipt.refused !== undefined || receipt.id !== id ? [{ followUp: id, receipt }] : [];
  });
}

/** No caller waits for a link, so only the log can say that it was not sent. */
export function logHeldBack(
  logger: TaskLogger,
  parent: string,
  publications: readonly Publication[],
  receipts: readonly HeldBackReceipt[],
): void {
  for (const { followUp, receipt } of receipts) {
    logger.info('a link is not sent: another task holds its unique key', {
      taskId: parent,
      link: followUp,
      key: publications.find(({ id }) => id === followUp)?.unique?.key,
      holder: receipt.refused?.holder ?? receipt.id,
    });
  }
}
