import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { AdminServices } from '../api/admin-api.module.js';
import { namedSchemas } from './contract.js';

/** The OpenAPI document: the routes come from `@nestjs/swagger`, the schemas from zod, which also checks the requests. */
export function adminDocument(app: INestApplication, { authenticator }: Pick<AdminServices, 'authenticator'>): OpenAPIObject {
  const schemes = authenticator.challenges.map((challenge) => challenge.split(' ')[0]!.toLowerCase());
  const builder = new DocumentBuilder().setOpenAPIVersion('3.1.0').setTitle('Task queue admin API').setVersion('1');
  for (const scheme of schemes) builder.addSecurity(scheme, { type: 'http', scheme });
  const config = builder.build();
  const document = SwaggerModule.createDocument(app, { ...config, security: schemes.map((scheme) => ({ [scheme]: [] })) });
  return { ...document, components: { ...document.components, schemas: namedSchemas() as never } };
}
