/** Tasks that wait for a person where a reason has more than one cause: one for every cause. */
import type { Snapshot, Unfinished } from "../../src/domain/snapshot.ts";
import { attempt, BASE, check, HEAD, pull, report, sha, snapshot, task, verdict } from "./snapshots.ts";
import { parked } from "./speech.ts";
import { BROKEN, CONFLICTING, first, RED } from "./waiting.ts";

/** What is kept of an attempt that left nothing to go on from. */
export const ALONE: Unfinished = {
  oid: sha("c"),
  work: null,
  session: null,
  report: { kind: "unreadable", why: "it is not JSON" },
};

/** Every variant, by what tells it apart. */
export const VARIANTS: [string, Snapshot][] = [
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
  ["theirs, a conflict", parked("theirs", { theirs: true, verdict: null }, CONFLICTING)],
  ["conflict, both sides shown", conflicting()],
  ["merge_refused, 403", refused(403, "Resource not accessible by integration")],
  ["merge_refused, 404", refused(404, "Not Found")],
  ["merge_refused, 405", refused(405, "At least 1 approving review is required")],
  ["merge_refused, 422", refused(422, "Head branch is out of date")],
  [
    "merge_refused, a queue without the required check",
    parked("merge_refused", { verdict: verdict() }, { pull: pull({ queue: "enabled" }) }),
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

/** GitHub said no to the merge. */
function refused(status: number, message: string): Snapshot {
  const evidence = [{ kind: "merge_refused", head: HEAD, status, message } as const];
  return parked("merge_refused", { verdict: verdict() }, { evidence });
}

/** A rebase that nobody could finish: its report shows both sides. */
function conflicting(): Snapshot {
  const start = { base: BASE, head: HEAD };
  const last = attempt({ n: 2, kind: "rebase", end: "conflict", run: 501, seconds: 240, turns: 9, start });
  const side = { kind: "content", by: "left" } as const;
  const read = report({
    attempt: 2,
    kind: "rebase",
    end: "conflict",
    work: null,
    summary: "Both sides rewrote how a list ends, and no text can do both.",
    last_words: "",
    rebase: {
      by: "agent",
      dropped: [],
      conflicts: [
        { ...side, path: "src/parse.js", ours: "return [];", theirs: "throw new Empty();" },
        { ...side, path: "src/log.js", by: "agent", ours: "a", theirs: "b" },
        { ...side, path: "docs/notes.md", kind: "modify_delete", ours: "A list may be empty.", theirs: "" },
      ],
      before: HEAD,
      onto: BASE,
      commits: { before: 1, after: 1 },
      range_diff: "",
    },
  });
  return parked(
    "conflict",
    { verdict: null, attempts: [last] },
    {
      ...CONFLICTING,
      unfinished: { oid: sha("c"), work: null, session: null, report: { kind: "report", report: read } },
    },
  );
}

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
