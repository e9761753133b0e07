/** Takes back what was merged: GitHub opens the pull request that does it, and the person merges that. */
import type { AnswerWord } from "./answers.ts";
import { pullTitle } from "./comments.ts";
import type { Effect } from "./decision.ts";
import type { Record } from "./record.ts";
import type { Snapshot } from "./snapshot.ts";

/** A word, with the number of the pull request that takes it back, in hex; or what has to be done first. */
export function revert(
  snapshot: Snapshot,
  record: Record,
): AnswerWord | `${AnswerWord}:${string}` | (Effect & { kind: "revert_pull" }) {
  const { pull, evidence } = snapshot;
  if (record.reason !== "merged" || pull?.state !== "merged") return "not_merged";
  const found = evidence.findLast(
    (one) => (one.kind === "reverted" || one.kind === "revert_refused") && one.pull === pull.number,
  );
  if (found?.kind === "reverted") return `revert:${inHex(String(found.by))}`;
  if (found?.kind === "revert_refused") return "revert_refused";
  const title = `Revert "${pullTitle(snapshot, record)}"`;
  const body = `Takes #${pull.number} back, which was made for #${record.issue}.`;
  return { kind: "revert_pull", number: pull.number, nodeId: pull.nodeId, branch: pull.branch, title, body };
}

function inHex(text: string): string {
  return Buffer.from(text, "utf8").toString("hex");
}
