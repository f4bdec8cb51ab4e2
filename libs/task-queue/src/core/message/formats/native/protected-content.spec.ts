import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { buildMessage, parkMessage, retryMessage } from '../../build-message.js';
import { PLAIN_CONTENT, type ContentOptions, type KeyRing } from '../../content-options.js';
import { openCodecs } from '../../codecs.js';
import type { TaskHeaders, TaskMessage } from '../../task-message.js';

async function open(options: Partial<ContentOptions>) {
  const { messages, ...codecs } = await openCodecs({ ...PLAIN_CONTENT, ...options });
  return {
    ...codecs,
    messages: {
      encode: (one: TaskMessage) => messages.encode(one).body,
      decode: (id: string, body: string) => messages.decode({ id, queue: 'default', body }),
    },
  };
}
const key = (id: string) => ({ id, key: createSecretKey(randomBytes(32)) });
const ring = (...keys: KeyRing['keys']): KeyRing => ({ keys, required: true });
const [old, current] = [key('2023'), key('2024')];

function message(headers: Partial<TaskHeaders> = {}, args: readonly unknown[] = ['secret', { n: 1 }]) {
  return buildMessage({ task: 'mail.send', args, kwargs: { to: 'me' }, queue: 'default', sentAt: 5, headers });
}

/** Every body that differs from this one in one character. */
function* tampered(body: string): Generator<string> {
  for (let index = 0; index < body.length; index++) yield body.slice(0, index) + (body[index] === 'A' ? 'B' : 'A') + body.slice(index + 1);
}

const REFUSALS = expect.stringMatching(/^(MESSAGE_MALFORMED|SIGNATURE_INVALID|CONTENT_UNDECRYPTABLE|CONTENT_NOT_ACCEPTED)$/);

describe('a message in another form', () => {
  const forms = [
    { contentType: 'extended-json', compression: null },
    { contentType: 'msgpack', compression: null },
    { contentType: 'yaml', compression: 'gzip' },
    { contentType: 'json', compression: 'brotli' },
  ];
  const encrypted = { encrypt: ring(current), sign: ring(old) };
  const accept = { acceptContent: ['json', 'extended-json', 'msgpack', 'yaml'] } as const;
  const compression = { algorithm: 'none', threshold: 0 } as const;

  it.each(forms)('arrives as it was sent, and keeps its form in a retry and while it is parked: %j', async (form) => {
    for (const protection of [{}, encrypted]) {
      const { messages } = await open({ ...accept, ...protection, compression });
      const args = ['x'.repeat(500), ...(form.contentType === 'json' ? [] : [new Date(7), 10n])];
      const link = [{ task: 'next', args: ['hidden'], queue: 'default' }];
      const sent = message({ ...form, link, encrypted: 'encrypt' in protection }, args);
      for (const one of [sent, retryMessage(sent, { eta: 9 }), parkMessage(sent, 3)]) {
        expect(messages.decode(one.id, messages.encode(one))).toEqual(one);
      }
    }
  });

  it('is made smaller only where that makes it smaller', async () => {
    const { messages } = await open({ compression: { algorithm: 'none', threshold: 100 } });
    const large = messages.encode(message({ compression: 'gzip' }, ['x'.repeat(5_000)]));
    expect(large.length).toBeLessThan(400);
    const small = messages.encode(message({ compression: 'gzip' }, ['x']));
    expect(JSON.parse(small)).toMatchObject({ a: ['x'], z: 'gzip' });
    const random = messages.encode(message({ compression: 'gzip' }, [randomBytes(2_000).toString('base64')]));
    expect(JSON.parse(random)).not.toHaveProperty('b');
  });

  it('cannot fill the memory of its worker', async () => {
    const { messages } = await open({ maxInflatedBytes: 10_000 });
    const bomb = gzipSync(JSON.stringify([['x'.repeat(1_000_000)], {}])).toString('base64');
    const body = JSON.stringify({ v: 2, t: 'a', q: 'd', s: 1, o: 'x', b: { ct: 'json', z: 'gzip', d: bomb } });
    expect(() => messages.decode('7', body)).toThrow(/inflates to more than 10000 bytes/);
  });

  it.each([
    [{ ct: 'json', d: '{}' }, 'MESSAGE_MALFORMED'],
    [{ ct: 'json', d: '[1]' }, 'MESSAGE_MALFORMED'],
    [{ ct: 'json', d: '[[],[]]' }, 'MESSAGE_MALFORMED'],
    [{ ct: 'json', d: '[[],{},[{"task":1}]]' }, 'MESSAGE_MALFORMED'],
    [{ ct: 'json', d: '[' }, 'MESSAGE_MALFORMED'],
    [{ ct: 'json', z: 'gzip', d: 'AAAA' }, 'MESSAGE_MALFORMED'],
    [{ ct: 'json', z: 'lzma', d: 'AAAA' }, 'CONTENT_NOT_ACCEPTED'],
    [{ ct: 'yaml', d: '[[], {}]' }, 'CONTENT_NOT_ACCEPTED'],
    [{ ct: 'pickle', d: 'cos\nsystem' }, 'CONTENT_NOT_ACCEPTED'],
    [{ ct: '__proto__', d: '[]' }, 'CONTENT_NOT_ACCEPTED'],
    [{ ct: 'json', k: 'x', d: 'AAAA' }, 'CONTENT_UNDECRYPTABLE'],
  ])('is refused when it is %j', async (b, code) => {
    const { messages } = await open({});
    const body = JSON.stringify({ v: 2, t: 'a', q: 'd', s: 1, o: 'x', b });
    expect(() => messages.decode('7', body)).toThrow(expect.objectContaining({ code }));
  });

  it('is refused in plain JSON where JSON is not accepted', async () => {
    const { messages } = await open({ acceptContent: ['msgpack'], serializer: 'msgpack' });
    expect(() => messages.decode('7', '{"t":"a","q":"d","s":1,"o":"x"}')).toThrow(/content type is 'json'.*\[msgpack\]/);
  });
});

describe('a signed message', () => {
  it('is plain JSON with a signature at its end', async () => {
    const { messages } = await open({ sign: ring(current) });
    const sent = message();
    const body = messages.encode(sent);
    expect(JSON.parse(body)).toMatchObject({ t: 'mail.send', a: ['secret', { n: 1 }], sig: expect.stringMatching(/^2024:/) });
    expect(messages.decode(sent.id, body)).toEqual(sent);
  });

  it('can be made by any sender that knows the recipe', async () => {
    const { messages } = await open({ sign: ring(current) });
    const body = '{ "t": "mail.send", "q": "default", "s": 5, "o": "python" }';
    const mac = createHmac('sha256', current.key).update(`task-message:1:"an id"${body}`).digest('base64url');
    expect(messages.decode('an id', `${body.slice(0, -1)},"sig":"2024:${mac}"}`)).toMatchObject({ task: 'mail.send' });
  });

  it('is not believed with one character changed, anywhere', async () => {
    const { messages } = await open({ sign: ring(current) });
    const { id, ...rest } = message({ custom: { tenant: 'a' }, expires: 9 });
    for (const body of tampered(messages.encode({ id, ...rest }))) {
      expect(() => messages.decode(id, body)).toThrow(expect.objectContaining({ code: REFUSALS }));
    }
  });

  it('is not believed under another id, nor with something appended', async () => {
    const { messages } = await open({ sign: ring(current) });
    const { id } = message();
    const body = messages.encode({ ...message(), id });
    expect(() => messages.decode(`${id}x`, body)).toThrow(/not that of this message/);
    for (const added of [`${body.slice(0, -1)},"t":"evil"}`, ` ${body}`, `${body} `, body.replace('{', '{"x":1,')]) {
      expect(() => messages.decode(id, added)).toThrow(expect.objectContaining({ code: 'SIGNATURE_INVALID' }));
    }
  });

  it('is verified by every key, and signed by the first', async () => {
    const before = await open({ sign: ring(old) });
    const between = await open({ sign: ring(current, old) });
    const after = await open({ sign: ring(current) });
    const sent = message();
    const body = before.messages.encode(sent);
    expect(between.messages.decode(sent.id, body)).toEqual(sent);
    expect(after.messages.decode(sent.id, between.messages.encode(sent))).toEqual(sent);
    expect(() => after.messages.decode(sent.id, body)).toThrow("no key '2023' is known here");
  });

  it('is asked for only where it is required, and a wrong one never believed', async () => {
    const plain = await open({});
    const lenient = await open({ sign: { keys: [current], required: false } });
    const strict = await open({ sign: ring(current) });
    const sent = message();
    const unsigned = plain.messages.encode(sent);
    expect(lenient.messages.decode(sent.id, unsigned)).toEqual(sent);
    expect(() => strict.messages.decode(sent.id, unsigned)).toThrow(/not valid: it has none/);
    expect(() => lenient.messages.decode('other', lenient.messages.encode(sent))).toThrow(
      expect.objectContaining({ code: 'SIGNATURE_INVALID' }),
    );
    expect(plain.messages.decode(sent.id, strict.messages.encode(sent))).toEqual(sent);
  });
});

describe('an encrypted message', () => {
  const hidden = (headers: Partial<TaskHeaders> = {}) => message({ encrypted: true, ...headers });

  it('shows neither its arguments nor those of what follows it', async () => {
    const { messages } = await open({ encrypt: ring(current) });
    const link = [{ task: 'next', args: ['secret'], queue: 'default' }];
    const sent = hidden({ link, linkError: link });
    const body = messages.encode(sent);
    expect(body).not.toContain('secret');
    expect(messages.encode(sent)).not.toBe(body);
    expect(messages.decode(sent.id, body)).toEqual(sent);
  });

  it('is bound to its id, its task and its form', async () => {
    const { messages } = await open({ encrypt: ring(current), acceptContent: ['json', 'yaml'] });
    const sent = hidden();
    const wire = JSON.parse(messages.encode(sent)) as { b: { ct: string } };
    const moved = [
      ['other', wire],
      [sent.id, { ...wire, t: 'evil' }],
      [sent.id, { ...wire, b: { ...wire.b, ct: 'yaml' } }],
      [sent.id, { ...wire, b: { ...wire.b, z: 'gzip' } }],
    ] as const;
    for (const [id, changed] of moved) {
      expect(() => messages.decode(id, JSON.stringify(changed))).toThrow(expect.objectContaining({ code: 'CONTENT_UNDECRYPTABLE' }));
    }
  });

  it('is refused with one bit of it changed', async () => {
    const { messages } = await open({ encrypt: ring(current) });
    const sent = hidden();
    const wire = JSON.parse(messages.encode(sent)) as { b: { d: string } };
    const bytes = Buffer.from(wire.b.d, 'base64');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      const body = JSON.stringify({ ...wire, b: { ...wire.b, d: changed.toString('base64') } });
      expect(() => messages.decode(sent.id, body)).toThrow(expect.objectContaining({ code: 'CONTENT_UNDECRYPTABLE' }));
    }
  });

  it('is decrypted by every key, until that is rotated out', async () => {
    const before = await open({ encrypt: ring(old) });
    const between = await open({ encrypt: ring(current, old) });
    const after = await open({ encrypt: ring(current) });
    const sent = hidden();
    const body = before.messages.encode(sent);
    expect(between.messages.decode(sent.id, body)).toEqual(sent);
    expect(() => after.messages.decode(sent.id, body)).toThrow("no key '2023' is known here ('encrypt.keys')");
  });

  it('is required where it is asked for', async () => {
    const sent = message();
    const body = (await open({})).messages.encode(sent);
    const strict = await open({ encrypt: ring(current) });
    expect(() => strict.messages.decode(sent.id, body)).toThrow(/it is not encrypted/);
    expect(strict.messages.encode(sent)).not.toContain('secret');
  });

  it('is answered as it came while that is being introduced, so that old processes can read the answer', async () => {
    const lenient = await open({ encrypt: { keys: [current], required: false } });
    const old = await open({});
    const plain = lenient.messages.decode('a', old.messages.encode({ ...message(), id: 'a' }));
    const again = lenient.messages.encode(retryMessage(plain, { eta: 1 }));
    expect(old.messages.decode('a', again)).toMatchObject({ args: ['secret', { n: 1 }], headers: { retries: 1 } });
    const record = { id: 'a', state: 'SUCCESS', retries: 0, result: 'secret', at: 1 };
    expect(old.results.open(lenient.results.seal(record, plain.headers))).toEqual(record);
    const sent = hidden();
    const received = lenient.messages.decode(sent.id, lenient.messages.encode(sent));
    expect(JSON.stringify(lenient.results.seal(record, received.headers))).not.toContain('secret');
    expect(lenient.messages.encode(retryMessage(received, { eta: 1 }))).not.toContain('secret');
  });
});

describe('a stored result', () => {
  const record = { id: 'a', state: 'SUCCESS', retries: 0, result: { iban: 'DE02' }, at: 1, worker: 'w' };
  const json = { contentType: 'json', compression: null, encrypted: true };

  it('is the same object in plain JSON', async () => {
    const { results } = await open({});
    expect(results.seal(record, json)).toBe(record);
    expect(results.open(record)).toBe(record);
  });

  it('travels in the form of its call', async () => {
    const { results } = await open({ acceptContent: ['json', 'msgpack'], compression: { algorithm: 'none', threshold: 0 } });
    const rich = { ...record, result: new Map([['at', new Date(3)]]) };
    const stored = JSON.parse(
      JSON.stringify(results.seal(rich, { contentType: 'msgpack', compression: 'gzip', encrypted: false })),
    ) as typeof record;
    expect(stored).toMatchObject({ id: 'a', state: 'SUCCESS', content: { ct: 'msgpack' } });
    expect(results.open(stored)).toEqual(rich);
    await expect(open({}).then((other) => other.results.open(stored))).rejects.toMatchObject({ code: 'CONTENT_NOT_ACCEPTED' });
  });

  it('hides what the handler returned, reported and threw where it is encrypted, and nothing else', async () => {
    const { results } = await open({ encrypt: ring(current) });
    const error = { type: 'BankError', message: 'DE02 is closed', code: 'CLOSED', stack: 'BankError: DE02' };
    for (const one of [record, { ...record, state: 'PROGRESS', meta: 'DE02' }, { ...record, state: 'FAILURE', error }]) {
      const stored = results.seal(one, json);
      expect(JSON.stringify(stored)).not.toContain('DE02');
      expect(stored).toMatchObject({ id: 'a', state: one.state, retries: 0, at: 1, worker: 'w' });
      expect(results.open(stored)).toEqual(one);
    }
    expect(results.showable(error)).toEqual({ type: 'BankError', message: 'encrypted, see the result', code: 'CLOSED' });
  });

  it('cannot be passed off as that of another task, state or attempt, nor replaced by a plain one', async () => {
    const { results } = await open({ encrypt: ring(current) });
    const stored = results.seal(record, json);
    for (const change of [{ id: 'b' }, { state: 'FAILURE' }, { retries: 1 }]) {
      expect(() => results.open({ ...stored, ...change })).toThrow(expect.objectContaining({ code: 'CONTENT_UNDECRYPTABLE' }));
    }
    expect(() => results.open(record)).toThrow(/result of task a cannot be decrypted: it is not encrypted/);
    expect(results.open({ id: 'a', state: 'STARTED', retries: 0, at: 1 })).toMatchObject({ state: 'STARTED' });
  });

  it('says what is wrong with it when it cannot be read', async () => {
    const { results } = await open({});
    const broken = { ...record, content: { ct: 'json', z: 'gzip', d: 'AAAA' } };
    expect(() => results.open(broken)).toThrow(expect.objectContaining({ code: 'RESULT_MALFORMED' }));
    expect(() => results.open({ ...record, content: 1 as never })).toThrow(expect.objectContaining({ code: 'RESULT_MALFORMED' }));
  });

  it('is bounded in its size, as it is stored', async () => {
    const { results } = await open({
      maxResultBytes: 1_000,
      acceptContent: ['json', 'yaml'],
      compression: { algorithm: 'none', threshold: 0 },
    });
    const large = 'x'.repeat(1_000);
    expect(results.findProblem(message(), 'x'.repeat(900))).toBeUndefined();
    expect(results.findProblem(message(), large)).toMatchObject({ code: 'RESULT_TOO_LARGE', bytes: 1_002, limit: 1_000 });
    expect(results.findProblem(message(), { list: Array.from({ length: 400 }, (_, n) => n) })).toMatchObject({ code: 'RESULT_TOO_LARGE' });
    expect(results.findProblem(message({ compression: 'gzip' }), large)).toBeUndefined();
    expect(results.findProblem(message({ contentType: 'yaml' }), [Buffer.alloc(900)])).toMatchObject({ code: 'RESULT_TOO_LARGE' });
    expect(results.findProblem(message(), new Date(1))).toMatchObject({ code: 'RESULT_NOT_SERIALIZABLE' });
  });
});
