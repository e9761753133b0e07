/** Real histories through the whole of GZA: its own, and repositories that nobody has prepared for it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { git } from "../../src/runner/git/git.ts";
import { makeRepository } from "./made-repository.ts";
import { LOCKED, NASTY } from "./made-histories.ts";
import { tableOf, type HistoryReport } from "./report.ts";
import { runHistory } from "./run-history.ts";

const ROOT = join(import.meta.dirname, "../..");
const MINUTES = 60_000;

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "gza-made-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** For whoever reads the log. */
function shown(report: HistoryReport): HistoryReport {
  console.log(tableOf(report));
  return report;
}

function refsOf(dir: string): Promise<string> {
  return git(["for-each-ref"], { dir });
}

/** All of it is on the base already, or GZA must not choose between two sides: other reasons to stop have no business here. */
function isNeitherLandedNorSaid({ landed, reason }: HistoryReport["tasks"][number]): boolean {
  return !landed && reason !== "unchanged" && reason !== "conflict";
}

describe("a real history", () => {
  it(
    "lands: this project's own",
    async () => {
      const report = shown(await runHistory({ path: ROOT, changes: 8 }));

      expect(report.faults).toEqual([]);
      expect(report.tasks.length + report.skipped.length).toBe(8);
      expect(report.tasks.filter(isNeitherLandedNorSaid)).toEqual([]);
    },
    15 * MINUTES,
  );

  it(
    "lands: one full of what repositories can hold, and is only read",
    async () => {
      const dir = join(directory, "nasty.git");
      await makeRepository(dir, NASTY);
      await git(["update-ref", "--no-deref", "HEAD", "refs/heads/main"], { dir });
      const before = await refsOf(dir);
      const report = shown(await runHistory({ path: dir, changes: 50 }));

      expect(report.faults).toEqual([]);
      expect(await refsOf(dir)).toBe(before);
      expect(report.notes.join("; ")).toMatch(/detached.*of the 50 changes/);
      expect(report.tasks.filter(isNeitherLandedNorSaid)).toEqual([]);
      expect(report.counts.none).toBeGreaterThan(0);
    },
    15 * MINUTES,
  );

  it(
    "lands: lockfiles are written anew by their tool, without a model",
    async () => {
      const dir = join(directory, "locked.git");
      await makeRepository(dir, LOCKED);
      const report = shown(
        await runHistory({
          path: dir,
          changes: 4,
          regenerate: { "package-lock.json": "node tools/lock.js" },
        }),
      );

      expect(report.faults).toEqual([]);
      expect(report.counts).toMatchObject({ agent: 0, parked: 0, none: 1, regeneration: 3 });
    },
    15 * MINUTES,
  );
});
