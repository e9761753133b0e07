/** The publisher and rebases: people's commits stay theirs, what git alone merges is carried, and nothing else gets in. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BUNDLE_FILE } from "../../../src/runner/raw-report.ts";
import {
  ANN,
  branched,
  CLAIM,
  commit,
  GZA,
  judged,
  pick,
  published,
  settled,
  text,
  write,
  type Branched,
} from "./rebased.ts";
import { run } from "../task-server.ts";

let on: Branched;

beforeAll(() => {
  on = branched();
});

afterAll(() => on[Symbol.dispose]());

const CONFLICT = { path: "a.txt", kind: "content", by: "agent", ours: "ours", theirs: "theirs" } as const;

it("takes a rebase over, and says what it made of the branch", async () => {
  const report = await published(on, settled, { rebase: { ...CLAIM, conflicts: [CONFLICT] } });

  expect(report).toMatchObject({
    end: "completed",
    guard: [],
    session: false,
    work: {
      base: on.onto,
      commits: 2,
      files: 3,
      patch: expect.stringMatching(/^[0-9a-f]{40}$/),
      finished: true,
    },
    rebase: {
      by: "agent",
      before: on.before,
      onto: on.onto,
      commits: { before: 2, after: 2 },
      conflicts: [CONFLICT],
    },
  });
  expect(report.rebase?.range_diff).toMatch(/^1: {2}[0-9a-f]{12} ! 1: {2}[0-9a-f]{12} Say ours\n/);
  expect(report.rebase?.range_diff).toContain("-+ours\n");
  expect(report.rebase?.range_diff).toMatch(/\n2: {2}[0-9a-f]{12} = 2: {2}[0-9a-f]{12} Add b$/);
});

it("leaves each commit its author, date and message, with GZA as committer", async () => {
  const report = await published(on, settled);
  const show = (form: string, tip = report.work?.head): string =>
    report.git("log", "--reverse", "--date=raw", `--format=${form}`, `${on.onto}..${tip}`);

  const old = show("%an <%ae> %ad%n%B", on.before);
  expect(old).toContain("Signed-off-by: Ann");
  expect(show("%an <%ae> %ad%n%B")).toBe(old);
  expect(show("%cn <%ce>")).toBe(`${GZA}\n${GZA}`);
});

it("is the same twice", async () => {
  const [first, second] = [
    await published(on, settled),
    await judged(on, { claim: {}, change: startOf(on) }),
  ];

  expect(second.work).toEqual(first.work);
  expect(second.rebase).toEqual(first.rebase);
});

function startOf({ server, onto, before }: Branched) {
  return { start: { ...server.job.start, base: onto, head: before } };
}

it.each<[string, (clone: string, on: Branched) => void, { path: string; rule: string }[]]>([
  ["a tip that is not on the base", onFork, [{ path: "(all)", rule: "base_not_ancestor" }]],
  [
    "the old head",
    (clone, { before }) => run(clone, "reset", "--quiet", "--hard", before),
    [{ path: "(all)", rule: "base_not_ancestor" }],
  ],
  ["history that began elsewhere", foreign, [{ path: "(all)", rule: "base_not_ancestor" }]],
  ["a foreign file", also({ "new.txt": "new\n" }), [{ path: "new.txt", rule: "outside_rebase" }]],
  [
    "a file of the base that is undone",
    also({ "AGENTS.md": null }),
    [{ path: "AGENTS.md", rule: "outside_rebase" }],
  ],
  [
    "a file of the base that is changed",
    also({ "base.txt": "other\n" }),
    [{ path: "base.txt", rule: "outside_rebase" }],
  ],
  [
    "markers that are left",
    also({ "a.txt": text(5, "<<<<<<< ours\nours\n=======\ntheirs\n>>>>>>> theirs") }),
    [{ path: "a.txt", rule: "conflict_markers" }],
  ],
  [
    "a single marker of three sides",
    also({ "a.txt": text(5, "||||||| base") }),
    [{ path: "a.txt", rule: "conflict_markers" }],
  ],
  [
    "a protected file of a person, changed",
    also({ CODEOWNERS: "* @eve\n" }),
    [{ path: "CODEOWNERS", rule: "protected" }],
  ],
  ["a protected file that a later commit takes back", takenBack, [{ path: "CLAUDE.md", rule: "protected" }]],
  [
    "a foreign file that a later commit takes back, if it is a workflow",
    workflowTakenBack,
    [{ path: ".github/workflows/x.yml", rule: "protected" }],
  ],
  ["more commits than there were", inflated, [{ path: "(all)", rule: "too_many_commits" }]],
])("refuses %s", async (_, work, guard) => {
  const report = await published(on, work, { rebase: { ...CLAIM, conflicts: [CONFLICT] } });

  expect(report).toMatchObject({
    end: "guard_refused",
    guard,
    work: null,
    rebase: { conflicts: [CONFLICT], range_diff: "" },
  });
});

function onFork(clone: string, { fork, commits }: Branched): void {
  run(clone, "reset", "--quiet", "--hard", fork);
  for (const oid of commits) pick(clone, oid, { "c.txt": oid });
}

function foreign(clone: string, known: Branched): void {
  settled(clone, known);
  const other = run(clone, "commit-tree", "-m", "foreign", "HEAD^{tree}");
  const merged = run(clone, "commit-tree", "-m", "merged", "-p", "HEAD", "-p", other, "HEAD^{tree}");
  run(clone, "reset", "--quiet", "--hard", merged);
}

/** An honest rebase whose newest commit has these files, too. */
function also(files: Parameters<typeof write>[1]): (clone: string, on: Branched) => void {
  return (clone, known) => {
    settled(clone, known);
    write(clone, files);
    run(clone, "add", "--force", "--all");
    run(clone, "commit", "--quiet", "--amend", "--no-edit");
  };
}

function takenBack(clone: string, known: Branched): void {
  also({ "CLAUDE.md": "Obey.\n" })(clone, known);
  commit(clone, { subject: "Take it back", files: { "CLAUDE.md": null } });
}

function workflowTakenBack(clone: string, known: Branched): void {
  also({ ".github/workflows/x.yml": "on: push\n" })(clone, known);
  commit(clone, { subject: "Take it back", files: { ".github/workflows/x.yml": null } });
}

function inflated(clone: string, known: Branched): void {
  settled(clone, known);
  commit(clone, { subject: "One to fit", files: {} });
  commit(clone, { subject: "One too many", files: {} });
}

it("makes nobody an author who was not, nor of more than there was", async () => {
  const report = await published(on, (clone, { commits: [first = "", second = ""] }) => {
    pick(clone, first, { "a.txt": text(5, "both") });
    pick(clone, second);
    run(clone, "commit", "--quiet", "--amend", "--no-edit", "--author=Bob <bob@example.com>");
    run(clone, "commit", "--quiet", "--allow-empty", "-C", first);
  });

  const lines = report.git("log", "--reverse", "--format=%an <%ae>|%s", `${on.onto}..${report.work?.head}`);
  expect(lines.split("\n")).toEqual([`${ANN}|Say ours`, `${GZA}|Add b`, `${GZA}|Say ours`]);
  expect(report.git("show", "-s", "--format=%B", report.work?.head ?? "")).not.toContain("Signed-off-by");
});

it("takes one commit more that fits the whole to its base", async () => {
  const report = await published(on, (clone, known) => {
    settled(clone, known);
    commit(clone, { subject: "Fit to main", author: GZA, files: { "b.txt": "fitted\n" } });
  });

  expect(report).toMatchObject({
    end: "completed",
    work: { commits: 3 },
    rebase: { commits: { before: 2, after: 3 } },
  });
  expect(report.git("show", "-s", "--format=%B", report.work?.head ?? "")).toContain("Gza-Attempt: 1");
});

it("holds the limits of the guard only against what the rebase has settled", async () => {
  const limits = { ...on.server.job.limits, files: 1 };

  expect(await published(on, settled, {}, { ...startOf(on), limits })).toMatchObject({ end: "completed" });
  expect(await published(on, also({ "b.txt": "other\n" }), {}, { ...startOf(on), limits })).toMatchObject({
    guard: [{ path: "(all)", rule: "too_many_files" }],
  });
});

it.each([
  ["is no bundle", null],
  ["is an empty bundle", (file: string, { onto }: Branched) => writeFileSync(file, emptyBundle(onto))],
  ["is no bundle, but something else", (file: string) => writeFileSync(file, "hello")],
])("calls a report bad where there %s", async (_, leave) => {
  const { handOver } = on.server.inputs;
  rmSync(handOver, { recursive: true, force: true });
  mkdirSync(handOver, { recursive: true });
  leave?.(join(handOver, BUNDLE_FILE), on);

  const report = await judged(on, { claim: {}, change: startOf(on) });

  expect(report).toMatchObject({
    end: "bad_report",
    work: null,
    rebase: { commits: { before: 2, after: 0 } },
  });
});

it("does not take a branch over of which nothing is left", async () => {
  const report = await published(on, (clone) => {
    commit(clone, { subject: "Say ours", files: {} });
  });

  expect(report).toMatchObject({ end: "bad_report", work: null });
  expect(report.summary).toContain("nothing of the branch is left");
});

/** Names a commit that the receiver has, with a pack of nothing. */
function emptyBundle(tip: string): Buffer {
  const pack = Buffer.from("PACK\0\0\0\u0002\0\0\0\0", "latin1");
  const sum = Buffer.from("029d08823bd8a8eab510ad6ac75c823cfd3ed31e", "hex");
  return Buffer.concat([Buffer.from(`# v2 git bundle\n${tip} refs/heads/work\n\n`), pack, sum]);
}

it.each([
  ["that nothing had to be done, where something has", { rebase: { ...CLAIM, by: "nothing" as const } }, {}],
  ["nothing of what it did", { rebase: null }, {}],
  ["that it is complete without the green verify that was asked for", {}, { verify: "npm test" }],
  ["the same with a red one", { verify: { exit: 1, seconds: 1, tail: "" } }, { verify: "npm test" }],
])("does not believe a run that says %s", async (_, claim, change) => {
  const report = await published(on, settled, claim, { ...startOf(on), ...change });

  expect(report).toMatchObject({ end: "bad_report", work: null });
  expect(report.summary).toMatch(/^The rebase says that /);
});

it.each(["conflict", "unchanged", "verify_red"] as const)(
  "keeps no work of an attempt that ends as %s, but what it says of the conflicts",
  async (end) => {
    const report = await published(on, settled, { end, rebase: { ...CLAIM, conflicts: [CONFLICT] } });

    expect(report).toMatchObject({
      end,
      work: null,
      guard: [],
      rebase: { conflicts: [CONFLICT], commits: { after: 0 } },
    });
  },
);

it("looks up what a run says: paths, commits left out, and whether a model was asked", async () => {
  const [first = ""] = on.commits;
  const usage = { turns: 3, seconds: 1, requests: 3, input: 1, cached: 0, output: 1, usd: 0.1 };
  const dropped = [
    { oid: first, subject: "Something nicer", why: "landed" as const },
    { oid: on.onto, subject: "Say theirs", why: "landed" as const },
  ];
  const conflicts = [CONFLICT, { ...CONFLICT, path: "base.txt" }, { ...CONFLICT, path: "../x" }];
  const report = await published(on, settled, { usage, rebase: { by: "git", dropped, conflicts } });

  expect(report.rebase).toMatchObject({
    by: "agent",
    dropped: [{ oid: first, subject: "Say ours", why: "landed" }],
    conflicts: [CONFLICT],
  });
});

it("believes that nothing had to be done where the base is part of the branch", async () => {
  const change = { start: { ...on.server.job.start, base: on.fork, head: on.before } };
  const nothing = { rebase: { ...CLAIM, by: "nothing" as const }, commits: 0 };

  expect(await published(on, null, nothing, change)).toMatchObject({
    end: "completed",
    work: null,
    rebase: { by: "nothing", commits: { before: 2, after: 2 }, range_diff: "" },
  });
  expect(await published(on, null, {}, change)).toMatchObject({ end: "bad_report", work: null });
});

it("says in one sentence what a publisher needs whose git is too old", async () => {
  const bin = join(on.server.root, "bin");
  mkdirSync(bin, { recursive: true });
  const path = process.env["PATH"] ?? "";
  const script = `#!/bin/sh\ncase "$*" in *merge-tree*) exit 129 ;; esac\nPATH="${path}" exec git "$@"\n`;
  writeFileSync(join(bin, "git"), script, { mode: 0o755 });
  process.env["PATH"] = `${bin}:${path}`;
  try {
    const report = await published(on, settled);

    expect(report).toMatchObject({ end: "infrastructure", work: null, fault: report.summary });
    expect(report.summary).toContain("update git on the runner");
  } finally {
    process.env["PATH"] = path;
  }
});
