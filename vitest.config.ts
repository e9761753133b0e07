import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // No test mocks a module, so files can share them; most wait for git and other processes, so four fit on two cores.
    isolate: false,
    maxWorkers: 4,
    maxConcurrency: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    env: { FORCE_COLOR: "0" },
  },
});
