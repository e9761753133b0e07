/** Whole rebase attempts for tests, told as shell text: how the repository began, what branch and base did since, what the agent does. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { RawReport } from "../../../src/runner/raw-report.ts";
import { prepare } from "../../../src/runner/prepare.ts";
import { runAttempt } from "../../../src/runner/run-attempt.ts";
import { createTaskServer, run, type JobChange, type TaskServer } from "../task-server.ts";

export interface Story {
  /** The commit that both sides have; `put path text` writes a file. */
  start?: string;
  /** One commit each. Text that commits by itself (merges) leaves nothing to commit. */
  branch: string[];
  base: string[];
  /** What the agent runs each time that it is asked, or steps of a script. */
  agent?: string | unknown[];
  job?: JobChange;
  regenerate?: Record<string, string>;
  /** Whether people have commits on the branch. */
  shared?: boolean;
}

export interface Rebased {
  raw: RawReport;
  /** Text of each file of the new tip; a link as `-> target`, an executable file with `[x] ` before it. Empty: there is no bundle. */
  files: Record<string, string>;
  /** `<author>: <subject>` of what lies on the base now, oldest first; `merge` for a commit with two parents. */
  commits: string[];
  tip: string | null;
  /** The branch and the base, both as they were. */
  head: string;
  base: string;
  printed: string;
}

const PRELUDE = `set -eu
put() { mkdir -p "$(dirname "$1")"; printf '%b' "$2" > "$1"; }
`;

export async function rebased(story: Story, signal = new AbortController().signal): Promise<Rebased> {
  using server = await begun(story);
  let printed = "";
  const print = (text: string): void => void (printed += text);
  const prepared = await prepare(server.inputs, server.remote);
  if (prepared.kind !== "ready") throw new Error(`prepare answered ${JSON.stringify(prepared)}`);
  const patience = { interrupt: 50, terminate: 50 };
  const raw = await runAttempt({ inputs: server.inputs, print, signal, patience });
  return { raw, printed, head: server.head, base: server.job.start.base, ...bundled(server) };
}

/** The server with branch and base, and a job for a rebase. */
export async function begun(story: Story): Promise<TaskServer & { head: string }> {
  const steps = typeof story.agent === "string" ? [{ run: story.agent }] : story.agent;
  const server = createTaskServer(steps ?? [], { kind: "rebase" });
  const folder = join(server.root, "first");
  commitAll(folder, `${story.start ?? ":"}`, "Start");
  if (steps === undefined)
    commitAll(folder, "rm .github/gza-script.yml; echo '{}' > .github/gza-script.yml", "No script");
  run(folder, "checkout", "--quiet", "-b", "gza/7-task");
  for (const [index, text] of story.branch.entries()) commitAll(folder, text, `Branch ${index + 1}`);
  const head = run(folder, "rev-parse", "HEAD");
  run(folder, "checkout", "--quiet", "main");
  for (const [index, text] of story.base.entries()) commitAll(folder, text, `Base ${index + 1}`);
  run(folder, "push", "--quiet", server.bare, "main", "gza/7-task");
  const base = run(folder, "rev-parse", "HEAD");
  const job = {
    ...server.job,
    start: { base, base_branch: "main", head, work: null },
    rebase: {
      pull: { number: 8, title: "Make add() add", body: "It adds." },
      landed: [{ number: 9, title: "The other change", body: "It came first.", commit: base }],
      shared: story.shared ?? false,
      regenerate: story.regenerate ?? {},
    },
    ...story.job,
  };
  return { ...server, job, head, inputs: server.handOut(JSON.stringify(job)) };
}

function commitAll(folder: string, text: string, message: string): void {
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    GIT_AUTHOR_NAME: message.startsWith("Branch") ? "Bo" : "Ann",
    GIT_AUTHOR_EMAIL: "someone@example.com",
    GIT_COMMITTER_NAME: "Ann",
    GIT_COMMITTER_EMAIL: "ann@example.com",
    GIT_ALLOW_PROTOCOL: "file",
    MESSAGE: message,
  };
  const commit = `git add --all; git diff --cached --quiet HEAD || git commit --quiet -m "$MESSAGE"`;
  execFileSync("bash", ["-c", `${PRELUDE}${text}\n${commit}`], { cwd: folder, env, stdio: "pipe" });
}

function bundled(server: TaskServer): Pick<Rebased, "files" | "commits" | "tip"> {
  const bundle = join(server.inputs.handOver, "work.bundle");
  if (!existsSync(bundle)) return { files: {}, commits: [], tip: null };
  server.git("fetch", "--quiet", bundle, "refs/heads/work:refs/heads/result");
  const tip = server.git("rev-parse", "result");
  const { base } = server.job.start;
  const listing = server.git("-c", "core.quotePath=false", "ls-tree", "-r", tip);
  const files: Record<string, string> = {};
  for (const line of listing.split("\n")) {
    const [facts = "", path = ""] = line.split("\t");
    const [mode, type, oid = ""] = facts.split(" ");
    const text =
      type === "blob"
        ? execFileSync("git", ["cat-file", "blob", oid], { cwd: server.bare, encoding: "utf8" })
        : oid;
    files[path] = mode === "120000" ? `-> ${text}` : mode === "100755" ? `[x] ${text}` : text;
  }
  const log = server.git("log", "--reverse", "--topo-order", "--format=%p|%an: %s", `${base}..${tip}`);
  const commits = log
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [parents = "", words = ""] = line.split("|");
      return parents.includes(" ") ? `merge ${words}` : words;
    });
  return { files, commits, tip };
}
