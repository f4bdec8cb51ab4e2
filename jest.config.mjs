const swc = [
  '@swc/jest',
  {
    swcrc: false, // the root .swcrc is the build's (it rewrites the path alias); here moduleNameMapper does that
    sourceMaps: 'inline',
    module: { type: 'es6' },
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true, dynamicImport: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
      keepClassNames: true,
    },
  },
];

const base = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': swc },
  moduleNameMapper: {
    '^nestjs-task-queue$': '<rootDir>/libs/task-queue/src/index.ts',
    '^nestjs-task-queue/schedules$': '<rootDir>/libs/task-queue/src/core/schedules/index.ts',
    '^nestjs-task-queue/(.*)$': '<rootDir>/libs/task-queue/src/$1/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  setupFiles: ['reflect-metadata'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/dist-lib'],
};

export default {
  maxWorkers: 2,
  // For a test that hangs: a busy machine of one core takes ten times as long as an idle one. It counts here only, not in a project.
  testTimeout: 60_000,
  workerIdleMemoryLimit: '768MB',
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: [
        '<rootDir>/libs/**/*.spec.ts',
        '<rootDir>/apps/**/*.spec.ts',
        '<rootDir>/test/unit/**/*.spec.ts',
        '<rootDir>/test/docs/**/*.spec.ts',
      ],
    },
    {
      ...base,
      displayName: 'integration',
      testMatch: ['<rootDir>/test/**/*.int-spec.ts'],
      globalSetup: '<rootDir>/test/support/global-setup.mjs',
      globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
    },
  ],
};
