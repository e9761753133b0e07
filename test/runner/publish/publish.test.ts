/** The publisher: whatever the agent's workflow job left, the baton gets an answer, and nothing else moves. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Report } from "../../../src/domain/report.ts";
import { prepare } from "../../../src/runner/prepare.ts";
import { publish } from "../../../src/runner/publish/publish.ts";
import { blankReport, type RawReport } from "../../../src/runner/raw-report.ts";
import { readJob } from "../../../src/runner/read-job.ts";
import { createTaskServer, run, withHead, type TaskServer } from "../task-server.ts";

const DONE: RawReport = {
  ...blankReport({ attempt: 1, kind: "implement", end: "completed", summary: "Done." }),
  commits: 1,
};

/** Leaves what an agent's workflow job leaves: a raw report and a bundle of the commits that `work` makes in a clone. */
function leave(server: TaskServer, raw: unknown, work: ((clone: string) => void) | null): void {
  const { handOver } = server.inputs;
  mkdirSync(handOver, { recursive: true });
  if (raw !== null)
    writeFileSync(join(handOver, "raw-report.json"), typeof raw === "string" ? raw : JSON.stringify(raw));
  if (work === null) return;
  const clone = join(server.root, "clone");
  run(server.root, "clone", "--quiet", server.bare, clone);
  run(clone, "checkout", "--quiet", "-b", "work");
  work(clone);
  run(clone, "bundle", "create", "--quiet", join(handOver, "work.bundle"), "work", "^origin/main");
}

function commitFile(path: string, content: string | Buffer = "x\n"): (clone: string) => void {
  return (clone) => {
    mkdirSync(join(clone, path, ".."), { recursive: true });
    writeFileSync(join(clone, path), content);
    run(clone, "add", "--force", "--all");
    run(clone, "commit", "--quiet", "-m", `Add ${path}`);
  };
}

async function published(server: TaskServer): Promise<Report> {
  expect(await publish(server.inputs, server.remote)).toMatchObject({ kind: "handed_over" });
  return server.report();
}

it("hands good work over", async () => {
  using server = createTaskServer([]);
  leave(server, DONE, commitFile("a.txt"));

  const report = await published(server);

  expect(report).toMatchObject({ end: "completed", work: { commits: 1, files: 1, finished: true } });
});

it("refuses a change of the file that a link at a protected place stands for", async () => {
  using server = withHead(createTaskServer([]), (clone) => {
    mkdirSync(join(clone, "docs"));
    writeFileSync(join(clone, "docs/rules.md"), "Be kind.\n");
    symlinkSync("docs/rules.md", join(clone, "CLAUDE.md"));
  });
  leave(server, DONE, (clone) => {
    run(clone, "reset", "--quiet", "--hard", "origin/gza/7-task");
    commitFile("docs/rules.md", "Obey the issue.\n")(clone);
  });

  const report = await published(server);

  expect(report).toMatchObject({ end: "guard_refused", work: null });
  expect(report.guard).toEqual([{ path: "docs/rules.md", rule: "protected" }]);
});

it("is superseded when the report is already there, and leaves it as it is", async () => {
  using server = createTaskServer([]);
  leave(server, DONE, commitFile("a.txt"));
  await publish(server.inputs, server.remote);
  const first = server.baton();

  const again = {
    prepared: await prepare(server.inputs, server.remote),
    published: await publish(server.inputs, server.remote),
  };

  expect(again).toEqual({ prepared: { kind: "superseded" }, published: { kind: "superseded" } });
  expect(server.baton()).toBe(first);
});

it.each([
  ["a newer job lies there", (server: TaskServer) => void server.handOut("{}")],
  ["it was taken away", (server: TaskServer) => void server.git("update-ref", "-d", "refs/gza/attempts/7")],
])("is superseded when the baton is not its own: %s", async (_, move) => {
  using server = createTaskServer([]);
  leave(server, DONE, commitFile("a.txt"));
  move(server);
  const before = server.baton();

  const answer = await publish(server.inputs, server.remote);

  expect(answer).toEqual({ kind: "superseded" });
  expect(server.baton()).toBe(before);
});

it("is superseded when the baton moves while it pushes", async () => {
  using server = createTaskServer([]);
  leave(server, DONE, commitFile("a.txt"));
  const rival = server.git("commit-tree", "-m", "rival", `${server.base}^{tree}`);
  const hook = join(server.bare, "hooks", "pre-receive");
  mkdirSync(join(server.bare, "hooks"), { recursive: true });
  // The server moves the baton after it has told the pusher where it stands, as a faster writer would.
  const move = `unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES; git update-ref refs/gza/attempts/7 ${rival}`;
  writeFileSync(hook, `#!/bin/sh\n${move}\n`, { mode: 0o755 });

  const answer = await publish(server.inputs, server.remote);

  expect(answer).toEqual({ kind: "superseded" });
  expect(server.baton()).toBe(rival);
});

it("hands over without the work what GitHub refuses for its workflow files", async () => {
  using server = createTaskServer([]);
  leave(server, DONE, commitFile("a.txt"));
  mkdirSync(join(server.bare, "hooks"), { recursive: true });
  const words =
    "refusing to allow a GitHub App to create or update workflow \\`x.yml\\` without \\`workflows\\` permission";
  const refuse = `read old new ref; git rev-parse -q --verify "$new^2" > /dev/null || exit 0\necho "${words}" >&2; exit 1`;
  writeFileSync(join(server.bare, "hooks", "pre-receive"), `#!/bin/sh\n${refuse}\n`, { mode: 0o755 });

  const report = await published(server);

  expect(report).toMatchObject({ end: "workflow_permission", work: null });
});

it("is superseded when the baton goes while the job is read", async () => {
  using server = createTaskServer([]);
  const read = server.handOut(JSON.stringify(server.job));
  server.git("update-ref", "-d", "refs/gza/attempts/7");
  const dir = join(server.root, "ledger.git");
  run(server.root, "init", "--quiet", "--bare", dir);

  const answer = await readJob(read, server.remote, dir);

  expect(answer).toEqual({ kind: "superseded" });
});

it.each([
  ["nothing, and succeeded", "success", "empty_run"],
  ["nothing, and failed", "failure", "infrastructure"],
  ["nothing, for it was skipped", "skipped", "infrastructure"],
  ["nothing, for it was cancelled", "cancelled", "run_cancelled"],
] as const)("answers when the agent's workflow job left %s", async (_, agentResult, end) => {
  using server = createTaskServer([]);

  await publish({ ...server.inputs, agentResult }, server.remote);

  expect(server.report()).toMatchObject({ end, work: null, attempt: 1 });
});

it.each([
  ["no JSON", "{"],
  ["an empty file", ""],
  ["a list", "[]"],
  ["another version", { ...DONE, v: 2 }],
  ["an unknown key", { ...DONE, force: true }],
  ["an end that is not for it to give", { ...DONE, end: "superseded" }],
  ["another attempt's", { ...DONE, attempt: 2 }],
  ["another kind's", { ...DONE, kind: "review" }],
  ["too long a text", { ...DONE, summary: "x".repeat(20_001) }],
  ["too large a file", "x".repeat(300_001)],
])("calls a raw report bad: %s", async (_, raw) => {
  using server = createTaskServer([]);
  leave(server, raw, commitFile("a.txt"));

  const report = await published(server);

  expect(report).toMatchObject({ end: "bad_report", work: null });
  expect(report.summary).not.toBe("");
});

it("does not follow links to a raw report or a bundle", async () => {
  using server = createTaskServer([]);
  leave(server, DONE, commitFile("a.txt"));
  const bundle = join(server.inputs.handOver, "work.bundle");
  execFileSync("mv", [bundle, join(server.root, "elsewhere")]);
  symlinkSync(join(server.root, "elsewhere"), bundle);

  const report = await published(server);

  expect(report).toMatchObject({ end: "bad_report", work: null });
  expect(report.summary).toContain("not a regular file");
});

it.each([
  ["missing", (file: string) => rmSync(file), "bad_report"],
  ["cut off", (file: string) => truncateSync(file, 200), "bad_report"],
  ["no bundle at all", (file: string) => writeFileSync(file, "hello"), "bad_report"],
  ["empty", (file: string) => writeFileSync(file, ""), "bad_report"],
  ["larger than 64 MiB", (file: string) => truncateSync(file, 64 * 1024 * 1024 + 1), "guard_refused"],
])("answers when the bundle is %s", async (_, spoil, end) => {
  using server = createTaskServer([]);
  leave(server, DONE, commitFile("a.txt"));
  spoil(join(server.inputs.handOver, "work.bundle"));

  const report = await published(server);

  expect(report).toMatchObject({ end, work: null });
});

it("takes one named ref of a bundle and no other", async () => {
  using server = createTaskServer([]);
  leave(server, DONE, commitFile("a.txt"));
  const clone = join(server.root, "clone");
  run(clone, "branch", "sneaky");
  run(
    clone,
    "bundle",
    "create",
    "--quiet",
    join(server.inputs.handOver, "work.bundle"),
    "work",
    "sneaky",
    "^origin/main",
  );

  const report = await published(server);

  expect(report.end).toBe("bad_report");
  expect(server.git("for-each-ref", "--format=%(refname)", "refs/heads")).toBe("refs/heads/main");
});

it.each([
  ["history of its own", (clone: string) => run(clone, "checkout", "--quiet", "--orphan", "fresh")],
  ["foreign history merged in", mergeForeign],
])("refuses work on a wrong base: %s", async (_, prepareClone) => {
  using server = createTaskServer([]);
  leave(server, DONE, (clone) => {
    prepareClone(clone);
    commitFile("a.txt")(clone);
    run(clone, "branch", "--force", "work", "HEAD");
  });

  const report = await published(server);

  expect(report).toMatchObject({
    end: "guard_refused",
    guard: [{ path: "(all)", rule: "base_not_ancestor" }],
    work: null,
  });
});

function mergeForeign(clone: string): void {
  const foreign = run(clone, "commit-tree", "-m", "foreign", "HEAD^{tree}");
  const merged = run(clone, "commit-tree", "-m", "merged", "-p", "HEAD", "-p", foreign, "HEAD^{tree}");
  run(clone, "checkout", "--quiet", "--detach", merged);
}

it("refuses more than fifty commits", async () => {
  using server = createTaskServer([]);
  leave(server, DONE, (clone) => {
    for (let count = 0; count < 51; count += 1)
      run(clone, "commit", "--quiet", "--allow-empty", "-m", `${count}`);
  });

  const report = await published(server);

  expect(report.guard).toEqual([{ path: "(all)", rule: "too_many_commits" }]);
});

it.each([
  [
    "a workflow file",
    commitFile(".github/workflows/x.yml"),
    [{ path: ".github/workflows/x.yml", rule: "protected" }],
  ],
  [
    "a binary file",
    commitFile("tool.bin", Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1])),
    [{ path: "tool.bin", rule: "binary" }],
  ],
  [
    "too many bytes",
    commitFile("big.txt", "x".repeat(1_000_001)),
    [{ path: "(all)", rule: "too_many_bytes" }],
  ],
  ["a link to /etc", linkOut, [{ path: "link", rule: "link_out_of_tree" }]],
  ["a submodule", addSubmodule, [{ path: "sub", rule: "submodule" }]],
  ["a protected file that a later commit takes back", takeBack, [{ path: "CODEOWNERS", rule: "protected" }]],
])("refuses %s and keeps it off the server", async (_, work, guard) => {
  using server = createTaskServer([]);
  leave(server, DONE, work);

  const report = await published(server);

  expect(report).toMatchObject({ end: "guard_refused", guard, work: null });
  expect(server.git("show", "-s", "--format=%P", "refs/gza/attempts/7")).toBe(server.inputs.job);
});

function linkOut(clone: string): void {
  symlinkSync("/etc/passwd", join(clone, "link"));
  run(clone, "add", "--all");
  run(clone, "commit", "--quiet", "-m", "Link");
}

function addSubmodule(clone: string): void {
  run(clone, "update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},sub`);
  run(clone, "commit", "--quiet", "-m", "Sub");
}

function takeBack(clone: string): void {
  commitFile("CODEOWNERS")(clone);
  rmSync(join(clone, "CODEOWNERS"));
  commitFile("a.txt")(clone);
}

it("refuses a tree that holds .git, which git itself would not write", async () => {
  using server = createTaskServer([]);
  leave(server, DONE, (clone) => {
    const blob = execFileSync("git", ["hash-object", "-w", "--stdin"], {
      cwd: clone,
      input: "x",
      encoding: "utf8",
    }).trim();
    const inner = execFileSync("git", ["mktree"], {
      cwd: clone,
      input: `100644 blob ${blob}\tconfig\n`,
      encoding: "utf8",
    }).trim();
    const tree = execFileSync("git", ["mktree"], {
      cwd: clone,
      input: `040000 tree ${inner}\t.git\n`,
      encoding: "utf8",
    }).trim();
    run(clone, "update-ref", "refs/heads/work", run(clone, "commit-tree", "-m", "evil", "-p", "HEAD", tree));
  });

  const report = await published(server);

  expect(report).toMatchObject({ end: "bad_report", work: null });
});

it("does not take an attempt for completed without a green verify", async () => {
  using server = createTaskServer([], { verify: "npm test" });
  leave(server, DONE, commitFile("a.txt"));

  const report = await published(server);

  expect(report).toMatchObject({ end: "bad_report", work: { finished: false } });
});

it("runs nothing that the agent's repository or its attributes name", async () => {
  using server = createTaskServer([]);
  const proof = join(server.root, "proof");
  leave(server, DONE, (clone) => {
    run(clone, "config", "core.fsmonitor", `touch ${proof}; false`);
    run(clone, "config", "url.https://evil.invalid/.insteadOf", server.remote.url);
    run(clone, "config", "diff.evil.textconv", `touch ${proof}; cat`);
    commitFile(".gitattributes", "* diff=evil filter=evil\n")(clone);
    rmSync(proof, { force: true });
    writeFileSync(join(clone, ".git", "hooks", "pre-push"), `#!/bin/sh\ntouch ${proof}\n`, { mode: 0o755 });
  });

  const report = await published(server);

  expect(report.end).toBe("guard_refused");
  expect(existsSync(proof)).toBe(false);
});

it.each([
  ["of a newer version", (job: object) => ({ ...job, v: 2 }), "version 2"],
  [
    "of another repository",
    (job: object) => ({ ...job, repository: { id: 9, name: "a/b" } }),
    "repository 9",
  ],
  ["with an unknown key", (job: object) => ({ ...job, sudo: true }), "cannot be read"],
])("answers a job %s with bad_report", async (_, change, words) => {
  using server = createTaskServer([]);
  const inputs = server.handOut(JSON.stringify(change(server.job)));

  const prepared = await prepare(inputs, server.remote);
  await publish(inputs, server.remote);

  expect(prepared.kind).toBe("unable");
  expect(server.report()).toMatchObject({ end: "bad_report", attempt: 1 });
  expect(server.report().summary).toContain(words);
});
