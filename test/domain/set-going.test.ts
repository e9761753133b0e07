/** Retry, resume and approve: what each word changes in the record, state by state. */
import { describe, expect, it } from "vitest";
import type { CarriedOut } from "../../src/domain/carry-out.ts";
import type { Attempt, RecordBody } from "../../src/domain/record.ts";
import { approve, resume, retry } from "../../src/domain/set-going.ts";
import type { Snapshot, Unfinished } from "../../src/domain/snapshot.ts";
import { ANNA, attempt, HEAD, NOW, ready, record, report, RETURNED, sha, task } from "./snapshots.ts";
import { recordOf } from "./speech.ts";

const WORK = sha("5");
const ASKED = { by: ANNA, at: "2026-03-01T11:59:00Z", how: "label" } as const;
const BAD = attempt({ end: "timeout", ended: NOW, work: WORK, run: 501 });

function changed(found: CarriedOut | string): Partial<RecordBody> | string {
  return typeof found === "string" ? found : found.change;
}

function left(change: Partial<Unfinished> = {}): Unfinished {
  const read = { kind: "report", report: report({ end: "timeout" }) } as const;
  return { oid: RETURNED, work: WORK, session: sha("6"), report: read, ...change };
}

describe("retry", () => {
  const again = { phase: "queued", reason: "retried", not_before: null };
  const anew = { phase: "open", reason: "waits_for_checks", wanted: null, not_before: null };
  const improve = {
    phase: "open",
    reason: "feedback",
    wanted: { kind: "improve", how: "first" },
    not_before: null,
  };
  const last = (change: Partial<Attempt>): Partial<RecordBody> => ({
    attempts: [attempt({ ended: NOW, ...change })],
  });
  const parked = (reason: RecordBody["reason"], body: Partial<RecordBody> = {}): Partial<RecordBody> => ({
    phase: "parked",
    reason,
    head: HEAD,
    ...body,
  });

  it.each<[string, Partial<RecordBody>, object | string]>([
    ["a task without an attempt waits for its first", {}, again],
    [
      "one whose attempt failed makes it again",
      last({ end: "timeout" }),
      { ...again, wanted: { kind: "implement", how: "retry" } },
    ],
    [
      "one whose attempts are all of an older asking begins",
      { ...last({ end: "timeout", claimed: "2026-03-01T11:58:59Z" }), asked: ASKED },
      again,
    ],
    [
      "one of this very second counts",
      { ...last({ end: "timeout", claimed: ASKED.at }), asked: ASKED },
      { ...again, wanted: { kind: "implement", how: "retry" } },
    ],
    [
      "with a head, a failed fix is made again",
      parked("timeout", last({ kind: "fix", end: "timeout" })),
      { ...again, wanted: { kind: "fix", how: "retry" } },
    ],
    [
      "with a head, a failed review follows from the facts",
      parked("review_failed", last({ kind: "review", end: "bad_report" })),
      anew,
    ],
    [
      "with a head, after a good attempt everything follows from the facts",
      parked("merge_refused", last({ kind: "improve", end: "completed" })),
      anew,
    ],
    ["with a head and no attempt likewise", parked("merge_refused"), anew],
    [
      "red checks are mended by improving",
      parked("checks_red", last({ kind: "fix", end: "completed" })),
      improve,
    ],
    ["so are blockers after all rounds", parked("review_cycles"), improve],
    ["so are disputed findings", parked("disputed"), improve],
    ["so is what a person's head needs", parked("theirs", { theirs: true }), improve],
    [
      "a branch that GZA never made stays in the way",
      parked("theirs", { theirs: false, head: null }),
      "parked",
    ],
    ["money does not come of a new try", parked("budget"), "parked"],
    ["a config does not", parked("config"), "parked"],
    ["an approval does not", parked("untrusted"), "parked"],
    ["an edit does not", parked("edited"), "parked"],
    [
      "a task that waits in the queue may be said so, whatever its reason",
      { phase: "queued", reason: "budget" },
      again,
    ],
  ])("%s", (_, body, expected) => {
    expect(changed(retry(record(body)))).toEqual(expected);
  });

  it("is a person's wish in the story", () => {
    expect(retry(record())).toMatchObject({ story: "wants another try", word: "retry" });
  });
});

describe("resume", () => {
  const from = (body: Partial<RecordBody> = {}, change: Partial<Snapshot> = {}): Snapshot =>
    task(
      {
        phase: "parked",
        reason: "timeout",
        attempts: [BAD],
        spent: { attempts: 1, turns: 3, usd: 2 },
        ...body,
      },
      change,
    );
  const said = (at: Snapshot, more: number | null = null) => resume(at, recordOf(at), more);

  it.each<[string, Snapshot, string]>([
    ["in the same session, where it is kept", from({}, { unfinished: left() }), "resume_session"],
    [
      "from the work, where only that is kept",
      from({}, { unfinished: left({ session: null }) }),
      "resume_work",
    ],
    [
      "in the same session, where there is no work yet",
      from({}, { unfinished: left({ work: null }) }),
      "resume_session",
    ],
    ["anew, where nothing is kept", from(), "resume_anew"],
    [
      "anew, where neither work nor session is kept",
      from({}, { unfinished: left({ work: null, session: null }) }),
      "resume_anew",
    ],
    ["anew, where the head has moved since", from({ head: HEAD }, { unfinished: left() }), "resume_anew"],
    ["anew, where there was no attempt", from({ attempts: [] }, { unfinished: left() }), "resume_anew"],
    [
      "anew, where what is kept cannot be read",
      from({}, { unfinished: left({ report: { kind: "unreadable", why: "" } }) }),
      "resume_anew",
    ],
  ])("goes on %s", (_, at, word) => {
    expect(said(at)).toMatchObject({ word, story: "wants it gone on with" });
  });

  it("is a wish for the attempt that comes next", () => {
    expect(changed(said(from({ not_before: NOW })))).toEqual({
      phase: "queued",
      reason: "resumed",
      not_before: null,
      wanted: { kind: "implement", how: "resume" },
    });
  });

  it.each<[string, Partial<RecordBody>, number | null, string]>([
    ["needs to hear of more money, where that is all", { reason: "budget" }, null, "needs_budget"],
    ["is no answer to a config", { reason: "config" }, null, "parked"],
    ["is no answer to a config with money either", { reason: "config" }, 5, "parked"],
    ["does not move a branch that GZA never made", { reason: "theirs", theirs: false }, null, "parked"],
  ])("%s", (_, body, more, word) => {
    expect(said(from(body), more)).toBe(word);
  });

  it.each<[string, Partial<RecordBody>, number, number]>([
    ["what the config allows", {}, 5, 15],
    [
      "what the person allowed before",
      { settings: { agent: null, model: null, max_turns: null, budget: 3 } },
      0.1,
      3.1,
    ],
    ["what is spent, where that is more", { spent: { attempts: 1, turns: 3, usd: 12.5 } }, 5, 17.5],
  ])("adds its dollars to %s", (_, body, more, budget) => {
    expect(said(from({ reason: "budget", ...body }), more)).toMatchObject({
      story: `adds $${more} and wants it gone on with`,
      change: { phase: "queued", reason: "resumed", settings: { budget } },
    });
  });

  it("adds nothing while the config cannot be read", () => {
    const at = from({}, { config: { kind: "broken", blob: sha("d"), problems: [] } });

    expect(said(at, 5)).toMatchObject({ story: "wants it gone on with" });
    expect(changed(said(at, 5))).not.toHaveProperty("settings");
  });
});

describe("approve", () => {
  const held = (body: Partial<RecordBody> = {}, change: Partial<Snapshot> = {}): Snapshot =>
    task(
      {
        phase: "parked",
        reason: "untrusted",
        trusted: false,
        attempts: [attempt({ end: "completed", ended: NOW, work: WORK })],
        ...body,
      },
      { unfinished: left(), ...change },
    );
  const said = (at: Snapshot, hash: string | null = null) => approve(at, recordOf(at), { by: ANNA, hash });

  it("puts the held work on the branch, and takes it from where it was held", () => {
    expect(said(held({ landed: [HEAD] }))).toEqual({
      story: "approved 5555555, made from words of people who may not write (11)",
      word: "approve",
      change: {
        trusted: true,
        phase: "open",
        reason: "implemented",
        head: WORK,
        head_at: NOW,
        theirs: false,
        landed: [HEAD, WORK],
      },
      refs: [
        { name: "refs/heads/gza/7-fix-the-parser", before: null, after: WORK },
        { name: "refs/gza/unfinished/7", before: RETURNED, after: null },
      ],
    });
  });

  it("remembers the newest twelve heads", () => {
    const landed = Array.from({ length: 12 }, (_, index) => sha(index.toString(16)));

    expect(changed(said(held({ landed })))).toMatchObject({ landed: [...landed.slice(1), WORK] });
  });

  it.each<[string, Snapshot, string | null, string]>([
    ["another reason to wait", held({ reason: "timeout" }), null, "nothing_to_approve"],
    ["no work", held({}, { unfinished: left({ work: null }) }), null, "nothing_to_approve"],
    ["nothing kept", held({}, { unfinished: null }), null, "nothing_to_approve"],
    [
      "work of another attempt",
      held({}, { unfinished: left({ work: sha("8") }) }),
      null,
      "nothing_to_approve",
    ],
    ["no attempt", held({ attempts: [] }), null, "nothing_to_approve"],
    ["no branch", held({ branch: null }), null, "nothing_to_approve"],
    ["another commit", held(), "8888888", "other_commit"],
    [
      "the end of a commit",
      held(
        { attempts: [attempt({ work: `${"4".repeat(33)}5555555` })] },
        { unfinished: left({ work: `${"4".repeat(33)}5555555` }) },
      ),
      "5555555",
      "other_commit",
    ],
    ["a branch that somebody moved", held({}, { branchHead: sha("8") }), null, "parked"],
  ])("is told what it meets: %s", (_, at, hash, word) => {
    expect(said(at, hash)).toBe(word);
  });

  it("by the beginning of the commit is as good", () => {
    expect(said(held(), "5555555")).toMatchObject({ word: "approve" });
    expect(said(ready(), null)).toBe("nothing_to_approve");
  });
});
