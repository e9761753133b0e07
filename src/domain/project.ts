/** Projections: what GitHub shows of a record; written from it, never read back for a decision. */
import { bodyOf } from "./comments.ts";
import type { Effect } from "./decision.ts";
import { openFeedback } from "./feedback.ts";
import { statusId } from "./intents.ts";
import { wantsMerge } from "./landing-order.ts";
import { OWN_LABELS } from "./names.ts";
import { isLiving, type RecordBody } from "./record.ts";
import { showsReceipt, withReceipt } from "./receipt-text.ts";
import { findingKey, postReview, reviewCheck } from "./review-body.ts";
import { isStopped, type Snapshot } from "./snapshot.ts";
import { isApproved } from "./standing.ts";

/** The effects that bring in line with `record`: labels, status comment, the newest review and its check, threads, what is outdated. */
export function project(snapshot: Snapshot, record: RecordBody): Effect[] {
  return [
    ...labels(snapshot, record),
    ...status(snapshot, record),
    ...review(snapshot, record),
    ...receipt(snapshot),
    ...closedThreads(snapshot),
    ...outdated(snapshot),
    ...hold(snapshot, record),
  ];
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

/** The check run, and the posted review where a person or a judge has changed what it says since. */
function review(snapshot: Snapshot, record: RecordBody): Effect[] {
  const effects: Effect[] = [];
  const check = reviewCheck(snapshot, record);
  if (check) effects.push(check);
  const post = record.verdict?.head === record.head ? postReview(snapshot, record) : null;
  const shown = post && snapshot.said.get(post.key);
  if (post && shown && !sameText(shown.body, post.body)) effects.push({ ...post, comments: [] });
  return effects;
}

/** GitHub merges by itself only what GZA would merge: not what waits for a person, and not over what a person has said since. */
function hold(snapshot: Snapshot, record: RecordBody): Effect[] {
  const { pull, config } = snapshot;
  if (pull?.state !== "open" || config.kind === "broken" || !isLiving(record)) return [];
  const isParked = record.phase === "parked";
  const autoMerge = pull.autoMerge === "on";
  const queued = pull.queue === "queued";
  const effect = { kind: "hold_merge", pull: pull.number, nodeId: pull.nodeId, queued, autoMerge } as const;
  // What the stop label stops was held as it was stopped.
  if (isStopped(snapshot)) return isParked && (autoMerge || queued) ? [effect] : [];
  const isGood = !isParked && isApproved(snapshot, record) && openFeedback(snapshot, record).length === 0;
  const isMine = autoMerge && wantsMerge(record, config.config);
  return isMine && !isGood ? [{ ...effect, queued: false }] : [];
}

/** What can be checked about the pull request stands folded at the end of its text. */
function receipt({ pull, repository, receipt: known }: Snapshot): Effect[] {
  const { url } = repository;
  if (pull?.state !== "open" || known === null || showsReceipt(pull.body, known, url)) return [];
  const change = { body: withReceipt(pull.body, known, url) };
  return [{ kind: "edit_pull", number: pull.number, nodeId: pull.nodeId, change }];
}

/** GZA's own threads about findings that are closed; one in which a person has the last word stays open. */
function closedThreads({ pull, findings }: Snapshot): Effect[] {
  if (pull?.state !== "open" || !findings) return [];
  const closed = new Set(
    findings.known
      .filter(({ state }) => state !== "open" && state !== "disputed")
      .map(({ fingerprint }) => findingKey(fingerprint)),
  );
  const threads = pull.threads
    .filter(({ isResolved, comments }) => !isResolved && comments.at(-1)?.isMine)
    .filter(({ comments }) => closed.has(comments[0]?.key ?? ""));
  return threads.length === 0 ? [] : [{ kind: "resolve_threads", threads: threads.map(({ id }) => id) }];
}

/** Of GZA's reviews, and of its calls for a person, only the newest stays unfolded. */
function outdated({ said }: Snapshot): Effect[] {
  const nodes = [/^review:/, /^(?:parked|ready):/].flatMap((kind) => {
    const all = [...said].filter(([key]) => kind.test(key)).map(([, one]) => one);
    const newest = all.reduce((id, one) => Math.max(id, one.id), 0);
    return all.filter(({ id, isMinimised }) => id !== newest && !isMinimised).map(({ nodeId }) => nodeId);
  });
  return nodes.length === 0 ? [] : [{ kind: "minimise", nodes }];
}

/** GitHub may fold line ends. */
function sameText(one: string, other: string): boolean {
  return one.replaceAll("\r\n", "\n").trim() === other.trim();
}
