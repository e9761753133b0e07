/** Closes the issues that a commit or a merged pull request names with one of GitHub's closing words. */
import { closeIssue, type Act } from "./issues.ts";
import type { Repository, World } from "./model.ts";

const CLOSING = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#(?<number>\d+)\b/gi;

/** Numbers after `close`, `fix` and `resolve` in all their forms, each once. */
export function mentionedToClose(text: string): number[] {
  return [...new Set([...text.matchAll(CLOSING)].map((match) => Number(match.groups?.["number"])))];
}

/** Closing words count once they are on the default branch; pull requests are not closed by them. */
export function closeMentioned(
  world: World,
  repository: Repository,
  { text, commit, ...act }: Act & { text: string; commit: string },
): void {
  for (const number of mentionedToClose(text)) {
    const issue = repository.issues.get(number);
    if (!issue || issue.pull) continue;
    closeIssue(world, repository, issue, { ...act, reason: "completed", commit });
  }
}
