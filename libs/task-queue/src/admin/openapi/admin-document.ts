import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { AdminServices } from '../api/admin-services.js';
import { namedSchemas } from './contract.js';

/** The OpenAPI document of the admin API: its routes by `@nestjs/swagger`, its shapes by the schemas that requests are checked with. */
export function adminDocument(app: INestApplication, { authenticator }: Pick<AdminServices, 'authenticator'>): OpenAPIObject {
  const schemes = authenticator.challenges.map((challenge) => challenge.split(' ')[0]!.toLowerCase());
  const builder = new DocumentBuilder().setOpenAPIVersion('3.1.0').setTitle('Task queue admin API').setVersion('1');
  for (const scheme of schemes) builder.addSecurity(scheme, { type: 'http', scheme });
  const config = builder.build();
  const document = SwaggerModule.createDocument(app, { ...config, security: schemes.map((scheme) => ({ [scheme]: [] })) });
  return { ...document, components: { ...document.components, schemas: namedSchemas() as never } };
}
