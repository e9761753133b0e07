/** `/gza revert`: GitHub opens the pull request that takes a merge back, once, and the answer names it. */
import { describe, expect, it } from "vitest";
import { decide } from "../../src/domain/decide.ts";
import type { RecordBody } from "../../src/domain/record.ts";
import type { Evidence, Snapshot } from "../../src/domain/snapshot.ts";
import { comment, pull, ready } from "./snapshots.ts";
import { after, answers, moveOf, recordOf, says } from "./speech.ts";

describe("/gza revert", () => {
  const merged = (evidence: Evidence[] = [], body: Partial<RecordBody> = {}): Snapshot =>
    ready({ phase: "done", reason: "merged", ...body }, { pull: pull({ state: "merged" }), evidence });

  it("has GitHub open a pull request that takes the merge back", () => {
    const { move, effects } = decide(says("/gza revert", merged()));

    expect(move).toBeNull();
    expect(effects).toContainEqual({
      kind: "revert_pull",
      number: 8,
      nodeId: "PR_8",
      branch: "gza/7-fix-the-parser",
      title: 'Revert "Fix the parser"',
      body: "Takes #8 back, which was made for #7.",
    });
  });

  it.each<[string, Snapshot, string]>([
    ["was opened", merged([{ kind: "reverted", pull: 8, by: 1_234_567_890 }]), "revert"],
    ["was refused", merged([{ kind: "revert_refused", pull: 8, message: "No." }]), "revert_refused"],
    [
      "was refused, then opened",
      merged([
        { kind: "revert_refused", pull: 8, message: "No." },
        { kind: "reverted", pull: 8, by: 19 },
      ]),
      "revert",
    ],
    ["is of nothing", merged([], { reason: "answered" }), "not_merged"],
    ["is of what is merged no more", ready({ phase: "done", reason: "merged" }), "not_merged"],
    ["is of a task under way", ready(), "not_now"],
  ])("that %s is answered", (_, from, word) => {
    expect(answers(says("/gza revert", from))).toEqual([word]);
    expect(decide(says("/gza revert", from)).effects.map(({ kind }) => kind)).not.toContain("revert_pull");
    expect(recordOf(after(says("/gza revert", from)))).toMatchObject({
      phase: recordOf(from).phase,
      heard: 0,
    });
  });

  it("is not taken for another pull request's", () => {
    const from = says("/gza revert", merged([{ kind: "reverted", pull: 9, by: 19 }]));

    expect(decide(from).effects.map(({ kind }) => kind)).toContain("revert_pull");
  });

  it("is acknowledged before anything is done", () => {
    const from = { ...merged(), comments: [comment("/gza revert", { acknowledged: false })] };

    expect(decide(from).effects.map(({ kind }) => kind)).not.toContain("revert_pull");
    expect(decide(from).effects).toContainEqual({ kind: "react", comment: 1001, content: "+1" });
  });

  it("fits into the record however long a number is", () => {
    const from = says("/gza revert", merged([{ kind: "reverted", pull: 8, by: Number.MAX_SAFE_INTEGER }]));
    const { intents } = moveOf({
      ...from,
      comments: from.comments.map((one) => ({ ...one, id: 2 ** 40 })),
    }).record;
    const key = intents.find((one) => one.key.startsWith("answer"))?.key ?? "";

    expect(key).toContain("revert:");
    expect(key.length).toBeLessThanOrEqual(80);
  });
});
