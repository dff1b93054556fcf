import { availableParallelism } from 'node:os'

/** @type {import('jest').Config} */
const project = (name, testMatch, extra = {}) => ({
  displayName: name,
  testMatch,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^@kubectl-gitops/core/(.*)\\.js$': '<rootDir>/core/src/$1.ts',
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  setupFiles: ['<rootDir>/test/support/console.js'],
  ...extra,
})

// One control plane for all files that need no control plane of their own.
const shared = {
  globalSetup: '<rootDir>/test/support/shared-setup.js',
  globalTeardown: '<rootDir>/test/support/shared-teardown.js',
}

/**
 * Three layers (design: truth comes from the real thing): `pure` starts no server, `cluster`
 * starts etcd and kube-apiserver, `flux` starts Flux's own controllers as well.
 */
export default {
  // A worker may hold an API server, etcd and four controllers of its own: about 700 MB.
  maxWorkers: Math.max(2, Math.floor(availableParallelism() / 2)),
  testTimeout: 120_000,
  // Modules of files that are done stay in memory (VM modules); a worker of 2 GB once never came back from its last file.
  workerIdleMemoryLimit: '1GB',
  reporters: ['default', '<rootDir>/test/support/summary-reporter.js'],
  projects: [
    project('pure', ['<rootDir>/test/**/*.test.ts'], {
      testPathIgnorePatterns: ['\\.cluster\\.test\\.ts$', '\\.flux\\.test\\.ts$', '/node_modules/'],
    }),
    project('cluster', ['<rootDir>/test/**/*.cluster.test.ts'], shared),
    project('flux', ['<rootDir>/test/**/*.flux.test.ts'], shared),
  ],
}
