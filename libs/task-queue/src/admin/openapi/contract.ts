import { z } from 'zod';

/** Schemas that have a name in the OpenAPI document. The same schemas check the requests. */
const contract = z.registry<{ id: string }>();

const PLACE = '#/components/schemas/';

type JsonSchema = Record<string, unknown>;

/** Registers a schema under its name in the document. */
export function named<S extends z.ZodType>(id: string, schema: S): S {
  contract.add(schema, { id });
  return schema;
}

/** The JSON Schema for a decorator of `@nestjs/swagger`: a reference when the schema has a name. */
export function documented(schema: z.ZodType): JsonSchema {
  const entry = contract.get(schema);
  return entry === undefined ? plain(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })) : { $ref: `${PLACE}${entry.id}` };
}

/** The JSON Schemas of all named schemas. */
export function namedSchemas(): Record<string, JsonSchema> {
  const { schemas } = z.toJSONSchema(contract, { uri: (id) => `${PLACE}${id}`, io: 'input', unrepresentable: 'any' });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, plain(schema as JsonSchema)]));
}

/** Removes the keys that only a stand-alone JSON Schema has. */
function plain({ $schema: _schema, $id: _id, ...schema }: JsonSchema): JsonSchema {
  return schema;
}
