import { defineConfig } from 'vitest/config';

const project = (name: string, include: string[], testTimeout: number) => ({
  test: { name, include, testTimeout, hookTimeout: testTimeout, environment: 'node' as const },
});

export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      project('unit', ['test/unit/**/*.test.{ts,tsx}', 'test/contract/**/*.test.ts'], 10_000),
      project('integration', ['test/integration/**/*.test.ts'], 120_000),
    ],
  },
});
