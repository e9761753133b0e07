/** Tells files that somebody changed from those that git's attributes alone would write anew, such as line ends that nobody has made to fit them. */
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { git, type GitOptions } from "../git/git.ts";

interface Staged {
  path: string;
  mode: string;
  /** The file as the commit has it. */
  oid: string;
}

/**
 * Takes back from the index what only looks changed: files that lie there as a checkout of the commit lays them out. A commit of somebody
 * who never opened them has no business with them. `scratch`: a folder to use, which is gone afterwards.
 */
export async function leaveUntouched(
  options: GitOptions & { workTree: string },
  commit: string,
  scratch: string,
): Promise<void> {
  const staged = await rewritten(options, commit);
  if (staged.length === 0) return;
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true });
  const laid = { ...options, env: { GIT_INDEX_FILE: join(scratch, "index") } };
  const files = join(scratch, "files");
  await git(["read-tree", commit], laid);
  await git(["checkout-index", "--quiet", `--prefix=${files}/`, "-z", "--stdin"], {
    ...laid,
    input: staged.map(({ path }) => `${path}\0`).join(""),
  });
  const untouched: Staged[] = [];
  for (const one of staged) {
    const [born, now] = await Promise.all([bytesOf(files, one.path), bytesOf(options.workTree, one.path)]);
    if (born !== null && now?.equals(born)) untouched.push(one);
  }
  await git(["update-index", "-z", "--index-info"], {
    ...options,
    input: untouched.map(({ mode, oid, path }) => `${mode} ${oid}\t${path}\0`).join(""),
  });
  await rm(scratch, { recursive: true, force: true });
}

/** Plain files with other contents in the index than in the commit. */
async function rewritten(options: GitOptions, commit: string): Promise<Staged[]> {
  const args = ["diff-index", "--cached", "-z", "--raw", "--no-abbrev", "--no-renames", "--diff-filter=M"];
  const fields = (await git([...args, commit], options)).split("\0");
  const staged: Staged[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [before = "", after = "", oid = ""] = (fields[index] ?? "").replace(/^:/, "").split(" ");
    const isPlain = before === after && before.startsWith("100");
    if (isPlain) staged.push({ path: fields[index + 1] ?? "", mode: before, oid });
  }
  return staged;
}

/** null: there is no such file. */
async function bytesOf(folder: string, path: string): Promise<Buffer | null> {
  try {
    return await readFile(join(folder, path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
