/** Who may still speak in a locked conversation, and how GitHub refuses the others. */
import { hasRole } from "./access.ts";
import { ApiError } from "./errors.ts";
import type { Act } from "./issues.ts";
import type { Issue } from "./model/issues.ts";
import type { Repository } from "./model/world.ts";

/** GraphQL gives it as a fault of what was asked for, with the same words. */
export class LockedError extends ApiError {
  constructor(what: string) {
    super(403, `Unable to create ${what} because issue is locked.`);
  }
}

/** 403 for those that a lock keeps out. Editing a comment is refused in the words for writing one, as GitHub does. */
export function demandUnlocked(
  repository: Repository,
  issue: Issue,
  { what, ...act }: Act & { what: "comment" | "reaction" },
): void {
  if (isKeptOut(repository, issue, act)) throw new LockedError(what);
}

/** 422 `lock prevents review`, for answers in threads too; an archive's pull requests are all locked. */
export function demandReviewable(repository: Repository, issue: Issue, act: Act): void {
  if (!repository.archived && !isKeptOut(repository, issue, act)) return;
  throw new ApiError(422, "Unprocessable Entity", { errors: ["lock prevents review"] });
}

/**
 * A lock leaves the word to people with write. No App is a collaborator, so none has it, whatever its permissions. Where an issue
 * became a discussion, nobody has it.
 */
function isKeptOut(repository: Repository, issue: Issue, { actorId, token }: Act): boolean {
  if (issue.timeline.some(({ kind }) => kind === "converted_to_discussion")) return true;
  if (!issue.locked) return false;
  return (token !== null && token.permissions !== null) || !hasRole(repository, actorId, "write");
}
