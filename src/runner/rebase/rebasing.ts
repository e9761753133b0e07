/** One rebase under way, and how it may end. */
import type { RebaseMatter } from "../../domain/job.ts";
import type { Conflict, RebaseClaim } from "../../domain/report.ts";
import type { Asked, Attempt } from "../attempt/attempt.ts";
import type { RawReport } from "../raw-report.ts";
import { runSetup } from "../attempt/repository-commands.ts";
import type { Own } from "./own-repository.ts";
import type { DroppedCommit } from "./plan.ts";
import type { Unmerged } from "./stop.ts";
import { untrackedFiles } from "./tidy.ts";

export interface Rebasing {
  attempt: Attempt;
  own: Own;
  matter: RebaseMatter;
  base: string;
  head: string;
  fork: string;
  by: RebaseClaim["by"];
  dropped: DroppedCommit[];
  conflicts: Conflict[];
  /** What came of asking the agent the last time; null: it was not needed until now. */
  asked: Asked | null;
  /** Files that the config's setup has left, neither committed nor ignored. */
  known: ReadonlySet<string>;
  isSetUp: boolean;
}

/** How an attempt ends; what is not said here is told by the agent's last invocation. */
export type Ended = Pick<RawReport, "end" | "summary"> & Partial<RawReport>;

export const CANCELLED: Ended = { end: "run_cancelled", summary: "The workflow run was cancelled." };

const STRENGTH = ["nothing", "git", "regeneration", "agent"] as const;

/** The strongest of what was needed counts. */
export function needed(rebasing: Rebasing, by: RebaseClaim["by"]): void {
  if (STRENGTH.indexOf(by) > STRENGTH.indexOf(rebasing.by)) rebasing.by = by;
}

/** A path that stopped several commits, or lies at two places, is told once, by the strongest that settled it. */
export function noteConflict(rebasing: Rebasing, { kind, shown }: Unmerged, by: Conflict["by"]): void {
  const { conflicts } = rebasing;
  const index = conflicts.findIndex(({ path }) => path === shown.path);
  const known = conflicts[index];
  if (known === undefined) conflicts.push({ ...shown, kind, by });
  else if (by === "left") conflicts[index] = { ...withBoth(shown, known), kind, by };
  else if (by === "agent") conflicts[index] = { ...known, by };
}

/** Of a link here and a file there each entry knows one side. */
function withBoth(shown: Unmerged["shown"], known: Conflict): Unmerged["shown"] {
  const isNothing = (text: string): boolean => text === "(deleted)" || text === "(not there)";
  if (known.by !== "left") return shown;
  return {
    path: shown.path,
    ours: isNothing(shown.ours) ? known.ours : shown.ours,
    theirs: isNothing(shown.theirs) ? known.theirs : shown.theirs,
  };
}

/** Runs the config's setup. Null: it is through, or there is none. */
export async function setUp(rebasing: Rebasing): Promise<Ended | null> {
  const { attempt, own } = rebasing;
  rebasing.isSetUp = true;
  if (attempt.job.setup === null) return null;
  const ended = await runSetup(attempt);
  rebasing.known = new Set(await untrackedFiles(own));
  if (ended === null) return null;
  const { end, summary, fault, last_words: words } = ended;
  return { end, summary, fault, last_words: words };
}
