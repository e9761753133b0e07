/** What the publisher reads of a raw report: nothing invisible, no number that is none, and no more than a report holds. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { blankReport, RAW_REPORT_FILE } from "../../../src/runner/raw-report.ts";
import { readRawReport, type ReadRaw } from "../../../src/runner/publish/read-raw-report.ts";

const CONFLICT = { path: "a\u{202e}b", kind: "content", by: "left", ours: "", theirs: "" } as const;

/** One letter that becomes three when it is put together anew. */
const GROWING = "\u{1d160}";

async function read(rebase: unknown, summary = ""): Promise<ReadRaw> {
  const folder = mkdtempSync(join(tmpdir(), "gza-raw-"));
  try {
    const blank = blankReport({ attempt: 1, kind: "rebase", end: "conflict", summary });
    writeFileSync(join(folder, RAW_REPORT_FILE), JSON.stringify({ ...blank, rebase }));
    return await readRawReport(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it("cleans both sides of a conflict, and leaves its path to be looked up", async () => {
  const ours = "\u{1b}[31mred\u{1b}[0m\u{200b}\r\n";
  const theirs = GROWING.repeat(1000);

  const told = await read({ by: "agent", dropped: [], conflicts: [{ ...CONFLICT, ours, theirs }] });

  const conflict = told.kind === "report" ? told.report.rebase?.conflicts[0] : undefined;
  expect(conflict).toMatchObject({ path: CONFLICT.path, ours: "red\n" });
  expect(conflict?.theirs).toHaveLength(2000);
});

it.each([
  ["more conflicts than a report holds", { conflicts: Array.from({ length: 51 }, () => CONFLICT) }],
  ["another way", { by: "magic" }],
  ["what only the publisher knows", { range_diff: "", before: "a".repeat(40) }],
])("does not read a rebase that says %s", async (_, change) => {
  expect(await read({ by: "git", dropped: [], conflicts: [], ...change })).toMatchObject({
    kind: "unreadable",
  });
});

it("does not read a summary that is too long once it is clean", async () => {
  const told = await read(null, GROWING.repeat(9000));

  expect(told).toMatchObject({ kind: "unreadable", why: expect.stringContaining("summary") as string });
});

it.each([
  ["more than any number", "1e400"],
  ["less than nothing", "-1"],
  ["half a turn", "0.5"],
  ["more than can be counted", "9007199254740993"],
])("does not read turns of %s", async (_, turns) => {
  const folder = mkdtempSync(join(tmpdir(), "gza-raw-"));
  const blank = blankReport({ attempt: 1, kind: "implement", end: "completed", summary: "" });
  writeFileSync(
    join(folder, RAW_REPORT_FILE),
    JSON.stringify(blank).replace('"turns":0', `"turns":0,"turns":${turns}`),
  );

  const told = await readRawReport(folder);
  rmSync(folder, { recursive: true });

  expect(told).toMatchObject({ kind: "unreadable", why: expect.stringContaining("usage.turns") as string });
});
