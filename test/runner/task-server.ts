/** A bare repository over `file://` with a baton on it: the server side of a workflow run, for the runner's tests. */
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KnownFinding } from "../../src/domain/finding.ts";
import type { Job } from "../../src/domain/job.ts";
import type { Report } from "../../src/domain/report.ts";
import type { Remote } from "../../src/runner/git/fence.ts";
import type { Inputs } from "../../src/runner/inputs.ts";
import type { AttemptRun } from "../../src/runner/attempt/attempt.ts";
import { prepare } from "../../src/runner/prepare.ts";
import { publish } from "../../src/runner/publish/publish.ts";
import { runAttempt } from "../../src/runner/attempt/run-attempt.ts";

export interface TaskServer {
  root: string;
  /** The bare repository. */
  bare: string;
  base: string;
  job: Job;
  inputs: Inputs;
  remote: Remote;
  /** Runs git in the bare repository. */
  git(...args: string[]): string;
  /** Moves the baton to a new J with this text as `job.json` and answers with inputs for it. */
  handOut(json: string): Inputs;
  baton(): string | null;
  report(): Report;
  [Symbol.dispose](): void;
}

export type JobChange = Partial<Job> & { limits?: Job["limits"] };

export const LIMITS: Job["limits"] = {
  turns: 20,
  seconds: 300,
  silence: 120,
  usd: 1,
  files: 100,
  bytes: 1_000_000,
  loops: { same_call: 5, same_error: 5, same_test: 8 },
};

/** `files`: the first commit on main; `script`: what the scripted agent does for issue 7. */
export function createTaskServer(
  script: unknown[],
  change: JobChange = {},
  files: Record<string, string> = {},
): TaskServer {
  const root = mkdtempSync(join(tmpdir(), "gza-runner-"));
  const bare = join(root, "server", "octo", "demo.git");
  mkdirSync(bare, { recursive: true });
  run(root, "init", "--quiet", "--bare", "--template=", "--initial-branch=main", bare);
  const all = {
    "README.md": "# Demo\n",
    "src/add.js": "export const add = (a, b) => a - b;\n",
    ".github/gza-script.yml": JSON.stringify({ 7: { [change.kind ?? "implement"]: { 1: script } } }),
    ...files,
  };
  const base = commitAt(bare, "refs/heads/main", { message: "Begin", files: all });
  const job = { ...plainJob(base), ...change };
  const server: Omit<TaskServer, "inputs"> = {
    root,
    bare,
    base,
    job,
    remote: { url: `file://${bare}`, credentials: null },
    git: (...args) => run(bare, ...args),
    handOut: (json) => inputsFor(root, bare, handOut(bare, json)),
    baton: () => run(bare, "for-each-ref", "--format=%(objectname)", "refs/gza/attempts/7") || null,
    report: () => JSON.parse(run(bare, "show", "refs/gza/attempts/7:report.json")) as Report,
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
  return { ...server, inputs: server.handOut(JSON.stringify(job)) };
}

/** The whole workflow run: prepare, agent, publish. */
export async function runWorkflow(
  server: TaskServer,
  { signal = new AbortController().signal, print = () => undefined }: Partial<AttemptRun> = {},
): Promise<Report> {
  const prepared = await prepare(server.inputs, server.remote);
  const access = { models: [], registryTokens: [], secrets: [] };
  const run = { inputs: server.inputs, access, print, signal };
  if (prepared.kind === "ready") await runAttempt({ ...run, patience: { interrupt: 50, terminate: 50 } });
  await publish(server.inputs, server.remote);
  return server.report();
}

/** The clone in which people work, made by the first call. */
export function peoplesClone({ root, bare }: Pick<TaskServer, "root" | "bare">): string {
  const clone = join(root, "people");
  if (!existsSync(clone)) run(root, "clone", "--quiet", bare, clone);
  return clone;
}

/** Pushes a task branch that `change` makes of main in a clone, and hands the job out for its head. */
export function withHead(
  server: TaskServer,
  change: (clone: string) => void,
  job: JobChange = {},
): TaskServer & { head: string } {
  const clone = join(server.root, "task-branch");
  run(server.root, "clone", "--quiet", server.bare, clone);
  run(clone, "checkout", "--quiet", "-b", "gza/7-task");
  change(clone);
  run(clone, "add", "--all");
  run(clone, "commit", "--quiet", "--allow-empty", "-m", "The task's work");
  run(clone, "push", "--quiet", "origin", "gza/7-task");
  const head = run(clone, "rev-parse", "HEAD");
  const given = { ...server.job, start: { ...server.job.start, head }, ...job };
  return { ...server, job: given, head, inputs: server.handOut(JSON.stringify(given)) };
}

/** A finding as an earlier review has left it. */
export function knownFinding(change: Partial<KnownFinding> & Pick<KnownFinding, "n">): KnownFinding {
  return {
    severity: "blocker",
    title: "It subtracts",
    path: "src/add.js",
    line: 1,
    end_line: null,
    evidence: "a - b",
    impact: "Wrong sums.",
    fix: "Add.",
    tests: "Add two numbers.",
    sites: [],
    fingerprint: String(change.n).padStart(12, "0"),
    anchor: null,
    state: "open",
    seen: { first: 2, last: 2 },
    dispute: null,
    upheld: false,
    note: null,
    ...change,
  };
}

export function plainJob(base: string): Job {
  return {
    v: 1,
    repository: { id: 1, name: "octo/demo" },
    issue: 7,
    attempt: 1,
    kind: "implement",
    how: "first",
    brief: {
      title: "add() subtracts",
      body: "It should add.",
      comments: [],
      hash: "0".repeat(64),
      removed: [],
    },
    start: { base, base_branch: "main", head: null, work: null },
    plan: null,
    answer_to: null,
    findings: [],
    feedback: [],
    checks: [],
    previous: null,
    agent: { name: "scripted", model: null, fallback: [] },
    limits: LIMITS,
    rebase: null,
    rebased: null,
    email: "99+gza[bot]@users.noreply.github.com",
    parallel: 5,
    setup: null,
    verify: null,
    sandbox: "off",
    network: { registries: false, tunnel: [] },
    logs: true,
    protect: [],
    allow: [],
    instructions: null,
  };
}

export function run(cwd: string, ...args: string[]): string {
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: cwd,
    GIT_AUTHOR_NAME: "Ann",
    GIT_AUTHOR_EMAIL: "ann@example.com",
    GIT_COMMITTER_NAME: "Ann",
    GIT_COMMITTER_EMAIL: "ann@example.com",
  };
  return execFileSync("git", args, { cwd, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
}

/** Puts a commit without parents at a ref, wherever that was before, and answers with its id: one process, where git's own verbs take six. */
function commitAt(bare: string, ref: string, { message, files }: FirstCommit): string {
  const marks = join(bare, "..", "marks");
  const now = Math.floor(Date.now() / 1000);
  const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const input = [
    `commit ${ref}\nmark :1\ncommitter Ann <ann@example.com> ${now} +0000\n${data(message)}`,
    ...Object.entries(files).map(([path, text]) => `M 100644 inline ${path}\n${data(text)}`),
  ].join("");
  const args = ["fast-import", "--quiet", "--force", `--export-marks=${marks}`];
  execFileSync("git", args, { cwd: bare, input, stdio: ["pipe", "pipe", "pipe"] });
  return readFileSync(marks, "utf8").trim().replace(":1 ", "");
}

interface FirstCommit {
  message: string;
  files: Record<string, string>;
}

/** Each is another commit, though it says the same. */
function handOut(bare: string, json: string): string {
  const message = `job ${randomUUID()}\n`;
  return commitAt(bare, "refs/gza/attempts/7", { message, files: { "job.json": json } });
}

function inputsFor(root: string, bare: string, job: string): Inputs {
  const temp = join(root, "temp", "gza");
  return {
    step: "prepare",
    task: 7,
    job,
    token: null,
    agentResult: "success",
    server: "file:///",
    remote: `file://${bare}`,
    repositoryId: 1,
    clone: join(root, "workspace", "repository"),
    temp,
    handOver: join(temp, "hand-over"),
  };
}
