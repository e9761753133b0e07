/** Landing order: which of the tasks that may be merged goes first, so that as few as can be have to be rebased. */
import type { Config } from "./config.ts";
import { doMeet } from "./footprint.ts";
import type { RecordBody } from "./record.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Reason } from "./task.ts";
import { secondsBetween } from "./time.ts";

/** How long a task lets others land before it. */
export const COURTESY_SECONDS = 15 * 60;

/** Whether GZA merges the task without another word once it may. */
export function wantsMerge(record: RecordBody, config: Config): boolean {
  return record.merge !== null || config.merge.when === "approved";
}

/** Every task on the same base that may be merged now and is to be; this one among them. */
export function landersWith({ ledger, config }: Snapshot, record: RecordBody): RecordBody[] {
  if (config.kind === "broken") return [record];
  const others = ledger.records.filter(
    (other) =>
      other.issue !== record.issue &&
      other.phase === "ready" &&
      other.base === record.base &&
      wantsMerge(other, config.config),
  );
  return [...others, record];
}

/**
 * Issues, first to land first. What another merge leaves alone costs nothing, so whoever meets the fewest of the rest goes next: these are
 * merged as they are, and all that they met is rebased once, on top of all of them. What a task needs first goes before it.
 */
export function landingOrder(records: readonly RecordBody[]): number[] {
  const order: number[] = [];
  const meetings = meetingsOf(records);
  let rest = [...records];
  /** Those that have to be rebased anyway, whenever they land. */
  const stale = new Set<number>();
  while (rest.length > 0) {
    const met = ({ issue }: RecordBody): number =>
      rest.filter((other) => !stale.has(other.issue) && meetings.get(issue)?.has(other.issue)).length;
    const counts = new Map(rest.map((record) => [record, met(record)]));
    const waiting = new Set(rest.map(({ issue }) => issue));
    const free = rest.filter(({ depends }) => !depends.some((issue) => waiting.has(issue)));
    // Tasks that need each other would wait for ever.
    const [next] = (free.length > 0 ? free : rest).toSorted(
      (one, other) =>
        Number(other.urgent) - Number(one.urgent) ||
        Number(stale.has(one.issue)) - Number(stale.has(other.issue)) ||
        (counts.get(one) ?? 0) - (counts.get(other) ?? 0) ||
        secondsBetween(other.asked.at, one.asked.at) ||
        one.issue - other.issue,
    );
    if (next === undefined) break;
    order.push(next.issue);
    for (const issue of meetings.get(next.issue) ?? []) stale.add(issue);
    rest = rest.filter(({ issue }) => issue !== next.issue);
  }
  return order;
}

/** Whether it is this one's turn to land. Nobody waits for ever for others that are said to come first. */
export function isNext(snapshot: Snapshot, record: RecordBody): boolean {
  return isPatient(snapshot, record) || landingOrder(landersWith(snapshot, record))[0] === record.issue;
}

/**
 * Whether it is this one's turn to catch up with its base, of those that GitHub merges by itself: each that lands leaves the others behind
 * again. What is under way already goes first, and nobody waits for ever for one that lacks something else.
 */
export function isNextToCatchUp({ ledger, config, now }: Snapshot, record: RecordBody): boolean {
  if (config.kind === "broken") return false;
  if (record.phase === "queued" || (isLeft(record) && secondsBetween(record.since, now) >= COURTESY_SECONDS))
    return true;
  const others = ledger.records.filter(
    (other) => other.issue !== record.issue && other.base === record.base && wantsMerge(other, config.config),
  );
  const isAnyUnderWay = others.some((other) => isLanding(other) && !isLeft(other));
  return !isAnyUnderWay && landingOrder([...others.filter(isLeft), record])[0] === record.issue;
}

/** GitHub has been asked to merge it once everything that its base asks for is there. */
function isLeft({ phase, reason }: RecordBody): boolean {
  return phase === "open" && reason === "waits_for_merge";
}

/** Those that are merged, or rebased to be merged, before this one and change the same paths: this one would only be rebased again. */
export function inTheWay({ ledger, config }: Snapshot, record: RecordBody): RecordBody[] {
  if (config.kind === "broken" || !wantsMerge(record, config.config)) return [];
  return ledger.records.filter(
    (other) =>
      other.issue !== record.issue &&
      other.base === record.base &&
      wantsMerge(other, config.config) &&
      isLanding(other) &&
      doMeet(record.footprint, other.footprint),
  );
}

/** It is about to be merged: ready, being rebased, or rebased and being looked at; not if it waits for others itself. */
export function isLanding({ phase, reason, attempt, rebased, head }: RecordBody): boolean {
  if (phase === "ready" || attempt?.kind === "rebase") return true;
  const isUnderWay = phase === "open" || phase === "running" || phase === "queued";
  return isUnderWay && rebased?.head === head && !WAITS.has(reason);
}

const WAITS: ReadonlySet<Reason> = new Set<Reason>(["conflicts", "waits_for_landing", "waits_for_rebase"]);

/** It has let others go first for long enough. */
export function isPatient({ now }: Snapshot, { reason, since }: RecordBody): boolean {
  return reason === "waits_for_landing" && secondsBetween(since, now) >= COURTESY_SECONDS;
}

/** Who gets in whose way. Each pair is compared once: fifty tasks may be ready at a time, and every look at one of them asks. */
function meetingsOf(records: readonly RecordBody[]): ReadonlyMap<number, ReadonlySet<number>> {
  const meetings = new Map(records.map(({ issue }) => [issue, new Set<number>()]));
  for (const [index, one] of records.entries()) {
    for (const other of records.slice(index + 1)) {
      if (!doMeet(one.footprint, other.footprint)) continue;
      meetings.get(one.issue)?.add(other.issue);
      meetings.get(other.issue)?.add(one.issue);
    }
  }
  return meetings;
}
