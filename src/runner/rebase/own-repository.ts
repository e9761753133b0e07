/** The repository in which a rebase is done: the runner's own, over the files of the agent's clone, with every object that the clone had before anybody touched it. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { branchRef } from "../../domain/names.ts";
import { git, gitBytes, tryGit, type GitOptions } from "../git/git.ts";
import type { Inputs } from "../inputs.ts";
import { GZA_EMAIL, GZA_NAME, WORK_BRANCH } from "../prepare.ts";
import { gzaIdentity } from "../publish/rewrite.ts";

/** A bare repository and the folder with the files, as git's options. */
export type Own = GitOptions & { dir: string; workTree: string };

const WORK_REF = branchRef(WORK_BRANCH);

/** Two sides and what they came from are shown; a file goes where its folder went. Attributes of the repository still count. */
const SETTINGS = [
  ["merge.conflictStyle", "zdiff3"],
  ["merge.directoryRenames", "true"],
  ["merge.renames", "true"],
] as const;

/**
 * Copies the clone's repository (git links its object files where it can), so that nothing an agent does to its own can take an object
 * away. The clone's own is put on `base`, for reading: what `git diff` shows there is what the rebase makes of it.
 */
export async function openOwn(inputs: Inputs, base: string): Promise<Own> {
  const dir = join(inputs.temp, "rebase.git");
  const cloned = join(inputs.clone, ".git");
  await rm(dir, { recursive: true, force: true });
  const settings = SETTINGS.flatMap(([key, value]) => ["-c", `${key}=${value}`]);
  const args = ["--quiet", "--bare", "--local", "--no-tags", "--template=", ...settings];
  await git(["clone", ...args, cloned, dir], { dir: null });
  const own: Own = { dir, workTree: inputs.clone };
  await git(["symbolic-ref", "HEAD", WORK_REF], own);
  // The index knows what lies there, so that putting it on the base takes away what only the branch has.
  await git(["read-tree", WORK_REF], own);
  await git(["update-ref", WORK_REF, base], { dir: cloned });
  await git(["read-tree", base], { dir: cloned });
  return own;
}

/** Files, index and branch as the commit has them; untracked files stay. */
export async function putOn(own: Own, commit: string): Promise<void> {
  await git(["update-ref", WORK_REF, commit], own);
  await git(["reset", "--quiet", "--hard", commit], own);
}

export async function moveTip(own: Own, commit: string): Promise<void> {
  await git(["update-ref", WORK_REF, commit], own);
}

export async function treeOf(own: Own, commit: string): Promise<string> {
  return (await git(["rev-parse", "--verify", `${commit}^{tree}`], own)).trim();
}

/** Paths that differ between two commits or trees; renames are two paths. */
export async function changedPaths(own: Own, before: string, after: string): Promise<string[]> {
  const names = await git(["diff-tree", "-r", "-z", "--name-only", "--no-renames", before, after], own);
  return names.split("\0").filter((path) => path !== "");
}

/** git's list of paths on standard input. */
export function pathList(paths: Iterable<string>): string {
  return [...paths].map((path) => `${path}\0`).join("");
}

/** For commands that take paths and must not read patterns in them. */
export function literally(own: Own): Own {
  return { ...own, env: { ...own.env, GIT_LITERAL_PATHSPECS: "1" } };
}

export async function isAncestor(own: Own, older: string, newer: string): Promise<boolean> {
  return (await tryGit(["merge-base", "--is-ancestor", older, newer], own)).exit === 0;
}

/**
 * The commit with another tree on another parent: author, dates, message and encoding byte for byte, GZA as committer; its signature
 * would be wrong and goes. The same pick gives the same commit: its committer date is its old one, or the parent's where that is newer.
 */
export async function writePicked(
  own: Own,
  picked: string,
  { tree, parent }: { tree: string; parent: string },
): Promise<string> {
  const raw = (await gitBytes(["cat-file", "commit", picked], own)).toString("latin1");
  const blank = raw.indexOf("\n\n");
  const headers = raw.slice(0, blank).split("\n");
  const header = (name: string): string[] =>
    headers.filter((line) => line.startsWith(`${name} `)).slice(0, 1);
  const committed = await newest(own, [picked, parent]);
  const lines = [
    `tree ${tree}`,
    `parent ${parent}`,
    ...header("author"),
    `committer ${GZA_NAME} <${GZA_EMAIL}> ${committed}`,
    ...header("encoding"),
  ];
  const input = Buffer.from(`${lines.join("\n")}${blank === -1 ? "\n\n" : raw.slice(blank)}`, "latin1");
  return (await git(["hash-object", "-t", "commit", "-w", "--stdin"], { ...own, input })).trim();
}

/** A commit of GZA's own, as young as its youngest parent. */
export async function writeOwn(
  own: Own,
  { tree, parents, message }: { tree: string; parents: readonly string[]; message: string },
): Promise<string> {
  const date = `@${await newest(own, parents)}`;
  const args = ["commit-tree", tree, ...parents.flatMap((parent) => ["-p", parent]), "-F", "-"];
  return (await git(args, { ...own, input: `${message}\n`, env: gzaIdentity(date, date) })).trim();
}

/** The newest committer date among the commits, as git stores it. */
async function newest(own: Own, commits: readonly string[]): Promise<string> {
  const dates = await git(["show", "--no-patch", "--date=raw", "--format=%cd", ...commits], own);
  const ordered = dates
    .trim()
    .split("\n")
    .toSorted((one, other) => Number(one.split(" ")[0]) - Number(other.split(" ")[0]));
  return ordered.at(-1) ?? "0 +0000";
}
