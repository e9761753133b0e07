/** What waits for a person: for every reason the words and the facts that set the task going again, and those that do not. */
import { describe, expect, it } from "vitest";
import { decide } from "../../src/domain/decide.ts";
import { sentenceFor } from "../../src/domain/sentences.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import { ParkReason } from "../../src/domain/task.ts";
import {
  BASE,
  check,
  comment,
  GUEST,
  pull,
  rejected,
  RETURNED,
  reviewed,
  sha,
  snapshot,
} from "./snapshots.ts";
import { after, answers, parked, recordOf, says, where } from "./speech.ts";
import { BROKEN, fresh, RED, WAITING, WORK } from "./waiting.ts";

const REASONS = ParkReason.options;

/** Answers that say that nothing was done. */
const REFUSALS = new Set([
  "parked",
  "not_now",
  "no_pull",
  "needs_budget",
  "nothing_to_approve",
  "nothing_to_improve",
]);

function commandsIn(next: string | null): string[] {
  return [...(next ?? "").matchAll(/`(\/gza [^`]+)`/g)].flatMap(([, command]) => command ?? []);
}

describe("every reason that waits for a person", () => {
  it.each(REASONS)("%s rests until something happens", (reason) => {
    const { move, reason: said } = decide(WAITING[reason]);

    expect([move, said]).toEqual([null, reason]);
  });

  // A plan's approval and dependencies cannot come about yet; a record that cannot be read is no record to speak to.
  const spoken = REASONS.filter((reason) => reason !== "record");
  it.each(spoken)("%s: every command that its sentence names is carried out", (reason) => {
    const from = WAITING[reason];
    const { next } = sentenceFor(from, recordOf(from));
    const commands = commandsIn(next).map((command) => command.replace(" <text>", " do it"));
    const words = commands.flatMap((command) => (command === "/gza run" ? [] : answers(says(command, from))));

    expect(commands.length > 0 || /by itself|answer in a comment/i.test(next ?? "")).toBe(true);
    expect(words.filter((word) => REFUSALS.has(word))).toEqual([]);
    for (const command of commands) expect(decide(says(command, from)).move?.record.phase).not.toBe("parked");
  });

  it.each(spoken)("%s: /gza run starts anew, /gza cancel calls it off", (reason) => {
    const from = WAITING[reason];

    expect(decide(says("/gza run", from)).move?.record).toMatchObject({ phase: "queued", generation: 2 });
    expect(where(says("/gza cancel", from))).toBe("cancelled command");
  });

  it.each(spoken)("%s: somebody without write moves nothing", (reason) => {
    const said = says("/gza retry", WAITING[reason], { by: GUEST });

    expect(answers(said)).toEqual(["not_allowed"]);
    expect(where(said)).toBe(`parked ${reason}`);
  });
});

describe("the word that it waits for", () => {
  it.each<[ParkReason, string, string]>([
    ["max_turns", "/gza resume", "implement resume"],
    ["max_turns", "/gza retry", "implement retry"],
    ["timeout", "/gza resume", "implement resume"],
    ["silence", "/gza resume", "implement resume"],
    ["infrastructure", "/gza retry", "implement retry"],
    ["provider_unavailable", "/gza resume", "implement resume"],
    ["empty_run", "/gza retry", "implement retry"],
    ["runner_lost", "/gza retry", "implement retry"],
    ["quota", "/gza resume", "implement resume"],
    ["budget", "/gza resume --budget +5", "implement resume"],
    ["agent_loop", "/gza retry", "implement retry"],
    ["agent_gave_up", "/gza resume", "implement resume"],
    ["guard_refused", "/gza retry", "implement retry"],
    ["verify_red", "/gza resume", "implement resume"],
    ["provider_refused", "/gza retry", "implement retry"],
    ["bad_report", "/gza retry", "implement retry"],
    ["workflow_permission", "/gza retry", "implement retry"],
    ["run_cancelled", "/gza resume", "implement resume"],
    ["question", "/gza retry", "implement retry"],
    ["question", "Use a list.", "implement resume"],
    ["unchanged", "/gza improve use a list", "improve first"],
    ["review_cycles", "/gza improve use a list", "improve first"],
    ["review_cycles", "/gza improve", "improve first"],
    ["review_cycles", "/gza retry", "improve first"],
    ["review_failed", "/gza review", "review first"],
    ["disputed", "/gza improve use a list", "improve first"],
    ["checks_red", "/gza improve", "fix first"],
    ["checks_red", "/gza retry", "fix first"],
    ["theirs", "/gza improve", "improve first"],
    ["theirs", "/gza retry", "improve first"],
    ["untrusted", "/gza approve", "as it is"],
    ["no_progress", "/gza retry", "implement retry"],
    ["attempts", "/gza retry", "implement retry"],
    ["attempts", "/gza resume", "implement resume"],
    ["edited", "/gza run", "implement first"],
    ["dependency", "/gza run", "implement first"],
  ])("%s: after %s comes %s", (reason, body, expected) => {
    const told = after(says(body, WAITING[reason]));

    expect(where(told)).toBe(expected);
    expect(recordOf(told).phase).not.toBe("parked");
  });

  it.each<[ParkReason, string, number]>([
    ["timeout", "/gza retry", 1],
    ["attempts", "/gza retry", 20],
    ["attempts", "/gza resume", 20],
    ["question", "Use a list.", 1],
  ])("%s: %s is a word that bounds count from", (reason, body, heard) => {
    expect(recordOf(after(says(body, WAITING[reason]))).heard).toBe(heard);
  });

  it("/gza approve puts the work on its branch, and the pull request is opened", () => {
    const { move, effects } = decide(says("/gza approve", WAITING.untrusted));

    expect(move?.record).toMatchObject({ phase: "open", reason: "implemented", head: WORK, trusted: true });
    expect(move?.refs).toEqual([
      { name: "refs/heads/gza/7-fix-the-parser", before: null, after: WORK },
      { name: "refs/gza/unfinished/7", before: RETURNED, after: null },
    ]);
    expect(effects.map(({ kind }) => kind)).toContain("open_pull");
  });

  it("/gza merge asks GitHub again", () => {
    const told = after(says("/gza merge", WAITING.merge_refused));

    expect(decide(told).effects.map(({ kind }) => kind)).toContain("request_merge");
  });

  it("/gza dismiss of the last blocker lets it go on", () => {
    const disputed = after(says("/gza dismiss F1 it is right", WAITING.disputed));

    expect(recordOf(disputed)).toMatchObject({ phase: "open", verdict: { value: "approved" } });
  });
});

describe("the wrong word is answered and changes nothing", () => {
  const deaf = ["approval", "budget", "config", "dependency", "edited", "untrusted"] as const;
  const quality = ["/gza review", "/gza improve faster", "/gza dismiss F1 no"];
  const others = REASONS.filter((reason) => reason !== "record");

  it.each<[string, string, readonly ParkReason[], string]>([
    [
      "/gza merge",
      "parked",
      others.filter((reason) => WAITING[reason].pull !== null && reason !== "merge_refused"),
      "parked",
    ],
    ["/gza merge", "no_pull", others.filter((reason) => WAITING[reason].pull === null), "parked"],
    ["/gza approve", "nothing_to_approve", others.filter((reason) => reason !== "untrusted"), "parked"],
    ["/gza retry", "parked", deaf, "parked"],
    ["/gza resume", "parked", deaf.filter((reason) => reason !== "budget"), "parked"],
    ["/gza resume", "needs_budget", ["budget"], "parked"],
    ["/gza approve abcdef0", "other_commit", ["untrusted"], "parked"],
    ["/gza dismiss F9 no", "no_finding", ["review_cycles", "disputed"], "parked"],
  ])("%s: %s", (body, word, reasons, phase) => {
    for (const reason of reasons) {
      const said = says(body, WAITING[reason]);
      const record = decide(said).move?.record;

      expect([reason, ...answers(said)]).toEqual([reason, word]);
      expect(record).toMatchObject({ phase, reason, heard: 0, wanted: null, merge: null });
    }
  });

  it.each([...deaf, "setup" as const])("what no word about the work clears, %s, hears none", (reason) => {
    const at = parked(reason, {}, { config: rejected().config });
    const words = quality.flatMap((body) => answers(says(body, at)));

    expect(words).toEqual(["parked", "parked", "parked"]);
  });

  it("says why, and what would help", () => {
    const { effects } = decide(says("/gza retry", WAITING.edited));
    const said = effects.find((effect) => effect.kind === "say");

    expect(said?.kind === "say" && said.body).toContain(
      "That would not help here. The issue's text was changed",
    );
    expect(said?.kind === "say" && said.body).toContain("/gza run");
  });

  it("a branch that GZA did not make is in the way of every word but /gza run", () => {
    const at = fresh("theirs");

    expect(["/gza retry", "/gza resume"].flatMap((body) => answers(says(body, at)))).toEqual([
      "parked",
      "parked",
    ]);
    expect(where(says("/gza run", at))).toBe("queued asked");
  });

  it("/gza approve waits for the branch to be as GZA knows it", () => {
    expect(answers(says("/gza approve", { ...WAITING.untrusted, branchHead: sha("8") }))).toEqual(["parked"]);
  });
});

describe("the fact that clears it", () => {
  const mended = snapshot().config;

  it.each<[ParkReason, string, Partial<Snapshot>, string]>([
    ["config", "the config is mended", { config: mended }, "queued asked"],
    [
      "config",
      "the config is gone",
      { config: { ...mended, blob: "0".repeat(40) } as Snapshot["config"] },
      "queued asked",
    ],
    ["setup", "the workflow file is there", { repository: snapshot().repository }, "queued asked"],
    ["checks_red", "they are green", { pull: pull() }, "open waits_for_checks"],
    [
      "checks_red",
      "they run again",
      { pull: pull({ checks: [check({ outcome: "pending" })] }) },
      "open waits_for_checks",
    ],
    ["conflict", "it is mergeable", { pull: pull() }, "open waits_for_checks"],
    [
      "theirs",
      "nothing is left to write",
      { findings: null, record: parked("theirs", { theirs: true, verdict: null }).record },
      "open waits_for_checks",
    ],
    ["question", "somebody who may has answered", { comments: [comment("Use a list.")] }, "queued resumed"],
  ])("%s: %s", (reason, _, facts, expected) => {
    expect(where({ ...WAITING[reason], ...facts })).toBe(expected);
  });

  it.each(REASONS.filter((reason) => WAITING[reason].pull !== null))("%s: a push by a person", (reason) => {
    const pushed = { ...WAITING[reason], branchHead: sha("7") };

    expect(decide(pushed).move?.record).toMatchObject({
      phase: "open",
      reason: "person_pushed",
      head: sha("7"),
      theirs: true,
    });
  });

  it.each<[ParkReason, string, Partial<Snapshot>]>([
    ["config", "still broken", { config: BROKEN }],
    ["checks_red", "still red", RED],
    ["conflict", "not known yet", { pull: pull({ mergeable: "unknown" }) }],
    ["timeout", "green checks", { pull: pull() }],
    ["question", "an outsider's answer", { comments: [comment("Use a list.", { by: GUEST })] }],
    ["edited", "an answer", { comments: [comment("It is fine.")] }],
    ["untrusted", "a thumbs up", { comments: [comment("Looks good.")] }],
  ])("is not that %s is %s", (reason, _, facts) => {
    expect(where({ ...WAITING[reason], ...facts })).toBe("as it is");
  });

  it.each(REASONS.filter((reason) => reason !== "config" && reason !== "setup"))(
    "%s is not forgotten over a config that is broken for a while",
    (reason) => {
      expect(where({ ...WAITING[reason], config: BROKEN })).toBe("as it is");
    },
  );

  it("a config that is broken in another way by now is said again", () => {
    const { move } = decide({
      ...WAITING.config,
      now: "2026-03-01T12:10:00Z",
      config: { ...BROKEN, blob: sha("3") },
    });

    expect(move?.record.intents.map(({ key }) => key)).toEqual(["status", "parked:20260301t121000z.config"]);
  });

  it("what is left to write on a person's head is asked of the facts, not of the record", () => {
    const calm = reviewed({ phase: "parked", reason: "theirs", theirs: true });

    expect(where(calm)).toBe("open waits_for_checks");
    expect(where({ ...calm, pull: RED.pull })).toBe("as it is");
  });
});

describe("the evidence", () => {
  it("of an end is a link to its workflow run", () => {
    const from = WAITING.timeout;
    const { what } = sentenceFor(from, recordOf(from));

    expect(what).toContain("(https://github.test/acme/app/actions/runs/501)");
  });

  it("of work that waits for a look is a link to the commit", () => {
    const { next } = sentenceFor(WAITING.untrusted, recordOf(WAITING.untrusted));

    expect(next).toContain(`[${WORK.slice(0, 7)}](https://github.test/acme/app/commit/${WORK})`);
  });

  it("starts from what the attempt stood on", () => {
    expect(recordOf(WAITING.timeout).attempts[0]?.start).toEqual({ base: BASE, head: null });
  });
});
