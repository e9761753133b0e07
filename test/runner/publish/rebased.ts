/** A branch that conflicts with its base, and rebases of it made by hand: what a run brings back, and what the publisher makes of it. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Job } from "../../../src/domain/job.ts";
import type { Report } from "../../../src/domain/report.ts";
import { git } from "../../../src/runner/git/git.ts";
import { judgeRebase } from "../../../src/runner/publish/judge-rebase.ts";
import { blankReport, BUNDLE_FILE, type RawReport } from "../../../src/runner/raw-report.ts";
import { settleRebase } from "../../../src/runner/publish/settle-rebase.ts";
import { createTaskServer, peoplesClone, run, type JobChange, type TaskServer } from "../task-server.ts";

export const ANN = "Ann <ann@example.com>";
export const GZA = "GZA <99+gza[bot]@users.noreply.github.com>";

export const TEXT = Array.from({ length: 12 }, (_, index) => `line ${index + 1}\n`);

/** The text with one line of its own. */
export function text(line: number, words: string): string {
  return TEXT.map((old, index) => (index + 1 === line ? `${words}\n` : old)).join("");
}

export interface Branched {
  server: TaskServer;
  /** Where the branch left its base. */
  fork: string;
  /** The commits of the branch, oldest first. */
  commits: string[];
  before: string;
  onto: string;
  [Symbol.dispose](): void;
}

/** One commit by `author` with these files; null: gone. */
export interface Step {
  subject: string;
  author?: string;
  body?: string;
  files: Record<string, string | null>;
}

/** Both sides change line 5 of `a.txt`; on the branch there is a protected file that a person has put there. */
export const BRANCH: Step[] = [
  {
    subject: "Say ours",
    body: "Because.\n\nSigned-off-by: Ann",
    files: { "a.txt": text(5, "ours"), CODEOWNERS: "* @ann\n" },
  },
  { subject: "Add b", author: GZA, body: "Gza-Task: #7\nGza-Attempt: 1", files: { "b.txt": "b\n" } },
];
export const BASE: Step[] = [
  {
    subject: "Say theirs",
    files: { "a.txt": text(5, "theirs"), "base.txt": "base\n", "AGENTS.md": "Be kind.\n" },
  },
];

export function branched(
  branch: Step[] = BRANCH,
  base: Step[] = BASE,
  files: Record<string, string> = {},
): Branched {
  const server = createTaskServer([], { kind: "rebase" }, { "a.txt": TEXT.join(""), ...files });
  const clone = peoplesClone(server);
  const fork = server.base;
  for (const step of base) commit(clone, step);
  run(clone, "push", "--quiet", server.bare, "main");
  const onto = run(clone, "rev-parse", "HEAD");
  run(clone, "checkout", "--quiet", "-b", "gza/7-task", fork);
  const commits = branch.map((step) => commit(clone, step));
  run(clone, "push", "--quiet", server.bare, "gza/7-task");
  const before = run(clone, "rev-parse", "HEAD");
  return { server, fork, commits, before, onto, [Symbol.dispose]: () => server[Symbol.dispose]() };
}

export function write(folder: string, files: Step["files"]): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    if (content === null) rmSync(file, { recursive: true, force: true });
    else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
  }
}

export function commit(clone: string, { subject, author = ANN, body, files }: Step): string {
  write(clone, files);
  run(clone, "add", "--force", "--all");
  const message = body === undefined ? subject : `${subject}\n\n${body}`;
  const date = `@${1_700_000_000 + Number(run(clone, "rev-list", "--count", "HEAD"))} +0100`;
  run(clone, "commit", "--quiet", "--allow-empty", `--author=${author}`, `--date=${date}`, "-m", message);
  return run(clone, "rev-parse", "HEAD");
}

/** Puts a commit on top with author and message kept, the picked side where both meet, and then these files. */
export function pick(clone: string, oid: string, files: Step["files"] = {}): void {
  run(clone, "cherry-pick", "--no-commit", "--strategy-option=theirs", oid);
  write(clone, files);
  run(clone, "add", "--force", "--all");
  run(clone, "commit", "--quiet", "--allow-empty", "-C", oid);
}

/** What an honest run does about `BRANCH`. */
export function settled(clone: string, { commits }: Branched): void {
  const [first = "", second = ""] = commits;
  pick(clone, first, { "a.txt": text(5, "theirs, then ours") });
  pick(clone, second);
}

export const CLAIM: NonNullable<RawReport["rebase"]> = { by: "agent", dropped: [], conflicts: [] };

/** What the publisher reports of a rebase that `work` makes on the base in a clone; null: the run has left no bundle. */
export async function published(
  on: Branched,
  work: ((clone: string, on: Branched) => void) | null,
  claim: Partial<RawReport> = {},
  change: JobChange = {},
): Promise<Report & { git: (...args: string[]) => string }> {
  const { server, onto, before } = on;
  const { handOver } = server.inputs;
  rmSync(handOver, { recursive: true, force: true });
  mkdirSync(handOver, { recursive: true });
  const clone = join(server.root, "clone");
  rmSync(clone, { recursive: true, force: true });
  if (work !== null) {
    run(server.root, "clone", "--quiet", server.bare, clone);
    run(clone, "checkout", "--quiet", "-b", "work", onto);
    work(clone, on);
    run(clone, "bundle", "create", "--quiet", join(handOver, BUNDLE_FILE), "work", `^${onto}`);
  }
  return judged(on, {
    claim,
    change: { start: { ...server.job.start, base: onto, head: before }, ...change },
  });
}

export async function judged(
  { server }: Branched,
  { claim, change }: { claim: Partial<RawReport>; change: JobChange },
): Promise<Report & { git: (...args: string[]) => string }> {
  const job: Job = { ...server.job, ...change };
  const dir = join(server.root, "publish.git");
  rmSync(dir, { recursive: true, force: true });
  await git(["clone", "--quiet", "--bare", "--template=", server.bare, dir], { dir: null });
  const blank = blankReport({ attempt: 1, kind: "rebase", end: "completed", summary: "Done." });
  const raw: RawReport = { ...blank, commits: 1, rebase: CLAIM, ...claim };
  const report = settleRebase(raw, job, await judgeRebase(dir, server.inputs.handOver, { job, raw }));
  return { ...report, git: (...args) => run(dir, ...args) };
}
