/** The checks find what they are there for: outcomes made by hand in which something got lost. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { git } from "../../src/runner/git/git.ts";
import { checkLines } from "./check-lines.ts";
import { checkPatches } from "./check-patches.ts";
import { checkPicks } from "./check-picks.ts";
import type { LaidOut } from "./lay-out.ts";
import { makeRepository, type MadeFile } from "./made-repository.ts";
import { openRepository } from "./open-repository.ts";
import type { By, Outcome } from "./outcome.ts";
import { readChanges } from "./read-changes.ts";
import { replayChanges } from "./replay.ts";

const LINES = Array.from({ length: 12 }, (_, index) => `line ${index + 1}`);

/** Twelve lines, some of them changed. */
function text(changed: { [line: number]: string } = {}): string {
  return LINES.map((line, index) => `${changed[index + 1] ?? line}\n`).join("");
}

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "gza-checks-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

type Files = { [path: string]: MadeFile };

/** A history, and the base as it was after each merge of its changes; `lands`: which change, by whom, with which files. */
async function outcomeOf(
  history: Files[],
  lands: { order: number; by?: By; files: Files }[],
): Promise<{ dir: string; laid: LaidOut; outcome: Outcome }> {
  const folder = await mkdtemp(join(directory, "case-"));
  const real = join(folder, "real.git");
  await makeRepository(
    real,
    history.map((files, index) => ({ subject: `Change ${index}`, files })),
  );
  const opened = await openRepository(real, join(folder, "own.git"));
  const { dir } = opened;
  const window = await readChanges(opened, history.length - 1);
  const { tasks } = await replayChanges(dir, window);
  const landed = join(folder, "landed.git");
  await makeRepository(
    landed,
    [history[0] ?? {}, ...lands.map(({ files }) => files)].map((files) => ({ subject: "Land", files })),
  );
  await git(["fetch", "--quiet", landed, "main:refs/heads/landed"], { dir });
  const commits = (await git(["rev-list", "--reverse", "landed"], { dir })).trim().split("\n");
  const start = commits[0] ?? "";
  const laid: LaidOut = { start, replay: start, commits: new Map() };
  for (const { issue, tree } of tasks) {
    const env = {
      GIT_AUTHOR_NAME: "Bo",
      GIT_AUTHOR_EMAIL: "bo@example.com",
      GIT_COMMITTER_NAME: "Bo",
      GIT_COMMITTER_EMAIL: "bo@example.com",
    };
    laid.commits.set(
      issue,
      (await git(["commit-tree", tree, "-p", start, "-m", "Replay"], { dir, env })).trim(),
    );
  }
  const outcome: Outcome = {
    tip: commits.at(-1) ?? "",
    order: [],
    faults: [],
    tasks: tasks.map((task) => {
      const at = lands.findIndex(({ order }) => order === task.change.order);
      const merge = at === -1 ? null : { commit: commits[at + 1] ?? "", before: commits[at] ?? "" };
      const by = lands[at]?.by ?? "git";
      return {
        task,
        phase: merge ? "done" : "parked",
        reason: merge ? "merged" : "unchanged",
        merge,
        by,
        rebases: 1,
        regenerated: [],
        attempts: {},
      };
    }),
  };
  outcome.order = lands.map(
    ({ order }) => outcome.tasks.find(({ task }) => task.change.order === order)?.task.issue ?? 0,
  );
  return { dir, laid, outcome };
}

async function faultsOf(
  made: Awaited<ReturnType<typeof outcomeOf>>,
): Promise<{ notes: string[]; faults: string[]; kept: unknown[] }> {
  const picks = await checkPicks(made.dir, made);
  const patches = await checkPatches(made.dir, { ...made, picks });
  const lines = await checkLines(made.dir, { outcome: made.outcome, picks });
  return {
    notes: lines.notes,
    faults: [...picks.faults, ...patches.faults, ...lines.faults],
    kept: [...patches.kept.values()],
  };
}

describe("what landed as it should", () => {
  it("has the whole patch, or its lines", async () => {
    const made = await outcomeOf(
      [{ a: text(), b: "b\n" }, { a: text({ 2: "two" }) }, { a: text({ 2: "two", 6: "six" }) }, { b: "B\n" }],
      [
        { order: 2, files: { a: text({ 6: "six" }) } },
        { order: 1, files: { a: text({ 2: "two", 6: "six" }) } },
        { order: 3, by: "none", files: { b: "B\n" } },
      ],
    );

    expect(await faultsOf(made)).toEqual({ notes: [], faults: [], kept: ["whole", "whole", "whole"] });
  });

  it("has lines of which only the surroundings are others", async () => {
    const made = await outcomeOf(
      [{ a: text() }, { a: text({ 2: "two" }) }, { a: text({ 2: "two", 4: "four" }) }],
      [
        { order: 1, files: { a: text({ 2: "two" }) } },
        { order: 2, files: { a: text({ 2: "two", 4: "four" }) } },
      ],
    );

    expect(await faultsOf(made)).toEqual({ notes: [], faults: [], kept: ["whole", "lines"] });
  });

  it("brings the rest where a part had landed with others", async () => {
    const made = await outcomeOf(
      [
        { a: text(), b: "b\n" },
        { a: text({ 2: "two" }) },
        { a: text() },
        { a: text({ 2: "two" }), b: "B\n" },
      ],
      [
        { order: 1, files: { a: text({ 2: "two" }) } },
        { order: 3, files: { b: "B\n" } },
      ],
    );

    expect(await faultsOf(made)).toEqual({ notes: [], faults: [], kept: ["whole", "rest"] });
  });

  it("may be changed again by what came later and landed before", async () => {
    const made = await outcomeOf(
      [{ a: text() }, { a: text({ 2: "two" }) }, { a: text({ 2: "2" }) }],
      [
        { order: 2, files: { a: text({ 2: "2" }) } },
        { order: 1, by: "agent", files: { c: "c\n" } },
      ],
    );

    expect(await faultsOf(made)).toEqual({ notes: [], faults: [], kept: [null, "whole"] });
  });
});

describe("what got lost", () => {
  it("is found where git alone has brought half of a patch", async () => {
    const made = await outcomeOf(
      [{ a: text() }, { a: text({ 2: "two", 9: "nine" }) }],
      [{ order: 1, files: { a: text({ 2: "two" }) } }],
    );

    expect((await faultsOf(made)).faults).toEqual([
      "#1: plain cherry-picks come to another tree: a",
      "#1: its patch on the base is not the one that was replayed",
      "#1: a has lost 1 lines, first: nine",
    ]);
  });

  it("is found where a merge brings what nobody asked for", async () => {
    const made = await outcomeOf(
      [{ a: text() }, { a: text({ 2: "two" }) }],
      [{ order: 1, files: { a: text({ 2: "two" }), b: "b\n" } }],
    );

    expect((await faultsOf(made)).faults).toEqual([
      "#1: plain cherry-picks come to another tree: b",
      "#1: its patch on the base is not the one that was replayed",
    ]);
  });

  it("is found where an agent took one side", async () => {
    const made = await outcomeOf(
      [{ a: text() }, { a: text({ 2: "two" }) }, { a: text({ 2: "two\nand more" }) }],
      [
        { order: 2, files: { a: text({ 2: "two\nand more" }) } },
        { order: 1, by: "agent", files: { a: text({ 2: "two" }) } },
      ],
    );

    expect((await faultsOf(made)).faults).toEqual(["#2: a has lost 1 lines, first: and more"]);
  });

  it("is found where the agent's own change is not there", async () => {
    const made = await outcomeOf(
      [
        { a: text(), b: "b\n" },
        { a: text({ 2: "two" }), b: "B\n" },
      ],
      [{ order: 1, by: "agent", files: { a: text({ 2: "two" }) } }],
    );

    expect((await faultsOf(made)).faults).toEqual(["#1: b has lost 1 lines, first: B"]);
  });

  it("is git's own doing where a plain pick does the same: here a rename that git only guesses", async () => {
    const made = await outcomeOf(
      [{ a: text() }, { b: text() }, { a: text({ 2: "two" }) }, { a: null }],
      [
        { order: 3, by: "agent", files: { a: null } },
        { order: 1, by: "agent", files: { b: text() } },
        { order: 2, files: { b: text({ 2: "two" }) } },
      ],
    );

    expect(await faultsOf(made)).toMatchObject({
      faults: [],
      notes: ["#1: b has lost 1 lines, first: line 2 (so does git's own pick of #2)"],
    });
  });

  it("is found in a task that says that all of it is there", async () => {
    const made = await outcomeOf(
      [{ a: text(), b: "b\n" }, { a: text({ 2: "two" }) }, { b: "B\n" }],
      [{ order: 2, files: { b: "B\n" } }],
    );

    expect((await faultsOf(made)).faults).toEqual(["#1: a has lost 1 lines, first: two"]);
  });

  it("is found where a file came back, vanished, or has its old mode", async () => {
    const program = { mode: "100755", content: "#!/bin/sh\n" } as const;
    const made = await outcomeOf(
      [{ a: text(), p: "#!/bin/sh\n" }, { a: null }, { b: "b\n" }, { p: program }],
      [
        { order: 1, by: "agent", files: { a: text(), c: "c\n" } },
        { order: 2, by: "agent", files: { d: "d\n" } },
        { order: 3, by: "agent", files: { e: "e\n" } },
      ],
    );

    expect((await faultsOf(made)).faults).toEqual([
      "#1: a was deleted and is there again",
      "#2: b is not there",
      "#3: p has mode 100644 instead of 100755",
    ]);
  });
});
