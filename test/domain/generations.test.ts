/** Lives of a task: called off, reopened, asked for anew, closed, locked and gone. */
import { describe, expect, it } from "vitest";
import { decide } from "../../src/domain/decide.ts";
import type { RecordBody } from "../../src/domain/record.ts";
import type { IssueFacts, Snapshot } from "../../src/domain/snapshot.ts";
import {
  ANNA,
  attempt,
  BASE,
  finding,
  GUEST,
  HEAD,
  inFlight,
  JOB,
  NOW,
  pull,
  ready,
  rejected,
  report,
  RETURNED,
  sha,
  snapshot,
  task,
} from "./snapshots.ts";
import { after, answers, parked, recordOf, says, where } from "./speech.ts";

const ON = { on: true, at: "2026-03-01T11:59:00Z", by: ANNA };
const OFF = { on: false, at: "2026-03-01T11:59:20Z", by: ANNA };
const ON_AGAIN = { on: true, at: "2026-03-01T11:59:40Z", by: ANNA };

function issue(change: Partial<IssueFacts>): { issue: IssueFacts } {
  return { issue: { ...snapshot().issue, ...change } };
}

const CLOSED = issue({ state: "closed", closed: [{ at: NOW, by: ANNA }] });
const UNLABELLED = issue({ labels: [], labelled: [ON, OFF] });
const RELABELLED = issue({ labelled: [ON, OFF, ON_AGAIN] });
const GONE = issue({ gone: true, state: "closed", locked: true, labels: [], labelled: [] });

describe("called off", () => {
  const LIVING: [string, Snapshot][] = [
    ["queued", task({})],
    ["running", inFlight()],
    ["open", rejected()],
    ["ready", ready()],
    ["parked", parked("timeout")],
  ];

  it.each(LIVING)(
    "a task that is %s: by closing the issue, taking the label off, or when the issue is gone",
    (_, from) => {
      expect(where({ ...from, ...CLOSED })).toBe("cancelled issue_closed");
      expect(where({ ...from, ...UNLABELLED })).toBe("cancelled unlabelled");
      expect(where({ ...from, ...GONE })).toBe("cancelled issue_gone");
    },
  );

  it.each(LIVING.filter(([, from]) => from.pull !== null))(
    "a task that is %s: by closing its pull request",
    (_, from) => {
      expect(where({ ...from, pull: pull({ state: "closed" }) })).toBe("cancelled pull_closed");
    },
  );

  it.each([CLOSED, UNLABELLED, GONE])(
    "what is in flight is fenced first, then its run is cancelled",
    (facts) => {
      const { move, effects } = decide(inFlight(facts));

      expect(move?.record).toMatchObject({
        phase: "cancelled",
        attempt: null,
        attempts: [{ end: "cancelled" }],
      });
      expect(move?.refs).toEqual([{ name: "refs/gza/attempts/7", before: JOB, after: null }]);
      expect(move?.queue?.flight).toEqual([]);
      expect(effects).toContainEqual({ kind: "cancel_run", run: 501 });
    },
  );

  it("a task that a command asked for does not need the label", () => {
    const asked = { by: ANNA, at: ON.at, how: "command" } as const;

    expect(where(task({ asked }, UNLABELLED))).toBe("implement first");
    expect(where(task({ asked }, issue({ labels: [], labelled: [] })))).toBe("implement first");
  });

  it("a wish to merge is forgotten", () => {
    const wish = { merge: { by: ANNA, method: null, at: NOW } };

    expect(recordOf(after(ready(wish, CLOSED))).merge).toBeNull();
  });

  it("an issue that is gone is told nothing", () => {
    const { effects } = decide({ ...ready({ phase: "parked", reason: "timeout" }), ...GONE });

    expect(effects).toEqual([]);
  });
});

describe("reopened", () => {
  const off = (reason: RecordBody["reason"], body: Partial<RecordBody> = {}) =>
    ({ phase: "cancelled", reason, ...body }) as const;
  const closedPull = { pull: pull({ state: "closed" }) };

  it.each<[string, Snapshot, string]>([
    ["the issue, before there was a pull request", task(off("issue_closed")), "queued reopened"],
    ["the issue, with its pull request", ready(off("issue_closed")), "open reopened"],
    ["the pull request", ready(off("pull_closed")), "open reopened"],
    ["the issue, its pull request closed", ready(off("issue_closed"), closedPull), "as it is"],
    ["the issue, without the label", task(off("issue_closed"), UNLABELLED), "as it is"],
    ["the pull request, its issue closed", ready(off("pull_closed"), CLOSED), "as it is"],
    ["the pull request of what a command called off", ready(off("command")), "as it is"],
    ["the issue after the label was taken off", task(off("unlabelled")), "as it is"],
    ["what is done", ready({ phase: "done", reason: "merged" }), "as it is"],
    ["an issue that came back from where it was moved", task(off("issue_gone")), "as it is"],
  ])("%s", (_, from, expected) => {
    expect(where(from)).toBe(expected);
  });

  it("goes on in the same generation, with what it had", () => {
    const from = ready(off("issue_closed", { spent: { attempts: 5, turns: 9, usd: 2 } }));

    expect(recordOf(after(from))).toMatchObject({
      generation: 1,
      head: HEAD,
      pull: 8,
      spent: { attempts: 5, usd: 2 },
    });
    expect(where(after(from))).toBe("ready ready");
    expect(where(after(task(off("issue_closed"))))).toBe("implement first");
  });

  it("a task that a command asked for is reopened without the label", () => {
    const asked = { by: ANNA, at: ON.at, how: "command" } as const;

    expect(where(task(off("issue_closed", { asked }), UNLABELLED))).toBe("queued reopened");
  });
});

describe("anew", () => {
  const spent = { attempts: 5, turns: 40, usd: 4.5 };
  const done = task({
    phase: "done",
    reason: "answered",
    spent,
    attempts: [attempt({ end: "completed", ended: NOW })],
  });

  it.each<[string, Snapshot, string]>([
    ["by the label, put on again after the end", { ...done, ...RELABELLED }, "queued asked"],
    [
      "by the label, off and on at once while it lives",
      { ...task({}), ...RELABELLED },
      "cancelled unlabelled",
    ],
    ["by /gza run after the end", says("/gza run", done), "queued asked"],
    ["by /gza run while it waits", says("/gza run", parked("timeout")), "queued asked"],
    ["by /gza run while it is ready", says("/gza run", ready()), "queued asked"],
    ["not by /gza run while it runs", says("/gza run", inFlight()), "running started"],
    [
      "not by somebody without write",
      { ...done, ...issue({ labelled: [ON, OFF, { ...ON_AGAIN, by: GUEST }] }) },
      "as it is",
    ],
    [
      "not on a closed issue",
      { ...done, ...issue({ ...CLOSED.issue, labelled: [ON, OFF, ON_AGAIN] }) },
      "as it is",
    ],
    ["not by the label that was on all along", done, "as it is"],
  ])("%s", (_, from, expected) => {
    const { move } = decide(from);

    expect(move ? `${move.record.phase} ${move.record.reason}` : "as it is").toBe(expected);
  });

  it("label off and on quickly ends the old generation, then begins the next", () => {
    const ended = after({ ...task({}), ...RELABELLED });

    expect(decide(ended).move?.record).toMatchObject({
      phase: "queued",
      generation: 2,
      asked: { at: ON_AGAIN.at },
    });
  });

  it("the label, added to a task that a command asked for, does not begin it again at its end", () => {
    const asked = { by: ANNA, at: "2026-03-01T11:58:00Z", how: "command" } as const;
    const cancelled = after(says("/gza cancel", task({ asked })));

    expect(recordOf(cancelled)).toMatchObject({ phase: "cancelled", reason: "command" });
    expect(where(cancelled)).toBe("as it is");
    expect(
      where({ ...cancelled, ...issue({ labelled: [ON, OFF, { ...ON, at: "2026-03-01T12:00:01Z" }] }) }),
    ).toBe("queued asked");
  });

  it("counters, status comment and cursor stay; everything else is as at the beginning", () => {
    const old = rejected([finding()], {
      phase: "parked",
      reason: "review_cycles",
      spent,
      heard: 2,
      merge: { by: ANNA, method: null, at: NOW },
      not_before: NOW,
      wanted: { kind: "improve", how: "retry" },
    });

    const next = recordOf(after(says("/gza run", old)));

    expect(next).toMatchObject({
      generation: 2,
      branch: "gza/7-fix-the-parser-2",
      spent,
      heard: 5,
      status_comment: 900,
      seen: { comment: 1001, feedback: null },
      asked: { how: "command", by: ANNA },
    });
    expect(next).toMatchObject({
      pull: null,
      head: null,
      landed: [],
      verdict: null,
      findings: null,
      merge: null,
      not_before: null,
      wanted: null,
      theirs: false,
    });
  });

  it("its attempts are counted on, its bounds anew", () => {
    const next = after(says("/gza run", parked("attempts", { spent: { ...spent, attempts: 20 } })));

    expect(decide({ ...next, pull: null, branchHead: null }).move?.record.attempt).toMatchObject({
      n: 21,
      how: "first",
    });
  });

  it.each<[string, string, number | null]>([
    ["/gza run", "the budget of the config", 14.5],
    ["/gza run --budget 3", "what was said", 7.5],
  ])("%s gets %s on top of what older generations cost", (body, _, budget) => {
    expect(recordOf(after(says(body, done))).settings.budget).toBe(budget);
  });

  it("the first generation leaves the budget to the config", () => {
    expect(decide(snapshot()).move?.record.settings.budget).toBeNull();
    expect(decide(says("/gza run --budget 3", issueless())).move?.record.settings.budget).toBe(3);
  });

  it("an open pull request of the old one is closed, a closed or merged one is left alone", () => {
    const closes = (from: Snapshot) =>
      decide(says("/gza run", from)).effects.filter(({ kind }) => kind === "close_pull");

    expect(closes(ready())).toEqual([{ kind: "close_pull", number: 8 }]);
    expect(closes(parked("timeout"))).toEqual([{ kind: "close_pull", number: 8 }]);
    expect(closes(task({ phase: "parked", reason: "timeout" }))).toEqual([]);
    expect(closes(ready({ phase: "done", reason: "merged" }, { pull: pull({ state: "merged" }) }))).toEqual(
      [],
    );
    expect(
      closes(ready({ phase: "cancelled", reason: "pull_closed" }, { pull: pull({ state: "closed" }) })),
    ).toEqual([]);
  });

  it("closing it is tried again until it is seen", () => {
    const intents = [{ key: "replace:8", at: "2026-03-01T11:50:00Z" }];
    const waiting = task({ phase: "parked", reason: "timeout", status_comment: 900, intents });

    expect(decide(waiting).effects).toContainEqual({ kind: "close_pull", number: 8 });
    expect(decide({ ...waiting, evidence: [{ kind: "pull_closed", number: 8 }] }).move).toBeNull();
  });

  it("unfinished work of the old one is let go of", () => {
    const kept = {
      oid: RETURNED,
      work: sha("5"),
      session: null,
      report: { kind: "report", report: report() },
    } as const;
    const old = task({ phase: "parked", reason: "timeout" }, { unfinished: kept });

    expect(decide(says("/gza run", old)).move?.refs).toEqual([
      { name: "refs/gza/unfinished/7", before: RETURNED, after: null },
    ]);
  });

  it("its job holds nothing of the old one", () => {
    const old = attempt({
      end: "timeout",
      ended: NOW,
      claimed: "2026-03-01T11:00:00Z",
      work: sha("5"),
      run: 501,
    });
    const next = task({ generation: 2, attempts: [old], spent: { attempts: 1, turns: 3, usd: 1 }, heard: 1 });

    const { move } = decide(next);

    expect(move?.job?.kind === "new" && move.job.job).toMatchObject({
      attempt: 2,
      start: { base: BASE, head: null, work: null },
      previous: null,
    });
  });

  it("a person's branch in the way is no head of the new one", () => {
    const next = after(says("/gza run", parked("theirs", { theirs: true })));

    expect(recordOf(next)).toMatchObject({ head: null, theirs: false, branch: "gza/7-fix-the-parser-2" });
  });
});

function issueless(): Snapshot {
  return snapshot(issue({ labels: [], labelled: [] }));
}

describe("locked", () => {
  const locked = issue({ locked: true });

  it("a task goes on: what it would say stays unsaid, and labels tell the rest", () => {
    const read = report({ end: "timeout", work: null });
    const back = inFlight({
      ...locked,
      run: {
        ...snapshot().run,
        id: 501,
        url: "",
        status: "completed",
        conclusion: "success",
        createdAt: NOW,
        genuine: true,
      },
      baton: {
        kind: "report",
        oid: RETURNED,
        at: NOW,
        job: JOB,
        work: null,
        report: { kind: "report", report: read },
      },
    });

    const { move, effects } = decide(back);

    expect(move?.record).toMatchObject({ phase: "parked", reason: "timeout" });
    expect(effects.map(({ kind }) => kind)).toEqual(["set_labels"]);
  });

  it("what was to be said is not tried for ever", () => {
    const intents = [
      { key: "parked:20260301t115000z", at: "2026-03-01T11:50:00Z" },
      { key: "status", at: "2026-03-01T11:50:00Z" },
    ];
    const waiting = {
      ...ready({ phase: "parked", reason: "timeout", intents, status_comment: null }),
      ...issue({ locked: true, labels: ["gza", "gza:needs-you"] }),
    };

    expect(decide(waiting)).toMatchObject({ move: null, effects: [], again: null });
  });

  it("commands count without a reaction", () => {
    const said = {
      ...says("/gza retry", task({ phase: "parked", reason: "timeout" }), { acknowledged: false }),
      ...locked,
    };

    expect(recordOf(after(said))).toMatchObject({ phase: "queued", reason: "retried" });
    expect(decide(said).effects.map(({ kind }) => kind)).not.toContain("say");
  });

  it("the pull request is answered as ever", () => {
    const from = { ...rejected(), ...locked };

    expect(decide(says("/gza review", from, { on: "pull" })).effects).toContainEqual(
      expect.objectContaining({ kind: "say", on: 8 }),
    );
    expect(answers(says("/gza review", from, { on: "pull" }))).toEqual(["review"]);
  });
});

describe("a plan that is wanted first", () => {
  const wanted = issue({ labels: ["gza", "gza:plan"], labelled: [ON, OFF, ON_AGAIN] });

  it("is refused once each time that the label is put on, for a new task and for one begun anew", () => {
    const ended = task({ phase: "cancelled", reason: "unlabelled" }, wanted);
    for (const from of [snapshot(issue({ labels: ["gza", "gza:plan"] })), ended]) {
      const { move, effects } = decide(from);

      expect(move).toBeNull();
      expect(effects).toMatchObject([{ kind: "say", body: expect.stringContaining("`gza:plan`") }]);
      const key = effects[0]?.kind === "say" ? effects[0].key : "";
      const said = new Map([[key, { id: 1, nodeId: "IC_1", body: "", isMinimised: false }]]);
      expect(decide({ ...from, said })).toMatchObject({ move: null, effects: [] });
    }
  });

  it("is refused when a person says /gza run", () => {
    const living = says("/gza run", { ...rejected(), ...issue({ labels: ["gza", "gza:plan"] }) });

    expect(answers(living)).toEqual(["no_plan"]);
    expect(where(living)).toBe("open changes_requested");
  });
});
