/** Projections: what GitHub shows of a record; written from it, never read back for a decision. */
import { bodyOf } from "./comments.ts";
import type { Effect } from "./decision.ts";
import { statusId } from "./intents.ts";
import { OWN_LABELS } from "./names.ts";
import type { RecordBody } from "./record.ts";
import type { Snapshot } from "./snapshot.ts";

/** The effects that bring labels and status comment in line with `record`. */
export function project(snapshot: Snapshot, record: RecordBody): Effect[] {
  return [...labels(snapshot, record), ...status(snapshot, record)];
}

function labels(snapshot: Snapshot, record: RecordBody): Effect[] {
  const wanted = new Set<string>();
  if (record.phase === "parked") wanted.add(OWN_LABELS.needsYou.name);
  if (record.phase === "ready") wanted.add(OWN_LABELS.ready.name);
  return labelChange(snapshot, wanted);
}

/** Puts on and takes off GZA's own labels, and no others. */
export function labelChange(snapshot: Snapshot, wanted: ReadonlySet<string>): Effect[] {
  const own = Object.values(OWN_LABELS).map(({ name }) => name);
  const present = new Set(snapshot.issue.labels);
  const add = own.filter((name) => wanted.has(name) && !present.has(name));
  const remove = own.filter((name) => !wanted.has(name) && present.has(name));
  return add.length + remove.length === 0
    ? []
    : [{ kind: "set_labels", on: snapshot.issue.number, add, remove }];
}

function status(snapshot: Snapshot, record: RecordBody): Effect[] {
  const id = record.status_comment ?? statusId(snapshot);
  if (id === null) return [];
  const body = bodyOf("status", snapshot, record);
  const shown = snapshot.said.get("status")?.body;
  return shown === undefined || sameText(shown, body) ? [] : [{ kind: "edit_status", id, body }];
}

/** GitHub may fold line ends. */
function sameText(one: string, other: string): boolean {
  return one.replaceAll("\r\n", "\n").trim() === other.trim();
}
