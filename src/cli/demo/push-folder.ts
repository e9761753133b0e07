/** Pushes a folder's files as the first commit of an empty repository, as a person would, over HTTP. */
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bearer, git } from "../../runner/git/git.ts";

export interface PushOptions {
  /** Address of the server, without a slash at the end. */
  server: string;
  /** `owner/name` */
  repository: string;
  token: string;
  author: { name: string; email: string };
  message: string;
  /** Folders to copy, each to its place in the repository. */
  folders: { from: string; to: string }[];
  /** Changes the copy before it is committed. */
  prepare?: (directory: string) => Promise<void>;
}

/** The id of the commit, which is now the tip of `main`. */
export async function pushFolder(options: PushOptions): Promise<string> {
  const { server, repository, token, author, message } = options;
  const directory = await mkdtemp(join(tmpdir(), "gza-push-"));
  try {
    for (const { from, to } of options.folders) await cp(from, join(directory, to), { recursive: true });
    await options.prepare?.(directory);
    const dir = join(directory, ".git");
    const env = {
      GIT_AUTHOR_NAME: author.name,
      GIT_AUTHOR_EMAIL: author.email,
      GIT_COMMITTER_NAME: author.name,
      GIT_COMMITTER_EMAIL: author.email,
    };
    await git(["init", "--quiet", "--initial-branch=main", directory], { dir: null });
    await git(["add", "--all", "--force"], { dir, workTree: directory });
    await git(["commit", "--quiet", "--message", message], { dir, workTree: directory, env });
    const url = `${server}/${repository}.git`;
    await git(["push", "--quiet", url, "main"], { dir, credentials: bearer(server, token) });
    return (await git(["rev-parse", "HEAD"], { dir })).trim();
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
