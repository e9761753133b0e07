/** Every word that a reviewer is told who looks at nothing but what a rebase changed. */
import { newFence, quoted } from "./quote.ts";
import { contextOf, FINDINGS, MATERIAL, REVIEW_FORM, SEVERITIES, type ReviewMatter } from "./review.ts";

export interface RangeMatter extends ReviewMatter {
  /** git's comparison of the commits before and after. */
  rangeDiff: string;
  /** One line per commit of the base that came meanwhile and touches the same files; empty: none. */
  landed: string;
  /** Paths that the pull request changed before and does not change any more. */
  gone: readonly string[];
}

export function rangePrompt(matter: RangeMatter, fence: string = newFence()): string {
  const parts = [
    RANGE,
    MATERIAL,
    ...contextOf(matter, fence),
    ...baseSide(matter, fence),
    "What the rebase changed, as `git range-diff` shows it: the commits before against those after, lines with a double sign differ:",
    quoted("RANGE-DIFF", matter.rangeDiff, fence),
    ...goneText(matter, fence),
    shareText(matter),
    quoted("DIFF", matter.diff, fence),
    SEVERITIES,
    FINDINGS,
    SCOPE,
    REVIEW_FORM,
  ];
  return `${parts.join("\n\n")}\n`;
}

/** What the other side is for, as far as it is known. */
function baseSide({ job, landed }: RangeMatter, fence: string): string[] {
  if (landed === "") return [];
  const base = job.start.base_branch;
  return [`What came to ${base} meanwhile and touches the same files:`, quoted("BASE", landed, fence)];
}

function goneText({ gone }: RangeMatter, fence: string): string[] {
  if (gone.length === 0) return [];
  return [
    "Files that the pull request changed before the rebase and does not change any more:",
    quoted("GONE", gone.slice(0, 200).join("\n"), fence),
  ];
}

function shareText({ part, parts }: RangeMatter): string {
  const what = "The whole diff of the files whose patch is another than before, against the base";
  return parts === 1
    ? `${what}:`
    : `${what}, is shown in ${parts} parts, each to a reviewer of its own. Yours is part ${part}; judge what it shows, and use the folder for the rest:`;
}

const RANGE = `You are a reviewer. The current folder is a read-only git clone of the repository; checked out is the head of a pull request.
It was reviewed and approved before. Since then it was put on a newer base, and where both sides had changed the same, somebody or something settled that. You review only what came of it: whether both sides still do what they were for.`;

const SCOPE = `What is in your review and what is not:
- In: lines that the rebase changed in the patch, what got lost on either side, what was added that neither side had, and what no longer fits together with the base as it is now.
- Not in: whatever the patch had before in the same way. It was reviewed; do not review it again.
- The head before the rebase is there as \`refs/remotes/before\`, to compare with.`;
