/** The twenty rules: each with a witness that it decides, and what the first tasks come to. */
import { describe, expect, it } from "vitest";
import { decide, RULES } from "../../src/domain/decide.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import {
  ANNA,
  attempt,
  check,
  comment,
  GUEST,
  HEAD,
  inFlight,
  JOB,
  NOW,
  pull,
  ready,
  rejected,
  RETURNED,
  returned,
  reviewed,
  run,
  sha,
  snapshot,
  task,
} from "./snapshots.ts";

/** For each rule a snapshot that it decides, and that is decided otherwise without it. */
const WITNESSES: { rule: number; reason: string; case: Snapshot }[] = [
  {
    rule: 1,
    reason: "unreadable_record",
    case: snapshot({
      record: { kind: "unreadable", oid: sha("e"), why: "it is not signed", lastGood: null },
    }),
  },
  { rule: 2, reason: "merged", case: ready({}, { pull: pull({ state: "merged" }) }) },
  { rule: 3, reason: "unlabelled", case: task({ phase: "cancelled", reason: "unlabelled" }) },
  {
    rule: 4,
    reason: "issue_closed",
    case: task({}, { issue: { ...snapshot().issue, state: "closed", closed: [{ at: NOW, by: ANNA }] } }),
  },
  {
    rule: 5,
    reason: "waits_for_stop",
    case: task({}, { issue: { ...snapshot().issue, labels: ["gza", "gza:stop"] } }),
  },
  { rule: 6, reason: "implemented", case: returned() },
  { rule: 7, reason: "ready", case: ready({}, { comments: [comment("/gza merge")] }) },
  { rule: 8, reason: "person_pushed", case: ready({}, { branchHead: sha("7") }) },
  { rule: 9, reason: "started", case: inFlight() },
  {
    rule: 10,
    reason: "config",
    case: ready({}, { config: { kind: "broken", blob: sha("2"), problems: [] } }),
  },
  { rule: 11, reason: "timeout", case: task({ phase: "parked", reason: "timeout" }) },
  {
    rule: 12,
    reason: "started",
    case: ready(
      { phase: "queued", reason: "timeout", wanted: { kind: "fix", how: "retry" } },
      {
        pull: pull({ checks: [check({ outcome: "failure" })] }),
      },
    ),
  },
  { rule: 13, reason: "asked", case: snapshot() },
  { rule: 14, reason: "waits_for_checks", case: ready({ phase: "open", reason: "implemented", pull: null }) },
  {
    rule: 15,
    reason: "started",
    case: reviewed({}, { pull: pull({ mergeable: "conflicting", behindBy: 1 }) }),
  },
  {
    rule: 16,
    reason: "waits_for_rerun",
    case: reviewed({}, { pull: pull({ checks: [check({ outcome: "failure" })] }) }),
  },
  {
    rule: 17,
    reason: "started",
    case: reviewed({ verdict: null, phase: "open", reason: "waits_for_checks" }),
  },
  { rule: 18, reason: "started", case: rejected() },
  { rule: 19, reason: "waits_for_merge", case: ready({ merge: { by: ANNA, method: null, at: NOW } }) },
  { rule: 20, reason: "ready", case: ready() },
];

describe("the rules", () => {
  it("stand in order, from 1 to 20", () => {
    expect(RULES.map((rule) => rule.n)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  it.each(WITNESSES)("rule $rule decides its witness as $reason", ({ rule, reason, case: witness }) => {
    const decision = decide(witness);

    expect([decision.rule, decision.reason]).toEqual([rule, reason]);
  });

  it.each(WITNESSES.filter(({ rule }) => rule !== 20))(
    "without rule $rule its witness changes",
    ({ rule, case: witness }) => {
      const without = decide(
        witness,
        RULES.filter(({ n }) => n !== rule),
      );

      expect(without).not.toEqual(decide(witness));
    },
  );
});

describe("asking", () => {
  it("freezes the text and tells no one yet", () => {
    const { move, effects } = decide(snapshot());

    expect(move?.record).toMatchObject({
      phase: "queued",
      reason: "asked",
      branch: "gza/7-fix-the-parser",
      trusted: true,
    });
    expect(move?.brief?.title).toBe("Fix the parser");
    expect(effects).toEqual([]);
  });

  it("answers one polite line to somebody who may not", () => {
    const issue = { ...snapshot().issue, labelled: [{ on: true, at: NOW, by: GUEST }] };
    const decision = decide(snapshot({ issue }));

    expect(decision).toMatchObject({ reason: "not_allowed", move: null });
    expect(decision.effects.map((effect) => effect.kind)).toEqual(["say"]);
  });

  it("keeps the work of an outsider's words off the branch", () => {
    const asked = returned();
    if (asked.record.kind !== "record") throw new Error("the test needs a record");
    asked.record.record.trusted = false;

    const { move } = decide(asked);

    expect(move?.record).toMatchObject({ phase: "parked", reason: "untrusted", head: null });
    expect(move?.refs.map(({ name, after }) => [name, after])).toEqual([
      ["refs/gza/attempts/7", null],
      ["refs/gza/unfinished/7", RETURNED],
    ]);
  });

  it("starts a new generation when the label is put on again", () => {
    const issue = { ...snapshot().issue, labelled: [{ on: true, at: NOW, by: ANNA }] };

    const { move } = decide(
      task({ phase: "done", reason: "merged", spent: { attempts: 3, turns: 9, usd: 1 } }, { issue }),
    );

    expect(move?.record).toMatchObject({ generation: 2, phase: "queued", heard: 3, spent: { attempts: 3 } });
  });

  it("cancels when the label went off and came back", () => {
    const issue = {
      ...snapshot().issue,
      labelled: [
        { on: true, at: "2026-03-01T11:59:00Z", by: ANNA },
        { on: false, at: "2026-03-01T11:59:05Z", by: ANNA },
        { on: true, at: "2026-03-01T11:59:06Z", by: ANNA },
      ],
    };

    expect(decide(task({}, { issue })).move?.record).toMatchObject({
      phase: "cancelled",
      reason: "unlabelled",
    });
  });
});

describe("the pull request", () => {
  it("says what the agent says it did, without the force of its words", () => {
    const { effects } = decide(
      returned({ summary: "Handles empty input. Fixes #99, thanks @anna.\n\n<!-- hidden -->" }),
    );
    const opened = effects.find(({ kind }) => kind === "open_pull");

    expect(opened?.kind === "open_pull" && opened.body.split("\n").slice(0, 3)).toEqual([
      "Closes #7",
      "",
      "Handles empty input. Fixes no. 99, thanks ＠anna.",
    ]);
  });
});

describe("claiming", () => {
  it("moves record, queue and baton at once and dispatches", () => {
    const { move, effects } = decide(task({}));

    expect(move).toMatchObject({
      story: "started implement, attempt 1",
      record: { phase: "running", attempt: { n: 1, kind: "implement", reserved: 10 } },
      queue: { flight: [{ issue: 7, attempt: 1, by: ANNA.id, reserved: 10 }] },
      job: { kind: "new", before: null, job: { issue: 7, attempt: 1, start: { head: null } } },
    });
    expect(effects.map((effect) => effect.kind)).toEqual(["dispatch", "edit_status"]);
  });

  it.each([
    ["waits_for_room", { flight: Array.from({ length: 5 }, (_, index) => flight(20 + index)), spent: 0 }],
    ["waits_for_budget", { flight: [], spent: 41 }],
  ])("lets a task wait: %s", (reason, queue) => {
    const ledger = {
      records: [],
      queue: { v: 1 as const, day: "2026-03-01", held: [], ...queue },
      queueOid: sha("3"),
    };

    const decision = decide(task({}, { ledger }));

    expect(decision.reason).toBe(reason);
    expect(decision.again).not.toBeNull();
    expect(decision.move?.queue).toBeNull();
  });

  it("forgets yesterday's spending", () => {
    const queue = { v: 1 as const, day: "2026-02-28", spent: 49, flight: [], held: [] };

    expect(decide(task({}, { ledger: { records: [], queue, queueOid: sha("3") } })).reason).toBe("started");
  });

  it("parks the same evidence a fourth time, and twenty attempts", () => {
    const first = decide(task({})).move?.record.attempt;
    const same = [1, 2, 3].map((n) =>
      attempt({ n, evidence: first?.evidence ?? "", end: "superseded", ended: NOW, run: 500 + n }),
    );

    expect(decide(task({ attempts: same, spent: { attempts: 3, turns: 0, usd: 0 } })).reason).toBe(
      "no_progress",
    );
    expect(decide(task({ spent: { attempts: 20, turns: 0, usd: 0 } })).reason).toBe("attempts");
    expect(decide(task({ spent: { attempts: 1, turns: 0, usd: 10 } })).reason).toBe("budget");
  });
});

describe("settling", () => {
  it("lands branch, record, baton and queue in one move and announces the pull request", () => {
    const { move, effects } = decide(returned());

    expect(move?.refs).toEqual([
      { name: "refs/gza/attempts/7", before: RETURNED, after: null },
      { name: "refs/heads/gza/7-fix-the-parser", before: null, after: HEAD },
    ]);
    expect(move?.record).toMatchObject({
      head: HEAD,
      attempt: null,
      spent: { attempts: 1, turns: 3, usd: 0.1 },
    });
    expect(effects.map((effect) => effect.kind)).toEqual(["edit_status", "open_pull"]);
  });

  it.each([
    ["success", "queued", "empty_run"],
    ["failure", "queued", "infrastructure"],
    ["startup_failure", "queued", "infrastructure"],
    ["action_required", "queued", "infrastructure"],
    ["cancelled", "parked", "run_cancelled"],
    ["timed_out", "queued", "runner_lost"],
    ["stale", "queued", "runner_lost"],
    [null, "queued", "runner_lost"],
  ])("settles a run that left no report from its conclusion %s", (conclusion, phase, reason) => {
    const decision = decide(inFlight({ run: run({ conclusion }) }));

    expect(decision.move?.record).toMatchObject({ phase, reason, attempts: [{ end: reason }] });
    expect(decision.move?.refs).toEqual([{ name: "refs/gza/attempts/7", before: JOB, after: null }]);
  });

  it.each([
    ["another attempt's", { attempt: 2 }, "parked", "bad_report"],
    [
      "work on another base",
      { work: { base: sha("8"), head: HEAD, commits: 1, files: 1, patch: "", finished: true } },
      "parked",
      "bad_report",
    ],
    ["no work", { work: null }, "queued", "empty_run"],
    ["red checks of its own", { end: "verify_red" as const }, "parked", "verify_red"],
    ["a refusal of the guard", { end: "guard_refused" as const, work: null }, "parked", "guard_refused"],
  ])("never lands a report with %s", (_, change, phase, reason) => {
    const { move } = decide(returned(change));

    expect(move?.record).toMatchObject({ phase, reason, head: null });
    expect(move?.refs.some(({ name }) => name.startsWith("refs/heads/"))).toBe(false);
  });

  it("does not count a report while its run goes on, or when the App did not dispatch it", () => {
    expect(decide(returned({}, { run: run({ status: "in_progress", conclusion: null }) })).rule).toBe(9);
    expect(decide(returned({}, { run: run({ genuine: false }) })).rule).toBe(9);
  });

  it("dispatches a lost run once more, then gives the attempt up and tries again", () => {
    const lost = inFlight({ run: null, baton: { kind: "job", oid: JOB, at: "2026-03-01T11:57:00Z" } });

    const first = decide(lost);
    const second = decide({
      ...lost,
      record: {
        kind: "record",
        oid: sha("e"),
        tree: sha("f"),
        record: { ...recordOf(lost), reason: "dispatch_lost" },
      },
    });

    expect(first).toMatchObject({ reason: "dispatch_lost", move: { job: { kind: "again", before: JOB } } });
    expect(first.effects[0]).toMatchObject({ kind: "dispatch", attempt: 1 });
    expect(second.move?.record).toMatchObject({
      phase: "queued",
      reason: "runner_lost",
      not_before: "2026-03-01T12:01:00Z",
      wanted: { kind: "implement", how: "retry" },
    });
  });

  it("fences a run whose baton somebody moved", () => {
    const { move } = decide(inFlight({ baton: { kind: "job", oid: sha("7"), at: NOW } }));

    expect(move?.record).toMatchObject({ phase: "queued", attempts: [{ end: "superseded" }] });
    expect(move?.refs).toEqual([{ name: "refs/gza/attempts/7", before: sha("7"), after: null }]);
  });

  it("never writes over a branch that is not as the record knows it", () => {
    const { move } = decide(returned({}, { branchHead: sha("4") }));

    expect(move?.record).toMatchObject({ phase: "parked", reason: "theirs" });
    expect(move?.refs.some(({ name }) => name.startsWith("refs/heads/"))).toBe(false);
  });
});

describe("commands", () => {
  it("acknowledges first, then hears", () => {
    const first = decide(ready({}, { comments: [comment("/gza merge squash", { acknowledged: false })] }));
    const second = decide(ready({}, { comments: [comment("/gza merge squash")] }));

    expect(first).toMatchObject({ move: null, effects: [{ kind: "react", comment: 1001, content: "+1" }] });
    expect(second.move?.record).toMatchObject({
      merge: { by: ANNA, method: "squash" },
      seen: { comment: 1001 },
    });
    expect(second.effects).toMatchObject([{ kind: "say", key: "answer:1001:merge" }]);
  });

  it.each([
    ["/gza mrege", "answer:1001:mistaken:6d72656765"],
    ["/gza merge gently", "answer:1001:bad_merge:67656e746c79"],
    ["/gza retry", "answer:1001:not_now:7265747279"],
    ["/gza split", "answer:1001:later:73706c6974"],
    ["/gza sing a song", "answer:1001:mistaken:73696e67"],
  ])("answers %s in one sentence", (body, key) => {
    const { effects, move } = decide(ready({}, { comments: [comment(body)] }));

    expect(effects).toMatchObject([{ kind: "say", key }]);
    expect(move?.record).toMatchObject({ phase: "ready", merge: null });
  });

  it("does nothing for people who may not, but says so", () => {
    const { effects, move } = decide(ready({}, { comments: [comment("/gza cancel", { by: GUEST })] }));

    expect(effects).toMatchObject([{ kind: "say", key: "answer:1001:not_allowed" }]);
    expect(move?.record).toMatchObject({ phase: "ready" });
  });

  it.each([["> /gza merge"], ["    /gza merge"], ["please\n/gza merge"]])("never obeys %j", (body) => {
    expect(decide(ready({}, { comments: [comment(body)] })).reason).toBe("ready");
  });

  it("cancels what is in flight: baton first, then the run", () => {
    const { move, effects } = decide(inFlight({ comments: [comment("/gza cancel")] }));

    expect(move?.record).toMatchObject({
      phase: "cancelled",
      reason: "command",
      attempts: [{ end: "cancelled" }],
    });
    expect(move?.refs).toEqual([{ name: "refs/gza/attempts/7", before: JOB, after: null }]);
    expect(effects.map((effect) => effect.kind)).toEqual(["edit_status", "say", "cancel_run"]);
  });
});

describe("merging", () => {
  const wish = { merge: { by: ANNA, method: null, at: NOW } };

  it("asks GitHub for exactly the approved head", () => {
    expect(decide(ready(wish, { pull: pull({ draft: true }) })).effects).toMatchObject([
      { kind: "edit_pull", change: { draft: false } },
      { kind: "request_merge", pull: 8, head: HEAD, method: "squash" },
    ]);
  });

  it.each([
    [405, "merge_refused"],
    [422, "merge_refused"],
    [409, "waits_for_merge"],
  ])("tells a refusal with %i apart", (status, reason) => {
    const evidence = [{ kind: "merge_refused" as const, head: HEAD, status, message: "no" }];

    expect(decide(ready(wish, { evidence })).reason).toBe(reason);
  });

  it("runs red checks again before anything else, and goes on from a park when they are green", () => {
    const red = pull({ checks: [check({ outcome: "failure" })] });

    const first = decide(ready({}, { pull: red }));
    const cleared = decide(ready({ phase: "parked", reason: "checks_red" }));

    expect(first.move?.record).toMatchObject({
      phase: "open",
      reason: "waits_for_rerun",
      rerun: { head: HEAD },
    });
    expect(first.effects.map(({ kind }) => kind)).toContain("rerun_checks");
    expect(cleared.move?.record).toMatchObject({ phase: "open" });
  });
});

describe("what was announced", () => {
  it("is renewed when nobody saw it done for two minutes", () => {
    const lost = ready({ status_comment: null, intents: [{ key: "status", at: "2026-03-01T11:50:00Z" }] });

    const { move, effects } = decide(lost);

    expect(move?.record.intents).toEqual([{ key: "status", at: NOW }]);
    expect(effects[0]).toMatchObject({ kind: "edit_status", id: null });
  });

  it("is looked for again in time", () => {
    const { move, again } = decide(
      ready({ status_comment: null, intents: [{ key: "status", at: "2026-03-01T11:59:00Z" }] }),
    );

    expect([move, again]).toEqual([null, "2026-03-01T12:01:00Z"]);
  });
});

function flight(issue: number) {
  return { issue, attempt: 1, kind: "implement" as const, agent: "claude", by: 5, reserved: 1 };
}

function recordOf(from: Snapshot) {
  if (from.record.kind !== "record") throw new Error("the test needs a record");
  return from.record.record;
}
