import { BadRequestException, createParamDecorator, type ExecutionContext } from '@nestjs/common';

const LONGEST = 200;

/**
 * The `Idempotency-Key` of a request, if it has one. A client that did not get the answer repeats the request with the same key
 * and gets the task that the first request has sent.
 */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined => {
  const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string | undefined> }>();
  const key = headers['idempotency-key'];
  if (key === undefined || (key !== '' && key.length <= LONGEST)) return key;
  throw new BadRequestException(`Idempotency-Key must have 1 to ${LONGEST} characters.`);
});
