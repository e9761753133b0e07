/** Which lines a review may comment on: those of the pull request's diff, refused in GitHub's words otherwise. */
import { ApiError } from "./errors.ts";
import { diffFiles } from "./git/diff.ts";
import { hunkAt } from "./git/hunks.ts";
import { mergeBase } from "./git/objects.ts";
import type { Pull } from "./model/pulls.ts";
import type { Repository } from "./model/world.ts";
import type { Lines } from "./thread-lines.ts";

/**
 * The part of the diff that GitHub shows above each comment. One comment outside of it refuses them all with a 422. A renamed file
 * is known by its new path alone; of a binary file, or one whose content did not change, no line is in the diff.
 */
export async function hunksOf(
  repository: Repository,
  { baseSha }: Pull,
  { commit, comments }: { commit: string; comments: readonly Lines[] },
): Promise<string[]> {
  if (comments.length === 0) return [];
  const base = await mergeBase(repository, baseSha, commit);
  if (base === null) throw new OutsideDiff("path", "must be part of the diff");
  const files = await diffFiles(repository, base, commit);
  return comments.map((lines) => {
    const file = files.find(({ path }) => path === lines.path);
    if (!file) throw new OutsideDiff("path", "must be part of the diff");
    return hunkOf(file.patch ?? "", lines);
  });
}

/** A review is refused with sentences; a comment of its own with the field that is wrong. */
export class OutsideDiff extends ApiError {
  readonly field: string;
  readonly reason: string;

  constructor(field: "path" | "line" | "start_line", reason: string) {
    const sentence = {
      path: "Path could not be resolved",
      line: "Line could not be resolved",
      start_line: `Pull request review thread start line ${reason}`,
    }[field];
    super(422, "Unprocessable Entity", { errors: [sentence] });
    this.field = `pull_request_review_thread.${field}`;
    this.reason = reason;
  }

  /** The refusal of a comment that comes without a review. */
  ofSingleComment(): ApiError {
    const { field } = this;
    const message = `${field} ${this.reason}`;
    return new ApiError(422, "Validation Failed", {
      errors: [{ resource: "PullRequestReviewComment", code: "custom", field, message }],
    });
  }
}

/** Both ends of several lines must lie in one hunk. */
function hunkOf(patch: string, { side, line, startLine }: Lines): string {
  const hunk = hunkAt(patch, side, line);
  if (hunk === null) throw new OutsideDiff("line", "must be part of the diff");
  if (startLine === null) return hunk;
  if (startLine >= line) throw new OutsideDiff("start_line", "must precede the end line.");
  const first = hunkAt(patch, side, startLine);
  if (first === null || !hunk.startsWith(first))
    throw new OutsideDiff("start_line", "must be part of the same hunk as the line.");
  return hunk;
}
