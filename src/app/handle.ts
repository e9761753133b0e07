/** Handles one task: observes, decides, moves, does the effects, and again until nothing is left to do now. */
import type { Logger } from "probot";
import type { Decision, Effect } from "../domain/decision.ts";
import { isLiving } from "../domain/record.ts";
import type { Evidence, Role, Snapshot } from "../domain/snapshot.ts";
import { applyEffect } from "../github/apply-effect.ts";
import type { Client } from "../github/client.ts";
import { applyMove, placeOf } from "../github/move.ts";
import type { TaskKey } from "../github/assemble.ts";
import { expect, observe, type Observer } from "../github/observe.ts";
import { readLanded } from "../github/read-landed.ts";
import type { Echoes } from "./echo.ts";
import type { Address } from "./inbox.ts";
import type { Waiting } from "./waiting.ts";

export interface HandleDependencies {
  clientFor: (installation: number) => Promise<Client>;
  observer: Observer;
  decide: (snapshot: Snapshot) => Decision;
  waiting: Waiting;
  echoes: Pick<Echoes, "know">;
  log: Pick<Logger, "info" | "warn">;
  /** Called around every move and effect; one that throws stops the work there, as a crash would. */
  interrupt?: ((point: { when: "before" | "after"; what: Effect | "move" }) => void) | undefined;
}

/** More rounds than any task needs at once: a decision that never comes to rest must not spin. */
const ROUNDS = 12;
const SPINNING_MILLISECONDS = 60_000;

/** Answers in how many milliseconds to look again; null: an event will tell. */
export async function handle(address: Address, dependencies: HandleDependencies): Promise<number | null> {
  const { observer, decide, log } = dependencies;
  const { repository, issue } = address;
  const where = `${repository.owner}/${repository.name}#${issue}`;
  const client = await dependencies.clientFor(address.installation);
  const evidence: Evidence[] = [];
  const roles = new Map<number, Role>();
  for (let round = 1; round <= ROUNDS; round += 1) {
    const observed = await observe(client, { repository, issue }, { ...observer, evidence, roles });
    if (observed === "gone") return null;
    dependencies.echoes.know(observed.me.id);
    const { snapshot, decision } = await judge(client, observed, decide);
    dependencies.waiting.note(address, decision);
    dependencies.waiting.see(repository.id, snapshot.ledger.queue);
    log.info({ task: where, ...summary(decision) }, "decided");
    const outcome = await carryOut(client, { task: { repository, issue }, snapshot, decision }, dependencies);
    if (outcome === "lost") {
      log.info({ task: where }, "another replica moved the task first");
      continue;
    }
    if (decision.move?.queue) dependencies.waiting.see(repository.id, decision.move.queue);
    const added = outcome.filter((found) => !evidence.some((known) => isSame(known, found)));
    evidence.push(...added);
    if (decision.move === null && added.length === 0) return delay(snapshot, decision);
  }
  log.warn(
    { task: where, rounds: ROUNDS },
    "a task does not come to rest; it is looked at again in a minute",
  );
  return SPINNING_MILLISECONDS;
}

/** Who puts a branch on its base has to know what the other side was for. Nobody else does, so it is read for a rebase that begins. */
async function judge(
  client: Client,
  observed: Snapshot,
  decide: HandleDependencies["decide"],
): Promise<{ snapshot: Snapshot; decision: Decision }> {
  const decision = decide(observed);
  const job = decision.move?.job;
  if (job?.kind !== "new" || job.job.kind !== "rebase" || observed.pull === null)
    return { snapshot: observed, decision };
  const landed = await readLanded(client, placeOf(observed), observed.pull.base);
  const snapshot = { ...observed, landed };
  return { snapshot, decision: decide(snapshot) };
}

async function carryOut(
  client: Client,
  { task, snapshot, decision }: { task: TaskKey; snapshot: Snapshot; decision: Decision },
  { observer, interrupt }: HandleDependencies,
): Promise<Evidence[] | "lost"> {
  const { move } = decision;
  // After a move a living task is looked at again at once: what only shows its state waits for the round that leaves it as it is.
  const waits = move !== null && isLiving(move.record);
  const effects = decision.effects.filter((effect) => !waits || !isProjection(effect));
  let record = snapshot.record.kind === "record" ? snapshot.record.record : null;
  if (move !== null) {
    interrupt?.({ when: "before", what: "move" });
    const moved = await applyMove(client, { snapshot, move }, observer.key);
    if (moved.kind === "lost") return "lost";
    if (moved.kind === "refused") return refused(snapshot, moved.words);
    interrupt?.({ when: "after", what: "move" });
    record = moved.record;
    expect(observer, task, record);
  }
  const found: Evidence[] = [];
  for (const effect of effects) {
    interrupt?.({ when: "before", what: effect });
    found.push(...(await applyEffect(client, { snapshot, record }, effect)));
    interrupt?.({ when: "after", what: effect });
  }
  return found;
}

/** The policy decides anew, once, knowing that a rule of the repository stands in the way. */
function refused({ evidence }: Snapshot, words: string): Evidence[] {
  if (evidence.some(({ kind }) => kind === "move_refused"))
    throw new Error(`GitHub refuses whatever the task wants to move (${words}); let the App past that rule`);
  return [{ kind: "move_refused", message: words }];
}

/** Every decision brings these along for as long as GitHub shows something else. */
function isProjection(effect: Effect): boolean {
  return effect.kind === "set_labels" || (effect.kind === "edit_status" && effect.id !== null);
}

function summary({ rule, reason, move, effects }: Decision): {
  rule: number;
  reason: string;
  move: string | null;
  effects: string[];
} {
  return { rule, reason, move: move?.story ?? null, effects: effects.map(({ kind }) => kind) };
}

function isSame(one: Evidence, other: Evidence): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Both instants are GitHub's, so this machine's clock may be wrong. */
function delay({ now }: Snapshot, { again }: Decision): number | null {
  return again === null ? null : Math.max(1000, Date.parse(again) - Date.parse(now));
}
