import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { ApiModule } from './api.module.js';
import { migrateAndSeed } from './blog/database/seed.js';
import { readSettings } from './settings.js';

const settings = readSettings(process.env);
const app = await NestFactory.create(ApiModule.forRoot(settings));
app.enableShutdownHooks();
await migrateAndSeed(app.get(DataSource), settings.dataDir);
await app.listen(settings.port, settings.host);
new Logger('Api').log(`listening on ${await app.getUrl()}`);
