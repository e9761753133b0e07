/** Intents: what each does once, by which fact it is seen done, and when it is announced anew. */
import { describe, expect, it } from "vitest";
import { Config } from "../../src/domain/config.ts";
import type { Effect } from "../../src/domain/decision.ts";
import { NO_FINDINGS } from "../../src/domain/finding.ts";
import { effectsOf, intentsDue, openIntents, renewed, statusId } from "../../src/domain/intents.ts";
import { replyKey } from "../../src/domain/replies.ts";
import type { RecordBody } from "../../src/domain/record.ts";
import type { Evidence, PullFacts, Said, Snapshot, ThreadFacts } from "../../src/domain/snapshot.ts";
import { attempt, check, finding, HEAD, NOW, pull, ready, rejected, sha, task, thread } from "./snapshots.ts";
import { recordOf } from "./speech.ts";

const OTHER = sha("3");
const SHORT = HEAD.slice(0, 12);
const RERUN = { head: HEAD, at: "2026-03-01T11:59:00Z", names: ["test"], checks: [61, 63] };
const RED = { outcome: "failure", log: "Error: no." };
const LANDED: Partial<RecordBody> = {
  phase: "open",
  reason: "implemented",
  head: HEAD,
  head_at: NOW,
  pull: null,
};

/** A task with this intent, announced now. */
function intending(key: string, from: Snapshot): Snapshot {
  if (from.record.kind !== "record") return from;
  const record = { ...from.record.record, intents: [{ key, at: NOW }] };
  return { ...from, record: { ...from.record, record } };
}

function effectOf(key: string, from: Snapshot): Effect | "done" | "nothing" {
  const at = intending(key, from);
  if (openIntents(at, recordOf(at)).length === 0) return "done";
  return effectsOf(at, recordOf(at), NOW)[0] ?? "nothing";
}

function kindOf(key: string, from: Snapshot): string {
  const effect = effectOf(key, from);
  return typeof effect === "string" ? effect : effect.kind;
}

function said(key: string): Map<string, Said> {
  return new Map([[key, { id: 900, nodeId: "N", body: "", isMinimised: false }]]);
}

function issue(change: Partial<Snapshot["issue"]>): Pick<Snapshot, "issue"> {
  return { issue: { ...task({}).issue, ...change } };
}

const reply = (n: number, thread_: string) => ({
  attempt: n,
  feedback: "c".repeat(12),
  thread: thread_,
  body: "Taken up.",
});
const answered = (key: string, isMine = true): ThreadFacts =>
  thread("", {
    id: "T_1",
    comments: [...thread("No.").comments, { by: null, isBot: true, isMine, key, at: NOW, body: "" }],
  });
const REPLIES = {
  findings: { ...NO_FINDINGS, replies: [reply(3, "T_1"), reply(2, "T_1"), reply(3, "T_gone")] },
};
const threaded = (...threads: ThreadFacts[]): { pull: PullFacts } => ({ pull: pull({ threads }) });

describe("an intent is done, or does this", () => {
  it.each<[string, string, Snapshot, string]>([
    ["the status comment is created", "status", task({}), "edit_status"],
    ["it is there", "status", task({}, { said: said("status") }), "done"],
    [
      "it was just written",
      "status",
      task({}, { evidence: [{ kind: "said", key: "status", id: 901 }] }),
      "done",
    ],
    [
      "another comment was just written",
      "status",
      task({}, { evidence: [{ kind: "said", key: "ready:1", id: 901 }] }),
      "edit_status",
    ],
    ["nothing can be said there", "status", task({}, issue({ locked: true })), "done"],

    ["the pull request is opened", "pull", task(LANDED), "open_pull"],
    ["it is open", "pull", task(LANDED, { pull: pull() }), "done"],
    ["the task has gone on", "pull", task({ ...LANDED, phase: "cancelled" }), "done"],
    ["there is no work", "pull", task({ ...LANDED, head: null }), "done"],
    ["there is no branch", "pull", task({ ...LANDED, branch: null }), "nothing"],

    ["the draft is ready", "undraft", ready({}, { pull: pull({ draft: true }) }), "edit_pull"],
    ["it is no draft", "undraft", ready(), "done"],
    [
      "it is not ready any more",
      "undraft",
      ready({ phase: "open" }, { pull: pull({ draft: true }) }),
      "done",
    ],
    ["there is no pull request", "undraft", ready({}, { pull: null }), "done"],

    ["the older pull request is closed", "replace:8", task({}), "close_pull"],
    ["it was closed", "replace:8", task({}, { evidence: [{ kind: "pull_closed", number: 8 }] }), "done"],
    [
      "another one was closed",
      "replace:8",
      task({}, { evidence: [{ kind: "pull_closed", number: 9 }] }),
      "close_pull",
    ],
    [
      "its number stands elsewhere",
      "replace:8",
      task({}, { evidence: [{ kind: "pull_opened", number: 8 }] }),
      "close_pull",
    ],

    ["the issue is closed", "close", task({}), "close_issue"],
    ["it is closed already", "close", task({}, issue({ state: "closed" })), "done"],

    ["the branch is deleted", "branch", ready(), "delete_branch"],
    ["it is gone", "branch", ready({}, { branchHead: null }), "done"],
    ["a person has pushed to it", "branch", ready({}, { branchHead: OTHER }), "done"],
    ["it has no name", "branch", ready({ branch: null }), "nothing"],

    ["the run is stopped", "run:501", task({}), "cancel_run"],
    ["it was stopped", "run:501", task({}, { evidence: [{ kind: "run_cancelled", run: 501 }] }), "done"],
    [
      "another one was stopped",
      "run:501",
      task({}, { evidence: [{ kind: "run_cancelled", run: 502 }] }),
      "cancel_run",
    ],
    [
      "it was only dispatched",
      "run:501",
      task({}, { evidence: [{ kind: "dispatched", attempt: 1, run: 501 }] }),
      "cancel_run",
    ],

    ["the review is posted", `review:${SHORT}`, rejected(), "post_review"],
    ["it is there", `review:${SHORT}`, rejected(undefined, {}, { said: said(`review:${SHORT}`) }), "done"],
    [
      "it was just posted",
      `review:${SHORT}`,
      rejected(undefined, {}, { evidence: [{ kind: "said", key: `review:${SHORT}`, id: 1 }] }),
      "done",
    ],
    ["a newer one takes its place", "review:333333333333", rejected(), "done"],
    ["there is none", `review:${SHORT}`, ready(), "done"],

    [
      "threads are answered",
      "replies:3",
      task({}, { ...REPLIES, ...threaded(thread("No.", { id: "T_1" })) }),
      "answer_threads",
    ],
    [
      "they were just answered",
      "replies:3",
      task(
        {},
        {
          ...REPLIES,
          ...threaded(thread("No.", { id: "T_1" })),
          evidence: [{ kind: "replied", attempt: 3 }],
        },
      ),
      "done",
    ],
    [
      "another attempt's were answered",
      "replies:3",
      task(
        {},
        {
          ...REPLIES,
          ...threaded(thread("No.", { id: "T_1" })),
          evidence: [{ kind: "replied", attempt: 2 }],
        },
      ),
      "answer_threads",
    ],
    [
      "the answer is there",
      "replies:3",
      task({}, { ...REPLIES, ...threaded(answered(replyKey(3, "c".repeat(12)))) }),
      "done",
    ],
    [
      "an older answer is there",
      "replies:3",
      task({}, { ...REPLIES, ...threaded(answered(replyKey(2, "c".repeat(12)))) }),
      "answer_threads",
    ],
    [
      "somebody else wrote such a line",
      "replies:3",
      task({}, { ...REPLIES, ...threaded(answered(replyKey(3, "c".repeat(12)), false)) }),
      "answer_threads",
    ],
    [
      "the thread is not there",
      "replies:3",
      task({}, { ...REPLIES, ...threaded(thread("No.", { id: "T_2" })) }),
      "done",
    ],
    ["there is no pull request to answer on", "replies:3", task({}, REPLIES), "done"],
    ["there is nothing to answer", "replies:3", task({}, threaded(thread("No.", { id: "T_1" }))), "done"],

    [
      "red checks are run again",
      "rerun",
      ready({ rerun: RERUN }, { pull: pull({ checks: [check(RED)] }) }),
      "rerun_checks",
    ],
    [
      "that was just asked for",
      "rerun",
      ready(
        { rerun: RERUN },
        {
          pull: pull({ checks: [check({ ...RED, completedAt: "2026-03-01T11:58:00Z" })] }),
          evidence: [{ kind: "rerun_asked", head: HEAD }],
        },
      ),
      "done",
    ],
    [
      "it was asked for another head",
      "rerun",
      ready(
        { rerun: RERUN },
        {
          pull: pull({ checks: [check({ ...RED, completedAt: "2026-03-01T11:58:00Z" })] }),
          evidence: [{ kind: "rerun_asked", head: OTHER }],
        },
      ),
      "rerun_checks",
    ],
    ["there is nothing to run again", "rerun", ready(), "done"],
    [
      "the head is another one",
      "rerun",
      ready({ rerun: { ...RERUN, head: OTHER } }, { pull: pull({ checks: [check(RED)] }) }),
      "done",
    ],
    ["there is no pull request to check", "rerun", ready({ rerun: RERUN }, { pull: null }), "done"],

    ["a person is called", "parked:1", task({ phase: "parked", reason: "timeout" }), "say"],
    [
      "the call is there",
      "parked:1",
      task({ phase: "parked", reason: "timeout" }, { said: said("parked:1") }),
      "done",
    ],
    [
      "it was just made",
      "ready:1",
      ready({}, { evidence: [{ kind: "said", key: "ready:1", id: 1 }] }),
      "done",
    ],
    [
      "another one was just made",
      "ready:2",
      ready({}, { evidence: [{ kind: "said", key: "ready:1", id: 1 }] }),
      "say",
    ],
    [
      "nobody can be called there",
      "parked:1",
      task({ phase: "parked", reason: "timeout" }, issue({ locked: true })),
      "done",
    ],
    [
      "a pull request can be talked on all the same",
      "answer-pull:5:status",
      ready({}, issue({ locked: true })),
      "say",
    ],
  ])("%s (%s)", (_, key, from, expected) => {
    // A rerun shows by check runs that are newer than it.
    const stale =
      key === "rerun" && from.pull
        ? {
            ...from,
            pull: {
              ...from.pull,
              checks: from.pull.checks.map((one) => ({ ...one, completedAt: "2026-03-01T11:58:00Z" })),
            },
          }
        : from;

    expect(kindOf(key, stale)).toBe(expected);
  });

  it("knows no other", () => {
    expect(() => effectOf("dance:1", task({}))).toThrow(
      "the record holds an intent that this version does not know: dance:1",
    );
  });
});

describe("what it does, whole", () => {
  const draft = (draft_: boolean): Partial<Snapshot> => ({
    config: { kind: "config", blob: sha("d"), config: Config.parse({ draft: draft_ }) },
  });

  it("opens the pull request as a draft, unless the config says otherwise or cannot be read", () => {
    const opened = (change: Partial<Snapshot>) => effectOf("pull", task(LANDED, change));

    expect(opened(draft(true))).toMatchObject({
      branch: "gza/7-fix-the-parser",
      base: "main",
      title: "Fix the parser",
      draft: true,
    });
    expect(opened(draft(false))).toMatchObject({ draft: false });
    expect(opened({ config: { kind: "broken", blob: sha("d"), problems: [] } })).toMatchObject({
      draft: false,
    });
  });

  it.each<[string, Snapshot, Effect]>([
    [
      "undraft",
      ready({}, { pull: pull({ draft: true }) }),
      { kind: "edit_pull", number: 8, nodeId: "PR_8", change: { draft: false } },
    ],
    ["replace:12", task({}), { kind: "close_pull", number: 12 }],
    ["close", task({}), { kind: "close_issue", issue: 7 }],
    ["branch", ready(), { kind: "delete_branch", branch: "gza/7-fix-the-parser", head: HEAD }],
    ["run:501", task({}), { kind: "cancel_run", run: 501 }],
    [
      "replies:3",
      task({}, { ...REPLIES, ...threaded(thread("No.", { id: "T_1" })) }),
      {
        kind: "answer_threads",
        attempt: 3,
        replies: [{ key: `reply:3:${"c".repeat(12)}`, thread: "T_1", body: "Taken up." }],
      },
    ],
  ])("%s", (key, from, effect) => {
    expect(effectOf(key, from)).toEqual(effect);
  });

  it("runs each workflow run of a failed check again, once", () => {
    const at = "2026-03-01T11:58:00Z";
    const checks = [
      check({ ...RED, id: 61, run: 71, completedAt: at }),
      check({ ...RED, id: 63, run: 71, completedAt: at }),
      check({ ...RED, id: 64, run: 74, completedAt: at }),
      check({ ...RED, id: null, run: 75 }),
    ];

    expect(effectOf("rerun", ready({ rerun: RERUN }, { pull: pull({ checks }) }))).toEqual({
      kind: "rerun_checks",
      head: HEAD,
      runs: [71],
    });
  });

  it("answers where it was asked: on the issue, or on the pull request, if that can be seen", () => {
    expect(effectOf("answer:5:status", ready())).toMatchObject({
      kind: "say",
      key: "answer:5:status",
      on: 7,
    });
    expect(effectOf("answer-pull:5:status", ready())).toMatchObject({ key: "answer-pull:5:status", on: 8 });
    expect(effectOf("answer-pull:5:status", task({}))).toMatchObject({ on: 7 });
  });

  it("says what each key is about", () => {
    const from = ready({ attempts: [attempt({ end: "completed" })] });
    const body = (key: string): string => {
      const effect = effectOf(key, from);
      return typeof effect !== "string" && effect.kind === "say" ? effect.body : "";
    };

    expect(body("parked:a:b")).toMatch(/^<!-- gza:parked:a:b -->\n@anna /);
    expect(body("answer:5:approve")).toMatch(/^<!-- gza:answer:5:approve -->\nApproved/);
  });
});

describe("time", () => {
  const at = (...times: string[]): Snapshot => {
    const from = task({});
    if (from.record.kind !== "record") return from;
    const intents = times.map((time, index) => ({ key: `run:${index}`, at: time }));
    return { ...from, record: { ...from.record, record: { ...from.record.record, intents } } };
  };
  const old = "2026-03-01T11:58:00Z";
  const young = "2026-03-01T11:58:01Z";

  it("after two minutes it is announced anew, and not a second before", () => {
    expect(renewed(at(young), recordOf(at(young)))).toBeNull();
    expect(renewed(at(old, young), recordOf(at(old, young)))).toEqual([
      { key: "run:0", at: NOW },
      { key: "run:1", at: young },
    ]);
    expect(renewed(at(), recordOf(at()))).toBeNull();
  });

  it("has it looked at again when the first of the two minutes are over", () => {
    expect(intentsDue(at(young, old), recordOf(at(young, old)))).toBe(NOW);
    expect(intentsDue(at(), recordOf(at()))).toBeNull();
  });

  it("only what is announced at this moment is done at this moment", () => {
    const from = at(old, NOW);

    expect(effectsOf(from, recordOf(from), NOW)).toEqual([{ kind: "cancel_run", run: 1 }]);
  });
});

it.each<[string, Partial<Snapshot>, number | null]>([
  [
    "the one that was written last",
    {
      evidence: [901, 902].map((id) => ({ kind: "said", key: "status", id }) as Evidence),
      said: said("status"),
    },
    902,
  ],
  [
    "the one that can be read",
    {
      evidence: [
        { kind: "said", key: "ready:1", id: 901 },
        { kind: "reacted", comment: 5 },
      ],
      said: said("status"),
    },
    900,
  ],
  ["none", { said: said("ready:1") }, null],
])("of all status comments it keeps to %s", (_, change, id) => {
  expect(statusId(task({}, change))).toBe(id);
});

it("a review that is said is not posted again though its findings have changed", () => {
  const known = [finding({ state: "dismissed" })];

  expect(kindOf(`review:${SHORT}`, rejected(known, {}, { said: said(`review:${SHORT}`) }))).toBe("done");
});

it("a rerun that shows for every check is not asked for again; while one does not show, it is", () => {
  const newer = check({ ...RED, id: 62, completedAt: "2026-03-01T11:59:30Z" });
  const stale = check({ ...RED, completedAt: "2026-03-01T11:58:00Z" });

  expect(kindOf("rerun", ready({ rerun: RERUN }, { pull: pull({ checks: [newer] }) }))).toBe("done");
  expect(kindOf("rerun", ready({ rerun: RERUN }, { pull: pull({ checks: [newer, stale] }) }))).toBe(
    "rerun_checks",
  );
});

it.each([
  ["for an hour", "2026-03-01T11:00:00Z", "delete_branch"],
  ["and then let be", "2026-03-01T10:59:59Z", "done"],
])("a branch that has done its work is tried to be deleted %s", (_, since, expected) => {
  expect(kindOf("branch", ready({ since }))).toBe(expected);
});
