/** Every command in every phase: carried out, or answered with why not; and what each changes. */
import { describe, expect, it } from "vitest";
import { COMMANDS, type Word } from "../../src/domain/command.ts";
import { decide } from "../../src/domain/decide.ts";
import { clock } from "../../src/domain/sentences-ended.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import { Phase } from "../../src/domain/task.ts";
import {
  ANNA,
  attempt,
  BASE,
  HEAD,
  JOB,
  NOW,
  pull,
  ready,
  rejected,
  report,
  RETURNED,
  reviewed,
  run,
  sha,
  snapshot,
  task,
} from "./snapshots.ts";
import { after, answers, recordOf, says, sayings, where } from "./speech.ts";

const RUNNING = rejected(
  undefined,
  {
    phase: "running",
    reason: "started",
    attempt: attempt({ n: 2, kind: "improve", start: { base: BASE, head: HEAD }, job: JOB, run: 501 }),
  },
  { baton: { kind: "job", oid: JOB, at: NOW }, run: run({ status: "in_progress" }) },
);

const BEHIND = { pull: pull({ behindBy: 1 }) } as const;
const MERGED: Partial<Snapshot> = {
  pull: pull({ state: "merged" }),
  evidence: [{ kind: "reverted", pull: 8, by: 19 }],
};

/** A task with a pull request in each phase. */
const IN: { [phase in Phase]: Snapshot } = {
  queued: rejected(undefined, { phase: "queued", reason: "waits_for_room" }, BEHIND),
  running: RUNNING,
  open: rejected(undefined, {}, BEHIND),
  ready: reviewed({}, { findings: rejected().findings, ...BEHIND }),
  parked: rejected(undefined, { phase: "parked", reason: "review_cycles" }, BEHIND),
  done: reviewed({ phase: "done", reason: "merged" }, MERGED),
  cancelled: rejected(undefined, { phase: "cancelled", reason: "command" }),
};

const BODIES: { [word in Word]: string } = {
  run: "/gza run",
  retry: "/gza retry",
  resume: "/gza resume",
  cancel: "/gza cancel",
  approve: "/gza approve",
  review: "/gza review",
  improve: "/gza improve faster",
  dismiss: "/gza dismiss F1 no",
  merge: "/gza merge",
  rebase: "/gza rebase",
  revert: "/gza revert",
  status: "/gza status",
  help: "/gza help",
};

type Row = { [phase in Phase]: string };
const BUSY = "busy";
const NOT_NOW = "not_now";

/** The word of the answer. */
const TABLE: { [word in Word]: Row } = {
  run: {
    queued: "run",
    running: BUSY,
    open: "run",
    ready: "run",
    parked: "run",
    done: "run",
    cancelled: "run",
  },
  retry: {
    queued: "retry",
    running: BUSY,
    open: NOT_NOW,
    ready: NOT_NOW,
    parked: "retry",
    done: NOT_NOW,
    cancelled: NOT_NOW,
  },
  resume: {
    queued: "resume_anew",
    running: BUSY,
    open: NOT_NOW,
    ready: NOT_NOW,
    parked: "resume_anew",
    done: NOT_NOW,
    cancelled: NOT_NOW,
  },
  cancel: {
    queued: "cancel",
    running: "cancel",
    open: "cancel",
    ready: "cancel",
    parked: "cancel",
    done: NOT_NOW,
    cancelled: NOT_NOW,
  },
  approve: {
    queued: NOT_NOW,
    running: BUSY,
    open: NOT_NOW,
    ready: NOT_NOW,
    parked: "nothing_to_approve",
    done: NOT_NOW,
    cancelled: NOT_NOW,
  },
  review: {
    queued: "review",
    running: BUSY,
    open: "review",
    ready: "review",
    parked: "review",
    done: NOT_NOW,
    cancelled: NOT_NOW,
  },
  improve: {
    queued: "improve",
    running: BUSY,
    open: "improve",
    ready: "improve",
    parked: "improve",
    done: NOT_NOW,
    cancelled: NOT_NOW,
  },
  dismiss: {
    queued: "dismiss",
    running: BUSY,
    open: "dismiss",
    ready: "dismiss",
    parked: "dismiss",
    done: NOT_NOW,
    cancelled: NOT_NOW,
  },
  merge: {
    queued: "merge",
    running: "merge",
    open: "merge",
    ready: "merge",
    parked: "parked",
    done: NOT_NOW,
    cancelled: NOT_NOW,
  },
  rebase: {
    queued: "rebase",
    running: BUSY,
    open: "rebase",
    ready: "rebase",
    parked: "rebase",
    done: NOT_NOW,
    cancelled: NOT_NOW,
  },
  revert: {
    queued: NOT_NOW,
    running: BUSY,
    open: NOT_NOW,
    ready: NOT_NOW,
    parked: NOT_NOW,
    done: "revert",
    cancelled: NOT_NOW,
  },
  status: {
    queued: "status",
    running: "status",
    open: "status",
    ready: "status",
    parked: "status",
    done: "status",
    cancelled: "status",
  },
  help: {
    queued: "help",
    running: "help",
    open: "help",
    ready: "help",
    parked: "help",
    done: "help",
    cancelled: "help",
  },
};

/** What leaves everything as it is but the answer. */
const IDLE = new Set([BUSY, NOT_NOW, "parked", "nothing_to_approve", "status", "help"]);

const CASES = Object.entries(TABLE).flatMap(([word, row]) =>
  Phase.options.map((phase) => ({ word, phase, answer: row[phase] })),
);

describe("every command in every phase", () => {
  it("has a row", () => {
    expect(Object.keys(TABLE)).toEqual(Object.keys(COMMANDS));
  });

  it.each(CASES)("/gza $word, $phase: $answer", ({ word, phase, answer }) => {
    const body = Object.entries(BODIES).find(([one]) => one === word)?.[1] ?? "";

    expect(answers(says(body, IN[phase]))).toEqual([answer]);
  });

  it.each(CASES.filter(({ answer }) => IDLE.has(answer)))(
    "/gza $word, $phase, changes nothing",
    ({ word, phase }) => {
      const body = Object.entries(BODIES).find(([one]) => one === word)?.[1] ?? "";
      const from = IN[phase];
      const { move } = decide(says(body, from));
      // What the head changes is noted whenever there is a move.
      const { seen, intents, mac, footprint: _, ...before } = recordOf(from);

      expect(move?.record).toMatchObject(before);
      expect(move?.findings).toBeNull();
      expect([seen, intents, mac]).not.toEqual([move?.record.seen, move?.record.intents, mac]);
    },
  );

  it.each(CASES)(
    "help shows /gza $word while $phase only if it does something then",
    ({ word, phase, answer }) => {
      const isRefused = IDLE.has(answer) && answer !== "status" && answer !== "help";
      const [help = ""] = sayings(says("/gza help", IN[phase]));

      expect(help.includes(`| \`/gza ${word}`)).toBe(!isRefused);
    },
  );

  it.each(Phase.options)(
    "status while %s says phase, reason, what moves it and what can be said",
    (phase) => {
      const [status = ""] = sayings(says("/gza status", IN[phase]));
      const { reason, since } = recordOf(IN[phase]);

      expect(status).toMatch(
        new RegExp(`^\\*\\*${phase}\\*\\*, \`${reason}\`, since ${clock(since)}\\. [A-Z]`),
      );
      expect(status).toContain("What that rests on: ");
      expect(status).toContain("What you can say now: `/gza ");
    },
  );
});

describe("what a command changes", () => {
  it("/gza cancel ends what is in flight, and keeps branch and pull request", () => {
    const { move, effects } = decide(says("/gza cancel", RUNNING));

    expect(move?.record).toMatchObject({
      phase: "cancelled",
      reason: "command",
      attempt: null,
      wanted: null,
      merge: null,
      pull: 8,
      head: HEAD,
    });
    expect(effects.map(({ kind }) => kind)).not.toContain("delete_branch");
  });

  it("/gza merge while an attempt is at work is kept for afterwards", () => {
    expect(decide(says("/gza merge rebase", RUNNING)).move?.record).toMatchObject({
      phase: "running",
      attempt: { n: 2 },
      merge: { by: ANNA, method: "rebase", at: "2026-03-01T11:59:55Z" },
    });
  });

  it.each(["/gza review", "/gza improve faster", "/gza dismiss F1 no", "/gza rebase", "/gza merge"])(
    "%s before there is a pull request is told so",
    (body) => {
      const from = says(body, task({}));

      expect(answers(from)).toEqual(["no_pull"]);
      expect(sayings(from)).toEqual(["There is no pull request yet; say it again when there is one."]);
    },
  );

  it("/gza retry does not wait for its time any longer", () => {
    const waiting = task({
      reason: "infrastructure",
      not_before: "2026-03-01T13:00:00Z",
      wanted: { kind: "implement", how: "retry" },
    });

    expect(where(waiting)).toBe("as it is");
    expect(decide(after(says("/gza retry", waiting))).move?.record.phase).toBe("running");
  });

  it("/gza retry of a fix that failed fixes again, at the head as it is", () => {
    const last = attempt({
      kind: "fix",
      end: "timeout",
      ended: NOW,
      run: 501,
      start: { base: BASE, head: HEAD },
    });
    const parked = ready({ phase: "parked", reason: "timeout", attempts: [last] });

    expect(recordOf(after(says("/gza retry", parked)))).toMatchObject({
      phase: "queued",
      reason: "retried",
      wanted: { kind: "fix", how: "retry" },
    });
  });

  it("/gza retry of a generation without an attempt begins it", () => {
    const old = attempt({
      kind: "improve",
      end: "timeout",
      ended: NOW,
      run: 501,
      claimed: "2026-03-01T11:00:00Z",
    });

    expect(where(after(says("/gza retry", task({ attempts: [old] }))))).toBe("implement first");
  });

  const read = { kind: "report", report: report({ end: "timeout" }) } as const;
  const last = attempt({ end: "timeout", ended: NOW, work: sha("5"), run: 501 });
  const kept = { oid: RETURNED, work: sha("5"), session: sha("6"), report: read };

  it.each([
    ["the session and the work", kept, "resume_session"],
    ["the work alone", { ...kept, session: null }, "resume_work"],
    ["the session alone", { ...kept, work: null }, "resume_session"],
    ["nothing", null, "resume_anew"],
    ["neither", { ...kept, session: null, work: null }, "resume_anew"],
    [
      "what an older attempt left",
      { ...kept, report: { kind: "report", report: report({ attempt: 9 }) } } as const,
      "resume_anew",
    ],
    [
      "what cannot be read",
      { ...kept, report: { kind: "unreadable", why: "it is not JSON" } } as const,
      "resume_anew",
    ],
  ])("/gza resume says which it goes on from: %s", (_, unfinished, word) => {
    const parked = task(
      { phase: "parked", reason: "timeout", attempts: [last], spent: { attempts: 1, turns: 1, usd: 1 } },
      { unfinished },
    );

    expect(answers(says("/gza resume", parked))).toEqual([word]);
    expect(where(after(says("/gza resume", parked)))).toBe(
      `implement ${word === "resume_anew" ? "retry" : "resume"}`,
    );
  });

  it("/gza resume does not build on work for an older head", () => {
    const other = task(
      { phase: "parked", reason: "timeout", attempts: [last], head: HEAD, pull: 8 },
      { unfinished: kept, branchHead: HEAD },
    );

    expect(answers(says("/gza resume", other))).toEqual(["resume_anew"]);
  });

  it.each([
    ["/gza merge", null],
    ["/gza merge merge", "merge"],
    ["/gza merge SQUASH", "squash"],
    ["/gza merge rebase", "rebase"],
  ])("%s keeps the method %s", (body, method) => {
    expect(decide(says(body, ready())).move?.record.merge).toMatchObject({ method });
  });

  it("/gza run on a closed issue is told to reopen it", () => {
    const issue = { ...snapshot().issue, state: "closed" as const, closed: [{ at: NOW, by: ANNA }] };

    expect(answers(says("/gza run", { ...IN.done, issue }))).toEqual(["closed"]);
    expect(answers(says("/gza run", { ...IN.cancelled, issue }))).toEqual(["closed"]);
  });
});
