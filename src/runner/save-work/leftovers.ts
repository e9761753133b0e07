/** Looks at what an agent left uncommitted before git reads a byte of it: neither a file without end nor a flood of files may hold up the rest. */
import { lstat } from "node:fs/promises";
import { blobSizes } from "../git/blobs.ts";
import { git, gitBytes, type GitOptions } from "../git/git.ts";

/** Bytes of one file, bytes of all new files, and how many there may be; the guard lets through far less. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;
const MAX_NEW_BYTES = 256 * 1024 * 1024;
const MAX_NEW_FILES = 20_000;

/** Why the files are not read, as the end of a sentence; null: they can be. The index holds the commit that they began as. */
export async function tooMuchLeft(options: GitOptions & { workTree: string }): Promise<string | null> {
  const fresh = await list(options, ["--others", "--exclude-standard"]);
  if (fresh.length > MAX_NEW_FILES) return `${fresh.length} new files, at most ${MAX_NEW_FILES} are read`;
  let bytes = 0;
  for (const path of fresh) bytes += (await sizeOf(options.workTree, path)) ?? 0;
  if (bytes > MAX_NEW_BYTES) return `new files of ${bytes} bytes, at most ${MAX_NEW_BYTES} are read`;
  for (const path of [...fresh, ...(await list(options, ["--cached"]))]) {
    const size = (await sizeOf(options.workTree, path)) ?? 0;
    if (size > MAX_FILE_BYTES && size !== (await committedSize(options, path)))
      return `a file of ${size} bytes, at most ${MAX_FILE_BYTES} are read`;
  }
  return null;
}

/** As bytes: a name need not be UTF-8. */
async function list(options: GitOptions, which: readonly string[]): Promise<Buffer[]> {
  const output = await gitBytes(["ls-files", "-z", ...which], { ...options, seconds: 120 });
  const paths: Buffer[] = [];
  for (let start = 0, end = output.indexOf(0); end !== -1; start = end + 1, end = output.indexOf(0, start))
    paths.push(output.subarray(start, end));
  return paths;
}

/** null: it is gone, or no regular file. */
async function sizeOf(workTree: string, path: Buffer): Promise<number | null> {
  try {
    const facts = await lstat(Buffer.concat([Buffer.from(`${workTree}/`), path]));
    return facts.isFile() ? facts.size : null;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw error;
  }
}

async function committedSize(options: GitOptions, path: Buffer): Promise<number | null> {
  const env = { ...options.env, GIT_LITERAL_PATHSPECS: "1" };
  const staged = await git(["ls-files", "--stage", "-z", "--", path.toString("utf8")], { ...options, env });
  const oid = staged.split(" ")[1];
  return oid === undefined || options.dir === null
    ? null
    : ((await blobSizes(options.dir, [oid])).get(oid) ?? null);
}
