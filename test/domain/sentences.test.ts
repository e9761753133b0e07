/** The sentences: for every reason what is the matter, and for every one that waits for a person the command or deed that moves it. */
import { describe, expect, it } from "vitest";
import { bodyOf } from "../../src/domain/comments.ts";
import type { RecordBody } from "../../src/domain/record.ts";
import { sentenceFor } from "../../src/domain/sentences.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import { LivingReason, ParkReason, Reason } from "../../src/domain/task.ts";
import {
  attempt,
  check,
  finding,
  HEAD,
  NOW,
  pull,
  ready,
  rejected,
  reviewed,
  thread,
  verdict,
} from "./snapshots.ts";

const AGAIN = { head: HEAD, at: NOW, names: ["test"], checks: [61] };
const RED = pull({ checks: [check({ outcome: "failure", log: "Error: no." })] });

function said(at: Snapshot): { what: string; next: string | null } {
  if (at.record.kind !== "record") throw new Error("the test needs a record");
  return sentenceFor(at, at.record.record);
}

function parked(
  reason: RecordBody["reason"],
  body: Partial<RecordBody> = {},
  change: Partial<Snapshot> = {},
) {
  return rejected([finding()], { phase: "parked", reason, ...body }, change);
}

describe("every reason", () => {
  it.each(Reason.options)("%s says in a sentence what is the matter", (reason) => {
    const { what } = said(parked(reason));

    expect(what).toMatch(/^[A-Z`\d].{10,}/s);
    expect(what).not.toMatch(/undefined|null|NaN|_/);
  });

  const unreadable = new Set(["record"]);
  it.each(ParkReason.options.filter((reason) => !unreadable.has(reason)))(
    "%s, where it waits for a person, says what would move it",
    (reason) => {
      expect(said(parked(reason)).next).toMatch(/[a-z]/);
    },
  );

  it.each(LivingReason.options)("%s calls nobody by name", (reason) => {
    expect(said(parked(reason)).what).not.toContain("@");
  });
});

describe("what moves it", () => {
  it.each<[RecordBody["reason"], Snapshot, string[]]>([
    ["review_cycles", parked("review_cycles"), ["/gza improve", "/gza dismiss F1 why", "push"]],
    ["review_failed", parked("review_failed"), ["/gza review"]],
    ["disputed", parked("disputed"), ["/gza dismiss F1 why", "/gza improve"]],
    ["unchanged", parked("unchanged"), ["/gza improve", "/gza dismiss F1 why", "push"]],
    ["theirs", parked("theirs", { theirs: true }), ["/gza improve", "Push"]],
    ["checks_red", parked("checks_red", { rerun: AGAIN }, { pull: RED }), ["/gza improve", "push", "green"]],
    ["merge_refused", parked("merge_refused"), ["/gza merge"]],
    ["waits_for_feedback", parked("waits_for_feedback"), ["/gza improve"]],
    ["ready", reviewed(), ["/gza merge"]],
  ])("%s", (_, at, words) => {
    const { next } = said(at);

    for (const word of words) expect(next).toContain(word);
  });
});

describe("a person's head", () => {
  it.each<[string, Snapshot, string]>([
    ["red checks", parked("theirs", { theirs: true }, { pull: RED }), "its checks are red"],
    ["blockers", parked("theirs", { theirs: true }), "the review found blockers"],
    [
      "a person's wish",
      reviewed(
        { phase: "parked", reason: "theirs", theirs: true },
        { pull: pull({ threads: [thread("No.")] }) },
      ),
      "a person wants something changed",
    ],
  ])("says what it would have written for: %s", (_, at, cause) => {
    expect(said(at).what).toBe(
      `The newest commits on \`gza/7-fix-the-parser\` are a person's, and ${cause}. GZA does not build on them by itself.`,
    );
  });
});

describe("three alike", () => {
  it.each([
    ["bad_report", "Mend what the comments above say"],
    ["timeout", "Change the issue's text"],
  ] as const)("that ended with %s say what may change that", (end, next) => {
    const at = parked("no_progress", { attempts: [attempt({ end, ended: NOW, run: 501 })] });

    expect(said(at).next).toMatch(next);
    expect(said(at).next).toContain("`/gza retry`");
  });
});

describe("ready", () => {
  it.each<[string, Snapshot, string]>([
    ["approved", reviewed(), "Approved: nothing found. Its checks are green."],
    [
      "with follow-ups",
      reviewed({ verdict: verdict({ value: "approved_with_followups", followups: 2 }) }),
      "Approved, with follow-ups: 2 follow-ups. Its checks are green.",
    ],
    ["without a review", ready(), "Its checks are green."],
    [
      "after a flaky check",
      reviewed({ rerun: AGAIN }),
      "Approved: nothing found. Its checks are green (flaky: red once, green when run again (test)).",
    ],
    [
      "after a flaky check of an older head, which is history",
      reviewed({ rerun: { ...AGAIN, head: "3".repeat(40) } }),
      "Approved: nothing found. Its checks are green.",
    ],
  ])("%s says so", (_, at, how) => {
    expect(said(at).what).toBe(`Pull request #8 can be merged. ${how}`);
  });
});

describe("the status comment", () => {
  it("tells of an older verdict that it is one, and of each open finding", () => {
    const at = rejected([finding(), finding({ n: 2, state: "fixed" })], { head: "3".repeat(40) });
    const body = at.record.kind === "record" ? bodyOf("status", at, at.record.record) : "";

    expect(body).toContain(
      `Review of ${HEAD.slice(0, 12)} (of an older head): changes requested: 2 blockers`,
    );
    expect(body).toContain("- F1, blocker: Empty input still fails");
    expect(body).not.toContain("- F2");
  });

  it("shows what each attempt took", () => {
    const ended = { end: "completed", ended: NOW, reserved: 0, turns: 12, seconds: 65, usd: 0.5 } as const;
    const at = rejected([finding()], { attempts: [attempt({ n: 2, kind: "review", run: 501, ...ended })] });
    const body = at.record.kind === "record" ? bodyOf("status", at, at.record.record) : "";

    expect(body).toContain(
      "| [2 review](https://github.test/acme/app/actions/runs/501) | completed | 12 | 1 min | $0.50 |",
    );
  });
});
