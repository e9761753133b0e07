/** Ways of recovery that only show when a state is looked at again and again. */
import { describe, expect, it } from "vitest";
import { decide } from "../../src/domain/decide.ts";
import { RETURNED, returned, run, snapshot } from "./snapshots.ts";
import { after } from "./speech.ts";

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
