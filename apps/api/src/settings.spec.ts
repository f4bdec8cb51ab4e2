import { describe, expect, it } from '@jest/globals';
import { readSettings } from './settings.js';

describe('the settings', () => {
  it('run tasks inside the API when the broker is its memory, and elsewhere when it is a server', () => {
    expect(readSettings({})).toMatchObject({ brokerUrl: 'memory://', inAppWorker: true });
    expect(readSettings({ BROKER_URL: 'redis://localhost' })).toMatchObject({ brokerUrl: 'redis://localhost', inAppWorker: false });
    expect(readSettings({ REDIS_URL: 'redis://cache', IN_APP_WORKER: 'true' })).toMatchObject({
      brokerUrl: 'redis://cache',
      inAppWorker: true,
    });
  });

  it('take a list of queues', () => {
    expect(readSettings({ WORKER_QUEUES: 'emails, media' }).workerQueues).toEqual(['emails', 'media']);
  });

  it('name every variable that cannot be used', () => {
    const read = () => readSettings({ PORT: 'http', IN_APP_WORKER: 'maybe' });

    expect(read).toThrow(/PORT/);
    expect(read).toThrow(/IN_APP_WORKER/);
  });
});
