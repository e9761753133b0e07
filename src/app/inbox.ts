/** The inbox: events of one task one after another, different tasks side by side; what waits for the same task is one. */
import type { Logger } from "probot";
import type { RepositoryKey } from "../github/client.ts";
import { RateLimited, Unreachable } from "../github/failure.ts";
import type { Clock } from "./clock.ts";

/** Where a task is and whose installation reaches it. */
export interface Address {
  installation: number;
  repository: RepositoryKey;
  issue: number;
}

export interface Inbox {
  /** Looks at the task as soon as possible. */
  wake(address: Address): void;
  /** Looks at the task within that time; a look that comes earlier takes this one along. */
  wakeLater(address: Address, milliseconds: number): void;
  /** Lets go of all that waits for an installation, or for these repositories of it. Whoever finds it back wakes what is needed. */
  leave(installation: number, repositories: readonly number[] | null): void;
  /** Takes nothing in any more and resolves when what is being handled is over. */
  drain(): Promise<void>;
  /** Resolves when nothing is being handled and nothing waits but timers. */
  idle(): Promise<void>;
  status(): { waiting: number; running: number; oldestDue: string | null };
}

export interface InboxOptions {
  /** Handles a task; answers in how many milliseconds to look again, null: an event will tell. */
  handle: (address: Address) => Promise<number | null>;
  clock: Clock;
  log: Pick<Logger, "error" | "warn">;
  /** Tasks that are handled side by side. */
  width?: number;
}

/** How long a task whose handling failed is left alone, by failures in a row. */
const BACKOFF_MILLISECONDS = [60_000, 300_000, 1_800_000] as const;

interface Entry {
  address: Address;
  isWanted: boolean;
  isRunning: boolean;
  failures: number;
  /** Set: it runs no earlier than this, whatever happens. */
  heldUntil: number | null;
  due: number | null;
  cancelTimer: () => void;
}

export function createInbox({ handle, clock, log, width = 8 }: InboxOptions): Inbox {
  const entries = new Map<string, Entry>();
  const paused = new Map<number, number>();
  const unreachable = new Set<number>();
  let running = 0;
  let isDraining = false;
  let whenIdle: (() => void)[] = [];

  function wake(address: Address): void {
    if (isDraining) return;
    const entry = entryOf(address);
    entry.address = address;
    entry.isWanted = true;
    pump();
  }

  function wakeLater(address: Address, milliseconds: number): void {
    if (isDraining) return;
    const entry = entryOf(address);
    entry.address = address;
    // Its timer must not go off while it is held: nobody would look again when the hold is over.
    schedule(entry, Math.max(milliseconds, holdOf(entry) - clock.now()));
  }

  function entryOf(address: Address): Entry {
    const name = `${address.repository.id}#${address.issue}`;
    const known = entries.get(name);
    if (known !== undefined) return known;
    const entry: Entry = {
      address,
      isWanted: false,
      isRunning: false,
      failures: 0,
      heldUntil: null,
      due: null,
      cancelTimer: () => undefined,
    };
    entries.set(name, entry);
    return entry;
  }

  function pump(): void {
    for (const entry of entries.values()) {
      if (running >= width || isDraining) break;
      if (!entry.isWanted || entry.isRunning) continue;
      // Whoever made it wait may be gone when the wait is over, so it has a timer of its own.
      if (isHeld(entry)) schedule(entry, holdOf(entry) - clock.now());
      else void run(entry);
    }
    if (running > 0) return;
    for (const resolve of whenIdle.splice(0)) resolve();
  }

  function isHeld(entry: Entry): boolean {
    return holdOf(entry) > clock.now();
  }

  /** When it may run again; in the past: now. */
  function holdOf({ heldUntil, address }: Entry): number {
    return Math.max(heldUntil ?? 0, paused.get(address.installation) ?? 0);
  }

  async function run(entry: Entry): Promise<void> {
    running += 1;
    entry.isRunning = true;
    entry.isWanted = false;
    entry.cancelTimer();
    entry.due = null;
    entry.heldUntil = null;
    try {
      const again = await handle(entry.address);
      entry.failures = 0;
      unreachable.delete(entry.address.installation);
      if (again !== null) schedule(entry, again);
    } catch (error) {
      fail(entry, error);
    } finally {
      running -= 1;
      entry.isRunning = false;
      if (!entry.isWanted && entry.due === null) forget(entry);
      pump();
    }
  }

  /** The limit is the installation's, not the task's: all of its tasks wait, and none has failed. */
  function fail(entry: Entry, error: unknown): void {
    entry.cancelTimer();
    entry.due = null;
    const { installation, repository, issue } = entry.address;
    const where = { repository: `${repository.owner}/${repository.name}`, issue };
    if (error instanceof Unreachable) {
      if (!unreachable.has(installation))
        log.warn(
          { installation, err: error },
          "an installation cannot be reached; its tasks wait until it is back",
        );
      unreachable.add(installation);
      leave(installation, null);
      return;
    }
    if (error instanceof RateLimited) {
      const until = clock.now() + error.seconds * 1000;
      paused.set(installation, Math.max(until, paused.get(installation) ?? 0));
      log.warn(
        { ...where, installation, until: error.until },
        "GitHub's rate limit is reached; the installation pauses",
      );
      schedule(entry, error.seconds * 1000);
      return;
    }
    const wait = BACKOFF_MILLISECONDS[Math.min(entry.failures, 2)] ?? BACKOFF_MILLISECONDS[2];
    entry.failures += 1;
    entry.heldUntil = clock.now() + wait;
    log.error(
      { ...where, err: error, failures: entry.failures, seconds: wait / 1000 },
      "a task failed; it is tried again",
    );
    schedule(entry, wait);
  }

  function schedule(entry: Entry, milliseconds: number): void {
    const due = clock.now() + Math.max(0, milliseconds);
    if (isDraining || (entry.due !== null && entry.due <= due)) return;
    entry.cancelTimer();
    entry.due = due;
    entry.cancelTimer = clock.after(due - clock.now(), () => {
      entry.due = null;
      entry.isWanted = true;
      pump();
    });
  }

  function leave(installation: number, repositories: readonly number[] | null): void {
    for (const entry of entries.values()) {
      const { address } = entry;
      if (address.installation !== installation) continue;
      if (repositories !== null && !repositories.includes(address.repository.id)) continue;
      entry.cancelTimer();
      entry.due = null;
      entry.isWanted = false;
      if (!entry.isRunning) forget(entry);
    }
  }

  function forget(entry: Entry): void {
    entries.delete(`${entry.address.repository.id}#${entry.address.issue}`);
  }

  function idle(): Promise<void> {
    pump();
    if (running === 0) return Promise.resolve();
    return new Promise((resolve) => {
      whenIdle = [...whenIdle, resolve];
    });
  }

  function drain(): Promise<void> {
    isDraining = true;
    for (const entry of entries.values()) entry.cancelTimer();
    return idle();
  }

  function status(): { waiting: number; running: number; oldestDue: string | null } {
    const all = [...entries.values()];
    const dues = all.flatMap(({ due }) => due ?? []);
    return {
      waiting: all.filter(({ isWanted }) => isWanted).length,
      running,
      oldestDue: dues.length === 0 ? null : new Date(Math.min(...dues)).toISOString(),
    };
  }

  return { wake, wakeLater, leave, drain, idle, status };
}
