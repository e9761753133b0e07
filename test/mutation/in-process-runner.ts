/**
 * Runs the domain's tests for Stryker in one process: a mutant is switched on in modules that are loaded already, so that it takes
 * milliseconds, where a start of Vitest takes seconds. Only pure tests can be run so.
 */
import { readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { MutantCoverage } from "@stryker-mutator/api/core";
import { PluginKind, type ClassPlugin } from "@stryker-mutator/api/plugin";
import {
  DryRunStatus,
  MutantRunStatus,
  TestStatus,
  type CompleteDryRunResult,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
  type TestRunnerCapabilities,
} from "@stryker-mutator/api/test-runner";
import { rolldown } from "rolldown";
import { collectInto, type CollectedTest } from "./collect.ts";

/** Tests that take seconds for one mutant, or that need Vitest's own process. */
const LEFT_OUT = new Set(["clean.fuzz.test.ts", "decide.walk.test.ts"]);

/** What Stryker's instrumented code reads and writes under this global name. */
interface Instruments {
  activeMutant: string | undefined;
  currentTestId: string | undefined;
  hitCount: number | undefined;
  hitLimit: number | undefined;
  mutantCoverage: MutantCoverage | undefined;
}
const GLOBALS: { [name: string]: Instruments | undefined } = Object(globalThis);
const instruments = (GLOBALS["__stryker__"] ??= {
  activeMutant: undefined,
  currentTestId: undefined,
  hitCount: undefined,
  hitLimit: undefined,
  mutantCoverage: undefined,
});

class InProcessRunner implements TestRunner {
  private tests: readonly CollectedTest[] = [];
  private bundle = "";
  private loads = 0;
  /** The mutant that was active while the modules were loaded may have left its traces in them. */
  private isStale = true;

  capabilities(): TestRunnerCapabilities {
    return { reloadEnvironment: true };
  }

  async init(): Promise<void> {
    // Only from here on is the process in Stryker's copy of the project, where the mutants are.
    const folder = path.resolve("test/domain");
    const files = readdirSync(folder).filter(
      (name) => name.endsWith(".test.ts") && !name.endsWith(".long.test.ts") && !LEFT_OUT.has(name),
    );
    const entry = path.resolve("domain-tests.entry.mjs");
    const collect = path.resolve("test/mutation/collect.ts");
    const lines = files.map(
      (name) => `await inFile("${name}", () => import(${JSON.stringify(path.join(folder, name))}));`,
    );
    writeFileSync(entry, [`import { inFile } from ${JSON.stringify(collect)};`, ...lines].join("\n"));
    const build = await rolldown({
      input: entry,
      platform: "node",
      treeshake: false,
      plugins: [
        {
          name: "collect-tests",
          resolveId: (source, importer) => {
            if (source !== "vitest") return null;
            return importer === collect ? { id: "vitest", external: true } : collect;
          },
        },
      ],
      external: (id) => !id.startsWith(".") && !path.isAbsolute(id) && id !== "vitest",
    });
    this.bundle = path.resolve("domain-tests.mjs");
    await build.write({ file: this.bundle, format: "esm", codeSplitting: false });
  }

  async dryRun(): Promise<CompleteDryRunResult> {
    instruments.activeMutant = undefined;
    instruments.mutantCoverage = undefined;
    await this.load();
    const tests = await this.run(this.tests, { stopsAtFailure: false });
    const { mutantCoverage } = instruments;
    return { status: DryRunStatus.Complete, tests, ...(mutantCoverage ? { mutantCoverage } : {}) };
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    const { activeMutant, testFilter, hitLimit, mutantActivation } = options;
    instruments.activeMutant = undefined;
    if (mutantActivation !== "static" && this.isStale) await this.load();
    instruments.hitLimit = hitLimit;
    instruments.hitCount = hitLimit === undefined ? undefined : 0;
    instruments.activeMutant = activeMutant.id;
    const results = mutantActivation === "static" ? await this.loadMutant() : [];
    const wanted = testFilter === undefined ? null : new Set(testFilter);
    const tests = wanted === null ? this.tests : this.tests.filter(({ id }) => wanted.has(id));
    if (results.length === 0) results.push(...(await this.run(tests, { stopsAtFailure: true })));
    if (hitLimit !== undefined && (instruments.hitCount ?? 0) > hitLimit)
      return { status: MutantRunStatus.Timeout, reason: "it went round without an end" };
    const failed = results.find((result) => result.status === TestStatus.Failed);
    return failed === undefined
      ? { status: MutantRunStatus.Survived, nrOfTests: results.length }
      : {
          status: MutantRunStatus.Killed,
          killedBy: [failed.id],
          nrOfTests: results.length,
          failureMessage: failed.failureMessage,
        };
  }

  /** Loads everything with the mutant active; modules that cannot be loaded so have found it out. */
  private async loadMutant(): Promise<TestResult[]> {
    try {
      await this.load();
      return [];
    } catch (error) {
      return [failure({ id: "loading", name: "loading" }, 0, error)];
    } finally {
      this.isStale = true;
    }
  }

  private async load(): Promise<void> {
    this.loads += 1;
    const tests: CollectedTest[] = [];
    collectInto(tests);
    // The query makes it another module to Node, which loads each only once.
    await import(`${pathToFileURL(this.bundle).href}?${this.loads}`);
    this.tests = tests;
    this.isStale = false;
  }

  private async run(
    tests: readonly CollectedTest[],
    { stopsAtFailure }: { stopsAtFailure: boolean },
  ): Promise<TestResult[]> {
    const results: TestResult[] = [];
    for (const { id, run } of tests) {
      instruments.currentTestId = id;
      const begun = performance.now();
      try {
        await run();
        results.push({ id, name: id, timeSpentMs: performance.now() - begun, status: TestStatus.Success });
      } catch (error) {
        results.push(failure({ id, name: id }, performance.now() - begun, error));
        if (stopsAtFailure) break;
      }
    }
    instruments.currentTestId = undefined;
    return results;
  }
}

function failure(
  test: { id: string; name: string },
  timeSpentMs: number,
  error: unknown,
): TestResult & { status: TestStatus.Failed } {
  const failureMessage = (error instanceof Error ? error.message : String(error)).slice(0, 500);
  return { ...test, timeSpentMs, status: TestStatus.Failed, failureMessage };
}

export const strykerPlugins: ClassPlugin<PluginKind.TestRunner, []>[] = [
  { kind: PluginKind.TestRunner, name: "in-process", injectableClass: InProcessRunner },
];
