/** Everything that GZA says, as people read it, in one file: `every-sentence.txt`. A change of words shows there. */
import { expect, it } from "vitest";
import {
  bodyOf,
  notAllowedBody,
  notPlannedBody,
  cannotBegin,
  pullBody,
  unreadableBody,
} from "../../src/domain/comments.ts";
import { COMMANDS } from "../../src/domain/command.ts";
import { decide } from "../../src/domain/decide.ts";
import type { RecordBody } from "../../src/domain/record.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import {
  CancelReason,
  LivingReason,
  ParkReason,
  Phase,
  TaskEnd,
  type AttemptEnd,
  type Reason,
} from "../../src/domain/task.ts";
import {
  attempt,
  comment,
  finding,
  HEAD,
  inFlight,
  NOW,
  pull,
  ready,
  rejected,
  report,
  returned,
  reviewed,
  sha,
  snapshot,
  task,
  verdict,
} from "./snapshots.ts";
import { recordOf, says, sayings } from "./speech.ts";
import { ALONE, VARIANTS } from "./variants.ts";
import { CONFLICTING, WAITING } from "./waiting.ts";
import { SAID } from "./said.ts";

const HELD = { ...snapshot().ledger.queue, held: [{ agent: "claude", until: "2026-03-01T15:00:00Z" }] };

/** The comment that calls a person. */
function call(from: Snapshot): string {
  return text(bodyOf("parked:x", from, recordOf(from)));
}

/** The part of the status comment that is one sentence, or two. */
function status(from: Snapshot): string {
  const [what = "", ...rest] = text(bodyOf("status", from, recordOf(from))).split("\n\n");
  return [what, ...rest.filter((part) => !/^(?:\||Review of|Pull request:)/.test(part))].join("\n");
}

/** Without the hidden first line. */
function text(body: string): string {
  return body.replace(/^<!--.*-->\n/, "");
}

function section(title: string, entries: [string, string][]): string {
  return [
    `${title}\n${"=".repeat(title.length)}`,
    ...entries.map(([name, words]) => `[${name}]\n${words}`),
  ].join("\n\n");
}

/** What an attempt of this kind at a head ended with, when it is gone on with by itself. */
function byItself(
  reason: AttemptEnd & Reason,
  body: Partial<RecordBody>,
  change: Partial<Snapshot> = {},
): [string, string] {
  const last = attempt({ run: 501, end: reason, ended: NOW, turns: 100, seconds: 2700 });
  const name = `${reason}, ${body.wanted?.how ?? "waits"}`;
  return [name, status(task({ phase: "queued", reason, attempts: [last], ...body }, change))];
}

const RETRY = { wanted: { kind: "implement", how: "retry" }, not_before: "2026-03-01T12:01:00Z" } as const;
const RESUME = { wanted: { kind: "implement", how: "resume" } } as const;

const LIVING: { [reason in Reason]?: Snapshot } = {
  started: inFlight(),
  waits_for_stop: task({ phase: "queued", reason: "waits_for_stop" }),
  conflicts: rejected([], { phase: "open", reason: "conflicts" }, CONFLICTING),
  rebased: rejected([], { phase: "open", reason: "rebased", verdict: verdict({ carried_from: sha("3") }) }),
  waits_for_landing: behindOthers(12, 9),
  waits_for_rerun: rejected([], {
    phase: "open",
    reason: "waits_for_rerun",
    rerun: { head: HEAD, at: NOW, names: ["test", "lint"], checks: [61] },
  }),
  ready: reviewed(),
};

/** Others that change the same paths are merged first. */
function behindOthers(...issues: number[]): Snapshot {
  const merge = { by: { id: 11, login: "anna" }, method: null, at: NOW };
  const change = { phase: "ready", merge, footprint: "a" } as const;
  const body = { ...change, reason: "waits_for_landing" } as const;
  const records = issues.map((issue) => ({
    ...recordOf(reviewed({ ...change, urgent: true })),
    issue,
  }));
  return reviewed(body, { ledger: { ...snapshot().ledger, records } });
}

/** GitHub shows that the others get in its way. */
function inConflict(from: Snapshot): Snapshot {
  const body = { ...recordOf(from), phase: "open", footprint: "abcdef" } as const;
  const records = from.ledger.records.map((other) => ({ ...other, footprint: "abcdef" }));
  const conflicting = reviewed(body, { ledger: { ...from.ledger, records } });
  return { ...conflicting, pull: conflicting.pull && { ...conflicting.pull, mergeable: "conflicting" } };
}

/** Phases of reasons that are none of `open`. */
const PHASES: { [reason in Reason]?: Phase } = {
  asked: "queued",
  reopened: "queued",
  retried: "queued",
  resumed: "queued",
  dispatch_lost: "running",
  running: "running",
  waits_for_turn: "queued",
  waits_for_room: "queued",
  waits_for_budget: "queued",
  waits_for_rebase: "queued",
};

function ended(reason: Reason, phase: Phase): Snapshot {
  const read = report({
    end: "no_change_needed",
    summary: "The parser returns a list for empty input since 2.1, and a test holds it.",
  });
  return ready({ phase, reason }, { unfinished: { ...ALONE, report: { kind: "report", report: read } } });
}

/** Everything, in the order in which a person may meet it. */
function everything(): string {
  const parks = ParkReason.options.map((reason): [string, string] => [reason, call(WAITING[reason])]);
  const living = LivingReason.options.map((reason): [string, string] => [
    reason,
    status(LIVING[reason] ?? rejected([finding()], { phase: PHASES[reason] ?? "open", reason })),
  ]);
  const others: [string, string][] = [
    ["waits_for_landing, one", status(behindOthers(12))],
    ["waits_for_landing, many", status(behindOthers(12, 9, 13, 14, 15, 16, 17))],
    ["waits_for_landing, nobody any more", status(behindOthers())],
    ["waits_for_landing, in conflict", status(inConflict(behindOthers(12)))],
    ["waits_for_landing, in conflict, many", status(inConflict(behindOthers(12, 9)))],
    [
      "waits_for_merge, by GitHub itself",
      status(reviewed({ phase: "open", reason: "waits_for_merge" }, { pull: pull({ autoMerge: "on" }) })),
    ],
  ];
  const ends = [
    ...TaskEnd.options.map((reason): [string, string] => [reason, status(ended(reason, "done"))]),
    ...CancelReason.options.map((reason): [string, string] => [reason, status(ended(reason, "cancelled"))]),
  ];
  const waiting = [
    byItself("timeout", RESUME),
    byItself("infrastructure", RETRY),
    byItself("runner_lost", RETRY),
    byItself("provider_unavailable", { ...RETRY, ...RESUME }),
    byItself("quota", RETRY),
    byItself("quota", { ...RETRY, not_before: "2026-03-01T15:00:00Z" }),
    byItself("quota", { wanted: null, attempts: [] }, { ledger: { ...snapshot().ledger, queue: HELD } }),
  ];
  const answered = SAID.map(([body, from]): [string, string] => [
    `${body}, ${recordOf(from).phase}`,
    sayings(says(body, from)).join("\n"),
  ]);
  const helps = Phase.options.map((phase): [string, string] => [
    phase,
    sayings(
      says(
        "/gza help",
        rejected(
          [],
          {
            phase,
            reason: phase === "running" ? "running" : "command",
            attempt: phase === "running" ? attempt({ n: 2 }) : null,
          },
          phase === "running" ? { baton: inFlight().baton, run: inFlight().run } : {},
        ),
      ),
    ).join("\n"),
  ]);
  const states: [string, Snapshot][] = [
    ["waits for its first attempt", task({})],
    ["at work", inFlight()],
    ["rejected", rejected()],
    ["ready, wanted", reviewed({ merge: { by: { id: 11, login: "anna" }, method: null, at: NOW } })],
    ["timeout", WAITING.timeout],
    ["a person's head", WAITING.theirs],
    ["conflicts", rejected([], { phase: "open", reason: "conflicts" }, CONFLICTING)],
  ];
  return (
    [
      section("Calls for a person: every reason", parks),
      section(
        "Calls for a person: where more than one thing can be the matter",
        VARIANTS.map(([name, from]) => [name, call(from)]),
      ),
      section("Status: what goes on by itself after a bad end", waiting),
      section("Status: every other reason", [...living, ...others]),
      section("Status: every end of a task", ends),
      section("Status: a whole comment", [
        ["rejected", text(bodyOf("status", whole(), recordOf(whole())))],
        ["text changed since", text(bodyOf("status", changed(), recordOf(changed())))],
      ]),
      section("Ready", [
        ["approved", readyCall(reviewed())],
        [
          "with follow-ups",
          readyCall(reviewed({ verdict: verdict({ value: "approved_with_followups", followups: 2 }) })),
        ],
        ["without review", readyCall(ready())],
        ["after a rebase", readyCall(reviewed({ verdict: verdict({ carried_from: sha("3") }) }))],
      ]),
      section("Answers to commands", answered),
      section("/gza help, by phase", helps),
      section(
        "/gza status",
        states.map(([name, from]) => [name, sayings(says("/gza status", from)).join("\n")]),
      ),
      section("To people who ask for no task", strangers()),
      section("The pull request", [
        ["body", pullBody(returned(), decide(returned()).move?.record ?? recordOf(returned()))],
      ]),
      section("An answer of explore", [
        ["answered", explored("The parser returns `null` for empty input; see `src/parser.ts`, line 3.")],
        ["lost", explored(null)],
      ]),
    ].join("\n\n\n") + "\n"
  );
}

function whole(): Snapshot {
  const done = { ended: NOW, reserved: 0, run: 501 };
  const attempts = [
    attempt({ ...done, end: "timeout", turns: 100, seconds: 2700, usd: 1.5 }),
    attempt({ ...done, n: 2, how: "resume", end: "completed", turns: 12, seconds: 65, usd: 0.5 }),
    attempt({ ...done, n: 3, kind: "review", end: "completed", turns: 4, seconds: 40, usd: null }),
  ];
  const flying = attempt({ n: 4, kind: "improve", run: 504 });
  return rejected([finding(), finding({ n: 2, severity: "followup", title: "No test for blanks" })], {
    phase: "running",
    reason: "started",
    attempts,
    attempt: flying,
  });
}

function changed(): Snapshot {
  const edited = { by: { id: 11, login: "anna" }, at: NOW };
  return inFlight({ issue: { ...snapshot().issue, title: "Fix the lexer", edited } });
}

function readyCall(from: Snapshot): string {
  return text(bodyOf("ready:x", from, recordOf(from)));
}

function explored(answer: string | null): string {
  const from = task(
    { phase: "done", reason: "answered", attempts: [attempt({ kind: "explore", end: "completed" })] },
    { unfinished: { ...ALONE, report: { kind: "report", report: report({ kind: "explore", answer }) } } },
  );
  return text(bodyOf("explored:1", from, recordOf(from)));
}

function strangers(): [string, string][] {
  const open = snapshot({ comments: [comment("/gza help")] });
  const closed = { ...open, issue: { ...open.issue, state: "closed" as const } };
  const ref = "refs/gza/tasks/7";
  return [
    ["the label, without write", text(notAllowedBody("x", "guest"))],
    ["a command, without write", text(cannotBegin("answer:1:not_allowed", open))],
    ["a command where there is no task", text(cannotBegin("answer:1:no_task", open))],
    ["a command on a closed issue", text(cannotBegin("answer:1:no_task", closed))],
    ["a plan", text(notPlannedBody("x", "anna"))],
    [
      "a record that somebody wrote over",
      text(unreadableBody("x", { oid: sha("e"), why: "it is not signed", lastGood: sha("4"), ref })),
    ],
    [
      "a record that never was good",
      text(unreadableBody("x", { oid: sha("e"), why: "it is not signed", lastGood: null, ref })),
    ],
  ];
}

it("reads well", async () => {
  await expect(everything()).toMatchFileSnapshot("./every-sentence.txt");
});

it("has an answer to every command among its examples", () => {
  const words = new Set(SAID.map(([body]) => body.split(" ")[1]));

  expect(Object.keys(COMMANDS).filter((word) => !words.has(word))).toEqual(["status", "help"]);
});
