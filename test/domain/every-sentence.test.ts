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
import type { Unfinished, Snapshot } from "../../src/domain/snapshot.ts";
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
  BASE,
  check,
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
import { parked, recordOf, says, sayings } from "./speech.ts";
import { BROKEN, first, RED, WAITING } from "./waiting.ts";
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

const ALONE: Unfinished = {
  oid: sha("c"),
  work: null,
  session: null,
  report: { kind: "unreadable", why: "it is not JSON" },
};

/** For these, more than one thing can be the matter. */
const VARIANTS: [string, Snapshot][] = [
  ["timeout, without work", first("timeout", null)],
  [
    "timeout of a review",
    parked("timeout", {
      attempts: [
        attempt({
          n: 2,
          kind: "review",
          end: "timeout",
          run: 501,
          seconds: 1200,
          start: { base: BASE, head: HEAD },
        }),
      ],
    }),
  ],
  ["timeout of an improvement, with work", improving()],
  [
    "infrastructure, without a report",
    task({ phase: "parked", reason: "infrastructure", attempts: [attempt({ end: "infrastructure" })] }),
  ],
  [
    "bad_report, unreadable",
    task(
      { phase: "parked", reason: "bad_report", attempts: [attempt({ end: "bad_report", run: 501 })] },
      { unfinished: ALONE },
    ),
  ],
  ["guard_refused, many places", guarded()],
  [
    "question, lost",
    task({ phase: "parked", reason: "question", attempts: [attempt({ end: "question", run: 501 })] }),
  ],
  ["no_change_needed, with a pull request", parked("no_change_needed")],
  ["checks_red, once", parked("checks_red", {}, RED)],
  [
    "checks_red, that could not run",
    parked(
      "checks_red",
      {},
      { pull: pull({ checks: [check({ outcome: "failure", log: "sh: 1: vitest: command not found" })] }) },
    ),
  ],
  [
    "checks_red, on the base too",
    parked(
      "checks_red",
      {},
      {
        ...RED,
        repository: { ...snapshot().repository, baseChecks: [{ name: "test", outcome: "failure" }] },
      },
    ),
  ],
  ["theirs, red checks", parked("theirs", { theirs: true }, RED)],
  ["theirs, a branch of that name", task({ phase: "parked", reason: "theirs" })],
  [
    "merge_refused, in GitHub's words",
    parked(
      "merge_refused",
      {},
      {
        evidence: [
          {
            kind: "merge_refused",
            head: HEAD,
            status: 405,
            message: "At least 1 approving review is required",
          },
        ],
      },
    ),
  ],
  [
    "config, in two places",
    task(
      { phase: "parked", reason: "config" },
      {
        config: {
          ...BROKEN,
          problems: [
            {
              line: 3,
              column: 5,
              path: "agents.default.timout",
              message: "is no key; did you mean timeout?",
            },
            { line: 9, column: 1, path: "", message: "is no mapping" },
          ],
        } as Snapshot["config"],
      },
    ),
  ],
  [
    "setup, disabled",
    task(
      { phase: "parked", reason: "setup" },
      { repository: { ...snapshot().repository, workflow: "disabled" } },
    ),
  ],
  [
    "setup, permissions",
    task(
      { phase: "parked", reason: "setup" },
      { installation: { missing: ["checks: write"], url: "https://github.test/settings/installations/5" } },
    ),
  ],
  [
    "setup, dispatch refused",
    task(
      { phase: "parked", reason: "setup" },
      {
        evidence: [
          {
            kind: "dispatch_refused",
            attempt: 1,
            status: 422,
            message: "Actions is disabled for this repository",
          },
        ],
      },
    ),
  ],
  [
    "setup, pull request refused",
    task(
      { phase: "parked", reason: "setup" },
      {
        evidence: [
          {
            kind: "pull_refused",
            status: 403,
            message: "GitHub Actions is not permitted to create pull requests",
          },
        ],
      },
    ),
  ],
  [
    "setup, found by the run",
    task(
      { phase: "parked", reason: "setup", attempts: [attempt({ end: "provider_refused", run: 501 })] },
      {
        unfinished: {
          ...ALONE,
          report: {
            kind: "report",
            report: report({
              fault:
                "The secret ANTHROPIC_API_KEY is missing: add it under Settings, Secrets and variables, Actions.",
            }),
          },
        },
      },
    ),
  ],
  [
    "setup, another version",
    task(
      { phase: "parked", reason: "setup", attempts: [attempt({ end: "bad_report", run: 501 })] },
      { unfinished: { ...ALONE, report: { kind: "unknown_version", version: "2" } } },
    ),
  ],
  ["setup, seen only in trying", task({ phase: "parked", reason: "setup" })],
];

function improving(): Snapshot {
  const start = { base: BASE, head: HEAD };
  const last = attempt({
    n: 2,
    kind: "improve",
    end: "timeout",
    run: 501,
    seconds: 2700,
    start,
    work: sha("5"),
  });
  const read = report({ attempt: 2, kind: "improve", end: "timeout", last_words: "" });
  return parked(
    "timeout",
    { attempts: [last] },
    {
      unfinished: { oid: sha("c"), work: sha("5"), session: null, report: { kind: "report", report: read } },
    },
  );
}

function guarded(): Snapshot {
  const rules = ["protected", "look_alike", "odd_path", "odd_mode", "submodule", "binary"];
  const guard = [
    ...rules.map((rule) => ({ path: `src/${rule}`, rule })),
    { path: "(all)", rule: "too_many_files" },
  ];
  const read = report({ end: "guard_refused", work: null, guard: guard.toReversed() });
  return task(
    { phase: "parked", reason: "guard_refused", attempts: [attempt({ end: "guard_refused", run: 501 })] },
    { unfinished: { ...ALONE, report: { kind: "report", report: read } } },
  );
}

const LIVING: { [reason in Reason]?: Snapshot } = {
  started: inFlight(),
  waits_for_stop: task({ phase: "queued", reason: "waits_for_stop" }),
  conflicts: rejected([], { phase: "open", reason: "conflicts" }),
  waits_for_rerun: rejected([], {
    phase: "open",
    reason: "waits_for_rerun",
    rerun: { head: HEAD, at: NOW, names: ["test", "lint"], checks: [61] },
  }),
  ready: reviewed(),
};

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
  ];
  return (
    [
      section("Calls for a person: every reason", parks),
      section(
        "Calls for a person: where more than one thing can be the matter",
        VARIANTS.map(([name, from]) => [name, call(from)]),
      ),
      section("Status: what goes on by itself after a bad end", waiting),
      section("Status: every other reason", living),
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
  return inFlight({ issue: { ...snapshot().issue, title: "Fix the lexer" } });
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
