/** Saving work: inside where it can be, by the runner itself where it cannot, and never by what the agent has left behind. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { prepare } from "../../../src/runner/prepare.ts";
import { startGroup, type Program } from "../../../src/runner/process-group.ts";
import { saveWork, type SavedWork } from "../../../src/runner/save-work/save-work.ts";
import { createTaskServer, run, type TaskServer } from "../task-server.ts";

interface Saved {
  saved: SavedWork;
  /** Files of the newest commit in the bundle. */
  files: string[] | null;
}

async function clone(server: TaskServer): Promise<string> {
  expect(await prepare(server.inputs, server.remote)).toEqual({ kind: "ready" });
  mkdirSync(home(server), { recursive: true });
  return server.inputs.clone;
}

function home(server: TaskServer): string {
  return join(server.root, "home");
}

async function save(server: TaskServer, start = startGroup, limit?: number): Promise<Saved> {
  const { inputs, job } = server;
  const place = { inputs, job, start, home: home(server), ...(limit === undefined ? {} : { limit }) };
  const saved = await saveWork(place);
  const bundle = join(inputs.handOver, "work.bundle");
  if (!existsSync(bundle)) return { saved, files: null };
  run(server.bare, "fetch", "--quiet", bundle, "work:refs/saved");
  return { saved, files: run(server.bare, "ls-tree", "-r", "-z", "--name-only", "refs/saved").split("\0") };
}

/** What a machine does on which nothing can be started any more. */
function startNothing(program: Program): ReturnType<typeof startGroup> {
  return startGroup({ ...program, file: "/nonexistent/node" });
}

it("saves commits and what was left uncommitted, inside", async () => {
  using server = createTaskServer([]);
  const folder = await clone(server);
  writeFileSync(join(folder, "one.txt"), "1\n");
  run(folder, "add", "one.txt");
  run(folder, "commit", "--quiet", "-m", "One");
  writeFileSync(join(folder, "two.txt"), "2\n");

  const { saved, files } = await save(server);

  expect(saved).toMatchObject({ kind: "work", commits: 2, outside: null });
  expect(files).toEqual(expect.arrayContaining(["one.txt", "two.txt", "README.md"]));
  expect(run(server.bare, "rev-parse", "refs/saved")).toBe(saved.kind === "work" ? saved.tip : null);
});

it("leaves no bundle where nothing was done, not even an older one", async () => {
  using server = createTaskServer([]);
  await clone(server);
  writeFileSync(join(server.inputs.handOver, "work.bundle"), "older");

  const { saved, files } = await save(server);

  expect(saved).toEqual({ kind: "work", tip: server.base, commits: 0, outside: null });
  expect(files).toBeNull();
});

it.each([
  ["nothing can be started", startNothing, /nonexistent/],
  ["the program ends without an answer", fake("process.exit(0)"), /its answer cannot be read/],
  ["it fails", fake("process.stderr.write('Error: no room'); process.exit(1)"), /^Error: no room$/],
  ["it answers without form", fake("console.log('x'.repeat(9000))"), /its answer cannot be read/],
  [
    "it announces more than it brings",
    fake(`console.log(JSON.stringify({kind:"work",tip:"${"a".repeat(40)}",commits:1,bytes:5}))`),
    /its bundle is not whole/,
  ],
])("reads the clone itself when %s", async (_, start, why) => {
  using server = createTaskServer([]);
  const folder = await clone(server);
  writeFileSync(join(folder, "one.txt"), "1\n");

  const { saved, files } = await save(server, start);

  expect(saved).toMatchObject({ kind: "work", commits: 1, outside: expect.stringMatching(why) as string });
  expect(files).toContain("one.txt");
});

it("reads the clone itself when the program inside takes too long", async () => {
  using server = createTaskServer([]);
  const folder = await clone(server);
  writeFileSync(join(folder, "one.txt"), "1\n");

  const { saved, files } = await save(server, fake("setInterval(() => undefined, 1000)"), 500);

  expect(saved).toMatchObject({ commits: 1, outside: "it took more than 0.5 seconds" });
  expect(files).toContain("one.txt");
});

it("says what cannot be read, and keeps nothing of it", async () => {
  using server = createTaskServer([]);
  const folder = await clone(server);
  rmSync(join(folder, ".git"), { recursive: true });

  const { saved, files } = await save(server);

  expect(saved).toMatchObject({
    kind: "unreadable",
    why: "The agent left its clone without its folder .git.",
  });
  expect(files).toBeNull();
});

it("says of a HEAD with a name that no file system takes that nothing can be saved", async () => {
  using server = createTaskServer([]);
  const folder = await clone(server);
  writeFileSync(join(folder, ".git", "HEAD"), `ref: refs/heads/${"a".repeat(300)}\n`);

  const { saved, files } = await save(server);

  expect(saved).toMatchObject({
    kind: "unreadable",
    why: expect.stringMatching(/ENAMETOOLONG/) as string,
  });
  expect(files).toBeNull();
});

it("says of a broken object that nothing can be saved", async () => {
  using server = createTaskServer([]);
  const folder = await clone(server);
  writeFileSync(join(folder, "one.txt"), "1\n");
  run(folder, "add", "one.txt");
  run(folder, "commit", "--quiet", "-m", "One");
  const oid = run(folder, "rev-parse", "HEAD:one.txt");
  const object = join(folder, ".git", "objects", oid.slice(0, 2), oid.slice(2));
  rmSync(object);
  writeFileSync(object, "broken");

  const { saved, files } = await save(server);

  expect(saved).toMatchObject({
    kind: "unreadable",
    why: expect.stringMatching(/^What the agent left cannot be saved: /) as string,
  });
  expect(files).toBeNull();
});

/** Starts a program of these words in place of GZA's own. */
function fake(script: string): typeof startGroup {
  return (program, patience) =>
    startGroup({ ...program, file: process.execPath, args: ["-e", script] }, patience);
}
