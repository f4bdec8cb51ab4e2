import type { Publication } from '../../libs/task-queue/src/core/ports/broker/publication.js';
import { administer } from './support/database.js';
import { ack, message, never, Rig } from './support/rig.js';
import { freshDatabase } from '../support/services.js';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let rig: Rig;
beforeEach(async () => {
  database = await freshDatabase();
  rig = new Rig(database.url);
});
afterEach(async () => {
  await rig.close();
  await database.drop();
});

/** Functions and operators that fit the types of our calls better than those of the server, whose arguments are of any type. */
const foreign = (schema: string): string => {
  const body = `language plpgsql as $$ begin raise exception 'public was called'; end $$`;
  const functions = [
    'unnest(text[]) returns setof text',
    'unnest(bigint[]) returns setof bigint',
    'cardinality(text[]) returns integer',
    'cardinality(bigint[]) returns integer',
    'array_fill(float8, integer[]) returns float8[]',
    'array_length(text[], integer) returns integer',
    'array_position(text[], text) returns integer',
    'array_append(text[], text) returns text[]',
    'get_bit(varbit, integer) returns integer',
    'set_bit(varbit, integer, integer) returns varbit',
    'length(varbit) returns integer',
    'hashtextextended(text, integer) returns bigint',
    'jsonb_build_object(text, integer) returns jsonb',
    `overlapping(text[], text[]) returns boolean`,
    `spanning(${schema}.id_span, text) returns boolean`,
  ];
  return `${functions.map((one) => `create function public.${one} ${body};`).join('\n')}
    create operator public.&& (leftarg = text[], rightarg = text[], function = public.overlapping);
    create operator public.@> (leftarg = ${schema}.id_span, rightarg = text, function = public.spanning);`;
};

describe('functions and operators in public', () => {
  it('rule 36: are called by no statement, so that no other role runs code with the rights of the worker', async () => {
    const transport = await rig.transport();
    const { broker, results, joins, inspector } = transport;
    await administer(database.url, foreign(rig.keyPrefix));
    const consumer = await rig.consumer(broker, 1);
    const publish = (...messages: Publication[]) => broker.publish(messages, { timeout: 5_000 });
    await publish(...Array.from({ length: 40 }, (_, n) => message(`fresh${n}`, { fresh: true })));
    await publish(message('traced', { traced: true }), message('later', { due: { delay: 60_000 } }));
    await publish(message('unique', { unique: { key: 'k', until: 'end', expires: null, onConflict: 'reject' } }));
    await publish(message('limited', { limit: { key: 'l', intervalMs: 1 } }));
    await broker.revoke!(['fresh7', 'later'], { terminate: false });
    await inspector.locate(['fresh3', 'traced', 'nowhere']);
    await inspector.counts('work');
    const some = await consumer.receive(8, never);
    await consumer.extend(some);
    await ack(consumer, some);
    await results.load(['fresh0']);
    await joins.open([]);
    const rest = await consumer.receive(50, never);
    expect(some.length + rest.length).toBeGreaterThan(30);
    await ack(consumer, rest);
    await inspector.purge('work');
  });
});
