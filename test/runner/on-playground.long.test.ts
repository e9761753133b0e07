/** The released action and the real workflow file, run by the playground's Actions. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { workflowFor } from "../../src/cli/workflow.ts";
import { cancelWorkflowRun, dispatchWorkflow } from "../../src/playground/actions/engine.ts";
import type { WorkflowRun } from "../../src/playground/model/actions.ts";
import type { Repository } from "../../src/playground/model/world.ts";
import { startPlayground, type Playground } from "../../src/playground/playground.ts";
import type { Job } from "../../src/domain/job.ts";
import type { Report } from "../../src/domain/report.ts";
import { plainJob, run } from "./task-server.ts";

const SCRIPT = [
  { say: "::error::this must not become an annotation" },
  { edit: { path: "README.md", find: "Hello", replace: "Good day" } },
  { run: "cat /proc/self/environ | tr '\\0' '\\n' > environment.txt" },
  { say: "The greeting is formal now." },
];

const REVIEW = [
  { run: "cat REVIEW.md; ls -l README.md; git log --oneline | cat" },
  { write: { path: "left.txt", content: "of no use\n" } },
  { say: "APPROVED, merge it!" },
  {
    json: {
      verdict: "APPROVED",
      summary: "The greeting is rude.",
      findings: [
        { severity: "blocker", title: "Rude", path: "README.md", line: 1, evidence: "Oi" },
        { severity: "followup", title: "No such place", path: "README.md", line: 99 },
      ],
    },
  },
];

interface Stage {
  playground: Playground;
  repository: Repository;
  userId: number;
  base: string;
}

async function stage(script: unknown[] = SCRIPT): Promise<Stage> {
  const playground = await startPlayground();
  const { user } = playground.createPerson({ login: "ann" });
  playground.createOrganization({ login: "gza-app" });
  const action = await playground.createRepository({
    owner: "gza-app",
    name: "gza",
    files: releasedAction(),
  });
  const sha = run(action.directory, "rev-parse", "main");
  const template = readFileSync(new URL("../../.github/workflows/gza.yml", import.meta.url), "utf8");
  const repository = await playground.createRepository({
    owner: "ann",
    name: "demo",
    files: {
      "README.md": "Hello\n",
      ".github/gza-script.yml": JSON.stringify({ 7: { implement: { 1: script }, review: { 2: REVIEW } } }),
      ".github/workflows/gza.yml": workflowFor(template, { repository: "gza-app/gza/action", sha }),
    },
  });
  return { playground, repository, userId: user.id, base: run(repository.directory, "rev-parse", "main") };
}

function releasedAction(): Record<string, string> {
  const folder = new URL("../../action/", import.meta.url);
  const listed = execFileSync("find", [fileURLToPath(folder), "-type", "f"], { encoding: "utf8" })
    .trim()
    .split("\n");
  return Object.fromEntries(
    listed.map((file) => [`action/${file.slice(fileURLToPath(folder).length)}`, readFileSync(file, "utf8")]),
  );
}

/** Puts a job for issue 7 on the baton. */
function handOut(on: Stage, change: Partial<Job> = {}): string {
  const { repository } = on;
  const json = JSON.stringify({
    ...plainJob(on.base),
    repository: { id: repository.id, name: "ann/demo" },
    ...change,
  });
  const git = (args: string[], input = ""): string =>
    execFileSync("git", args, { cwd: repository.directory, input, encoding: "utf8" }).trim();
  const blob = git(["hash-object", "-w", "--stdin"], json);
  const tree = git(["mktree"], `100644 blob ${blob}\tjob.json\n`);
  const job = run(repository.directory, "commit-tree", "-m", "job", tree);
  run(repository.directory, "update-ref", "refs/gza/attempts/7", job);
  return job;
}

function dispatch(on: Stage, job: string): Promise<WorkflowRun> {
  const inputs = { task: "7", attempt: job };
  const request = { workflow: "gza.yml", ref: "main", inputs, actorId: on.userId, token: null };
  return dispatchWorkflow(on.playground.world, on.repository, request);
}

function reportOf(on: Stage): Report {
  return JSON.parse(run(on.repository.directory, "show", "refs/gza/attempts/7:report.json")) as Report;
}

it("brings a whole attempt from the baton and back, once", async () => {
  const on = await stage();
  const job = handOut(on);

  const first = await dispatch(on, job);
  await on.playground.settled();
  const report = reportOf(on);
  const baton = run(on.repository.directory, "rev-parse", "refs/gza/attempts/7");
  const second = await dispatch(on, job);
  await on.playground.settled();
  const environment = run(on.repository.directory, "show", `${report.work?.head}:environment.txt`);
  const log = first.jobs.map((workflowJob) => readFileSync(workflowJob.log, "utf8")).join("");
  const annotations = on.repository.checks.flatMap((check) => check.annotations);
  const batonAfter = run(on.repository.directory, "rev-parse", "refs/gza/attempts/7");
  await on.playground.stop();

  expect(first).toMatchObject({ conclusion: "success", title: `gza 7 ${job}` });
  expect(report).toMatchObject({
    end: "completed",
    summary: "The greeting is formal now.",
    work: { commits: 1, files: 2 },
  });
  expect(environment).not.toMatch(/GITHUB_|ACTIONS_|INPUT_|RUNNER_|gh[sp]_/);
  expect(log).toContain("Handed over: completed, 1 commits.");
  expect(annotations).toEqual([]);
  expect(second.conclusion).toBe("success");
  expect(second.jobs.map((workflowJob) => workflowJob.summary)).toEqual([
    expect.stringContaining("superseded"),
    expect.stringContaining("superseded"),
  ]);
  expect(batonAfter).toBe(baton);
});

it("reports a cancelled run and saves what was done", async () => {
  const folder = mkdtempSync(join(tmpdir(), "gza-cancel-"));
  const begun = join(folder, "begun");
  execFileSync("mkfifo", [begun]);
  const on = await stage([
    { write: { path: "half.txt", content: "half\n" } },
    { run: `echo begun > ${begun}; sleep 1000` },
  ]);
  const started = await dispatch(on, handOut(on));

  await readFile(begun, "utf8");
  cancelWorkflowRun(on.playground.world, started.id);
  await on.playground.settled();
  const report = reportOf(on);
  const tree = run(on.repository.directory, "ls-tree", "--name-only", "refs/gza/attempts/7");
  const kept = tree.split("\n");
  await on.playground.stop();
  rmSync(folder, { recursive: true });

  expect(started.conclusion).toBe("cancelled");
  expect(report).toMatchObject({
    end: "run_cancelled",
    usage: { turns: 2 },
    work: { commits: 1, finished: false },
    session: true,
  });
  expect(kept).toEqual(["report.json", "session"]);
});

it("reviews a head and hands over nothing but what the review found", async () => {
  const on = await stage();
  const { directory } = on.repository;
  const blob = execFileSync("git", ["hash-object", "-w", "--stdin"], {
    cwd: directory,
    input: "Oi\n",
    encoding: "utf8",
  });
  const index = { cwd: directory, env: { ...process.env, GIT_INDEX_FILE: join(directory, "head-index") } };
  execFileSync("git", ["read-tree", on.base], index);
  execFileSync("git", ["update-index", "--cacheinfo", `100644,${blob.trim()},README.md`], index);
  const tree = execFileSync("git", ["write-tree"], { ...index, encoding: "utf8" }).trim();
  const head = run(directory, "commit-tree", "-m", "Greet", "-p", on.base, tree);
  run(directory, "update-ref", "refs/heads/gza/7-greet", head);
  const start = { base: on.base, base_branch: "main", head, work: null };
  const job = handOut(on, { kind: "review", attempt: 2, start });

  const reviewRun = await dispatch(on, job);
  await on.playground.settled();
  const report = reportOf(on);
  const parents = run(directory, "show", "-s", "--format=%P", "refs/gza/attempts/7");
  const branch = run(directory, "rev-parse", "refs/heads/gza/7-greet");
  const log = reviewRun.jobs.map((workflowJob) => readFileSync(workflowJob.log, "utf8")).join("");
  await on.playground.stop();

  expect(reviewRun.conclusion).toBe("success");
  expect(report).toMatchObject({
    kind: "review",
    end: "completed",
    summary: "The greeting is rude.",
    work: null,
    findings: [{ severity: "blocker", title: "Rude", anchor: { line: 1, start_line: null } }],
    coverage: [{ path: "README.md", seen: true, why: null }],
    review: {
      head,
      dropped: [{ title: "No such place", why: "README.md has 1 line at the head" }],
      gone: [],
    },
  });
  expect(parents).toBe(job);
  expect(branch).toBe(head);
  expect(log).toContain("Handed over: completed, 1 findings.");
});
