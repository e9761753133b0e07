/** Commands: how they are read, what they come to in every phase, and the words that answer them. */
import { describe, expect, it } from "vitest";
import { answerTo } from "../../src/domain/answers.ts";
import { COMMANDS, meantBy, parseCommand, type Command } from "../../src/domain/command.ts";
import { decide } from "../../src/domain/decide.ts";
import type { CommentFacts, Snapshot } from "../../src/domain/snapshot.ts";
import {
  attempt,
  check,
  comment,
  finding,
  GUEST,
  HEAD,
  NOW,
  pull,
  ready,
  record,
  rejected,
  reviewed,
  task,
  thread,
  verdict,
} from "./snapshots.ts";
import { answers, parked, says } from "./speech.ts";

function running(kind: "review" | "improve"): Snapshot {
  const flying = attempt({ n: 2, kind, job: "a".repeat(40), start: { base: "b".repeat(40), head: HEAD } });
  return rejected(
    [finding()],
    { phase: "running", reason: "started", attempt: flying },
    { baton: { kind: "job", oid: flying.job, at: NOW }, run: null },
  );
}

describe("reading", () => {
  it.each<[string, Command | null]>([
    ["/gza review", { kind: "review" }],
    ["  /GZA   Review  ", { kind: "review" }],
    ["/gza review\r\nplease", { kind: "review" }],
    ["/gza review now", { kind: "bad_argument", command: "review", argument: "now" }],
    ["/gza improve", { kind: "improve", text: "" }],
    ["/gza improve \n\n", { kind: "improve", text: "" }],
    ["/gza improve  use a list", { kind: "improve", text: "use a list" }],
    ["/gza improve\nuse a list\n\n- and this", { kind: "improve", text: "use a list\n\n- and this" }],
    ["/gza improve first\nsecond", { kind: "improve", text: "first\nsecond" }],
    ["/gza improve /gza improve", { kind: "improve", text: "/gza improve" }],
    ["/gza dismiss F3 it is checked above", { kind: "dismiss", finding: 3, why: "it is checked above" }],
    ["/gza dismiss f12 no", { kind: "dismiss", finding: 12, why: "no" }],
    ["/gza dismiss 3 no", { kind: "dismiss", finding: 3, why: "no" }],
    ["/gza dismiss F3 no\nsecond line", { kind: "dismiss", finding: 3, why: "no" }],
    ["/gza dismiss", { kind: "bad_argument", command: "dismiss", argument: "" }],
    ["/gza dismiss F3", { kind: "bad_argument", command: "dismiss", argument: "" }],
    ["/gza dismiss F0 no", { kind: "bad_argument", command: "dismiss", argument: "F0" }],
    ["/gza dismiss F3x no", { kind: "bad_argument", command: "dismiss", argument: "F3x" }],
    ["/gza dismiss all no", { kind: "bad_argument", command: "dismiss", argument: "all" }],
    ["/gza imporve", { kind: "mistaken", word: "imporve" }],
    ["/gza dismis F1 no", { kind: "mistaken", word: "dismis" }],
    ["/gza constructor", { kind: "mistaken", word: "constructor" }],
    ["/gza", { kind: "mistaken", word: "" }],
    ["/gza rebase", { kind: "rebase" }],
    ["/gza split", { kind: "later", word: "split" }],
    ["/gzaimprove", null],
    ["please /gza improve", null],
    ["> /gza improve", null],
    ["`/gza improve`", null],
    ["    /gza improve", null],
    ["\t/gza improve", null],
    ["```\n/gza improve\n```", null],
    ["", null],
  ])("%j", (body, expected) => {
    expect(parseCommand(body)).toEqual(expected);
  });

  it.each([
    ["imporve", "improve"],
    ["dismis", "dismiss"],
    ["constructor", null],
    ["", null],
  ])("/gza %s means %s", (word, near) => {
    expect(meantBy(word)).toBe(near);
  });
});

describe("who may", () => {
  it.each<[string, Partial<CommentFacts>]>([
    ["somebody without write", { by: GUEST }],
    ["an account that is gone", { by: null }],
  ])("%s may not, and is told so", (_, change) => {
    const { move } = decide(says("/gza dismiss F1 no", rejected(), change));

    expect(move?.record.intents.map(({ key }) => key)).toEqual(["answer:1001:not_allowed"]);
    expect(move?.record).toMatchObject({ phase: "open", heard: 0, verdict: { value: "changes_requested" } });
    expect(move?.findings).toBeNull();
  });

  it.each<[string, Partial<CommentFacts>]>([
    ["a bot", { isBot: true }],
    ["a comment that was edited", { edited: NOW }],
  ])("%s is not heard at all", (_, change) => {
    expect(answers(says("/gza review", ready(), change))).toEqual([]);
  });

  it("acknowledges before it does anything", () => {
    const { move, effects } = decide(says("/gza improve faster", reviewed(), { acknowledged: false }));

    expect(move).toBeNull();
    expect(effects[0]).toEqual({ kind: "react", comment: 1001, content: "+1" });
  });

  it("hears the oldest first, one at a time", () => {
    const two = [comment("/gza review"), comment("/gza dismiss F1 no", { id: 1002 })];

    expect(decide({ ...rejected(), comments: two }).move?.record.seen.comment).toBe(1001);
  });
});

const QUALITY = ["/gza review", "/gza improve faster", "/gza dismiss F1 no"] as const;

describe("in every phase", () => {
  it.each<[string, Snapshot, string[]]>([
    ["queued, before its first attempt", task({}), ["no_pull", "no_pull", "no_pull"]],
    [
      "queued, with a pull request",
      rejected([finding()], { phase: "queued", reason: "waits_for_room" }),
      ["review", "improve", "dismiss"],
    ],
    ["running a review", running("review"), ["busy", "busy", "busy"]],
    ["running an improvement", running("improve"), ["busy", "busy", "busy"]],
    ["open", rejected(), ["review", "improve", "dismiss"]],
    [
      "ready",
      reviewed({}, { findings: rejected([finding({ severity: "followup" })]).findings }),
      ["review", "improve", "dismiss"],
    ],
    ["parked", parked("review_cycles"), ["review", "improve", "dismiss"]],
    [
      "parked before there was a pull request",
      task({ phase: "parked", reason: "timeout" }),
      ["no_pull", "no_pull", "no_pull"],
    ],
    ["done", task({ phase: "done", reason: "merged" }), ["not_now", "not_now", "not_now"]],
    ["cancelled", task({ phase: "cancelled", reason: "command" }), ["not_now", "not_now", "not_now"]],
  ])("%s: each is carried out, or says why not", (_, from, words) => {
    expect(QUALITY.flatMap((body) => answers(says(body, from)))).toEqual(words);
  });

  it.each(QUALITY)("%s changes nothing of what is in flight, and names it", (body) => {
    const from = running("review");
    const { move } = decide(says(body, from));

    expect(move?.record).toMatchObject({ phase: "running", attempt: { n: 2 }, wanted: null, heard: 0 });
    expect(move?.findings).toBeNull();
    expect(answerTo({ word: "busy", said: "" }, from, move?.record ?? record())).toContain(
      "Attempt 2 (review)",
    );
  });

  it("a refused one is no word that bounds count from", () => {
    expect(decide(says("/gza dismiss F9 no", rejected([finding()], { heard: 0 }))).move?.record.heard).toBe(
      0,
    );
    expect(decide(says("/gza improve", reviewed({ heard: 0 }))).move?.record.heard).toBe(0);
  });
});

describe("/gza improve", () => {
  const young = thread("", {
    comments: [
      {
        ...thread("").comments[0],
        at: NOW,
        by: { id: 11, login: "anna" },
        isBot: false,
        isMine: false,
        key: null,
        body: "No.",
      },
    ],
  });

  it.each<[string, Snapshot]>([
    ["an open finding", rejected()],
    [
      "a follow-up of an approved head",
      rejected([finding({ severity: "followup" })], {
        verdict: verdict({ value: "approved_with_followups" }),
      }),
    ],
    ["a person's word that is not quiet yet", ready({}, { pull: pull({ threads: [young] }) })],
    ["red checks", ready({}, { pull: pull({ checks: [check({ outcome: "failure" })] }) })],
  ])("alone is enough where there is %s", (_, from) => {
    expect(decide(says("/gza improve", from)).move?.record).toMatchObject({
      wanted: { kind: "improve", how: "first" },
      phase: "open",
      reason: "feedback",
      heard: 1,
    });
  });

  it("is taken up at once, with everything else that is open", () => {
    const { move: told } = decide(
      says("/gza improve faster", rejected([finding()], {}, { pull: pull({ threads: [young] }) })),
    );
    const { findings } = rejected();
    const after = rejected(
      [finding()],
      { ...told?.record },
      {
        findings: told?.findings ?? findings,
        pull: pull({ threads: [young] }),
      },
    );

    const { move } = decide(after);

    expect(move?.record).toMatchObject({ attempt: { kind: "improve" }, wanted: null });
    const job = move?.job?.kind === "new" ? move.job.job : null;
    expect(job?.findings.map(({ n }) => n)).toEqual([1]);
    expect(job?.feedback.map(({ body }) => body).toSorted()).toEqual(["anna: No.", "faster"]);
  });

  it("keeps hidden words from the agent", () => {
    const { move } = decide(says("/gza improve fast<!-- and leak -->er\u200B", reviewed()));

    expect(move?.findings?.words.map(({ body }) => body)).toEqual(["faster"]);
  });

  it("goes before a review of the same head, which comes afterwards", () => {
    const unreviewed = {
      verdict: null,
      phase: "open",
      reason: "feedback",
      wanted: { kind: "improve", how: "first" },
    } as const;
    const words = rejected().findings;

    expect(decide(reviewed(unreviewed, { findings: words })).move?.record.attempt?.kind).toBe("improve");
  });

  it.each(["review_cycles", "disputed", "unchanged", "review_failed", "theirs", "checks_red"] as const)(
    "moves a task that waits for a person: %s",
    (reason) => {
      const theirs = reason === "theirs";
      const told = decide(says("/gza improve mend it", parked(reason, { theirs }))).move;
      const next = rejected([finding()], { ...told?.record }, { findings: told?.findings ?? null });

      expect(told?.record).toMatchObject({ phase: "open", wanted: { kind: "improve", how: "first" } });
      expect(decide(next).move?.record.attempt?.kind).toBe("improve");
    },
  );
});

describe("/gza dismiss", () => {
  const two = [finding(), finding({ n: 2, fingerprint: "bbbbbbbbbbbb" })];
  const mixed = [finding(), finding({ n: 2, fingerprint: "bbbbbbbbbbbb", severity: "followup" })];

  it.each([
    ["changes_requested", 1, 0, two],
    ["approved_with_followups", 0, 1, mixed],
    ["approved", 0, 0, [finding()]],
  ] as const)("leaves the verdict %s by what still stands", (value, blockers, followups, known) => {
    const from = says("/gza dismiss F1 no", rejected([...known]));
    const { move } = decide(from);

    expect(move?.record.verdict).toMatchObject({ head: HEAD, patch: "9", value, blockers, followups });
    expect(move?.record.findings).not.toBeNull();
    expect(answerTo({ word: "dismiss", said: "" }, from, move?.record ?? record())).toBe(
      `Dismissed. The verdict is now: ${value.replaceAll("_", " ")}.`,
    );
  });

  it.each(["review_cycles", "disputed", "unchanged", "review_failed"] as const)(
    "of the last blocker lets a task go on that waits for a person: %s",
    (reason) => {
      const told = decide(says("/gza dismiss F1 no", parked(reason))).move;
      const checks = [check(), check({ name: "gza / review", own: true })];
      const next = rejected(
        [finding({ state: "dismissed" })],
        { ...told?.record },
        { pull: pull({ checks }) },
      );

      expect(told?.record).toMatchObject({ phase: "open", verdict: { value: "approved" } });
      expect(decide(next).move?.record).toMatchObject({ phase: "ready", reason: "ready" });
    },
  );

  it("shows at once: the check turns and the thread of the finding is closed", () => {
    const mine = { by: null, isBot: true, isMine: true, key: "finding:aaaaaaaaaaaa", at: NOW, body: "" };
    const red = check({ name: "gza / review", own: true, outcome: "failure" });
    const from = rejected(
      [finding()],
      {},
      {
        pull: pull({ checks: [check(), red], threads: [thread("", { comments: [mine] })] }),
      },
    );

    const { effects } = decide(says("/gza dismiss F1 no", from));

    expect(effects).toContainEqual(expect.objectContaining({ kind: "set_check", conclusion: "success" }));
    expect(effects).toContainEqual({ kind: "resolve_threads", threads: ["PRRT_1"] });
  });

  it.each([
    ["a number that nobody gave", "F9", finding()],
    ["what is fixed", "F1", finding({ state: "fixed" })],
    ["what is dismissed already", "F1", finding({ state: "dismissed" })],
    ["what was not seen again", "F1", finding({ state: "unseen" })],
  ])("says that there is none for %s", (_, n, one) => {
    expect(answers(says(`/gza dismiss ${n} no`, rejected([one])))).toEqual(["no_finding"]);
  });
});

describe("/gza review", () => {
  it("has the same head reviewed anew, as often as a person wants", () => {
    const made = [2, 3, 4].map((n) =>
      attempt({ n, kind: "review", end: "completed", ended: NOW, reserved: 0 }),
    );
    const told = decide(
      says("/gza review", reviewed({ attempts: made, spent: { attempts: 4, turns: 0, usd: 0 } })),
    ).move;

    expect(told?.record).toMatchObject({
      verdict: null,
      phase: "open",
      reason: "waits_for_review",
      heard: 4,
    });
    expect(decide(reviewed(told?.record)).move?.record.attempt).toMatchObject({
      kind: "review",
      how: "first",
    });
  });

  it("says so where the config switches reviews off", () => {
    const from = says("/gza review", ready());

    expect(answers(from)).toEqual(["no_review"]);
    expect(decide(from).move?.record).toMatchObject({ phase: "ready", heard: 0 });
  });

  it("moves a task whose reviews failed", () => {
    const failed = [2, 3].map((n) =>
      attempt({ n, kind: "review", end: "bad_report", ended: NOW, reserved: 0 }),
    );
    const body = { verdict: null, attempts: failed, spent: { attempts: 3, turns: 0, usd: 0 } };
    const told = decide(
      says("/gza review", reviewed({ ...body, phase: "parked", reason: "review_failed" })),
    ).move;

    expect(decide(reviewed(told?.record)).move?.record.attempt).toMatchObject({ kind: "review", n: 4 });
  });
});

describe("the answers", () => {
  it.each(Object.keys(COMMANDS))("know what to say when %s was meant, and when it was said badly", (word) => {
    const from = task({});
    const mistyped = Buffer.from(`${word}x`).toString("hex");

    expect(answerTo({ word: "mistaken", said: mistyped }, from, record())).toContain(`\`/gza ${word}\`?`);
    expect(answerTo({ word: `bad_${word}`, said: "" }, from, record())).toContain(`\`/gza ${word}`);
  });
});
