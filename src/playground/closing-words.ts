/** Closes the issues that a commit or a merged pull request names with one of GitHub's closing words. */
import { closeIssue, type Act } from "./issues.ts";
import type { Repository, World } from "./model/world.ts";
import { findRepository } from "./world.ts";

export interface ClosingReference {
  /** null: the repository in which the text stands. */
  repository: { owner: string; name: string } | null;
  number: number;
}

const CLOSING =
  /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+(?:(?<owner>[\w.-]+)\/(?<name>[\w.-]+))?#(?<number>\d+)\b/gi;

/**
 * What follows `close`, `fix` and `resolve` in all their forms, each once: `Closes #3`, `fixed: owner/repo#4`. Code, quotes
 * and HTML comments do not count, as on GitHub.
 */
export function closingReferences(text: string): ClosingReference[] {
  const found = new Map<string, ClosingReference>();
  for (const [, owner, name, number] of prose(text).matchAll(CLOSING)) {
    const repository = owner && name ? { owner, name } : null;
    const key = `${owner ?? ""}/${name ?? ""}#${number}`.toLowerCase();
    if (!found.has(key)) found.set(key, { repository, number: Number(number) });
  }
  return [...found.values()];
}

/** Numbers of the text's own repository. */
export function mentionedToClose(text: string): number[] {
  return closingReferences(text).flatMap(({ repository, number }) => (repository === null ? [number] : []));
}

/**
 * Closing words count once they are on the default branch; pull requests are not closed by them. In another repository they
 * close what its owner, too, owns.
 */
export function closeMentioned(
  world: World,
  repository: Repository,
  { text, commit, ...act }: Act & { text: string; commit: string },
): void {
  for (const { repository: other, number } of closingReferences(text)) {
    const target = other === null ? repository : findRepository(world, other.owner, other.name);
    if (!target || target.ownerId !== repository.ownerId) continue;
    const issue = target.issues.get(number);
    if (!issue || issue.pull) continue;
    closeIssue(world, target, issue, { ...act, reason: "completed", commit });
  }
}

function prose(text: string): string {
  return text
    .replaceAll(/^```[\s\S]*?^```/gm, "")
    .replaceAll(/`[^`\n]*`/g, "")
    .replaceAll(/<!--[\s\S]*?-->/g, "")
    .replaceAll(/^>.*$/gm, "");
}
