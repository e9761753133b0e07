/** What a word changes besides the phase: the findings, the wish, and how much of people's words is kept. */
import { describe, expect, it } from "vitest";
import { carryOut } from "../../src/domain/carry-out.ts";
import type { Command } from "../../src/domain/command.ts";
import { feedbackId } from "../../src/domain/feedback.ts";
import { NO_FINDINGS } from "../../src/domain/finding.ts";
import type { CommentFacts, Snapshot } from "../../src/domain/snapshot.ts";
import { ANNA, comment, finding, NOW, ready, rejected, reviewed, sha, task, verdict } from "./snapshots.ts";
import { recordOf } from "./speech.ts";

function carried(command: Command, from: Snapshot, change: Partial<CommentFacts> = {}) {
  return carryOut(from, recordOf(from), { comment: comment("", change), command });
}

const IMPROVE = { kind: "improve", text: "Please a list." } as const;
const MERGE = { kind: "merge", method: "rebase" } as const;

it("nothing is carried out for an account that is gone", () => {
  expect(carried(MERGE, ready(), { by: null })).toBe("not_allowed");
});

it.each([
  [{ kind: "status" }, "status"],
  [{ kind: "help" }, "help"],
  [{ kind: "later", word: "split" }, "parked"],
] as const)("%j changes nothing", (command, word) => {
  expect(carried(command, ready())).toBe(word);
});

describe("merge", () => {
  it("is a wish with the person, the method and the time", () => {
    expect(carried(MERGE, ready())).toEqual({
      story: "wants it merged",
      word: "merge",
      change: { merge: { by: ANNA, method: "rebase", at: "2026-03-01T11:59:55Z" } },
    });
  });

  it("tries a refused merge again, and moves no other task that waits", () => {
    expect(carried(MERGE, ready({ phase: "parked", reason: "merge_refused" }))).toMatchObject({
      change: { phase: "open", reason: "waits_for_merge", merge: { by: ANNA } },
    });
    expect(carried(MERGE, ready({ phase: "parked", reason: "timeout" }))).toBe("parked");
  });
});

describe("review", () => {
  it("throws the verdict away and the wish for anything else", () => {
    expect(carried({ kind: "review" }, reviewed())).toEqual({
      story: "wants it reviewed again",
      word: "review",
      change: { verdict: null, wanted: null, phase: "open", reason: "waits_for_review" },
    });
  });

  it("is not there where reviews are switched off; a config that cannot be read does not say so", () => {
    expect(carried({ kind: "review" }, ready())).toBe("no_review");
    expect(
      carried({ kind: "review" }, ready({}, { config: { kind: "broken", blob: sha("d"), problems: [] } })),
    ).toMatchObject({
      word: "review",
    });
  });
});

describe("improve", () => {
  const wish = {
    phase: "open",
    reason: "feedback",
    wanted: { kind: "improve", how: "first" },
    not_before: null,
  };

  it("keeps the words with who said them, when and where", () => {
    expect(carried(IMPROVE, reviewed())).toEqual({
      story: "wants it improved",
      word: "improve",
      change: wish,
      findings: {
        ...NO_FINDINGS,
        words: [
          {
            id: feedbackId("comment 1001"),
            by: ANNA,
            at: "2026-03-01T11:59:55Z",
            body: "Please a list.",
            path: null,
            line: null,
            thread: null,
          },
        ],
      },
    });
  });

  it("keeps the newest five of them", () => {
    const words = Array.from({ length: 5 }, (_, index) => ({
      id: String(index).repeat(12),
      by: ANNA,
      at: NOW,
      body: `${index}`,
      path: null,
      line: null,
      thread: null,
    }));
    const found = carried(IMPROVE, rejected(undefined, {}, { findings: { ...NO_FINDINGS, words } }));

    expect(typeof found !== "string" && found.findings?.words.map(({ body }) => body)).toEqual([
      "1",
      "2",
      "3",
      "4",
      "Please a list.",
    ]);
  });

  it("without words takes up what is open, and adds nothing", () => {
    expect(carried({ kind: "improve", text: "" }, rejected())).toEqual({
      story: "wants it improved",
      word: "improve",
      change: wish,
    });
    expect(carried({ kind: "improve", text: "" }, reviewed())).toBe("nothing_to_improve");
  });
});

describe("dismiss", () => {
  const word = (n: number, why = "It is right.") => ({ kind: "dismiss", finding: n, why }) as const;

  it("closes the finding with the person's reason; the verdict follows", () => {
    const found = carried(
      word(1),
      rejected([finding()], {
        verdict: verdict({ value: "changes_requested", blockers: 1, carried_from: sha("2") }),
      }),
    );

    expect(found).toMatchObject({
      story: "dismissed F1",
      word: "dismiss",
      change: { verdict: { value: "approved", blockers: 0, carried_from: sha("2") } },
      findings: { known: [{ state: "dismissed", note: "Dismissed by anna: It is right." }] },
    });
    expect(typeof found !== "string" && found.change.phase).toBeUndefined();
  });

  it("keeps a thousand characters of the reason", () => {
    const found = carried(word(1, "x".repeat(2000)), rejected());

    expect(typeof found !== "string" && found.findings?.known[0]?.note).toHaveLength(1000);
  });

  it("lets a task go on that waits for a person, and needs no verdict for it", () => {
    expect(
      carried(word(1), rejected([finding()], { phase: "parked", reason: "review_cycles", verdict: null })),
    ).toMatchObject({
      change: { phase: "open", reason: "waits_for_checks" },
    });
  });

  it.each([
    ["a number that nobody gave", rejected(), 9],
    ["a task without findings", task({}), 1],
  ])("knows no finding: %s", (_, from, n) => {
    expect(carried(word(n), from)).toBe("no_finding");
  });
});

it.each(["approval", "budget", "config", "dependency", "edited", "record", "setup", "untrusted"] as const)(
  "no word about the work moves what waits for %s; in the queue it does",
  (reason) => {
    const about = [{ kind: "review" }, IMPROVE, { kind: "dismiss", finding: 1, why: "no" }] as const;
    const words = (phase: "parked" | "queued") =>
      about.map((command) => carried(command, rejected(undefined, { phase, reason })));

    expect(words("parked")).toEqual(["parked", "parked", "parked"]);
    expect(words("queued").every((found) => typeof found !== "string")).toBe(true);
  },
);
