/** Who may do what: roles of people, permissions of installation and workflow tokens. */
import { ApiError } from "./errors.ts";
import { ROLES, type Access, type Role, type Token } from "./model/people.ts";
import type { Repository, World } from "./model/world.ts";
import { userById } from "./world.ts";

/** A person's role on a repository; null: none (a public repository may still be read). */
export function roleOf(repository: Repository, userId: number): Role | null {
  if (repository.ownerId === userId) return "admin";
  return repository.collaborators.get(userId) ?? null;
}

export function hasRole(repository: Repository, userId: number, wanted: Role): boolean {
  const role = roleOf(repository, userId);
  return role !== null && ROLES.indexOf(role) >= ROLES.indexOf(wanted);
}

export function maySee(repository: Repository, token: Token | null): boolean {
  if (token === null) return !repository.private;
  if (token.repositoryIds !== null && !token.repositoryIds.includes(repository.id))
    return !repository.private;
  if (token.kind !== "user") return true;
  return !repository.private || roleOf(repository, token.userId) !== null;
}

/** Role that a person needs for what an App needs `permission: access` for. */
const ROLE_FOR: Record<string, { read: Role | null; write: Role | null }> = {
  metadata: { read: null, write: "admin" },
  issues: { read: null, write: "triage" },
  pull_requests: { read: null, write: "triage" },
  contents: { read: null, write: "write" },
  actions: { read: null, write: "write" },
  checks: { read: null, write: "write" },
  statuses: { read: null, write: "write" },
  workflows: { read: null, write: "write" },
  administration: { read: "admin", write: "admin" },
};

/** An archive is read-only for everyone; only its owner may change that. */
export class ArchivedError extends ApiError {
  constructor() {
    super(403, "Repository was archived so is read-only.");
  }
}

/** For what anyone may write who may read: issues, comments, reactions. */
export function demandActive(repository: Repository): void {
  if (repository.archived) throw new ArchivedError();
}

interface Need {
  repository: Repository;
  permission: string;
  access: Access;
}

/**
 * Throws what GitHub answers when the caller may not: 404 for what it may not see, 401 without a
 * token for a write, 403 `Resource not accessible by integration` for an App or workflow token that lacks the permission,
 * 403 `Must have …` for a person, 403 for a write
 * to an archive.
 */
export function demand(world: World, token: Token | null, need: Need): void {
  const refusal = refusalOf(world, token, need);
  if (refusal) throw refusal;
}

/** Whether `demand` would let it pass. */
export function may(world: World, token: Token | null, need: Need): boolean {
  return refusalOf(world, token, need) === null;
}

function refusalOf(world: World, token: Token | null, need: Need): ApiError | null {
  const { repository, access } = need;
  if (!maySee(repository, token)) return new ApiError(404, "Not Found");
  if (token === null) return access === "write" ? new ApiError(401, "Requires authentication") : null;
  return refusalByRight(world, token, need) ?? refusalByArchive(need);
}

function refusalByArchive({ repository, permission, access }: Need): ApiError | null {
  return repository.archived && access === "write" && permission !== "administration"
    ? new ArchivedError()
    : null;
}

function refusalByRight(
  world: World,
  token: Token,
  { repository, permission, access }: Need,
): ApiError | null {
  if (token.permissions !== null) {
    const inScope = token.repositoryIds === null || token.repositoryIds.includes(repository.id);
    const held = inScope ? token.permissions[permission] : undefined;
    const readable =
      permission === "metadata" || (!repository.private && access === "read" && permission === "contents");
    if (held === "write" || held === access || (access === "read" && readable)) return null;
    // GitHub names what would have done, so that the App's owner knows what to ask for.
    const headers = { "X-Accepted-GitHub-Permissions": `${permission}=${access}` };
    return new ApiError(403, "Resource not accessible by integration", { headers });
  }
  const role = ROLE_FOR[permission]?.[access] ?? (access === "read" ? null : "admin");
  if (role === null || hasRole(repository, token.userId, role)) return null;
  const { login } = userById(world, token.userId);
  return new ApiError(403, `Must have ${role} rights to Repository. (${login})`);
}
