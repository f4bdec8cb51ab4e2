import { z } from 'zod';

/** The shapes that have a name in the OpenAPI document. What is checked and what is documented are the same schema. */
const contract = z.registry<{ id: string }>();

const PLACE = '#/components/schemas/';

type JsonSchema = Record<string, unknown>;

/** Gives a shape its name in the document. */
export function named<S extends z.ZodType>(id: string, schema: S): S {
  contract.add(schema, { id });
  return schema;
}

/** For the decorators of `@nestjs/swagger`: a reference where the shape has a name. */
export function documented(schema: z.ZodType): JsonSchema {
  const entry = contract.get(schema);
  return entry === undefined ? plain(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })) : { $ref: `${PLACE}${entry.id}` };
}

/** All shapes that have a name. */
export function namedSchemas(): Record<string, JsonSchema> {
  const { schemas } = z.toJSONSchema(contract, { uri: (id) => `${PLACE}${id}`, io: 'input', unrepresentable: 'any' });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, plain(schema as JsonSchema)]));
}

/** Without what belongs to a document of its own. */
function plain({ $schema: _schema, $id: _id, ...schema }: JsonSchema): JsonSchema {
  return schema;
}
