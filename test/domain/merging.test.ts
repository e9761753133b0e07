/** How GitHub is asked for a merge, what its answers come to, who goes first, and what is taken out of its hands again. */
import { describe, expect, it } from "vitest";
import { Config } from "../../src/domain/config.ts";
import { decide } from "../../src/domain/decide.ts";
import type { Effect } from "../../src/domain/decision.ts";
import { NO_FINDINGS } from "../../src/domain/finding.ts";
import { isGated, isGateShown } from "../../src/domain/gate.ts";
import { COURTESY_SECONDS } from "../../src/domain/landing-order.ts";
import { emptyQueue } from "../../src/domain/queue.ts";
import type { RecordBody } from "../../src/domain/record.ts";
import type { Evidence, PullFacts, Snapshot } from "../../src/domain/snapshot.ts";
import { later } from "../../src/domain/time.ts";
import {
  ANNA,
  attempt,
  check,
  HEAD,
  JOB,
  NOW,
  pull,
  record,
  reviewed,
  run,
  sha,
  snapshot,
  thread,
  verdict,
} from "./snapshots.ts";
import { after, moveOf, recordOf, says, where } from "./speech.ts";

const MERGE = { by: ANNA, method: null, at: NOW };
const REVIEW = { name: "gza / review", own: true, id: 62, run: null } as const;
const OPEN_DOOR = { checks: [check(), check(REVIEW)] };
const GATED = { checks: [check(), check({ ...REVIEW, required: true })] };

/** An approved pull request that a person wants merged. */
function wished(
  facts: Partial<PullFacts> = {},
  body: Partial<RecordBody> = {},
  config: object = {},
): Snapshot {
  return reviewed(
    { merge: MERGE, ...body },
    {
      pull: pull({ ...OPEN_DOOR, ...facts }),
      config: { kind: "config", blob: sha("d"), config: Config.parse(config) },
    },
  );
}

function refused(status: number, from: Snapshot): Snapshot {
  return { ...from, evidence: [{ kind: "merge_refused", head: HEAD, status, message: "No." }] };
}

const MERGING: ReadonlySet<Effect["kind"]> = new Set([
  "edit_pull",
  "request_merge",
  "auto_merge",
  "enqueue",
  "hold_merge",
]);

/** What GitHub is asked to do about the merge, or where the task goes instead. */
function outcome(from: Snapshot): string {
  const { move, effects, reason } = decide(from);
  const asked = effects.filter(({ kind }) => MERGING.has(kind)).map(({ kind }) => kind);
  return [...asked, ...(move ? [where(from)] : asked.length > 0 ? [] : [`as it is, ${reason}`])].join(", ");
}

type Row = [what: string, from: Snapshot, outcome: string];

describe("a merge that is wanted", () => {
  const AUTO = { autoMerge: "allowed" } as const;
  const QUEUE = { queue: "enabled" } as const;

  it.each<Row>([
    ["is asked for", wished(), "request_merge"],
    ["takes the draft away first", wished({ draft: true }), "edit_pull, request_merge"],
    ["is not asked for unless somebody wants it", wished({}, { merge: null }), "as it is, ready"],
    [
      "needs no word where the config says so",
      wished({}, { merge: null }, { merge: { when: "approved" } }),
      "request_merge",
    ],
    ["waits when something has just moved", refused(409, wished()), "as it is, waits_for_merge"],
    ["is left to a person when the App may not", refused(403, wished()), "parked merge_refused"],
    ["is left to a person when GitHub does not show it", refused(404, wished()), "parked merge_refused"],
    ["is left to a person when a rule is not met", refused(405, wished()), "parked merge_refused"],
    ["is left to a person when GitHub cannot", refused(422, wished()), "parked merge_refused"],
    [
      "is asked for again at another head",
      { ...refused(405, wished()), evidence: [elsewhere()] },
      "request_merge",
    ],
    ["is asked for again when GitHub itself failed", refused(500, wished()), "request_merge"],

    ["is asked for where GitHub could merge by itself", wished({ ...AUTO, ...GATED }), "request_merge"],
    [
      "is left to GitHub when a rule is not met yet",
      refused(405, wished({ ...AUTO, ...GATED })),
      "auto_merge",
    ],
    [
      "is not left to GitHub where anybody's push would get in",
      refused(405, wished({ ...AUTO })),
      "parked merge_refused",
    ],
    ["is not left to GitHub where that is not allowed", refused(405, wished(GATED)), "parked merge_refused"],
    [
      "is not left to GitHub for any other refusal",
      refused(422, wished({ ...AUTO, ...GATED })),
      "parked merge_refused",
    ],
    ["nor where the App may not merge", refused(403, wished({ ...AUTO, ...GATED })), "parked merge_refused"],
    [
      "waits for the check that says whether it may be left to GitHub",
      refused(405, wished({ ...AUTO, checks: [check()] }, { since: later(NOW, -59) })),
      "as it is, waits_for_merge",
    ],
    [
      "waits for that no longer than a minute",
      refused(405, wished({ ...AUTO, checks: [check()] }, { since: later(NOW, -60) })),
      "parked merge_refused",
    ],
    ["is GitHub's already", wished({ ...GATED, autoMerge: "on" }), "open waits_for_merge"],
    [
      "was just left to GitHub",
      { ...wished({ ...AUTO, ...GATED }), evidence: [asked()] },
      "as it is, waits_for_merge",
    ],

    ["goes into the queue", wished({ ...QUEUE, ...GATED }), "enqueue"],
    ["does not go into a queue that anybody's push gets into", wished(QUEUE), "parked merge_refused"],
    [
      "waits for the check that says whether the queue is safe",
      wished({ ...QUEUE, checks: [check()] }, { since: NOW }),
      "as it is, waits_for_merge",
    ],
    [
      "does not wait for it where there are no reviews",
      wished({ ...QUEUE, checks: [check()] }, { since: NOW }, { review: { enabled: false } }),
      "parked merge_refused",
    ],
    ["is refused by the queue", refused(422, wished({ ...QUEUE, ...GATED })), "parked merge_refused"],
    [
      "is not refused for good by a queue that moves",
      refused(409, wished({ ...QUEUE, ...GATED })),
      "as it is, waits_for_merge",
    ],
    [
      "was just put into the queue",
      { ...wished({ ...QUEUE, ...GATED }), evidence: [asked()] },
      "as it is, waits_for_merge",
    ],
    ["stands in the queue", wished({ queue: "queued", ...GATED }), "open waits_for_queue"],
    [
      "came out of the queue unmerged",
      wished({ ...QUEUE, ...GATED }, { phase: "open", reason: "waits_for_queue" }),
      "parked merge_refused",
    ],
    [
      "came out of it before GitHub knows whether it conflicts",
      wished({ ...QUEUE, ...GATED, mergeable: "unknown" }, { phase: "open", reason: "waits_for_queue" }),
      "parked merge_refused",
    ],
    [
      "came out of it with a conflict",
      wished(
        { ...QUEUE, ...GATED, mergeable: "conflicting", behindBy: 1 },
        { phase: "open", reason: "waits_for_queue" },
      ),
      "rebase first",
    ],
    [
      "was taken out of it, where nobody wants GZA to merge",
      wished({ ...QUEUE, ...GATED }, { phase: "open", reason: "waits_for_queue", merge: null }),
      "ready ready",
    ],
    [
      "was merged from it",
      wished({ ...QUEUE, ...GATED, state: "merged" }, { reason: "waits_for_queue" }),
      "done merged",
    ],
  ])("%s", (_, from, expected) => {
    expect(outcome(from)).toBe(expected);
  });

  it.each<Row>([
    ["is not approved", wished({}, { verdict: null, phase: "open" }), "review first"],
    ["is approved at an older head", wished({}, { verdict: verdict({ head: sha("4") }) }), "review first"],
    ["is rejected", wished({}, { verdict: verdict({ value: "changes_requested" }) }), "improve first"],
    ["is not green", wished({ checks: [check({ outcome: "pending" })] }), "open waits_for_checks"],
    ["is red", wished({ checks: [check({ outcome: "failure" })] }), "open waits_for_rerun"],
    ["conflicts", wished({ mergeable: "conflicting", behindBy: 1 }), "rebase first"],
    ["may conflict", wished({ mergeable: "unknown" }), "open waits_for_mergeability"],
    ["has another head by now", wished({ head: sha("4") }), "open waits_for_pull"],
    ["was pushed to", { ...wished(), branchHead: sha("4") }, "open person_pushed"],
    ["is wanted otherwise", wished({ threads: [recently()] }), "open waits_for_feedback"],
    ["is held", { ...wished(), issue: labelled("gza", "gza:stop") }, "queued waits_for_stop"],
    [
      "waits for a person",
      wished({}, { phase: "parked", reason: "review_cycles" }),
      "as it is, review_cycles",
    ],
    ["is called off", wished({}, { phase: "cancelled", reason: "command" }), "as it is, command"],
  ])("is not asked for what %s", (_, from, expected) => {
    expect(outcome(from)).toBe(expected);
    expect(outcome({ ...from, evidence: [asked()] })).toBe(expected);
  });

  it.each<[string, Partial<RecordBody>, object, string]>([
    ["as the config says", {}, {}, "squash"],
    ["as the config says otherwise", {}, { merge: { method: "rebase" } }, "rebase"],
    [
      "as the person says",
      { merge: { ...MERGE, method: "merge" } },
      { merge: { method: "rebase" } },
      "merge",
    ],
  ])("is made %s", (_, body, config, method) => {
    expect(decide(wished({}, body, config)).effects).toContainEqual(
      expect.objectContaining({
        kind: "request_merge",
        pull: 8,
        head: HEAD,
        method,
        title: "Fix the parser (#8)",
      }),
    );
    expect(decide(refused(405, wished({ ...AUTO, ...GATED }, body, config))).effects).toContainEqual(
      expect.objectContaining({ kind: "auto_merge", nodeId: "PR_8", head: HEAD, method }),
    );
  });

  it("comes after the check that the base may ask for", () => {
    const red = [check(), check({ ...REVIEW, required: true, outcome: "failure" })];
    const from = wished({ checks: red, queue: "enabled" });
    const review = {
      attempt: 2,
      head: HEAD,
      agent: "claude",
      model: "m",
      summary: "",
      coverage: [],
      dropped: [],
    };

    const kinds = decide({ ...from, findings: { ...NO_FINDINGS, review } }).effects.map(({ kind }) => kind);

    expect(kinds.indexOf("set_check")).toBeGreaterThanOrEqual(0);
    expect(kinds.indexOf("enqueue")).toBeGreaterThan(kinds.indexOf("set_check"));
  });

  it("that GitHub refused for good is not wanted any more, until a person says so again", () => {
    const parked = after(refused(405, wished()), { evidence: [] });

    expect(recordOf(parked).merge).toBeNull();
    expect(outcome(parked)).toBe("as it is, merge_refused");
    expect(outcome(after(says("/gza merge", parked)))).toBe("request_merge");
  });

  it("that GitHub refused for good is not asked for again where nobody has to ask", () => {
    const config = { merge: { when: "approved" } };
    const parked = after(refused(405, wished({}, { merge: null }, config)), { evidence: [] });

    expect(outcome(parked)).toBe("as it is, merge_refused");
  });
});

function elsewhere(): Evidence {
  return { kind: "merge_refused", head: sha("4"), status: 405, message: "No." };
}

function asked(): Evidence {
  return { kind: "merge_asked", head: HEAD };
}

function labelled(...labels: string[]): Snapshot["issue"] {
  return { ...snapshot().issue, labels };
}

function recently() {
  const [first] = thread("No.").comments;
  if (!first) throw new Error("a thread has a comment");
  return thread("No.", { comments: [{ ...first, at: NOW }] });
}

describe("the gate", () => {
  it.each([
    ["the review's check, required", GATED.checks, true, true],
    ["the review's check, not required", OPEN_DOOR.checks, false, true],
    ["no check of the review", [check({ required: true })], false, false],
    ["somebody else's check of that name", [check({ name: REVIEW.name, required: true })], false, false],
    ["another check of GZA's", [check({ name: "gza / other", own: true, required: true })], false, false],
  ])("is %s", (_, checks, gated, shown) => {
    expect([isGated(pull({ checks })), isGateShown(pull({ checks }), Config.parse({}))]).toEqual([
      gated,
      shown,
    ]);
    expect(isGateShown(pull({ checks }), Config.parse({ review: { enabled: false } }))).toBe(true);
  });
});

describe("of several that may be merged", () => {
  const footprint = "aaaaaa";
  const first = { issue: 5, phase: "ready", merge: MERGE, footprint, urgent: true } as const;
  function among(from: Snapshot, ...others: Partial<RecordBody>[]): Snapshot {
    const records = others.map((other) => record(other));
    return { ...from, ledger: { records, queue: emptyQueue(NOW), queueOid: null } };
  }
  const waits = (seconds: number): Partial<RecordBody> => ({
    phase: "ready",
    reason: "waits_for_landing",
    since: later(NOW, -seconds),
  });

  it.each<Row>([
    ["the first is merged", among(wished(), { ...first, urgent: false, asked: younger() }), "request_merge"],
    ["another one waits", among(wished(), first), "ready waits_for_landing"],
    ["goes on waiting", among(wished({}, waits(60)), first), "as it is, waits_for_landing"],
    [
      "waits no longer than courtesy asks",
      among(wished({}, waits(COURTESY_SECONDS)), first),
      "request_merge",
    ],
    ["those for another base do not count", among(wished(), { ...first, base: "next" }), "request_merge"],
    [
      "those that nobody wants merged do not count",
      among(wished(), { ...first, merge: null }),
      "request_merge",
    ],
    ["those that are not ready do not count", among(wished(), { ...first, phase: "open" }), "request_merge"],
    [
      "one that meets all others lets them go first",
      among(
        wished({}, { footprint: "aaaaaabbbbbb" }),
        { ...first, urgent: false },
        { ...first, urgent: false, issue: 6, footprint: "bbbbbb" },
      ),
      "ready waits_for_landing",
    ],
    [
      "one that needs another one waits for it",
      among(wished({}, { depends: [5] }), { ...first, urgent: false, asked: younger() }),
      "ready waits_for_landing",
    ],
  ])("%s", (_, from, expected) => {
    expect(outcome(from)).toBe(expected);
  });

  it("who waits looks again every minute, and is called ready no second time", () => {
    const from = among(wished({}, waits(60)), first);

    expect(decide(from).again).toBe(later(NOW, 60));
    expect(moveOf(among(wished({}, { phase: "open", reason: "approved" }), first)).record.intents).toEqual(
      [],
    );
  });
});

function younger(): RecordBody["asked"] {
  return { by: ANNA, at: "2026-03-01T11:59:59Z", how: "label" };
}

describe("what GitHub would merge", () => {
  const ON = { ...GATED, autoMerge: "on" } as const;
  const QUEUED = { ...GATED, queue: "queued" } as const;
  const stop = { issue: labelled("gza", "gza:stop") };
  const flying = attempt({ n: 2, kind: "review", job: JOB, start: { base: sha("b"), head: HEAD }, run: 501 });
  const running = {
    phase: "running",
    reason: "started",
    attempt: flying,
  } as const;
  const inFlight = {
    baton: { kind: "job", oid: JOB, at: NOW },
    run: run({ status: "in_progress", conclusion: null }),
  } as const;
  const closed = { issue: { ...labelled("gza"), state: "closed" as const } };

  it.each<[string, Snapshot, string]>([
    ["is held by the stop label", { ...wished(ON), ...stop }, "hold_merge, queued waits_for_stop"],
    ["is taken out of the queue by it", { ...wished(QUEUED), ...stop }, "hold_merge, queued waits_for_stop"],
    [
      "is held while an attempt is stopped",
      { ...wished(ON, running), ...inFlight, ...stop },
      "hold_merge, running waits_for_stop",
    ],
    [
      "is held when the run was not seen yet",
      { ...wished(ON, { ...running, attempt: { ...flying, run: null } }), baton: inFlight.baton, ...stop },
      "hold_merge, queued waits_for_stop",
    ],
    [
      "is held while the task waits for a person",
      { ...wished(ON, { phase: "parked", reason: "unchanged" }), ...stop },
      "hold_merge, as it is",
    ],
    [
      "is taken out of the queue then, too",
      { ...wished(QUEUED, { phase: "parked", reason: "unchanged" }), ...stop },
      "hold_merge, as it is",
    ],
    ["is held when it is called off", says("/gza cancel", wished(ON)), "hold_merge, cancelled command"],
    ["is held when its issue is closed", { ...wished(ON), ...closed }, "hold_merge, cancelled issue_closed"],
    [
      "is taken out of the queue when it is called off",
      says("/gza cancel", wished(QUEUED)),
      "hold_merge, cancelled command",
    ],
    [
      "is held over a person's words",
      wished({ ...ON, threads: [recently()] }),
      "hold_merge, open waits_for_feedback",
    ],
    [
      "is held while it is reviewed again",
      says("/gza review", wished(ON)),
      "hold_merge, open waits_for_review",
    ],
    [
      "is held while the task waits for a person without the label",
      wished(ON, { phase: "parked", reason: "unchanged" }),
      "hold_merge, as it is",
    ],
    ["is left to it while it is good", wished(ON), "open waits_for_merge"],
    ["is left to it in the queue", wished(QUEUED), "open waits_for_queue"],
    [
      "is a person's affair where nobody asked GZA",
      wished({ ...ON, threads: [recently()] }, { merge: null }),
      "open waits_for_feedback",
    ],
    ["is nothing to hold where it would not", { ...wished(GATED), ...stop }, "queued waits_for_stop"],
  ])("%s", (_, from, expected) => {
    const { move, effects } = decide(from);
    const held = effects.filter(({ kind }) => kind === "hold_merge");
    const next = move ? `${move.record.phase} ${move.record.reason}` : "as it is";

    expect([...held.map(({ kind }) => kind), next].join(", ")).toBe(expected);
    for (const effect of held) {
      expect(effect).toEqual({
        kind: "hold_merge",
        pull: 8,
        nodeId: "PR_8",
        queued: from.pull?.queue === "queued",
        autoMerge: from.pull?.autoMerge === "on",
      });
    }
  });

  it("is held until that is seen", () => {
    const held = after({ ...wished(ON), ...stop });
    const late = { ...held, now: later(NOW, 120) };

    expect(decide(held).again).toBe(later(NOW, 120));
    expect(outcome(late)).toBe("hold_merge, queued waits_for_stop");
    expect(outcome({ ...late, evidence: [{ kind: "merge_held", pull: 8 }] })).toBe(
      "as it is, waits_for_stop",
    );
    expect(outcome({ ...late, pull: pull(GATED) })).toBe("as it is, waits_for_stop");
    expect(outcome({ ...late, pull: null })).toBe("as it is, waits_for_stop");
  });

  it("is asked for anew when the label is gone", () => {
    const held = after({ ...wished(ON), ...stop }, { pull: pull(GATED), issue: labelled("gza") });

    expect(outcome(held)).toBe("request_merge");
  });
});
