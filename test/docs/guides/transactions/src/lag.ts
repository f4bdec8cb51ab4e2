import { Injectable } from '@nestjs/common';
import { OnSignal, type SignalPayloads } from 'nestjs-task-queue';

/** The value of a gauge in your metrics. */
@Injectable()
export class Lag {
  last = 0;

  @OnSignal('outbox_relayed')
  relayed({ lag }: SignalPayloads['outbox_relayed']) {
    this.last = lag;
  }
}
