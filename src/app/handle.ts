/** Handles one task: observes, decides, moves, does the effects, and again until nothing is left to do now. */
import type { Logger } from "probot";
import type { Decision, Effect } from "../domain/decision.ts";
import { isLiving, type Record } from "../domain/record.ts";
import type { Evidence, Role, Snapshot } from "../domain/snapshot.ts";
import { applyEffect } from "../github/apply-effect.ts";
import type { Client } from "../github/client.ts";
import { applyMove, placeOf, type Moved } from "../github/move.ts";
import { expect, observe, type Observer } from "../github/observe.ts";
import { readLanded } from "../github/read-landed.ts";
import type { Echoes } from "./echo.ts";
import type { Address } from "./inbox.ts";
import type { QueueLanes } from "./queue-lanes.ts";
import type { Waiting } from "./waiting.ts";

export interface HandleDependencies {
  clientFor: (installation: number) => Promise<Client>;
  observer: Observer;
  decide: (snapshot: Snapshot) => Decision;
  waiting: Waiting;
  lanes: QueueLanes;
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
  const { waiting, log } = dependencies;
  const { repository, issue } = address;
  const task = `${repository.owner}/${repository.name}#${issue}`;
  const client = await dependencies.clientFor(address.installation);
  const evidence: Evidence[] = [];
  const asking = { client, address, evidence, roles: new Map<number, Role>() };
  for (let round = 1; round <= ROUNDS; round += 1) {
    const found = await lookAndMove(asking, dependencies);
    if (found === "gone") return null;
    const { snapshot, decision, moved } = found;
    if (moved.kind === "lost") {
      log.info({ task }, "another replica moved the task first");
      continue;
    }
    if (decision.move?.queue) waiting.see(repository.id, decision.move.queue);
    const outcome =
      moved.kind === "refused"
        ? refused(snapshot, moved.words)
        : await carryOut(client, { snapshot, decision, record: moved.record }, dependencies);
    const added = outcome.filter((one) => !evidence.some((known) => isSame(known, one)));
    evidence.push(...added);
    if (decision.move === null && added.length === 0) return delay(snapshot, decision);
  }
  log.warn({ task, rounds: ROUNDS }, "a task does not come to rest; it is looked at again in a minute");
  return SPINNING_MILLISECONDS;
}

/** One task that is being handled, and what was found out on the way. */
interface Asking {
  client: Client;
  address: Address;
  evidence: readonly Evidence[];
  roles: Map<number, Role>;
}

interface Looked {
  snapshot: Snapshot;
  decision: Decision;
}

/** `record`: as it is then; null: the task has none. */
type AfterMove = { kind: "won" | "kept"; record: Record | null } | Exclude<Moved, { kind: "won" }>;

/** Observes, decides and moves. Who wants to move the queue takes a lane, and looks again if others have moved it since: it would lose. */
async function lookAndMove(
  asking: Asking,
  dependencies: HandleDependencies,
): Promise<(Looked & { moved: AfterMove }) | "gone"> {
  const lane = dependencies.lanes(asking.address.repository.id);
  const before = lane.moves;
  const first = await look(asking, dependencies);
  if (first === "gone") return "gone";
  if (!first.decision.move?.queue) return { ...first, moved: await makeMove(asking, first, dependencies) };
  return lane.take(async () => {
    const looked = lane.moves === before ? first : await look(asking, dependencies);
    if (looked === "gone") return "gone";
    const moved = await makeMove(asking, looked, dependencies);
    if (looked.decision.move?.queue && moved.kind === "won") lane.moves += 1;
    return { ...looked, moved };
  });
}

async function look(
  { client, address, evidence, roles }: Asking,
  { observer, decide, waiting, echoes }: HandleDependencies,
): Promise<Looked | "gone"> {
  const observed = await observe(client, address, { ...observer, evidence, roles });
  if (observed === "gone") return "gone";
  echoes.know(observed.me.id);
  const looked = await judge(client, observed, decide);
  waiting.note(address, looked.decision);
  waiting.see(address.repository.id, looked.snapshot.ledger.queue);
  return looked;
}

/** Who puts a branch on its base has to know what the other side was for. Nobody else does, so it is read for a rebase that begins. */
async function judge(
  client: Client,
  observed: Snapshot,
  decide: HandleDependencies["decide"],
): Promise<Looked> {
  const decision = decide(observed);
  const job = decision.move?.job;
  if (job?.kind !== "new" || job.job.kind !== "rebase" || observed.pull === null)
    return { snapshot: observed, decision };
  const landed = await readLanded(client, placeOf(observed), observed.pull.base);
  const snapshot = { ...observed, landed };
  return { snapshot, decision: decide(snapshot) };
}

async function makeMove(
  { client, address }: Asking,
  { snapshot, decision }: Looked,
  { observer, log, interrupt }: HandleDependencies,
): Promise<AfterMove> {
  const { repository, issue } = address;
  log.info({ task: `${repository.owner}/${repository.name}#${issue}`, ...summary(decision) }, "decided");
  const { move } = decision;
  if (move === null) {
    const record = snapshot.record.kind === "record" ? snapshot.record.record : null;
    return { kind: "kept", record };
  }
  interrupt?.({ when: "before", what: "move" });
  const moved = await applyMove(client, { snapshot, move }, observer.key);
  if (moved.kind !== "won") return moved;
  interrupt?.({ when: "after", what: "move" });
  expect(observer, address, moved.record);
  return moved;
}

async function carryOut(
  client: Client,
  { snapshot, decision, record }: Looked & { record: Record | null },
  { interrupt }: HandleDependencies,
): Promise<Evidence[]> {
  const { move } = decision;
  // After a move a living task is looked at again at once: what only shows its state waits for the round that leaves it as it is.
  const waits = move !== null && isLiving(move.record);
  const effects = decision.effects.filter((effect) => !waits || !isProjection(effect));
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
