// The directions of import, as docs/internals.md draws them. Unit tests beside their file may look anywhere.
const src = '^libs/task-queue/src';
const rooms = (...names) => `${src}/(${names.join('|')})/`;
const code = { pathNot: '\\.spec\\.ts$' };

const BASE = ['message', 'errors', 'ports', 'policies', 'schedules'];
const CORE = ['attempt', 'client', 'canvas', 'worker', 'pools', 'beat', 'outbox'];
const TOP = ['nest', 'admin', 'cli', 'testing', 'typeorm'];

const packages = (...names) => `(^|/)node_modules/(${names.join('|')})/`;
const DRIVERS = ['ioredis', 'pg', 'typeorm', '@nestjs/typeorm', 'amqplib', 'kafkajs', '@aws-sdk'];
const FORMATS = '(msgpackr|yaml)';
const only = (name, driver, ...from) => ({
  name,
  severity: 'error',
  comment: `${driver} belongs to one folder; everything else works through the ports.`,
  from: { path: src, pathNot: ['\\.spec\\.ts$', ...from.map((room) => `${src}/${room}/`)] },
  to: { path: packages(driver) },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'A cycle that an `import type` breaks is none at run time: two interfaces may name each other.',
      from: code,
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'base-rooms-stand-alone',
      severity: 'error',
      comment: 'message, errors, ports, policies and schedules import nothing above them.',
      from: { ...code, path: rooms(...BASE) },
      to: { path: src, pathNot: rooms(...BASE) },
    },
    {
      name: 'core-rooms-know-no-transport',
      severity: 'error',
      comment: 'client, worker and the like reach a broker through the ports only, and know nothing of Nest.',
      from: { ...code, path: rooms(...CORE) },
      to: { path: src, pathNot: rooms(...BASE, ...CORE) },
    },
    {
      name: 'schedules-are-pure',
      severity: 'error',
      comment: 'When something is due depends on the schedule and the moment alone: no port, clock or process.',
      from: { ...code, path: rooms('schedules') },
      to: { path: src, pathNot: rooms('message', 'errors', 'policies', 'schedules') },
    },
    {
      name: 'base-and-core-load-no-framework-or-driver',
      severity: 'error',
      from: { ...code, path: rooms(...BASE, ...CORE) },
      to: { path: packages('@nestjs', ...DRIVERS) },
    },
    {
      name: 'transports-serve-ports',
      severity: 'error',
      comment:
        'A transport imports ports, message, errors, policies and its own folder, what leases have in common; that of Postgres its migrations and the schedules of any PostgreSQL, too.',
      from: { ...code, path: `${src}/transports/([^/]+)/` },
      to: {
        path: src,
        pathNot: [rooms(...BASE, 'migrations'), `${src}/transports/leasing/`, `${src}/transports/$1/`, `${src}/persistence/schedules/`],
      },
    },
    {
      name: 'transports-know-no-framework',
      severity: 'error',
      from: { ...code, path: rooms('transports') },
      to: { path: packages('@nestjs') },
    },
    {
      name: 'persistence-serves-ports',
      severity: 'error',
      comment: 'What is kept in the application’s database implements ports as a transport does.',
      from: { ...code, path: rooms('persistence') },
      to: { path: src, pathNot: rooms(...BASE, 'persistence') },
    },
    {
      name: 'nothing-stands-on-the-top-rooms',
      severity: 'error',
      from: { ...code, path: `${src}/`, pathNot: ['\\.spec\\.ts$', `${src}/index\\.ts$`, rooms(...TOP)] },
      to: { path: rooms(...TOP) },
    },
    only('ioredis-only-in-redis', 'ioredis', 'transports/redis'),
    only('pg-only-in-postgres', 'pg', 'transports/postgres'),
    only('formats-only-in-their-serializers', FORMATS, 'message/serializers'),
    only('typeorm-only-in-its-entry', '(typeorm|@nestjs/typeorm)', 'typeorm', 'persistence'),
    {
      name: 'applications-use-entry-points',
      severity: 'error',
      comment: 'What a user cannot import, the example does not import either.',
      from: { path: '^apps/' },
      to: { path: src, pathNot: [`${src}/index\\.ts$`, `${src}/[^/]+/index\\.ts$`] },
    },
    {
      name: 'library-stands-alone',
      severity: 'error',
      from: { ...code, path: src },
      to: { path: '^(apps|test|scripts)/' },
    },
    {
      name: 'no-development-packages-at-run-time',
      severity: 'error',
      from: { ...code, path: '^(libs|apps)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|dist-lib)/|^test/(bench/peers|package|types)/' },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.cjs', '.json', '.d.ts'],
    },
    skipAnalysisNotInRules: true,
  },
};
