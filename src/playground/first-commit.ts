/** Puts files into an empty repository as the first commit of its default branch. */
import { moveRefs } from "./git/transaction.ts";
import { writeBlob, writeCommit, writeTree, type TreeChange } from "./git/write.ts";
import type { Repository, World } from "./model/world.ts";
import { refMoved } from "./push.ts";
import { instant, userById } from "./world.ts";

/** By the repository's owner, and told to everyone as a push. Throws when the branch exists already. */
export async function commitFiles(
  world: World,
  repository: Repository,
  files: Record<string, string>,
): Promise<string> {
  const changes: TreeChange[] = [];
  for (const [path, content] of Object.entries(files)) {
    const mode = content.startsWith("#!") ? "100755" : "100644";
    changes.push({ path, mode, oid: await writeBlob(repository, content) });
  }
  const { id, name, email } = userById(world, repository.ownerId);
  const author = { name, email, date: instant(world) };
  const tree = await writeTree(repository, null, changes);
  const after = await writeCommit(repository, {
    tree,
    parents: [],
    author,
    committer: author,
    message: "First commit\n",
  });
  const branch = `refs/heads/${repository.defaultBranch}`;
  const failure = await moveRefs(repository.directory, [{ name: branch, before: null, after }]);
  if (failure !== null) throw new Error(`${branch} cannot take the first commit: ${failure}`);
  await refMoved(world, repository, { name: branch, before: null, after, actorId: id, token: null });
  return after;
}
