/** Merges without a work tree: two commits into one tree, or a row of commits onto a new base. */
import type { Repository } from "../model/world.ts";
import { EMPTY_TREE } from "./diff.ts";
import { commitsBetween } from "./history.ts";
import { readCommits, type Identity } from "./objects.ts";
import { remembered } from "./remember.ts";
import { tryGit } from "./run.ts";
import { writeCommit } from "./write.ts";

/**
 * The tree of the merge; null when it conflicts or the two share no history. Renames are followed, but no `.gitattributes` is read:
 * GitHub knows no `merge=union`, so what a merge at home joins by it conflicts there.
 */
export async function mergeTrees(
  repository: Repository,
  ours: string,
  theirs: string,
): Promise<string | null> {
  const args = ["merge-tree", "--write-tree", "--no-messages", "--name-only", ours, theirs];
  // Newer versions of git read the attributes of a bare repository from its HEAD.
  const env = { GIT_ATTR_SOURCE: EMPTY_TREE };
  return remembered(repository, { question: "merge", oids: [ours, theirs] }, async () => {
    const { code, stdout, stderr } = await tryGit(repository.directory, args, { env });
    if (code === 0) return stdout.toString("utf8").trim();
    if (code === 1 || stderr.includes("unrelated histories")) return null;
    throw new Error(`${ours} and ${theirs} could not be merged in ${repository.directory}: ${stderr.trim()}`);
  });
}

export interface Replay {
  /** Commits to put on top of `onto`: those of `tip` that `onto` has not; merges are left out. */
  tip: string;
  onto: string;
  committer: Identity;
}

/** The new tip after a rebase; null when one of the commits conflicts. Authors and messages stay. */
export async function replay(
  repository: Repository,
  { tip, onto, committer }: Replay,
): Promise<string | null> {
  const oids = await commitsBetween(repository, { tip, hidden: [onto] });
  const commits = await readCommits(repository, oids.toReversed());
  let head = onto;
  for (const commit of commits) {
    const [parent] = commit?.parents ?? [];
    if (!commit || parent === undefined || commit.parents.length > 1) continue;
    const tree = await mergeWithAncestor(repository, { ancestor: parent, ours: head, theirs: commit.oid });
    if (tree === null) return null;
    head = await writeCommit(repository, {
      tree,
      parents: [head],
      author: commit.author,
      committer,
      message: commit.message,
    });
  }
  return head;
}

/**
 * A merge of two commits that are given an ancestor of one's choice: a cherry-pick of `theirs` when that is its parent, a revert of
 * the ancestor when `theirs` is. Null when it conflicts. Both sides become commits that nothing keeps. (`merge-tree --merge-base`
 * would do, but needs git 2.40.)
 */
export async function mergeWithAncestor(
  repository: Repository,
  { ancestor, ours, theirs }: { ancestor: string; ours: string; theirs: string },
): Promise<string | null> {
  const nobody: Identity = { name: "GitHub", email: "noreply@github.com", date: "2020-01-01T00:00:00Z" };
  const onAncestor = async (revision: string): Promise<string> => {
    const [commit] = await readCommits(repository, [revision]);
    if (!commit) throw new Error(`commit ${revision} is missing from ${repository.directory}`);
    return writeCommit(repository, {
      tree: commit.tree,
      parents: [ancestor],
      author: nobody,
      committer: nobody,
      message: revision,
    });
  };
  return mergeTrees(repository, await onAncestor(ours), await onAncestor(theirs));
}
