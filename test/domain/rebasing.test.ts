/** When a pull request is put on the newest base, when that is left alone, and when a person is asked. */
import { describe, expect, it } from "vitest";
import { Config } from "../../src/domain/config.ts";
import { decide } from "../../src/domain/decide.ts";
import { COURTESY_SECONDS } from "../../src/domain/landing-order.ts";
import { board, emptyQueue, hold, type Queue } from "../../src/domain/queue.ts";
import type { Record as TaskRecord, RecordBody } from "../../src/domain/record.ts";
import type { PullFacts, Snapshot } from "../../src/domain/snapshot.ts";
import type { Kind } from "../../src/domain/task.ts";
import { later } from "../../src/domain/time.ts";
import {
  ANNA,
  attempt,
  BASE,
  check,
  HEAD,
  NOW,
  pull,
  ready,
  record,
  rejected,
  reviewed,
  sha,
  thread,
  verdict,
} from "./snapshots.ts";
import { after, moveOf, recordOf, says, sayings, where } from "./speech.ts";

const MERGE = { by: ANNA, method: null, at: NOW };
const NEWER = sha("6");
const CONFLICT = { mergeable: "conflicting", behindBy: 2, baseHead: NEWER } as const;
const BEHIND = { behindBy: 2, baseHead: NEWER } as const;
const WANTED = { wanted: { kind: "rebase", how: "first" } } as const;
/** The head stands on the newest base. */
const ON_BASE = { rebased: { attempt: 2, before: sha("3"), head: HEAD, onto: NEWER } };

/** Where the next decision leads, and why. */
function outcome(from: Snapshot): string {
  return decide(from).move ? where(from) : `as it is, ${decide(from).reason}`;
}

function at(facts: Partial<PullFacts>, body: Partial<RecordBody> = {}, config: object = {}): Snapshot {
  return reviewed(body, {
    pull: pull(facts),
    config: { kind: "config", blob: sha("d"), config: Config.parse(config) },
  });
}

type Row = [what: string, from: Snapshot, outcome: string];

describe("a pull request that conflicts", () => {
  it.each<Row>([
    ["is rebased", at(CONFLICT), "rebase first"],
    ["also before it is reviewed", at(CONFLICT, { verdict: null, phase: "open" }), "rebase first"],
    [
      "also while its checks run",
      at({ ...CONFLICT, checks: [check({ outcome: "pending" })] }, { phase: "open" }),
      "rebase first",
    ],
    [
      "before red checks are mended",
      at({ ...CONFLICT, checks: [check({ outcome: "failure" })] }, { phase: "open" }),
      "rebase first",
    ],
    [
      "before what a review found",
      at(CONFLICT, { phase: "open", verdict: verdict({ value: "changes_requested", blockers: 1 }) }),
      "rebase first",
    ],
    [
      "before what people want",
      at({ ...CONFLICT, threads: [thread("No.")] }, { phase: "open" }),
      "rebase first",
    ],
    ["as a draft, too", at({ ...CONFLICT, draft: true }), "rebase first"],
    ["where the base wants nobody to be behind, too", at({ ...CONFLICT, mustCatchUp: true }), "rebase first"],
    ["where GitHub merges by itself, too", at({ ...CONFLICT, autoMerge: "on" }), "rebase first"],
    ["without reviews, too", at(CONFLICT, {}, { review: { enabled: false } }), "rebase first"],
    ["though GitHub cannot count how far it is behind", at({ ...CONFLICT, behindBy: null }), "rebase first"],
    ["is a person's, and waits for that person", at(CONFLICT, { theirs: true }), "parked theirs"],
    ["is a person's, who wants it", at(CONFLICT, { theirs: true, ...WANTED }), "rebase first"],
    [
      "waits in the merge queue, where it is left alone",
      at({ ...CONFLICT, queue: "queued" }),
      "open waits_for_queue",
    ],
    ["has a head that GitHub does not show yet", at({ ...CONFLICT, head: sha("4") }), "open waits_for_pull"],
    [
      "waits for a person",
      at(CONFLICT, { phase: "parked", reason: "review_cycles" }),
      "as it is, review_cycles",
    ],
    ["is closed", at({ ...CONFLICT, state: "closed" }), "cancelled pull_closed"],
    [
      "was rebased onto an older base",
      at(CONFLICT, { rebased: { ...ON_BASE.rebased, onto: BASE } }),
      "rebase first",
    ],
    [
      "had an older head rebased",
      at(CONFLICT, { rebased: { ...ON_BASE.rebased, head: sha("4") } }),
      "rebase first",
    ],
    ["is tried again on a word", at(CONFLICT, { ...ON_BASE, ...WANTED }), "rebase first"],
    [
      "is tried again after what ended it",
      at(CONFLICT, { phase: "queued", reason: "infrastructure", wanted: { kind: "rebase", how: "retry" } }),
      "rebase retry",
    ],
    [
      "not before its time",
      at(CONFLICT, {
        phase: "queued",
        reason: "infrastructure",
        wanted: { kind: "rebase", how: "retry" },
        not_before: later(NOW, 60),
      }),
      "as it is, infrastructure",
    ],
    [
      "is not what another attempt was to do again",
      at(CONFLICT, { phase: "open", wanted: { kind: "fix", how: "resume" } }),
      "rebase first",
    ],
  ])("%s", (_, from, expected) => {
    expect(outcome(from)).toBe(expected);
  });

  it("although it stands on the newest base is looked at once more, then left to a person", () => {
    const ended = (seconds: number): Partial<RecordBody> => ({
      ...ON_BASE,
      attempts: [
        attempt({ n: 2, kind: "rebase", end: "completed", ended: later(NOW, -seconds), reserved: 0 }),
      ],
    });

    expect(outcome(at(CONFLICT, ended(59)))).toBe("open conflicts");
    expect(decide(at(CONFLICT, ended(59))).again).toBe(later(NOW, 60));
    expect(outcome(at(CONFLICT, ended(60)))).toBe("parked conflict");
  });
});

describe("a pull request that is only behind", () => {
  const ALWAYS = { rebase: { when: "behind" } };
  const LAST = { ...BEHIND, mustCatchUp: true };
  const other = record({ issue: 5, phase: "ready", merge: MERGE, urgent: true });
  const LEFT = { ...LAST, autoMerge: "on" } as const;
  const WAITING = { merge: MERGE, phase: "open", reason: "waits_for_merge" } as const;
  const IS_LEFT = "as it is, waits_for_merge";
  const CHECKED = "open waits_for_checks";

  /** With another task, which is asked for earlier where its number is lower. */
  function beside(from: Snapshot, body: Partial<RecordBody>, issue = 5): Snapshot {
    const beyond = record({ issue, merge: MERGE, ...body });
    return { ...from, ledger: { records: [beyond], queue: emptyQueue(NOW), queueOid: null } };
  }

  it.each<Row>([
    ["is left alone", at(BEHIND), "as it is, ready"],
    ["is left alone where it is wanted", at(BEHIND, WANTED), "rebase first"],
    ["catches up where the config says so", at(BEHIND, {}, ALWAYS), "rebase first"],
    ["not before it is approved", at(BEHIND, { verdict: null, phase: "open" }, ALWAYS), "review first"],
    [
      "not before it is green",
      at({ ...BEHIND, checks: [check({ outcome: "pending" })] }, { phase: "open" }, ALWAYS),
      "open waits_for_checks",
    ],
    [
      "not before GitHub knows whether it conflicts",
      at({ ...BEHIND, mergeable: "unknown" }, { phase: "open" }, ALWAYS),
      "open waits_for_mergeability",
    ],
    [
      "catches up where the base wants it and a person wants the merge",
      at(LAST, { merge: MERGE }),
      "rebase first",
    ],
    ["not without a wish to merge", at(LAST), "as it is, ready"],
    ["or where nobody has to ask for merges", at(LAST, {}, { merge: { when: "approved" } }), "rebase first"],
    [
      "not before those that land first",
      { ...at(LAST, { merge: MERGE }), ledger: { records: [other], queue: emptyQueue(NOW), queueOid: null } },
      "ready waits_for_landing",
    ],
    [
      "after it has let others go first for long enough",
      {
        ...at(LAST, { merge: MERGE, reason: "waits_for_landing", since: later(NOW, -COURTESY_SECONDS) }),
        ledger: { records: [other], queue: emptyQueue(NOW), queueOid: null },
      },
      "rebase first",
    ],
    ["is a person's, and the config has all catch up", at(BEHIND, { theirs: true }, ALWAYS), "parked theirs"],
    ["is a person's, and is left alone", at(BEHIND, { theirs: true }), "as it is, ready"],
    ["stands on the newest base, whatever GitHub counts", at(BEHIND, ON_BASE, ALWAYS), "as it is, ready"],
    [
      "stands there, and GitHub cannot count",
      at({ ...BEHIND, behindBy: null }, ON_BASE, ALWAYS),
      "as it is, ready",
    ],
    ["has all of it", at({ behindBy: 0 }, {}, ALWAYS), "as it is, ready"],

    ["and GitHub, which merges it by itself, waits for that alone", at(LEFT, WAITING), "rebase first"],
    ["not before people have approved it", at({ ...LEFT, needsApproval: true }, WAITING), IS_LEFT],
    ["not where no rule wants it", at({ ...LEFT, mustCatchUp: false }, WAITING), IS_LEFT],
    ["not where only a person asked GitHub", at(LEFT, { ...WAITING, merge: null }), IS_LEFT],
    ["while its checks run", at({ ...LEFT, checks: [check({ outcome: "pending" })] }, WAITING), CHECKED],
    ["of two that GitHub merges the first goes first", beside(at(LEFT, WAITING), WAITING), IS_LEFT],
    [
      "and the other once it has waited for long enough",
      beside(at(LEFT, { ...WAITING, since: later(NOW, -COURTESY_SECONDS) }), WAITING),
      "rebase first",
    ],
    ["not while another one is about to land", beside(at(LEFT, WAITING), { phase: "ready" }, 9), IS_LEFT],
    [
      "whatever lands on another base",
      beside(at(LEFT, WAITING), { ...WAITING, base: "next" }),
      "rebase first",
    ],
    ["whoever nobody wants merged", beside(at(LEFT, WAITING), { ...WAITING, merge: null }), "rebase first"],
    [
      "and has its place in the line already",
      beside(at(LEFT, { ...WAITING, phase: "queued", reason: "waits_for_rebase" }), WAITING),
      "rebase first",
    ],
  ])("%s", (_, from, expected) => {
    expect(outcome(from)).toBe(expected);
  });

  it("and was wanted on the newest base, where it stands by now, is told to nobody twice", () => {
    const from = at({ behindBy: 0 }, { ...WANTED, phase: "open", reason: "conflicts" });

    expect(recordOf(after(from)).wanted).toBeNull();
    expect(outcome(after(from))).toBe("ready ready");
  });
});

describe("a person's head that was not rebased", () => {
  const parked = { theirs: true, phase: "parked", reason: "theirs" } as const;

  it.each<Row>([
    ["goes on when the conflict is gone", at({}, parked), "open waits_for_checks"],
    ["waits while it conflicts", at(CONFLICT, parked), "as it is, theirs"],
    ["waits while GitHub finds out", at({ ...CONFLICT, mergeable: "unknown" }, parked), "as it is, theirs"],
    ["waits while it is to catch up", at(BEHIND, parked, { rebase: { when: "behind" } }), "as it is, theirs"],
  ])("%s", (_, from, expected) => {
    expect(outcome(from)).toBe(expected);
  });

  it("is looked at again until GitHub knows", () => {
    expect(decide(at({ ...CONFLICT, mergeable: "unknown" }, parked)).again).toBe(later(NOW, 60));
    expect(decide(at(CONFLICT, parked)).again).toBeNull();
  });

  it("is parked once for one conflict, however often the base moves", () => {
    const first = at(CONFLICT, { theirs: true });
    const keys = (from: Snapshot): string[] => moveOf(from).record.intents.map(({ key }) => key);

    expect(keys(first)).toEqual(["parked:20260301t120000z.theirs"]);
    for (const mergeable of ["unknown", "conflicting"] as const) {
      expect(decide(after(first, { pull: pull({ ...CONFLICT, mergeable }) })).move).toBeNull();
    }
  });
});

describe("room", () => {
  function flight(kinds: readonly Kind[]): Queue {
    return kinds.reduce(
      (queue, kind, index) =>
        board(queue, { issue: index + 20, attempt: 1, kind, agent: "claude", by: 12, reserved: 1 }),
      emptyQueue(NOW),
    );
  }
  const among = (queue: Queue, records: TaskRecord[] = []): Partial<Snapshot> => ({
    ledger: { records, queue, queueOid: null },
  });
  const REBASES = ["rebase", "rebase", "rebase"] as const;
  const waiting = record({ issue: 2, phase: "queued", reason: "waits_for_room", pull: 3, asked: old() });
  const blocked = { ...waiting, reason: "waits_for_rebase" } as const;

  it.each<[string, Partial<Snapshot>, string]>([
    ["is there for as many rebases as the config says", among(flight(["rebase", "rebase"])), "rebase first"],
    ["is not there for more", among(flight(REBASES)), "queued waits_for_rebase"],
    ["is not taken by what is no rebase", among(flight(["review", "review", "review"])), "rebase first"],
    [
      "is not there where all places are taken",
      among(flight([...REBASES, "fix", "fix"])),
      "queued waits_for_room",
    ],
    ["goes to others first", among(flight(["fix", "fix", "fix", "fix"]), [waiting]), "queued waits_for_turn"],
    [
      "is there though an agent has used up its quota: git does most of it alone",
      among(hold(emptyQueue(NOW), "claude", { now: NOW, until: later(NOW, 3600) })),
      "rebase first",
    ],
    [
      "is not there when the day's money is spent",
      among({ ...emptyQueue(NOW), spent: 50 }),
      "queued waits_for_budget",
    ],
  ])("%s", (_, change, expected) => {
    expect(outcome({ ...at(CONFLICT), ...change })).toBe(expected);
  });

  it.each([
    ["is not kept for rebases of which there may be no more", [...REBASES, "fix"] as const, "review first"],
    [
      "is kept for one that may be made",
      ["rebase", "rebase", "fix", "fix"] as const,
      "queued waits_for_turn",
    ],
  ])("%s", (_, kinds, expected) => {
    const from = at({}, { verdict: null, phase: "open" });

    expect(outcome({ ...from, ...among(flight(kinds), [blocked]) })).toBe(expected);
  });
});

function old(): RecordBody["asked"] {
  return { by: ANNA, at: "2026-02-01T12:00:00Z", how: "label" };
}

describe("others that land", () => {
  const footprint = recordOf(after(says("/gza status", at({})))).footprint ?? "";
  const mine = { merge: MERGE, phase: "open", reason: "conflicts", footprint } as const;
  const other = { issue: 5, merge: MERGE, phase: "ready", footprint } as const;

  it.each<[string, Partial<RecordBody>, Partial<RecordBody>, string]>([
    ["and change the same go first", mine, other, "open waits_for_landing"],
    [
      "and are being rebased go first",
      mine,
      { ...other, phase: "running", attempt: attempt({ kind: "rebase" }) },
      "open waits_for_landing",
    ],
    ["and change something else are not waited for", mine, { ...other, footprint: "aaaaaa" }, "rebase first"],
    ["and of which nothing is known are not waited for", mine, { ...other, footprint: null }, "rebase first"],
    ["for another base are not waited for", mine, { ...other, base: "next" }, "rebase first"],
    ["and that nobody wants merged are not waited for", mine, { ...other, merge: null }, "rebase first"],
    ["but are not ready yet are not waited for", mine, { ...other, phase: "open" }, "rebase first"],
    ["are not waited for by what nobody wants merged", { ...mine, merge: null }, other, "rebase first"],
    ["are not waited for by what a person wants rebased now", { ...mine, ...WANTED }, other, "rebase first"],
    [
      "are not waited for by what stands in line already",
      { ...mine, phase: "queued", reason: "waits_for_rebase" },
      other,
      "rebase first",
    ],
    [
      "are waited for a while",
      { ...mine, reason: "waits_for_landing", since: later(NOW, 1 - COURTESY_SECONDS) },
      other,
      "as it is, waits_for_landing",
    ],
    [
      "are not waited for any longer",
      { ...mine, reason: "waits_for_landing", since: later(NOW, -COURTESY_SECONDS) },
      other,
      "rebase first",
    ],
  ])("%s", (_, body, theirs, expected) => {
    const ledger = { records: [record(theirs)], queue: emptyQueue(NOW), queueOid: null };

    expect(outcome({ ...at(CONFLICT, body), ledger })).toBe(expected);
  });
});

describe("the attempt", () => {
  it("begins at the head, on the newest base, with what both sides are for", () => {
    const landed = [{ number: 31, title: "Rename parse", body: "All over.", commit: NEWER }];
    const config = { rebase: { regenerate: { "*.lock": "npm i" } } };
    const { record: claimed, job } = moveOf({ ...at(CONFLICT, {}, config), landed });

    expect(claimed.attempt).toMatchObject({ kind: "rebase", start: { base: NEWER, head: HEAD } });
    expect(claimed).toMatchObject({ phase: "running", head: HEAD, verdict: { head: HEAD } });
    expect(job).toMatchObject({
      kind: "new",
      job: {
        kind: "rebase",
        start: { base: NEWER, base_branch: "main", head: HEAD, work: null },
        rebase: { pull: { number: 8, title: "Fix the parser" }, landed, regenerate: { "*.lock": "npm i" } },
        rebased: null,
        limits: { turns: 60, seconds: 1800 },
      },
    });
  });

  it("is a fourth time the same only on another base", () => {
    const made = moveOf(at(CONFLICT)).record.attempt;
    const same = [2, 3, 4].map((n) =>
      attempt({ ...made, n, run: 500 + n, end: "timeout", ended: NOW, reserved: 0 }),
    );
    const body = { attempts: same, spent: { attempts: 4, turns: 0, usd: 0 } };

    expect(outcome(at(CONFLICT, body))).toBe("parked no_progress");
    expect(outcome(at({ ...CONFLICT, baseHead: sha("7") }, body))).toBe("rebase first");
  });

  it("leaves what a person wants improved for afterwards", () => {
    const told = after(says("/gza improve", rejected(undefined, {}, { pull: pull(CONFLICT) })), {
      pull: pull(CONFLICT),
    });

    expect(where(told)).toBe("rebase first");
    expect(moveOf(told).record.wanted).toEqual({ kind: "improve", how: "first" });
  });
});

describe("/gza rebase", () => {
  it.each<[string, Snapshot, string]>([
    ["conflicts", at(CONFLICT), "rebase first"],
    ["is behind", at(BEHIND), "rebase first"],
    ["is behind, as far as GitHub cannot count", at({ ...BEHIND, behindBy: null }), "rebase first"],
    ["is behind and unknown", at({ ...BEHIND, mergeable: "unknown" }), "rebase first"],
    ["is a person's", at(CONFLICT, { theirs: true, phase: "parked", reason: "theirs" }), "rebase first"],
    [
      "could not be rebased",
      at(CONFLICT, { ...ON_BASE, phase: "parked", reason: "conflict" }),
      "rebase first",
    ],
  ])("puts on the newest base what %s", (_, from, expected) => {
    expect(where(after(says("/gza rebase", from)))).toBe(expected);
    expect(recordOf(after(says("/gza rebase", from)))).toMatchObject({ heard: 1, not_before: null });
  });

  it.each<[string, Snapshot, string]>([
    ["has all of the base", at({}), "there is nothing to rebase."],
    ["has all of it, as far as GitHub knows", at({ mergeable: "unknown" }), "there is nothing to rebase."],
    ["stands in the merge queue", at({ ...BEHIND, queue: "queued" }), "GZA leaves it alone there."],
    [
      "has no pull request",
      reviewed({ pull: null, head: null, phase: "queued" }),
      "There is no pull request yet",
    ],
    [
      "waits for its words to be trusted",
      at(CONFLICT, { phase: "parked", reason: "untrusted" }),
      "would not help here",
    ],
    ["is merged", ready({ phase: "done", reason: "merged" }), "`/gza rebase` does nothing here now."],
  ])("changes nothing of what %s, and says so", (_, from, said) => {
    expect(sayings(says("/gza rebase", from)).join(" ")).toContain(said);
    expect(recordOf(after(says("/gza rebase", from)))).toMatchObject({ wanted: null, heard: 0 });
  });
});
