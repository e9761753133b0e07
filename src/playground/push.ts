/** What a moved ref causes: push, create and delete happenings, and pull requests that follow their branches. */
import type { Commit as CommitJson, PushEvent } from "@octokit/webhooks-types";
import { closeMentioned } from "./closing-words.ts";
import { followBranch } from "./follow-branch.ts";
import { commitsBetween, withChanges, type ChangedCommit } from "./git/history.ts";
import { listRefs } from "./git/list-refs.ts";
import { isAncestor, readCommit, type Identity } from "./git/objects.ts";
import { NO_OBJECT } from "./git/transaction.ts";
import type { Token } from "./model/people.ts";
import type { Repository, World } from "./model/world.ts";
import { repositoryPage } from "./shapes/repository.ts";
import { emit, userById } from "./world.ts";

export interface MovedRef {
  name: string;
  before: string | null;
  after: string | null;
  actorId: number;
  token: Token | null;
}

export type PushPayload = Omit<PushEvent, "repository" | "sender" | "installation" | "organization">;

/** Commits shown in one push, the newest ones. */
const SHOWN = 20;

/** Only branches and tags are told to others; every other ref moves in silence, as on GitHub. */
export async function refMoved(world: World, repository: Repository, moved: MovedRef): Promise<void> {
  const found = /^refs\/(?<kind>heads|tags)\/(?<short>.+)$/.exec(moved.name)?.groups;
  if (!found) return;
  const type = found["kind"] === "heads" ? "branch" : "tag";
  const short = found["short"] ?? "";
  const fresh = await freshCommits(repository, moved);
  const tell = teller(world, repository, moved);
  if (moved.before === null) {
    const payload = {
      ref: short,
      ref_type: type,
      master_branch: repository.defaultBranch,
      description: null,
    };
    tell("create", { ...payload, pusher_type: "user" });
  }
  if (moved.after === null) tell("delete", { ref: short, ref_type: type, pusher_type: "user" });
  tell("push", await pushPayload(world, repository, { moved, fresh }));
  if (type === "tag") return;
  await followBranch(world, repository, { ...moved, branch: short });
  if (short !== repository.defaultBranch) return;
  for (const { oid, message } of fresh.toReversed()) {
    closeMentioned(world, repository, {
      text: message,
      commit: oid,
      actorId: moved.actorId,
      token: moved.token,
    });
  }
}

function teller(world: World, repository: Repository, { actorId, token }: MovedRef) {
  return (name: string, payload: PushPayload | Record<string, unknown>): void =>
    emit(world, { name, action: null, repository, senderId: actorId, payload: { ...payload }, token });
}

/** Newest first: what the ref reaches now and did not before; of a new branch, what no other branch has. */
async function freshCommits(
  repository: Repository,
  { name, before, after }: MovedRef,
): Promise<ChangedCommit[]> {
  if (after === null) return [];
  const others = before === null ? await listRefs(repository, "refs/heads/") : [];
  const hidden = before === null ? others.filter((ref) => ref.name !== name).map(({ oid }) => oid) : [before];
  const oids = await commitsBetween(repository, { tip: after, hidden: [...new Set(hidden)], limit: SHOWN });
  return withChanges(repository, oids);
}

async function pushPayload(
  world: World,
  repository: Repository,
  { moved, fresh }: { moved: MovedRef; fresh: ChangedCommit[] },
): Promise<PushPayload> {
  const { name, before, after } = moved;
  const page = repositoryPage(world, repository);
  const head = after === null ? null : await readCommit(repository, after);
  const [headJson] = head === null ? [] : await withChanges(repository, [head.oid]);
  const { login, email } = userById(world, moved.actorId);
  return {
    ref: name,
    before: before ?? NO_OBJECT,
    after: after ?? NO_OBJECT,
    created: before === null,
    deleted: after === null,
    forced: before !== null && after !== null && !(await isAncestor(repository, before, after)),
    base_ref: null,
    compare: `${page}/compare/${before === null ? "" : `${before.slice(0, 12)}...`}${(after ?? NO_OBJECT).slice(0, 12)}`,
    commits: fresh.toReversed().map((commit) => commitJson(world, page, commit)),
    head_commit: headJson ? commitJson(world, page, headJson) : null,
    pusher: { name: login, email },
  };
}

function commitJson(world: World, page: string, commit: ChangedCommit): CommitJson {
  return {
    id: commit.oid,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message.replace(/\n$/, ""),
    timestamp: commit.committer.date,
    url: `${page}/commit/${commit.oid}`,
    author: signature(world, commit.author),
    committer: signature(world, commit.committer),
    added: commit.added,
    removed: commit.removed,
    modified: commit.modified,
  };
}

/** GitHub names the account behind an address it knows. */
function signature(world: World, { name, email, date }: Identity): CommitJson["author"] {
  const user = [...world.users.values()].find((candidate) => candidate.email === email);
  return { name, email, date, ...(user ? { username: user.login } : {}) };
}
