/** What only shows when one state follows another: found by walking all of them. */
import { describe, expect, it } from "vitest";
import { decide } from "../../src/domain/decide.ts";
import { comment, RETURNED, returned, run, snapshot } from "./snapshots.ts";
import { after, answers } from "./speech.ts";

describe("an attempt that had finished when the stop label came", () => {
  const stopped = returned(
    {},
    {
      issue: { ...snapshot().issue, labels: ["gza", "gza:stop"] },
      said: new Map([["status", { id: 900, nodeId: "IC_900", body: "", isMinimised: false }]]),
    },
  );

  it("has no run to cancel: nothing is written while the label stays on", () => {
    const held = after(stopped);
    const later = decide({ ...held, now: "2026-03-01T13:00:00Z" });

    expect(decide(stopped).effects.map(({ kind }) => kind)).not.toContain("cancel_run");
    expect(later).toMatchObject({ reason: "waits_for_stop", move: null });
    expect(held.baton).toMatchObject({ kind: "report", oid: RETURNED });
  });

  it("is asked to end for as long as its run goes on", () => {
    const going = { ...stopped, run: run({ status: "in_progress", conclusion: null }) };
    const later = decide({ ...after(going), now: "2026-03-01T13:00:00Z" });

    expect(decide(going).effects).toContainEqual({ kind: "cancel_run", run: 501 });
    expect(later.effects).toContainEqual({ kind: "cancel_run", run: 501 });
  });
});

describe("/gza run on a labelled issue while the config is broken", () => {
  const asked = snapshot({
    config: { kind: "broken", blob: "2".repeat(40), problems: [] },
    comments: [comment("/gza run --agent codex")],
  });

  it("counts with its flags and is answered, then waits for the config", () => {
    const { move } = decide(asked);
    if (!move) throw new Error("the test needs a task that begins");
    const record = { ...move.record, mac: "0".repeat(64) };
    const oid = "e".repeat(40);
    const next = decide({ ...asked, comments: [], record: { kind: "record", oid, tree: oid, record } });

    expect(answers(asked)).toEqual(["run"]);
    expect(move.record).toMatchObject({ asked: { how: "command" }, settings: { agent: "codex" } });
    expect(next.move?.record).toMatchObject({ phase: "parked", reason: "config" });
  });
});
