/** The stop label: in every phase it holds what it should, loses nothing, and lets go when it is taken off. */
import { describe, expect, it } from "vitest";
import { decide } from "../../src/domain/decide.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import {
  ANNA,
  attempt,
  comment,
  finding,
  HEAD,
  inFlight,
  JOB,
  NOW,
  pull,
  ready,
  rejected,
  returned,
  reviewed,
  run,
  sha,
  snapshot,
  task,
} from "./snapshots.ts";
import { after, answers, parked, recordOf, says, where } from "./speech.ts";

const SEEN = { attempt: attempt({ run: 501 }) };

function stopped(from: Snapshot): Snapshot {
  return { ...from, issue: { ...from.issue, labels: [...from.issue.labels, "gza:stop"] } };
}

function released(from: Snapshot): Snapshot {
  return {
    ...from,
    issue: { ...from.issue, labels: from.issue.labels.filter((name) => name !== "gza:stop") },
  };
}

describe("the stop label", () => {
  it.each<[string, Snapshot, string]>([
    ["no task", snapshot(), "queued asked"],
    ["queued", task({}), "queued waits_for_stop"],
    [
      "queued for a retry",
      task({ reason: "infrastructure", wanted: { kind: "implement", how: "retry" } }),
      "queued waits_for_stop",
    ],
    ["open", rejected(), "queued waits_for_stop"],
    ["ready", ready(), "queued waits_for_stop"],
    [
      "ready and to be merged",
      ready({ merge: { by: ANNA, method: null, at: NOW } }),
      "queued waits_for_stop",
    ],
    ["running, its run not seen yet", inFlight({ run: null }), "queued waits_for_stop"],
    ["parked", parked("timeout"), "as it is"],
    ["parked, its clearing fact true", ready({ phase: "parked", reason: "checks_red" }), "as it is"],
    ["done", task({ phase: "done", reason: "answered" }), "as it is"],
    ["cancelled", task({ phase: "cancelled", reason: "command" }), "as it is"],
  ])("holds a task that is %s", (_, from, expected) => {
    const held = stopped(from);

    expect(where(held)).toBe(expected);
    expect(decide(held).effects.map(({ kind }) => kind)).not.toContain("request_merge");
    expect(decide(held).effects.map(({ kind }) => kind)).not.toContain("dispatch");
  });

  it("is looked at again by nobody but an event", () => {
    const held = stopped(task({ reason: "waits_for_stop" }));

    expect(decide(held)).toMatchObject({ rule: 9, reason: "waits_for_stop", move: null, again: null });
  });

  it("on a closed issue holds nothing: the issue was closed", () => {
    const issue = { ...snapshot().issue, state: "closed" as const, closed: [{ at: NOW, by: ANNA }] };

    expect(where(stopped(task({}, { issue })))).toBe("cancelled issue_closed");
  });
});

describe("an attempt in flight", () => {
  it("whose run is not seen is ended at once, for nothing", () => {
    const { move } = decide(stopped(inFlight({ run: null })));

    expect(move?.record).toMatchObject({
      attempt: null,
      attempts: [{ end: "stopped", usd: 0 }],
      wanted: null,
    });
    expect(move?.refs).toEqual([{ name: "refs/gza/attempts/7", before: JOB, after: null }]);
    expect(move?.queue).toMatchObject({ flight: [], spent: 0 });
  });

  it("that was a retry is made again as one", () => {
    const retry = attempt({ how: "retry", n: 2 });
    const from = inFlight({ run: null });
    const again = task({ ...recordOf(from), attempt: retry }, { baton: from.baton });

    const held = after(stopped(again), { baton: { kind: "none" } });

    expect(recordOf(held).wanted).toEqual({ kind: "implement", how: "retry" });
    expect(where(released(held))).toBe("implement retry");
  });

  it("whose run is known has it cancelled and stays in flight until it has brought its work", () => {
    const held = stopped(inFlight());

    const { move, effects } = decide(held);

    expect(move?.record).toMatchObject({ phase: "running", reason: "waits_for_stop", attempt: { n: 1 } });
    expect(move?.record.intents.map(({ key }) => key)).toContain("run:501");
    expect(effects).toContainEqual({ kind: "cancel_run", run: 501 });
    expect(decide(after(held))).toMatchObject({ rule: 9, reason: "waits_for_stop", move: null });
  });

  it.each<[string, Partial<Snapshot>, string]>([
    ["its work", { unfinished: null }, "resume"],
    [
      "nothing",
      { baton: { kind: "job", oid: JOB, at: NOW }, run: run({ conclusion: "cancelled" }) },
      "retry",
    ],
  ])("whose run brought %s is gone on with when the label is off", (_, facts, how) => {
    const cut = { base: sha("b"), head: HEAD, commits: 1, files: 1, patch: "", finished: false };
    const running = task({ ...recordOf(inFlight()), ...SEEN, reason: "waits_for_stop" });
    const back = { ...returned({ end: "stopped", work: cut }), record: running.record, ...facts };

    const held = after(stopped(back), { baton: { kind: "none" }, run: null });
    const report = back.baton.kind === "report" ? back.baton : null;
    const unfinished = report && { oid: report.oid, work: report.work, session: null, report: report.report };

    expect(recordOf(held)).toMatchObject({
      phase: "queued",
      reason: "waits_for_stop",
      attempts: [{ end: "stopped" }],
      wanted: { kind: "implement", how: "resume" },
    });
    expect(decide(held).move).toBeNull();
    expect(where({ ...released(held), unfinished })).toBe(`implement ${how}`);
  });

  it("that has finished waits on its baton, and lands when the label is off", () => {
    const done = returned(
      {},
      {
        record: task({ ...recordOf(inFlight()), ...SEEN, reason: "waits_for_stop" }).record,
      },
    );

    expect(where(stopped(done))).toBe("as it is");
    expect(decide(stopped(done)).rule).toBe(9);
    expect(where(done)).toBe("open implemented");
  });

  it("whose run vanished is not handed out again", () => {
    const lost = task(
      { ...recordOf(inFlight()), ...SEEN, reason: "waits_for_stop" },
      { baton: { kind: "job", oid: JOB, at: "2026-03-01T11:50:00Z" } },
    );

    expect(where(stopped(lost))).toBe("queued waits_for_stop");
    expect(decide(stopped(lost)).effects.map(({ kind }) => kind)).not.toContain("dispatch");
  });

  it("of a judge is made again by what awaits one", () => {
    const judge = attempt({ n: 3, kind: "review", how: "judge", start: { base: sha("b"), head: HEAD } });
    const disputed = [finding({ state: "disputed" })];
    const running = rejected(
      disputed,
      { phase: "running", reason: "started", attempt: judge },
      {
        baton: { kind: "job", oid: JOB, at: NOW },
      },
    );

    const held = after(stopped(running), { baton: { kind: "none" } });

    expect(recordOf(held).wanted).toBeNull();
    expect(where(released(held))).toBe("review judge");
  });
});

describe("off again", () => {
  it.each<[string, Snapshot, string]>([
    ["before the first attempt", task({}), "implement first"],
    ["at a rejected head", rejected(), "improve first"],
    ["at an unreviewed head", reviewed({ verdict: null, phase: "open", reason: "improved" }), "review first"],
    ["at a ready head", ready(), "ready ready"],
    [
      "with a retry that waits its time",
      task({ reason: "infrastructure", wanted: { kind: "implement", how: "retry" } }),
      "implement retry",
    ],
  ])("goes on where it stood: %s", (_, from, expected) => {
    expect(where(released(after(stopped(from))))).toBe(expected);
  });

  it("within the same look changes nothing", () => {
    expect(where(released(stopped(ready())))).toBe("as it is");
  });
});

describe("while it is on", () => {
  const held = stopped(ready({ phase: "queued", reason: "waits_for_stop" }));

  it.each([
    ["/gza status", "status"],
    ["/gza help", "help"],
    ["/gza merge", "merge"],
    ["/gza retry", "retry"],
    ["/gza resume", "resume_anew"],
    ["/gza review", "no_review"],
    ["/gza improve faster", "improve"],
    ["/gza cancel", "cancel"],
  ])("%s is answered", (body, word) => {
    expect(answers(says(body, held))).toEqual([word]);
  });

  it.each(["/gza merge", "/gza retry", "/gza improve faster"])("%s starts and merges nothing", (body) => {
    const said = after(says(body, held));
    const again = recordOf(said).reason === "waits_for_stop" ? said : after(said);

    expect(recordOf(again).reason).toBe("waits_for_stop");
    expect(decide(again)).toMatchObject({ rule: 9, move: null });
  });

  it("a wish to merge is kept and done when the label is off", () => {
    const said = after(says("/gza merge", held));

    expect(decide(released(said)).effects.map(({ kind }) => kind)).toContain("request_merge");
  });

  it("/gza cancel calls off what is being stopped", () => {
    const from = { ...inFlight(), comments: [comment("/gza cancel")] };
    const running = task({ ...recordOf(inFlight()), ...SEEN, reason: "waits_for_stop" }).record;

    const { move } = decide(stopped({ ...from, record: running }));

    expect(move?.record).toMatchObject({ phase: "cancelled", attempts: [{ end: "cancelled" }] });
  });

  it("a parked task that a word sets going is held", () => {
    const said = after(stopped(says("/gza retry", task({ phase: "parked", reason: "timeout" }))));

    expect(recordOf(said)).toMatchObject({ phase: "queued", reason: "retried" });
    expect(where(said)).toBe("queued waits_for_stop");
  });

  it("a merge by a person counts", () => {
    expect(where({ ...held, pull: pull({ state: "merged" }) })).toBe("done merged");
  });

  it("a push by a person is adopted", () => {
    const pushed = { ...held, branchHead: sha("7") };

    expect(recordOf(after(pushed))).toMatchObject({ head: sha("7"), theirs: true });
    expect(where(after(pushed))).toBe("queued waits_for_stop");
  });
});
