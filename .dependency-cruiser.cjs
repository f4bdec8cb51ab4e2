// The directions of import, as docs/internals.md draws them. Unit tests beside their file may look anywhere.
const src = '^libs/task-queue/src';
const rooms = (...names) => `${src}/(${names.join('|')})/`;
const code = { pathNot: '\\.spec\\.ts$' };

/** A room imports itself and the rooms named, no other of the library. */
const direction = (room, ...below) => ({
  name: `directions-of-${room}`,
  severity: 'error',
  from: { ...code, path: rooms(room) },
  to: { path: src, pathNot: rooms(room, ...below) },
});

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
      comment: 'Imports of types count: what names each other belongs into one file.',
      from: code,
      to: { circular: true },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    direction('core'),
    direction('database', 'core'),
    direction('transports', 'core', 'database'),
    direction('assembly', 'core', 'database', 'transports'),
    direction('nest', 'core', 'assembly'),
    {
      name: 'engines-do-not-know-each-other',
      severity: 'error',
      from: { ...code, path: `${src}/transports/([^/]+)/` },
      to: { path: `${src}/transports/`, pathNot: [`${src}/transports/shared/`, `${src}/transports/$1/`] },
    },
    {
      name: 'schedules-are-pure',
      severity: 'error',
      comment: 'When something is due depends on the schedule and the moment alone: no port, clock or process.',
      from: { ...code, path: `${src}/core/schedules/` },
      to: { path: src, pathNot: `${src}/core/(message|errors|policies|options|schedules)/` },
    },
    {
      name: 'no-framework-below-nest',
      severity: 'error',
      from: { ...code, path: rooms('core', 'database', 'transports', 'assembly') },
      to: { path: packages('@nestjs') },
    },
    only('ioredis-only-in-redis', 'ioredis', 'transports/redis'),
    only('pg-only-in-postgres', 'pg', 'transports/postgres'),
    only('formats-only-in-their-serializers', FORMATS, 'core/message/serializers'),
    only('typeorm-only-in-its-entry', '(typeorm|@nestjs/typeorm)', 'typeorm', 'database'),
    {
      name: 'applications-use-entry-points',
      severity: 'error',
      comment: 'What a user cannot import, the example does not import either.',
      from: { path: '^apps/' },
      to: { path: src, pathNot: [`${src}/index\\.ts$`, `${src}/([^/]+|core/schedules)/index\\.ts$`] },
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
