/** Lays out what the playground's repository gets: the old base with GZA's own files, and a branch with everything that the agent replays. */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { CONFIG_PATH, WORKFLOW_PATH } from "../../src/domain/names.ts";
import { SCRIPT_PATH, type Script, type Step } from "../../src/runner/agents/script.ts";
import { git, type GitOptions } from "../../src/runner/git/git.ts";
import { REPLAY_BRANCH, type Manifest } from "./manifest.ts";
import { listTree, type Entry, type Window } from "./read-changes.ts";
import { patchBytes, writeEntries, type Replays, type Task } from "./replay.ts";

export interface LaidOut {
  /** The tip of the base. */
  start: string;
  /** The tip of the branch with the replays. */
  replay: string;
  /** Each task as one commit on `start`, by issue. */
  commits: Map<number, string>;
}

export interface Matter {
  window: Window;
  replays: Replays;
  /** Text of GZA's workflow file. */
  workflow: string;
  /** How many attempts of all kinds, and how many rebases, may be in flight. */
  atOnce: { tasks: number; rebases: number };
  /** As `rebase.regenerate` of the config. */
  regenerate: { [path: string]: string };
  /** What was before the old base comes along; else it is one first commit. */
  withHistory: boolean;
}

const AUTHOR = { GIT_AUTHOR_NAME: "Ada", GIT_AUTHOR_EMAIL: "ada@example.com" };
const COMMITTER = { GIT_COMMITTER_NAME: "Ada", GIT_COMMITTER_EMAIL: "ada@example.com" };
const FILE = "100644";
/** Runs TypeScript from standard input. */
const NODE = `'${process.execPath}' --input-type=module-typescript`;

/** Everything is made in the bare repository `dir`; its own workflow files do not come along, so none of them ever runs. */
export async function layOut(dir: string, matter: Matter): Promise<LaidOut> {
  const { window, replays, withHistory } = matter;
  const old = [...(await listTree(dir, window.base)).keys()];
  const foreign = old.filter((path) => path.startsWith(".github/workflows/"));
  const own = {
    [WORKFLOW_PATH]: matter.workflow,
    [CONFIG_PATH]: configFor(matter),
    [SCRIPT_PATH]: JSON.stringify(scriptFor(replays.tasks)),
  };
  const tree = await treeOf(dir, window.base, [
    ...foreign.map((path) => ({ path, after: null })),
    ...(await blobs(dir, own)),
  ]);
  const start = await commit(dir, {
    tree,
    parents: withHistory ? [window.base] : [],
    message: "Let GZA work here",
  });
  const commits = new Map<number, string>();
  for (const { issue, files, change } of replays.tasks) {
    const replayed = await treeOf(dir, start, files);
    commits.set(
      issue,
      await commit(dir, { tree: replayed, parents: [start], message: change.subject || "Change" }),
    );
  }
  const tip = await commit(dir, {
    tree: await replayTree(dir, matter, start),
    parents: [],
    message: "Keep what is replayed",
  });
  return { start, replay: tip, commits };
}

function configFor({ replays, atOnce, regenerate }: Matter): string {
  return JSON.stringify({
    agents: { default: { agent: "scripted", timeout: "5m" } },
    parallel: atOnce,
    budget: { task: 10, day: 100_000 },
    review: { enabled: false },
    merge: { when: "approved" },
    rebase: { regenerate },
    guard: { allow: replays.allow },
    sandbox: "off",
  });
}

function scriptFor(tasks: readonly Task[]): Script {
  return Object.fromEntries(
    tasks.map(({ issue, change, files }) => {
      const settle = `git cat-file blob origin/${REPLAY_BRANCH}:settle.ts | ${NODE} - ${issue}`;
      const patch = `git cat-file blob origin/${REPLAY_BRANCH}:${issue}/patch`;
      const apply = "git apply --whitespace=nowarn";
      const usage: Step = { usage: { input: 1000, output: 100, usd: 0.01 } };
      const implement: Step[] = [
        usage,
        {
          say: `I replay ${change.commit}: ${files.length} files, ${files.filter(({ isWritten }) => isWritten).length} of them whole.`,
        },
        // On another base than the old one the patch may have to be merged, as a rebase would.
        { run: `${patch} | ${apply} --index || { ${patch} | ${apply} --3way; ${settle}; }` },
        { say: "The change is made." },
      ];
      const rebase: Step[] = [
        usage,
        { run: settle },
        { say: "What both sides did is there: as it really came out where that is known, else both." },
      ];
      return [String(issue), { implement: { "1": implement }, rebase: { "1": rebase } }];
    }),
  );
}

async function replayTree(dir: string, { window, replays }: Matter, start: string): Promise<string> {
  const program = await readFile(join(import.meta.dirname, "settle.ts"), "utf8");
  const manifest: Manifest = {
    base: start,
    changes: window.changes.map((change) => {
      const task = replays.tasks.find((one) => one.change === change);
      const files = task?.files ?? change.files.map(({ path }) => ({ path, isWhole: false }));
      return {
        issue: task?.issue ?? null,
        files: Object.fromEntries(files.map(({ path, isWhole }) => [path, isWhole])),
      };
    }),
  };
  const entries = await blobs(dir, {
    "manifest.json": JSON.stringify(manifest),
    "settle.ts": program,
  });
  for (const { issue, tree, change } of replays.tasks) {
    const patch = await patchBytes(dir, window.base, tree);
    entries.push(...(await blobs(dir, { [`${issue}/patch`]: patch })));
    entries.push(...change.files.map(({ path, after }) => ({ path: `${issue}/real/${path}`, after })));
  }
  return treeOf(dir, null, entries);
}

type NewEntry = { path: string; after: Entry | null };

async function blobs(dir: string, files: { [path: string]: string | Uint8Array }): Promise<NewEntry[]> {
  const entries: NewEntry[] = [];
  for (const [path, input] of Object.entries(files)) {
    const oid = (await git(["hash-object", "-w", "--stdin"], { dir, input })).trim();
    entries.push({ path, after: { mode: FILE, oid } });
  }
  return entries;
}

/** The tree `from` with other entries; null: nothing but these. */
async function treeOf(dir: string, from: string | null, entries: readonly NewEntry[]): Promise<string> {
  const index = join(dir, "lay-out.index");
  await rm(index, { force: true });
  const options: GitOptions = { dir, env: { GIT_INDEX_FILE: index } };
  if (from !== null) await git(["read-tree", from], options);
  await writeEntries(options, entries);
  return (await git(["write-tree"], options)).trim();
}

async function commit(
  dir: string,
  { tree, parents, message }: { tree: string; parents: readonly string[]; message: string },
): Promise<string> {
  const args = parents.flatMap((parent) => ["-p", parent]);
  const env = { ...AUTHOR, ...COMMITTER };
  return (await git(["commit-tree", tree, ...args, "-F", "-"], { dir, input: message, env })).trim();
}
