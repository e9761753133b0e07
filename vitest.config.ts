import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Beginnings of paths. A fresh clone knows no durations, and what begins last and lasts long leaves a core idle at the end. */
const LONGEST = [
  "test/history/own-",
  "test/e2e/crash",
  "test/agents/real-",
  "test/e2e/",
  "test/app/races",
  "test/history/",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- it is no array's
    return (await super.sort(files)).toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const rank = LONGEST.findIndex((beginning) => moduleId.startsWith(`${import.meta.dirname}/${beginning}`));
  return rank === -1 ? LONGEST.length : rank;
}

/** `npm test`; with `--mode long` (`npm run test:long`) the suites that take minutes, and only those. */
export default defineConfig(({ mode }) => ({
  test: {
    include: [mode === "long" ? "test/**/*.long.test.ts" : "test/**/*.test.ts"],
    exclude: mode === "long" ? [] : ["test/**/*.long.test.ts"],
    // No test mocks a module, so files can share them; most wait for git and other processes, so four fit on two cores.
    isolate: false,
    maxWorkers: 4,
    maxConcurrency: 3,
    // A machine that has other work beside this one has once taken a minute for what takes three seconds.
    testTimeout: mode === "long" ? 900_000 : 120_000,
    hookTimeout: 60_000,
    sequence: { sequencer: LongestFirst },
    env: { FORCE_COLOR: "0" },
  },
}));
