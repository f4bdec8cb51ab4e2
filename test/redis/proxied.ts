import { TcpProxy } from '../support/tcp-proxy.js';
import { QUEUE, rigged, type Rig } from './rig.js';

/** A test whose transport speaks through a proxy. */
export function proxied(body: (rig: Rig, proxy: TcpProxy) => Promise<void>): () => Promise<void> {
  return rigged(async (rig) => {
    const proxy = await TcpProxy.before(rig.url);
    try {
      await body(rig, proxy);
    } finally {
      await proxy.stop();
    }
  });
}

export async function untilReady(rig: Rig, count: number): Promise<void> {
  while ((await rig.admin.llen(rig.key('ready:5', QUEUE))) < count);
}

export async function untilLeased(rig: Rig, count: number): Promise<void> {
  while ((await rig.admin.zcard(rig.key('leased', QUEUE))) < count);
}
