/** Forgets heads that were replaced long ago: each stands under the number of the attempt that replaced it. */
import { BACKUP_PREFIX } from "../domain/names.ts";
import { isLiving, type Record } from "../domain/record.ts";
import type { Instant, Sha } from "../domain/task.ts";
import { secondsBetween } from "../domain/time.ts";
import type { Client } from "./client.ts";
import type { ListedTask } from "./ledger-list.ts";
import { moveRefs, type RefPlace } from "./refs.ts";

export interface NamedRef {
  /** Without its prefix. */
  name: string;
  oid: Sha;
}

/** So many leave in one step; a task has seldom more than a few. */
const AT_ONCE = 50;

/** `keep`: seconds from the end of the attempt. Answers what was removed, in words. Where no record can be read nothing is. */
export async function removeBackups(
  client: Client,
  place: RefPlace,
  {
    backups,
    tasks,
    now,
    keep,
  }: { backups: readonly NamedRef[]; tasks: readonly ListedTask[]; now: Instant; keep: number },
): Promise<string[]> {
  const records = new Map(tasks.map(({ issue, record }) => [issue, record]));
  const old = backups.filter(({ name }) => {
    const [, issue, attempt] = /^(\d{1,10})\/(\d{1,10})$/.exec(name) ?? [];
    const record = records.get(Number(issue)) ?? null;
    return record !== null && secondsBetween(endOf(record, Number(attempt)) ?? now, now) > keep;
  });
  const removed: string[] = [];
  for (let from = 0; from < old.length; from += AT_ONCE) {
    const some = old.slice(from, from + AT_ONCE);
    const moves = some.map(({ name, oid }) => ({
      name: `${BACKUP_PREFIX}${name}`,
      before: oid,
      after: null,
    }));
    if ((await moveRefs(client, place, moves)) === "won")
      removed.push(...some.map(({ name }) => `backup ${name}`));
  }
  return removed;
}

/** null: it is needed. Of an attempt that the record does not list any more it is only known that it ended before the record's last change. */
function endOf(record: Record, attempt: number): Instant | null {
  if (isLiving(record) && record.rebased?.attempt === attempt) return null;
  if (record.attempt?.n === attempt) return null;
  return record.attempts.find(({ n }) => n === attempt)?.ended ?? record.since;
}
