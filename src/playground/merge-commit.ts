/** Makes the commit, or the row of commits, that a merged pull request becomes, with GitHub's messages. */
import { commitsBetween } from "./git/history.ts";
import { replay } from "./git/merge.ts";
import { readCommit, readCommits, type Commit, type Identity } from "./git/objects.ts";
import { writeCommit } from "./git/write.ts";
import type { Issue } from "./model/issues.ts";
import type { Mergeability, MergeMethod, Pull } from "./model/pulls.ts";
import type { Repository, World } from "./model/world.ts";
import { server } from "./test-merge.ts";
import { instant, userById } from "./world.ts";

export interface MergeWish {
  issue: Issue;
  pull: Pull;
  /** The test merge, which has the tree. */
  tested: Mergeability;
  merge: { method: MergeMethod; actorId: number; title?: string | undefined; message?: string | undefined };
}

/** The new tip for the base; no ref moves. Null when the commits cannot be put on the base one by one. */
export async function createMergeCommit(
  world: World,
  repository: Repository,
  wish: MergeWish,
): Promise<string | null> {
  const { tested, merge } = wish;
  const actor = identity(world, merge.actorId);
  if (merge.method === "rebase") {
    return replay(repository, { tip: tested.head, onto: tested.base, committer: actor });
  }
  const test = await readCommit(repository, tested.commit ?? "");
  if (!test)
    throw new Error(`the test merge of #${wish.issue.number} is missing from ${repository.directory}`);
  const common = { tree: test.tree, committer: server(world) };
  if (merge.method === "merge") {
    const message = mergeMessage(world, repository, wish);
    return writeCommit(repository, {
      ...common,
      parents: [tested.base, tested.head],
      author: actor,
      message,
    });
  }
  const author = identity(world, wish.issue.authorId);
  const message = await squashMessage(repository, wish, author);
  return writeCommit(repository, { ...common, parents: [tested.base], author, message });
}

export function identity(world: World, userId: number): Identity {
  const { name, email } = userById(world, userId);
  return { name, email, date: instant(world) };
}

function mergeMessage(world: World, repository: Repository, { issue, pull, merge }: MergeWish): string {
  const owner = userById(world, repository.ownerId).login;
  const title = merge.title ?? `Merge pull request #${issue.number} from ${owner}/${pull.headRef}`;
  return joined(title, merge.message ?? issue.title);
}

/** One commit: its own words. Several: the pull request's title and the list of their messages. Other authors are named. */
async function squashMessage(repository: Repository, wish: MergeWish, author: Identity): Promise<string> {
  const { issue, tested, merge } = wish;
  const oids = await commitsBetween(repository, { tip: tested.head, hidden: [tested.base] });
  const commits = (await readCommits(repository, oids.toReversed()))
    .filter((commit) => commit !== null)
    .filter(({ parents }) => parents.length < 2);
  const [first] = commits;
  const single = commits.length === 1 && first ? first : null;
  const title = merge.title ?? `${single ? subjectOf(single) : issue.title} (#${issue.number})`;
  const list = commits.map(({ message }) => `* ${message.trim()}`).join("\n\n");
  const message = merge.message ?? (single ? bodyOf(single) : list);
  const others = new Map(commits.map(({ author: { name, email } }) => [email, name]));
  others.delete(author.email);
  const trailers = [...others].map(([email, name]) => `Co-authored-by: ${name} <${email}>`);
  const unnamed = trailers.filter((trailer) => !message.includes(trailer));
  return joined(title, [message, unnamed.join("\n")].filter((part) => part !== "").join("\n\n"));
}

function subjectOf({ message }: Commit): string {
  return message.split("\n")[0] ?? "";
}

function bodyOf({ message }: Commit): string {
  return message.split("\n").slice(1).join("\n").trim();
}

function joined(title: string, message: string): string {
  return message === "" ? title : `${title}\n\n${message}`;
}
