/** Takes from the files what belongs to the rebase and puts everything else back as the runner's own index has it. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { git, tryGit } from "../git/git.ts";
import { literally, pathList, type Own } from "./own-repository.ts";

export type Staging = { kind: "staged"; foreign: string[] } | { kind: "unreadable"; why: string };

/**
 * Stages what changed at the paths that `belongs` names; `foreign` are the other changed paths, which are still there. `known`:
 * untracked files that were there before and are nobody's business.
 */
export async function stage(
  own: Own,
  belongs: (path: string) => boolean,
  known: ReadonlySet<string>,
): Promise<Staging> {
  const changed = await changedFiles(own, known);
  const staged = await tryGit(["update-index", "--add", "--remove", "-z", "--stdin"], {
    ...own,
    input: pathList(changed.filter(belongs)),
  });
  if (staged.exit !== 0) return { kind: "unreadable", why: staged.stderr.trim() };
  return { kind: "staged", foreign: changed.filter((path) => !belongs(path)) };
}

/** Everything that is neither staged nor ignored is as the index has it afterwards; `but`: paths that are left alone. */
export async function putBack(own: Own, known: ReadonlySet<string>, but: ReadonlySet<string>): Promise<void> {
  await removeUntracked(own, known);
  await tryGit(["update-index", "-q", "--refresh"], own);
  const changed = (await list(own, ["diff-files", "-z", "--name-only"])).filter((path) => !but.has(path));
  await git(["checkout-index", "--force", "-q", "-z", "--stdin"], {
    ...literally(own),
    input: pathList(changed),
  });
}

/** Paths of files that git neither knows nor ignores. */
export function untrackedFiles(own: Own): Promise<string[]> {
  return list(own, ["ls-files", "--others", "--exclude-standard", "-z"]);
}

export async function removeUntracked(own: Own, known: ReadonlySet<string>): Promise<void> {
  for (const path of await untrackedFiles(own)) {
    if (!known.has(path)) await rm(join(own.workTree, path), { recursive: true, force: true });
  }
}

async function changedFiles(own: Own, known: ReadonlySet<string>): Promise<string[]> {
  // Ends with 1 where something is unmerged or changed, which is asked next.
  await tryGit(["update-index", "-q", "--refresh"], own);
  const tracked = await list(own, ["diff-files", "-z", "--name-only"]);
  const untracked = (await untrackedFiles(own)).filter((path) => !known.has(path));
  return [...new Set([...tracked, ...untracked])];
}

async function list(own: Own, args: readonly string[]): Promise<string[]> {
  return (await git(args, own)).split("\0").filter((path) => path !== "");
}
