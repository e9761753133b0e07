/** What is read of a repository, and what of it becomes a task. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { git } from "../../src/runner/git/git.ts";
import { NASTY } from "./made-histories.ts";
import { makeRepository } from "./made-repository.ts";
import { openRepository, type OpenRepository } from "./open-repository.ts";
import { readChanges, type Window } from "./read-changes.ts";
import { patchBytes, replayChanges, type Replays } from "./replay.ts";

let directory = "";
let nasty = "";
let count = 0;
let whole: { opened: OpenRepository; window: Window; replays: Replays };
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "gza-read-"));
  nasty = join(directory, "nasty.git");
  await makeRepository(nasty, NASTY);
  const { opened, window } = await windowOf(nasty, 100);
  whole = { opened, window, replays: await replayChanges(opened.dir, window) };
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function open(path: string): Promise<OpenRepository> {
  count += 1;
  return openRepository(path, join(directory, `read-${count}.git`));
}

async function windowOf(path: string, changes: number): Promise<{ opened: OpenRepository; window: Window }> {
  const opened = await open(path);
  return { opened, window: await readChanges(opened, changes) };
}

it("skips what can be no task, each with its reason", () => {
  const { tasks, skipped, allow } = whole.replays;

  expect(Object.fromEntries(skipped.map(({ change, why }) => [change.subject, why]))).toEqual({
    "A link out of the tree": "link_out_of_tree: out",
    "A newer submodule": "submodule: vendor",
    "Another workflow": "protected: .github/workflows/ci.yml",
    "Nothing at all": "it changes nothing",
    "A name that is no UTF-8": "odd_path: stra\u{FFFD}e.txt",
    "Not that word": "the old base has nothing that it changes",
  });
  expect(tasks.length + skipped.length).toBe(NASTY.length - 1);
  expect(allow).toEqual(["/new.dat", "/picture.dat"]);
});

it("replays the patch where it applies, and writes a file whole where it does not", () => {
  const filesOf = (subject: string): unknown =>
    whole.replays.tasks
      .find(({ change }) => change.subject === subject)
      ?.files.map(({ path, after, isWhole, isWritten }) => [path, after !== null, isWhole, isWritten]);

  expect(filesOf("A branch that was merged")).toEqual([["list.txt", true, true, true]]);
  expect(filesOf("Another name")).toEqual([
    ["new name.md", true, true, false],
    ["old name.md", false, true, true],
  ]);
  expect(filesOf("A word")).toEqual([["twice.txt", true, true, false]]);
});

it("makes patches that git applies to the old base, whatever they hold", async () => {
  const { opened, window, replays } = whole;
  const env = { GIT_INDEX_FILE: join(directory, "applied.index") };

  for (const { tree } of replays.tasks) {
    const options = { dir: opened.dir, env };
    await git(["read-tree", window.base], options);
    const input = await patchBytes(opened.dir, window.base, tree);
    await git(["apply", "--cached", "--whitespace=nowarn", "-"], { ...options, input });

    expect((await git(["write-tree"], options)).trim()).toBe(tree);
  }
});

it("takes a part of a patch that still applies next to what was written since", async () => {
  const dir = join(directory, "apart.git");
  const text = (first: string, last: string): string => [first, "b", "c", "d", "e", "f", last, ""].join("\n");
  await makeRepository(dir, [
    { subject: "Begin", files: { "a.txt": text("a", "g") } },
    { subject: "The first line", files: { "a.txt": text("A", "g") } },
    { subject: "The last line", files: { "a.txt": text("A", "G") } },
  ]);
  const { opened, window } = await windowOf(dir, 2);

  const { tasks } = await replayChanges(opened.dir, window);
  const last = tasks[1];
  const content = await git(["cat-file", "blob", last?.files[0]?.after?.oid ?? ""], { dir: opened.dir });

  expect(content).toBe(text("a", "G"));
  expect(last?.files[0]).toMatchObject({ isWhole: false, isWritten: false });
});

it("takes a merge for one change, and no more changes than there are", () => {
  const { window } = whole;
  const merged = window.changes.find(({ subject }) => subject === "A branch that was merged");

  expect(window.changes).toHaveLength(NASTY.length - 1);
  expect(window.notes).toEqual([
    `the history has ${NASTY.length - 1} of the 100 changes that were asked for`,
  ]);
  expect(merged?.files.map(({ path }) => path)).toEqual(["list.txt"]);
});

it("reads a shallow clone as far as it goes, and says so", async () => {
  const shallow = join(directory, "shallow");
  await git(["clone", "--quiet", "--depth=4", `file://${nasty}`, shallow], { dir: null });
  const { opened, window } = await windowOf(shallow, 10);

  expect(opened.notes).toEqual(["the clone is shallow: what was cut off cannot be replayed"]);
  expect(window.changes.map(({ subject }) => subject)).toEqual(NASTY.slice(-3).map(({ subject }) => subject));
  expect((await replayChanges(opened.dir, window)).tasks.length).toBeGreaterThan(0);
});

it("reads a work tree whose HEAD is detached, from any folder of it", async () => {
  const tree = join(directory, "work tree");
  await git(["clone", "--quiet", nasty, tree], { dir: null });
  await git(["-C", tree, "checkout", "--quiet", "--detach"], { dir: null });

  const { opened, window } = await windowOf(join(tree, "to"), 1);

  expect(opened.notes).toEqual(["HEAD is detached: its history is taken as that of the branch"]);
  expect(window.changes.map(({ subject }) => subject)).toEqual(["Not that word"]);
});

it("finds no change in a history of one commit", async () => {
  const dir = join(directory, "one.git");
  await makeRepository(dir, [{ subject: "Alone", files: { "a.txt": "a\n" } }]);

  const { window } = await windowOf(dir, 5);

  expect(window.changes).toEqual([]);
});

it("refuses what it cannot read, with the next step", async () => {
  const unborn = join(directory, "unborn.git");
  await git(["init", "--quiet", "--bare", unborn], { dir: null });
  const sha256 = join(directory, "sha256.git");
  await git(["init", "--quiet", "--bare", "--object-format=sha256", sha256], { dir: null });

  await expect(open(unborn)).rejects.toThrow(/has no commits to replay; give/);
  await expect(open(sha256)).rejects.toThrow(/sha256.*give one with SHA-1/);
  await expect(open(directory)).rejects.toThrow(/is no git repository; give/);
});
