/** Watches bases: one pass over all open task pull requests of a base, however many pushes asked for it. */
import type { KeyObject } from "node:crypto";
import type { Logger } from "probot";
import { DEFAULT_CONFIG } from "../domain/config.ts";
import { nextToLand, wakesOnBase, wakesOnConflict, wakesOnPush } from "../domain/landing-wakes.ts";
import type { Record } from "../domain/record.ts";
import type { Client, RepositoryKey } from "../github/client.ts";
import { RateLimited, Unreachable } from "../github/failure.ts";
import { listTasks } from "../github/ledger-list.ts";
import { readMergeable, startTestMerge, type BaseReading, type TaskPull } from "../github/read-mergeable.ts";
import type { Clock } from "./clock.ts";
import type { Address } from "./inbox.ts";

export interface Base {
  installation: number;
  repository: RepositoryKey;
  branch: string;
}

export interface BaseWatch {
  /** Something came to the base: a pass is made soon, and what has to be looked at is woken. */
  pushed(base: Base): void;
  /** All its tasks are looked at anyway: only what GitHub does not know yet is followed up. */
  follow(base: Base): void;
  /** Resolves when no reading is under way; what is planned stays planned. */
  idle(): Promise<void>;
  /** Plans nothing any more. */
  stop(): void;
}

export interface BaseWatchDependencies {
  clientFor: (installation: number) => Promise<Client>;
  key: KeyObject;
  clock: Clock;
  wake: (address: Address) => void;
  log: Pick<Logger, "info" | "warn" | "error">;
}

/** Pushes come in bursts, and right after one GitHub may still show what it computed for the base before. */
const SETTLE_MILLISECONDS = 2000;
/** How long GitHub is given for its test merges, from reading to reading; then they are left to the sweep. */
const PAUSES_MILLISECONDS = [5000, 10_000, 20_000, 40_000, 80_000] as const;
/** So often it may say that it does not know before it is asked for each pull request by itself. */
const PATIENCE = 2;
const AT_ONCE = 10;

/** One base while a pass over it is planned or under way. */
interface Watched {
  base: Base;
  isReading: boolean;
  /** A push came during the reading. */
  isPushed: boolean;
  /** Readings of this pass that are over. */
  readings: number;
  /** Pull requests that the last reading left open; only these are looked at again. null: all. */
  unknown: ReadonlySet<number> | null;
  /** What the first reading tells is known already. */
  isQuiet: boolean;
  cancel: () => void;
}

export function createBaseWatch(dependencies: BaseWatchDependencies): BaseWatch {
  const { clock, log } = dependencies;
  const watched = new Map<string, Watched>();
  const underWay = new Set<Promise<void>>();
  let isStopped = false;

  function pushed(base: Base): void {
    const known = watched.get(nameOf(base));
    if (known === undefined) return begin(base, false);
    known.base = base;
    if (known.isReading) known.isPushed = true;
    else if (known.readings > 0 || known.isQuiet) restart(known);
  }

  function follow(base: Base): void {
    if (!watched.has(nameOf(base))) begin(base, true);
  }

  function begin(base: Base, isQuiet: boolean): void {
    if (isStopped) return;
    const one: Watched = {
      base,
      isReading: false,
      isPushed: false,
      readings: 0,
      unknown: null,
      isQuiet,
      cancel: () => undefined,
    };
    watched.set(nameOf(base), one);
    plan(one, SETTLE_MILLISECONDS);
  }

  /** The newest base counts: what is still unknown of an older one does not matter any more. */
  function restart(one: Watched): void {
    one.cancel();
    Object.assign(one, { isPushed: false, isQuiet: false, readings: 0, unknown: null });
    plan(one, SETTLE_MILLISECONDS);
  }

  function plan(one: Watched, milliseconds: number): void {
    if (isStopped) return;
    one.cancel = clock.after(milliseconds, () => {
      const work = read(one).finally(() => underWay.delete(work));
      underWay.add(work);
    });
  }

  async function read(one: Watched): Promise<void> {
    one.isReading = true;
    let pause: number | null;
    try {
      pause = await pass(one, dependencies);
    } catch (error) {
      pause = afterFailure(one, error);
    }
    one.isReading = false;
    if (one.isPushed) return restart(one);
    if (pause === null) watched.delete(nameOf(one.base));
    else plan(one, pause);
  }

  /** A limit is over at a known time; whatever else was in the way, the sweep comes by. */
  function afterFailure({ base }: Watched, error: unknown): number | null {
    const { owner, name } = base.repository;
    const where = { repository: `${owner}/${name}`, branch: base.branch, err: error };
    if (error instanceof RateLimited) {
      log.warn(where, "GitHub's rate limit is reached; the base is looked at when it is over");
      return error.seconds * 1000;
    }
    if (error instanceof Unreachable) log.warn(where, "a base cannot be reached; its tasks wait");
    else log.error(where, "a base could not be looked at; the sweep finds what it meant");
    return null;
  }

  async function idle(): Promise<void> {
    while (underWay.size > 0) await Promise.all(underWay);
  }

  function stop(): void {
    isStopped = true;
    for (const { cancel } of watched.values()) cancel();
  }

  return { pushed, follow, idle, stop };
}

function nameOf({ repository, branch }: Base): string {
  return `${repository.id} ${branch}`;
}

/** One reading. Answers in how many milliseconds to read again; null: GitHub knows everything, or had its time. */
async function pass(one: Watched, dependencies: BaseWatchDependencies): Promise<number | null> {
  const { installation, repository, branch } = one.base;
  const client = await dependencies.clientFor(installation);
  const reading = await readMergeable(client, repository, branch);
  // A merge queue tests its own, each on top of the others, and puts out what conflicts.
  const open = reading.pulls.filter(
    ({ number, isQueued }) => !isQueued && (one.unknown === null || one.unknown.has(number)),
  );
  const readings = one.readings + 1;
  const pulls = readings === PATIENCE ? await askEach(client, repository, open) : open;
  if (one.unknown !== null || !one.isQuiet) {
    for (const issue of await issuesToWake(client, one, { ...reading, pulls }, dependencies.key))
      dependencies.wake({ installation, repository, issue });
  }
  const unknown = pulls.filter(({ mergeable }) => mergeable === "unknown");
  one.readings = readings;
  one.unknown = new Set(unknown.map(({ number }) => number));
  if (unknown.length === 0) return null;
  const pause = PAUSES_MILLISECONDS[readings - 1] ?? null;
  if (pause === null) {
    const pullRequests = unknown.map(({ number }) => number);
    dependencies.log.info(
      { repository: `${repository.owner}/${repository.name}`, branch, pullRequests },
      "GitHub does not tell whether these can be merged; the sweep asks again",
    );
  }
  return pause;
}

/** With what GitHub knows of those that it did not know before. */
async function askEach(
  client: Client,
  repository: RepositoryKey,
  pulls: readonly TaskPull[],
): Promise<TaskPull[]> {
  const told = new Map<number, TaskPull["mergeable"]>();
  const unknown = pulls.filter(({ mergeable }) => mergeable === "unknown");
  for (let from = 0; from < unknown.length; from += AT_ONCE) {
    await Promise.all(
      unknown.slice(from, from + AT_ONCE).map(async ({ number }) => {
        told.set(number, await startTestMerge(client, repository, number));
      }),
    );
  }
  return pulls.map((pull) => ({ ...pull, mergeable: told.get(pull.number) ?? pull.mergeable }));
}

async function issuesToWake(
  client: Client,
  { base: { repository, branch }, unknown }: Watched,
  { pulls, isDefault, config }: BaseReading,
  key: KeyObject,
): Promise<Set<number>> {
  const known = pulls.filter(({ mergeable }) => mergeable !== "unknown");
  const isFirst = unknown === null;
  const issues = new Set<number>();
  // Tasks without a pull request stand on the default branch.
  if (known.length === 0 && !(isFirst && isDefault)) return issues;
  const records = new Map<number, Record>();
  for (const { issue, record } of await listTasks(client, repository, key)) {
    if (record === null) continue;
    records.set(issue, record);
    if (isFirst && record.base === branch && wakesOnPush(record)) issues.add(issue);
  }
  const settings = config.kind === "config" ? config.config : DEFAULT_CONFIG;
  const mergeable: Record[] = [];
  for (const pull of known) {
    const record = records.get(pull.issue);
    if (record === undefined || record.branch !== pull.branch) continue;
    const isConflicting = pull.mergeable === "conflicting";
    if (!isConflicting) mergeable.push(record);
    if (isConflicting ? wakesOnConflict(record) : wakesOnBase(record, settings)) issues.add(pull.issue);
  }
  const next = nextToLand(mergeable, settings);
  if (next !== null) issues.add(next);
  return issues;
}
