/** Watches what happens and lands what waits for it: pull requests with auto-merge, and merge queues. */
import { hasRole } from "./access.ts";
import { endAutoMerge, mergeIfReady } from "./auto-merge.ts";
import { advanceQueues } from "./merge-group.ts";
import type { Happening, Repository, World } from "./model/world.ts";

export interface Landing {
  /** Whether something is about to be landed. */
  busy(): boolean;
  /** Resolves when nothing is; throws what went wrong meanwhile. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/** What may meet a requirement, or change who stands in a queue. */
const WATCHED = new Set(["check_run", "status", "pull_request", "pull_request_review", "push"]);

const turns = new WeakMap<Repository, Promise<void>>();

/** Subscribes to the world. Repositories are looked through one at a time, each after what was under way there. */
export function startLanding(world: World): Landing {
  const underWay = new Set<Promise<void>>();
  const due = new Set<Repository>();
  const failures: unknown[] = [];
  let stopped = false;

  const listener = (happening: Happening): void => {
    const { repository, name } = happening;
    if (!WATCHED.has(name)) return;
    withdraw(world, happening);
    if (stopped || due.has(repository) || !hasWaiting(repository)) return;
    due.add(repository);
    const work = inTurn(repository, async () => {
      due.delete(repository);
      await look(world, repository);
    })
      .catch((error: unknown) => void failures.push(error))
      .finally(() => underWay.delete(work));
    underWay.add(work);
  };
  world.listeners.push(listener);

  const idle = async (): Promise<void> => {
    while (underWay.size > 0) await Promise.all(underWay);
    const found = failures.splice(0);
    if (found.length > 0)
      throw new AggregateError(found, "the playground could not land something; its causes tell where");
  };
  return {
    busy: () => underWay.size > 0,
    idle,
    stop: async () => {
      stopped = true;
      world.listeners = world.listeners.filter((other) => other !== listener);
      await idle();
    },
  };
}

/** Does something to a repository's queues while nothing else does. */
export function inTurn<T>(repository: Repository, work: () => Promise<T>): Promise<T> {
  const before = turns.get(repository) ?? Promise.resolve();
  const mine = before.then(work);
  turns.set(
    repository,
    mine.then(
      () => undefined,
      () => undefined,
    ),
  );
  return mine;
}

async function look(world: World, repository: Repository): Promise<void> {
  for (const issue of repository.issues.values()) await mergeIfReady(world, repository, issue);
  await advanceQueues(world, repository);
}

function hasWaiting({ issues, mergeQueue }: Repository): boolean {
  return mergeQueue.length > 0 || [...issues.values()].some(({ pull }) => pull?.autoMerge);
}

/** GitHub switches auto-merge off for what is closed or made a draft, and when somebody without write changes head or base. */
function withdraw(world: World, { name, action, payload, repository, senderId, token }: Happening): void {
  const { number } = (name === "pull_request" ? payload : {}) as { number?: number };
  const issue = repository.issues.get(number ?? 0);
  if (!issue?.pull?.autoMerge || issue.pull.mergedAt !== null) return;
  const end = (reason: string): void =>
    endAutoMerge(world, repository, issue, { actorId: senderId, token, reason });
  const { changes } = payload as { changes?: { base?: unknown } };
  const mayWrite = token?.permissions
    ? token.permissions["contents"] === "write"
    : hasRole(repository, senderId, "write");
  if (action === "closed") end("Pull request was closed");
  if (action === "converted_to_draft") end("Pull request was converted to draft");
  if (action === "synchronize" && !mayWrite) end("Head branch was pushed to by a user without write access");
  if (action === "edited" && changes?.base && !mayWrite)
    end("Base branch was changed by a user without write access");
}
