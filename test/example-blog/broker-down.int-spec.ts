import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startPrivateRedis, type PrivateRedis } from '../support/services.js';
import { Blog, until } from './support/blog.js';

const PUBLISH_TIMEOUT = 700;

describe('the blog without its broker', () => {
  let redis: PrivateRedis;
  let blog: Blog;

  beforeEach(async () => {
    redis = await startPrivateRedis();
    blog = await Blog.start({
      broker: 'redis',
      env: { BROKER_URL: redis.url, PUBLISH_TIMEOUT: `${PUBLISH_TIMEOUT}ms`, IN_APP_WORKER: 'false' },
    });
  });

  afterEach(async () => {
    await blog.stop();
    await redis.stop();
  });

  const publish = async () => {
    const [post] = await blog.rows('/posts');
    const response = await blog.post(`/posts/${post!.id}/publish`);
    return { status: response.status, retryAfter: response.headers.get('retry-after'), body: (await response.json()) as { code?: string } };
  };

  it('shows a task as PENDING while no worker runs', async () => {
    const [post] = await blog.rows('/posts');

    expect(await blog.task(await blog.send(`/posts/${post!.id}/publish`))).toMatchObject({ state: 'PENDING' });
  });

  it('answers 503 when it is gone, and 202 again when it is back', async () => {
    await redis.kill();

    const down = await publish();

    expect(down).toMatchObject({ status: 503, retryAfter: '5', body: { code: 'BROKER_UNAVAILABLE' } });
    await redis.restart();
    expect(await until(publish, ({ status }) => status === 202)).toMatchObject({ status: 202 });
  });

  it('answers 503 instead of hanging when it is silent', async () => {
    redis.pause();

    const silent = await publish();

    expect(silent.status).toBe(503);
    expect(['BROKER_UNAVAILABLE', 'PUBLISH_UNCERTAIN']).toContain(silent.body.code);
    redis.resume();
  });
});
