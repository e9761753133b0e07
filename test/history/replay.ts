/** Puts each real change on the old base: as the patch that it was where that applies, else with the contents that its files had after it. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Config } from "../../src/domain/config.ts";
import { guard, type GuardRules, type Refusal } from "../../src/domain/guard.ts";
import { git, gitBytes, tryGit, type GitOptions } from "../../src/runner/git/git.ts";
import { treeChanges } from "../../src/runner/git/tree-changes.ts";
import {
  diffTrees,
  isSame,
  listTree,
  type Change,
  type Entry,
  type FileChange,
  type Window,
} from "./read-changes.ts";

/** A change that becomes a task. */
export interface Task {
  /** Number of its issue. */
  issue: number;
  change: Change;
  /** The old base with the change. */
  tree: string;
  files: ReplayedFile[];
}

/** `after`: null where the change deletes it. */
export interface ReplayedFile {
  path: string;
  after: Entry | null;
  /** It is what the real file was after the change, so it holds what earlier changes did to it as well. */
  isWhole: boolean;
  /** It had to be written whole: the patch does not apply to the old base. */
  isWritten: boolean;
}

export interface Skipped {
  change: Change;
  why: string;
}

export interface Replays {
  tasks: Task[];
  skipped: Skipped[];
  /** Patterns for `guard.allow`: the binary files among the changes. */
  allow: string[];
}

/** git's own mode of a submodule. */
const SUBMODULE = "160000";

export async function replayChanges(dir: string, { base, changes }: Window): Promise<Replays> {
  const old = await listTree(dir, base);
  const made: { change: Change; tree: string; files: ReplayedFile[] }[] = [];
  const skipped: Skipped[] = [];
  for (const change of changes) {
    const why = whyUnfit(change);
    if (why === null) made.push({ change, ...(await replay(dir, { base, old, change })) });
    else skipped.push({ change, why });
  }
  const limits = Config.parse({}).guard;
  const allow = await binaries(dir, base, made);
  const tasks: Task[] = [];
  for (const { change, tree, files } of made) {
    const why = await whyRefused(dir, { base, tree, rules: { ...limits, allow } });
    if (why === null) tasks.push({ issue: tasks.length + 1, change, tree, files });
    else skipped.push({ change, why });
  }
  return { tasks, skipped: skipped.toSorted((one, other) => one.change.order - other.change.order), allow };
}

/** The patch from one tree to another, which git applies to exactly that tree. */
export function patchBytes(dir: string, before: string, after: string): Promise<Buffer> {
  const form = ["-r", "-p", "--binary", "--full-index", "--no-renames", "--no-textconv", "--no-ext-diff"];
  return gitBytes(["diff-tree", ...form, before, after], { dir });
}

/** What git's own tools cannot take up again from its listings. */
function whyUnfit({ files }: Change): string | null {
  if (files.length === 0) return "it changes nothing";
  const odd = files.find(({ path }) => path.includes("\u{FFFD}"));
  if (odd !== undefined) return `odd_path: ${odd.path}`;
  const module = files.find(({ before, after }) => [before?.mode, after?.mode].includes(SUBMODULE));
  return module === undefined ? null : `submodule: ${module.path}`;
}

async function replay(
  dir: string,
  { base, old, change }: { base: string; old: ReadonlyMap<string, Entry>; change: Change },
): Promise<{ tree: string; files: ReplayedFile[] }> {
  const index = join(dir, "replay.index");
  const options = { dir, env: { GIT_INDEX_FILE: index } };
  await git(["read-tree", base], options);
  const written = new Set<string>();
  const taken: FileChange[] = [];
  for (const file of change.files) {
    if (isSame(file.before, old.get(file.path))) taken.push(file);
    else if (isSame(file.after, old.get(file.path))) continue;
    else if (!(await applies(options, change, file.path))) {
      taken.push(file);
      written.add(file.path);
    }
  }
  await writeEntries(options, taken);
  const tree = (await git(["write-tree"], options)).trim();
  await rm(index, { force: true });
  const real = new Map(change.files.map(({ path, after }) => [path, after]));
  const files = (await diffTrees(dir, base, tree)).map(({ path, after }) => ({
    path,
    after,
    isWhole: isSame(after, real.get(path)),
    isWritten: written.has(path),
  }));
  return { tree, files };
}

/** Whether what the change did to this file could be put into the index as well. */
async function applies(options: GitOptions, { parent, commit }: Change, path: string): Promise<boolean> {
  const form = ["-r", "-p", "--binary", "--full-index", "--no-renames", "--no-textconv", "--no-ext-diff"];
  const args = ["--literal-pathspecs", "diff-tree", ...form, parent, commit, "--", path];
  const input = await gitBytes(args, options);
  const applied = await tryGit(["apply", "--cached", "--3way", "--whitespace=nowarn", "-"], {
    ...options,
    input,
  });
  return applied.exit === 0;
}

/** Into the index, over whatever stands there. */
export async function writeEntries(
  options: GitOptions,
  files: readonly Pick<FileChange, "path" | "after">[],
): Promise<void> {
  const gone = files
    .filter(({ after }) => after === null)
    .map(({ path }) => `0 ${"0".repeat(40)}\t${path}\0`);
  const there = files.flatMap(({ path, after }) =>
    after === null ? [] : [`${after.mode} ${after.oid}\t${path}\0`],
  );
  await git(["update-index", "--add", "--replace", "-z", "--index-info"], {
    ...options,
    input: [...gone, ...there].join(""),
  });
}

async function binaries(dir: string, base: string, made: readonly { tree: string }[]): Promise<string[]> {
  const paths = new Set<string>();
  for (const { tree } of made) {
    for (const { path, binary } of await treeChanges(dir, { before: base, after: tree }))
      if (binary) paths.add(path);
  }
  // Signs that mean something in a pattern stand for themselves as `?`.
  return [...paths].map((path) => `/${path.replaceAll(/[*?{}]/g, "?")}`);
}

async function whyRefused(
  dir: string,
  { base, tree, rules }: { base: string; tree: string; rules: GuardRules },
): Promise<string | null> {
  const changes = await treeChanges(dir, { before: base, after: tree });
  if (changes.length === 0) return "the old base has nothing that it changes";
  const refusals = guard(changes, rules);
  const [first, ...more] = refusals;
  return first === undefined ? null : `${shown(first)}${more.length === 0 ? "" : ` and ${more.length} more`}`;
}

function shown({ rule, path }: Refusal): string {
  return `${rule}: ${path}`;
}
