/** Opens any repository for reading: through a bare one of the harness's own that borrows its objects, so that nothing of it is ever changed. */
import { access, copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { git, tryGit } from "../../src/runner/git/git.ts";

export interface OpenRepository {
  /** The harness's own bare repository. */
  dir: string;
  head: string;
  /** What a reader of the report should know of it. */
  notes: string[];
  isShallow: boolean;
  /** Where the objects of the repository lie. */
  objects: string;
}

/** Throws with the next step where there is nothing to read. */
export async function openRepository(path: string, dir: string): Promise<OpenRepository> {
  const found = await tryGit(at(path, ["rev-parse", "--absolute-git-dir"]), { dir: null });
  if (found.exit !== 0)
    throw new Error(`${path} is no git repository; give the path of one (${found.stderr.trim()})`);
  const own = found.stdout.toString("utf8").replace(/\n$/, "");
  // Every work tree of a repository has a folder of its own and shares the objects.
  const shared = (
    await git(["rev-parse", "--path-format=absolute", "--git-common-dir"], { dir: own })
  ).trimEnd();
  const format = (await git(["rev-parse", "--show-object-format"], { dir: own })).trim();
  if (format !== "sha1")
    throw new Error(
      `${path} names its objects by ${format}, which the playground does not; give one with SHA-1`,
    );
  const tip = await tryGit(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], { dir: own });
  if (tip.exit !== 0) throw new Error(`${path} has no commits to replay; give a repository with a history`);
  const branch = await tryGit(["symbolic-ref", "--quiet", "--short", "HEAD"], { dir: own });

  await mkdir(dir, { recursive: true });
  await git(["init", "--quiet", "--bare", "--template=", dir], { dir: null });
  const objects = join(shared, "objects");
  await borrowObjects(dir, [objects]);
  const shallow = join(shared, "shallow");
  const isShallow = await access(shallow).then(
    () => true,
    () => false,
  );
  if (isShallow) await copyFile(shallow, join(dir, "shallow"));
  const notes = [
    ...(branch.exit === 0 ? [] : ["HEAD is detached: its history is taken as that of the branch"]),
    ...(isShallow ? ["the clone is shallow: what was cut off cannot be replayed"] : []),
  ];
  return { dir, head: tip.stdout.toString("utf8").trim(), notes, isShallow, objects };
}

/** Whose objects are borrowed; each a folder `objects`. */
export async function borrowObjects(dir: string, folders: readonly string[]): Promise<void> {
  await mkdir(join(dir, "objects/info"), { recursive: true });
  await writeFile(join(dir, "objects/info/alternates"), folders.map((folder) => `${folder}\n`).join(""));
}

/** Whoever owns the files: nothing but the place of the repository is read there. */
function at(path: string, args: readonly string[]): string[] {
  return ["-c", "safe.directory=*", "-C", path, ...args];
}
