/** What every effect knows beside its own words. */
import type { Record } from "../../domain/record.ts";
import type { Evidence, Snapshot } from "../../domain/snapshot.ts";
import type { Effect } from "../../domain/decision.ts";
import type { Client } from "../client.ts";

export interface EffectContext {
  /** What the decision was made from. */
  snapshot: Snapshot;
  /** The record after the decision's move; null: the task has none. */
  record: Record | null;
}

/** One kind of effect: done at most once however often it is called, and answering what it found out. */
export type Perform<Kind extends Effect["kind"]> = (
  client: Client,
  context: EffectContext,
  effect: Extract<Effect, { kind: Kind }>,
) => Promise<Evidence[]>;

/** Owner and name as REST's paths want them. */
export function pathOf({ repository }: Pick<Snapshot, "repository">): { owner: string; repo: string } {
  const [owner = "", repo = ""] = repository.name.split("/");
  return { owner, repo };
}
