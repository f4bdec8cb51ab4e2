import { describe, expect, it } from '@jest/globals';
import { buildMessage, parkMessage, redriveMessage, retryMessage } from '../../build-message.js';
import { PLAIN_CONTENT } from '../../content-options.js';
import { openCodecs } from '../../codecs.js';
import { newHeaders, type TaskHeaders, type TaskMessage } from '../../task-message.js';

const codecs = await openCodecs(PLAIN_CONTENT);
const messages = {
  encode: (message: TaskMessage) => codecs.messages.encode(message).body,
  decode: (id: string, body: string) => codecs.messages.decode({ id, queue: 'q', body }),
};
const plain = buildMessage({ task: 'a', args: [1, 'x'], queue: 'default', sentAt: 1_000 });

describe('a plain message', () => {
  it('carries a message unchanged, leaving out of the body what is usual', () => {
    const body = messages.encode(plain);
    expect(messages.decode(plain.id, body)).toEqual(plain);
    expect(Object.keys(JSON.parse(body)).sort()).toEqual(['a', 'o', 'q', 's', 't']);
  });

  it('carries every header', () => {
    const full = buildMessage({
      task: 'a',
      args: [],
      kwargs: { b: null },
      queue: 'q',
      sentAt: 1,
      id: 'mine',
      headers: {
        rootId: 'r',
        parentId: 'p',
        groupId: 'g',
        retries: 2,
        eta: 3,
        expires: 4,
        priority: 9,
        timeLimit: 5,
        softTimeLimit: 6,
        ignoreResult: false,
        traceparent: '00-1-2-01',
        shadow: 'report of May',
        link: [{ task: 'b', args: [1], queue: 'q', immutable: true }],
        linkError: [{ task: 'c', args: [], queue: 'q', link: [{ task: 'd', args: [], queue: 'q' }] }],
        redrives: 1,
        parkedSince: 8,
        tags: ['may'],
        attempts: [{ at: 7, worker: 'w', retries: 0, error: { type: 'Error', message: 'no' } }],
        custom: { tenant: 'x' },
      },
    });
    expect(messages.decode('mine', messages.encode(full))).toEqual(full);
    expect(full.headers.traced).toBe(true);
    // A new header must be set above: the compiler does not notice one that is never written.
    const usual = Object.entries(newHeaders('mine', 'd', '', 0, false)).filter(
      ([name, value]) => full.headers[name as keyof TaskHeaders] === value,
    );
    expect(usual.map(([name]) => name).sort()).toEqual(['compression', 'contentType', 'encrypted', 'lang']);
  });

  it('keeps id and arguments across a retry and counts it', () => {
    const next = retryMessage(parkMessage(plain, 5), { eta: 77 });
    expect(next).toMatchObject({ id: plain.id, args: [1, 'x'], headers: { retries: 1, eta: 77, parkedSince: null } });
    expect(Object.isFrozen(next) && Object.isFrozen(next.headers)).toBe(true);
  });

  it('gives a redriven message all its retries, and no time that has passed', () => {
    const spent = buildMessage({ task: 'a', args: [], queue: 'q', sentAt: 1, headers: { retries: 3, eta: 4, expires: 5, parkedSince: 6 } });
    expect(redriveMessage(spent, []).headers).toMatchObject({ retries: 0, eta: null, expires: null, parkedSince: null, redrives: 1 });
  });

  it('keeps the first instant at which a message was parked', () => {
    expect(parkMessage(parkMessage(plain, 5), 9).headers.parkedSince).toBe(5);
  });

  it.each([
    ['not json', 'not JSON'],
    ['[]', 'not an object'],
    ['{}', 'no task name'],
    ['{"t":"a","q":"d","s":1,"o":"x","a":{}}', 'not a list'],
    ['{"t":"a","q":"d","s":1,"o":"x","p":12}', "priority ('p') must be 0–9"],
    ['{"v":9,"t":"a","q":"d","s":1,"o":"x"}', 'version 9'],
    ['{"t":"a","q":"d","s":1,"o":"x","z":"lzma"}', "compression ('z') must be known here"],
    ['{"t":"a","q":"d","s":1,"o":"x","b":{"ct":"json"}}', "packed content ('b') is incomplete"],
    ['{"t":"a","q":"d","s":1,"o":"x","ln":[{"task":"b"}]}', 'are not calls'],
    ['{"t":"a","q":"d","s":1,"o":"x","exp":"soon"}', "expires ('exp') must be a number"],
  ])('names what is wrong with %s', (body, problem) => {
    expect(() => messages.decode('7', body)).toThrow(problem);
    expect(() => messages.decode('7', body)).toThrow(expect.objectContaining({ code: 'MESSAGE_MALFORMED', id: '7' }));
  });
});
