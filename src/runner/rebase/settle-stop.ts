/** Settles what git stopped at: generated files by their tools, the rest by the agent, and nothing at all where GZA must not choose. */
import { needed, noteConflict, CANCELLED, setUp, type Ended, type Rebasing } from "./rebasing.ts";
import { askAgent } from "./ask-agent.ts";
import { putOn } from "./own-repository.ts";
import { putTogether, type Put, type Step } from "./put-together.ts";
import { generatedAmong, layOut, regenerate, type Generated } from "./regenerate.ts";
import type { Unmerged } from "./stop.ts";
import { putBack, stage } from "./tidy.ts";

type Stop = Put & { kind: "stopped" };

/** Null: everything is in the index, nothing else is changed. */
export async function settleStop(rebasing: Rebasing, step: Step, first: Stop): Promise<Ended | null> {
  const mayWrite = generatedAmong(first.unmerged, rebasing.matter.regenerate);
  const refused = refusal(rebasing, first.unmerged, mayWrite);
  if (refused !== null) return refused;
  const stop = rebasing.isSetUp ? first : await afterSetup(rebasing, step);
  if ("end" in stop) return stop;

  const { attempt, own, matter } = rebasing;
  const generated = generatedAmong(stop.unmerged, matter.regenerate);
  const written = new Set(generated.map(({ conflict }) => conflict.path));
  const byHand = stop.unmerged.filter(({ path }) => !written.has(path));
  await layOut(own, generated, stop.sides);
  if (byHand.length > 0) {
    const ended = await askAgent(rebasing, step, { conflicts: byHand, generated });
    if (ended !== null) return leaving(rebasing, stop.unmerged, ended);
    for (const conflict of byHand) noteConflict(rebasing, conflict, "agent");
  }
  if (generated.length === 0) return null;
  const failed = await regenerate(attempt, own, generated);
  if (attempt.run.signal.aborted) return CANCELLED;
  const left = failed.map(({ conflict }) => conflict);
  const leftPaths = new Set(left.map(({ path }) => path));
  const taken = await stage(own, (path) => written.has(path) && !leftPaths.has(path), rebasing.known);
  if (taken.kind === "unreadable") throw new Error(`generated files cannot be staged: ${taken.why}`);
  await putBack(own, rebasing.known, leftPaths);
  for (const { conflict } of generated.filter((one) => !failed.includes(one))) {
    needed(rebasing, "regeneration");
    noteConflict(rebasing, conflict, "regeneration");
  }
  if (left.length === 0) return null;
  const binary = refusal(rebasing, left, []);
  if (binary !== null) return binary;
  const ended = await askAgent(rebasing, step, { conflicts: left, generated: [] });
  if (ended !== null) return leaving(rebasing, left, ended);
  for (const conflict of left) noteConflict(rebasing, conflict, "agent");
  return null;
}

/** The repository's own tools must find files without markers: setup comes first, then git once more. */
async function afterSetup(rebasing: Rebasing, step: Step): Promise<Stop | Ended> {
  const { own } = rebasing;
  await putOn(own, step.kind === "pick" ? step.onto : step.head);
  const ended = await setUp(rebasing);
  if (ended !== null) return ended;
  await putBack(own, rebasing.known, new Set());
  const again = await putTogether(own, step);
  if (again.kind === "clean") throw new Error("git stopped, and once more it did not; try the attempt again");
  return again;
}

const REFUSED: { [kind in Unmerged["kind"]]?: string } = {
  binary: "a binary file",
  submodule: "a submodule",
  type: "a link, or a file on one side and something else on the other",
  other: "in a way that git does not explain",
};

/** What GZA does not choose between, by name; null: nothing of that kind, but for generated files. */
function refusal(
  rebasing: Rebasing,
  unmerged: readonly Unmerged[],
  generated: readonly Generated[],
): Ended | null {
  const written = new Set(generated.map(({ conflict }) => conflict));
  const refused = unmerged.filter((one) => one.kind in REFUSED && !written.has(one));
  const [first] = refused;
  if (first === undefined) return null;
  const others = new Set(refused.map(({ shown }) => shown.path)).size - 1;
  const more = others === 0 ? "" : ` and ${others} more that cannot be put together`;
  const summary = `Both sides changed ${first.shown.path} (${REFUSED[first.kind] ?? first.kind})${more}: GZA does not choose between them.`;
  return leaving(rebasing, unmerged, { end: "conflict", summary });
}

function leaving(rebasing: Rebasing, unmerged: readonly Unmerged[], ended: Ended): Ended {
  for (const conflict of unmerged) noteConflict(rebasing, conflict, "left");
  return ended;
}
