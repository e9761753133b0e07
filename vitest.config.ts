import { defineConfig } from "vitest/config";

/** `npm test`; with `--mode long` (`npm run test:long`) the suites that take minutes, and only those. */
export default defineConfig(({ mode }) => ({
  test: {
    include: [mode === "long" ? "test/**/*.long.test.ts" : "test/**/*.test.ts"],
    exclude: mode === "long" ? [] : ["test/**/*.long.test.ts"],
    // No test mocks a module, so files can share them; most wait for git and other processes, so four fit on two cores.
    isolate: false,
    maxWorkers: 4,
    maxConcurrency: 3,
    testTimeout: mode === "long" ? 900_000 : 60_000,
    hookTimeout: 60_000,
    env: { FORCE_COLOR: "0" },
  },
}));
