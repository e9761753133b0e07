/** The one way in which refs move over REST and GraphQL: all or none, with leases, checked as a push is. */
import { join } from "node:path";
import { ApiError } from "../errors.ts";
import type { Token } from "../model/people.ts";
import type { Repository, World } from "../model/world.ts";
import { objections } from "../protection.ts";
import { refMoved } from "../push.ts";
import { WORKFLOW_FILES } from "./hooks.ts";
import { isAncestor, resolveAll } from "./objects.ts";
import { isRefName } from "./ref-name.ts";
import { gitText, runHook } from "./run.ts";
import { moveRefs, NO_OBJECT, type RefMove } from "./transaction.ts";

export interface RefUpdate {
  name: string;
  /** The oid that the ref must have now. Undefined: any; null: it must not exist. */
  before?: string | null | undefined;
  /** Null: the ref is deleted. */
  after: string | null;
  /** Allows moves that are no fast-forward. */
  force: boolean;
}

export interface RefUpdates {
  updates: RefUpdate[];
  token: Token;
  actorId: number;
  /** The merge of a pull request: what protects the branch has been asked already. */
  byPull?: boolean;
}

/**
 * Moves all refs or none. Throws ApiError: 409 with `errors[0].code` `stale` when a ref no longer has its `before`; 422
 * `Update is not a fast forward`, `Object does not exist`, `Reference does not exist`, a malformed or reserved name, a protected
 * branch; 403 when a token without the `workflows` permission would bring in workflow files. The caller has checked `contents: write`.
 */
export async function updateRefs(
  world: World,
  repository: Repository,
  { updates, token, actorId, byPull = false }: RefUpdates,
): Promise<void> {
  checkNames(updates);
  let words = "it kept moving";
  for (let round = 0; round < 5; round += 1) {
    const moves = await plan(repository, updates);
    const real = moves.filter(({ before, after }) => before !== after);
    await checkMoves(repository, { updates, moves: real, token, byPull });
    const failure = real.length === 0 ? null : await moveRefs(repository.directory, real);
    if (failure === null) {
      for (const move of real) await refMoved(world, repository, { ...move, actorId, token });
      return;
    }
    words = failure;
    if (sameValues(moves, await plan(repository, updates))) break;
  }
  throw new ApiError(422, `Reference update failed: ${words}`);
}

/** What a token without the `workflows` permission is told when an update would bring in workflow files; null when it may. */
export async function workflowObjection(
  repository: Repository,
  token: Token,
  { name, before, after }: RefMove,
): Promise<string | null> {
  if (!lacksWorkflows(token) || after === null) return null;
  const revisions = [after, before ?? NO_OBJECT].map((oid) => `${oid}:.github/workflows`);
  const [mine, old] = await resolveAll(repository, revisions);
  if (mine?.oid === old?.oid) return null;
  const result = await runHook(repository.directory, {
    path: join(repository.directory, "hooks", "update"),
    args: [name, before ?? NO_OBJECT, after],
    env: { [WORKFLOW_FILES]: "refused" },
  });
  return result.code === 0 ? null : result.stderr.trim();
}

/** A merge is refused what a push is not: it may bring no workflow file that only the pull request's own branch has. */
async function mergeObjection(repository: Repository, token: Token, move: RefMove): Promise<string | null> {
  const { before, after } = move;
  if (!lacksWorkflows(token) || before === null || after === null) return null;
  const args = ["diff", "--name-only", "--no-renames", before, after, "--", ".github/workflows"];
  const [path] = (await gitText(repository.directory, args)).split("\n");
  if (!path) return null;
  return `refusing to allow a GitHub App to create or update workflow \`${path}\` without \`workflows\` permission`;
}

/** Installation and workflow tokens carry permissions; a person's token is held to no such limit here. */
export function lacksWorkflows(token: Token): boolean {
  return token.permissions !== null && token.permissions["workflows"] !== "write";
}

function checkNames(updates: RefUpdate[]): void {
  const names = updates.map(({ name }) => name);
  if (new Set(names).size !== names.length) {
    throw new ApiError(422, "Reference update failed: a reference is named twice");
  }
  for (const name of names) {
    if (!/^refs\/[^/]+\/.+/.test(name)) {
      throw new ApiError(422, "Reference name must contain at least three slash-separated components.");
    }
    if (name.startsWith("refs/pull/")) throw new ApiError(422, "deny updating a hidden ref");
    if (!isRefName(name)) throw new ApiError(422, `${name} is not a valid ref name.`);
  }
}

/** Reads where the refs are and holds them against the leases. */
async function plan(repository: Repository, updates: RefUpdate[]): Promise<RefMove[]> {
  const current = await resolveAll(
    repository,
    updates.map(({ name }) => name),
  );
  return updates.map(({ name, before, after }, index) => {
    const now = current[index]?.oid ?? null;
    if (before !== undefined && (before === NO_OBJECT ? null : before) !== now) throw stale(name, now);
    if (now === null && after === null) throw new ApiError(422, "Reference does not exist");
    return { name, before: now, after };
  });
}

function stale(name: string, now: string | null): ApiError {
  const message = now === null ? `${name} does not exist` : `${name} is at ${now}`;
  const field = { resource: "Reference", field: name, code: "stale", message };
  return new ApiError(409, "Reference was updated by someone else", { errors: [field] });
}

async function checkMoves(
  repository: Repository,
  {
    updates,
    moves,
    token,
    byPull,
  }: { updates: RefUpdate[]; moves: RefMove[]; token: Token; byPull: boolean },
): Promise<void> {
  const wanted = await resolveAll(
    repository,
    moves.map(({ after }) => after ?? NO_OBJECT),
  );
  for (const [index, move] of moves.entries()) {
    if (move.after === null) {
      refuse(repository, { move, forced: false, token });
      continue;
    }
    const type = wanted[index]?.type;
    if (type === undefined) throw new ApiError(422, "Object does not exist");
    if (type !== "commit" && move.name.startsWith("refs/heads/")) {
      throw new ApiError(422, "Reference update failed: a branch must point at a commit");
    }
    const forward = move.before === null || (await isAncestor(repository, move.before, move.after));
    const update = updates.find(({ name }) => name === move.name);
    if (!forward && update?.force !== true) throw new ApiError(422, "Update is not a fast forward");
    if (!byPull) refuse(repository, { move, forced: !forward, token });
    const objection = await (byPull ? mergeObjection : workflowObjection)(repository, token, move);
    if (objection !== null) throw new ApiError(403, objection);
  }
}

/** A protected branch moves by pull requests; creating it is not an update. */
function refuse(
  repository: Repository,
  { move, forced, token }: { move: RefMove; forced: boolean; token: Token },
): void {
  if (!move.name.startsWith("refs/heads/") || move.before === null) return;
  const branch = move.name.slice("refs/heads/".length);
  const [objection] = objections(repository, { branch, after: move.after, forced, token });
  if (objection !== undefined) throw new ApiError(422, objection);
}

function sameValues(first: RefMove[], second: RefMove[]): boolean {
  return first.every(({ before }, index) => before === second[index]?.before);
}
