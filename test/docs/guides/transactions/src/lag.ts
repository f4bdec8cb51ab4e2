import { Injectable } from '@nestjs/common';
import { OnSignal, type SignalPayloads } from 'nestjs-task-queue';

/** What a gauge of your metrics shows. */
@Injectable()
export class Lag {
  last = 0;

  @OnSignal('outbox_relayed')
  relayed({ lag }: SignalPayloads['outbox_relayed']) {
    this.last = lag;
  }
}
