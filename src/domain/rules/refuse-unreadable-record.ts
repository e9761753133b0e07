/** Rule 1: a record that GZA did not write for this task is left alone, and said once. */
import { unreadableBody } from "../comments.ts";
import { OWN_LABELS, taskRef } from "../names.ts";
import { labelChange } from "../project.ts";
import type { Answer } from "../rule.ts";
import type { Snapshot } from "../snapshot.ts";

export function refuseUnreadableRecord(snapshot: Snapshot): Answer | null {
  const { record, issue } = snapshot;
  if (record.kind !== "unreadable") return null;
  const key = `record:${record.oid.slice(0, 12)}`;
  const body = unreadableBody(key, { ...record, ref: taskRef(issue.number) });
  return {
    reason: "unreadable_record",
    move: null,
    effects: [
      ...(snapshot.said.has(key) ? [] : [{ kind: "say" as const, key, on: issue.number, body }]),
      ...labelChange(snapshot, new Set([OWN_LABELS.needsYou.name])),
    ],
    again: null,
  };
}
