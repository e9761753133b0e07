/** Rebase attempts for tests, told as shell text: how the repository began, what branch and base did since, what the agent does. */
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RebaseMatter } from "../../../src/domain/job.ts";
import { agentNamed } from "../../../src/runner/agents/agent.ts";
import { closeAttempt, openAttempt } from "../../../src/runner/attempt/attempt.ts";
import { openEnclosure } from "../../../src/runner/attempt/enclosure.ts";
import type { Inputs } from "../../../src/runner/inputs.ts";
import type { RawReport } from "../../../src/runner/raw-report.ts";
import { runRebase } from "../../../src/runner/rebase/run-rebase.ts";
import { plainJob, run, type JobChange } from "../task-server.ts";

export interface Story {
  /** The commit that both sides have; `put path text` writes a file. */
  start?: string;
  /** One commit each. Text that commits by itself (merges) leaves nothing to commit. */
  branch: string[];
  base: string[];
  /** What the agent runs each time that it is asked, or steps of a script; without, the script knows no rebase. */
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
  /** `<author>: <subject>` of what lies on the base now, oldest first; `merge` before a commit with two parents. */
  commits: string[];
  /** The newest commit as git stores it. */
  tip: string | null;
  /** The base as it was. */
  base: string;
  printed: string;
  /** What the agent has printed. */
  log: string;
  /** The prompts of all invocations, in no order. */
  told: string[];
}

/** What `prepare` lays out for an attempt: a full clone on the branch. */
export interface Laid {
  inputs: Inputs;
  head: string;
  base: string;
  [Symbol.dispose](): void;
}

export async function rebased(story: Story, signal = new AbortController().signal): Promise<Rebased> {
  using laid = lay(story);
  const { inputs, base, head } = laid;
  let printed = "";
  const print = (text: string): void => void (printed += text);
  const agent = agentNamed("scripted");
  if (agent === null) throw new Error("there is no scripted agent");
  const job = {
    ...plainJob(base),
    kind: "rebase" as const,
    start: { base, base_branch: "main", head, work: null },
    rebase: matterOf(story, base),
    ...story.job,
  };
  const patience = { interrupt: 50, terminate: 50 };
  const access = { models: [], registryTokens: [], secrets: [] };
  const home = join(inputs.temp, "home");
  mkdirSync(home, { recursive: true });
  const place = { inputs, job, agent, home, installed: null };
  const opened = await openEnclosure({ ...place, access, print });
  if (opened.kind === "fault") throw new Error(opened.why);
  const { enclosure } = opened;
  const attempt = await openAttempt({
    ...place,
    run: { inputs, access, print, signal, patience },
    enclosure,
  });
  const raw = await runRebase(attempt);
  await closeAttempt(attempt);
  return { raw, printed, base, ...bundled(laid), told: toldTo(attempt.home) };
}

export function matterOf(story: Pick<Story, "shared" | "regenerate">, base: string): RebaseMatter {
  return {
    pull: { number: 8, title: "Make add() add", body: "It adds." },
    landed: [{ number: 9, title: "The other change", body: "It came first.", commit: base }],
    shared: story.shared ?? false,
    regenerate: story.regenerate ?? {},
  };
}

const PRELUDE = `set -eu
put() { mkdir -p "$(dirname "$1")"; printf '%b' "$2" > "$1"; }
save() { git add --all; git diff --cached --quiet || git commit --quiet -m "$1"; }
`;

/** The whole story as one script: `main` and `gza/7-task` are there afterwards, `main` is checked out. */
export function storyText({ start, branch, base, agent }: Story): string {
  const steps = typeof agent === "string" ? [{ run: agent }] : agent;
  const script = JSON.stringify(steps === undefined ? {} : { 7: { rebase: { 1: steps } } });
  const commits = (texts: string[], name: string): string[] =>
    texts.map((text, index) => `${text}\nsave '${name} ${index + 1}'`);
  return [
    PRELUDE,
    "mkdir -p .github\ncat > .github/gza-script.yml <<'SCRIPT'",
    script,
    `SCRIPT\n${start ?? ":"}\nsave Start`,
    "git checkout --quiet -b gza/7-task",
    "export GIT_AUTHOR_NAME=Bo",
    ...commits(branch, "Branch"),
    "git checkout --quiet main",
    "export GIT_AUTHOR_NAME=Ann",
    ...commits(base, "Base"),
  ].join("\n");
}

function lay(story: Story): Laid {
  const root = mkdtempSync(join(tmpdir(), "gza-rebase-"));
  const clone = join(root, "workspace", "repository");
  const temp = join(root, "temp");
  const handOver = join(temp, "hand-over");
  mkdirSync(clone, { recursive: true });
  mkdirSync(handOver, { recursive: true });
  const file = join(root, "story.sh");
  writeFileSync(
    file,
    `git init --quiet --template= --initial-branch=main\n${storyText(story)}
git rev-parse gza/7-task main; git checkout --quiet -b work gza/7-task`,
  );
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: root,
    ...identity("AUTHOR"),
    ...identity("COMMITTER"),
  };
  const told = execFileSync("bash", [file], { cwd: clone, env, encoding: "utf8", stdio: "pipe" });
  const [head = "", base = ""] = told.trim().split("\n").slice(-2);
  const inputs: Inputs = {
    step: "agent",
    task: 7,
    job: base,
    token: null,
    agentResult: null,
    server: "file:///",
    remote: "file:///",
    repositoryId: 1,
    clone,
    temp,
    handOver,
  };
  return { inputs, head, base, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) };
}

function identity(who: "AUTHOR" | "COMMITTER"): Record<string, string> {
  return { [`GIT_${who}_NAME`]: "Ann", [`GIT_${who}_EMAIL`]: "ann@example.com" };
}

function bundled({ inputs, base }: Laid): Pick<Rebased, "files" | "commits" | "tip" | "log"> {
  const log = readFileSync(join(inputs.handOver, "agent.log"), "utf8");
  const bundle = join(inputs.handOver, "work.bundle");
  if (!existsSync(bundle)) return { files: {}, commits: [], tip: null, log };
  const result = join(inputs.temp, "rebase.git");
  run(result, "fetch", "--quiet", bundle, "refs/heads/work:refs/heads/result");
  const entries = git(result, ["ls-tree", "-r", "-z", "result"])
    .toString("utf8")
    .split("\0")
    .slice(0, -1)
    .map((line) => {
      const [facts = "", path = ""] = line.split("\t");
      const [mode = "", type = "", oid = ""] = facts.split(" ");
      return { mode, type, oid, path };
    });
  const texts = blobTexts(
    result,
    entries.filter(({ type }) => type === "blob").map(({ oid }) => oid),
  );
  const files: Record<string, string> = {};
  for (const { mode, oid, path } of entries) {
    const text = texts.get(oid) ?? oid;
    files[path] = mode === "120000" ? `-> ${text}` : mode === "100755" ? `[x] ${text}` : text;
  }
  const listing = run(result, "log", "--reverse", "--topo-order", "--format=%p|%an: %s", `${base}..result`);
  const commits = listing
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [parents = "", words = ""] = line.split("|");
      return parents.includes(" ") ? `merge ${words}` : words;
    });
  return { files, commits, tip: run(result, "cat-file", "commit", "result"), log };
}

function toldTo(home: string): string[] {
  const folder = join(home, ".scripted-agent", "sessions");
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) =>
    readFileSync(join(folder, name), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string; message?: { content: unknown } })
      .flatMap(({ type, message }) =>
        type === "user" && typeof message?.content === "string" ? [message.content] : [],
      ),
  );
}

/** All in one go, for each git takes its time to start. */
function blobTexts(dir: string, oids: readonly string[]): Map<string, string> {
  const answer = git(dir, ["cat-file", "--batch"], oids.map((oid) => `${oid}\n`).join(""));
  const texts = new Map<string, string>();
  for (let at = 0; at < answer.length;) {
    const end = answer.indexOf("\n", at);
    const [oid = "", , size = ""] = answer.toString("utf8", at, end).split(" ");
    texts.set(oid, answer.toString("utf8", end + 1, end + 1 + Number(size)));
    at = end + Number(size) + 2;
  }
  return texts;
}

/** As git says it, with every blank. */
function git(cwd: string, args: string[], input = ""): Buffer {
  return execFileSync("git", args, { cwd, input });
}
