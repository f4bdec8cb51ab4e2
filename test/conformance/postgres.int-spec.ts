import { harnessFor, transportConformance } from 'nestjs-task-queue/testing';
import { databaseUrl } from '../support/services.js';
import { dropSchema, openMigrated } from './postgres-schemas.js';

describe('postgres transport', () => {
  transportConformance(harnessFor({ open: openMigrated, url: databaseUrl(), ownClock: true, remove: dropSchema }));
});
