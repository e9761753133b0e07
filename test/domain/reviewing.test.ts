/** The gates between a landed head and ready: red checks, review, improvement, heads of people, and the commands that move them. */
import { describe, expect, it } from "vitest";
import { Config } from "../../src/domain/config.ts";
import { decide } from "../../src/domain/decide.ts";
import { NO_FINDINGS } from "../../src/domain/finding.ts";
import { sentenceFor } from "../../src/domain/sentences.ts";
import type { CheckFacts, Snapshot } from "../../src/domain/snapshot.ts";
import {
  attempt,
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
  run,
  sha,
  snapshot,
  task,
  verdict,
} from "./snapshots.ts";

const RED = { outcome: "failure", log: "Error: no." };
const AGAIN = { head: HEAD, at: "2026-03-01T11:59:00Z", names: ["test"], checks: [61] };
const NEWER = { id: 62, completedAt: "2026-03-01T11:59:30Z" };
const ended = attempt({ end: "completed", ended: "2026-03-01T11:59:50Z", reserved: 0 });

function withChecks(checks: Partial<CheckFacts>[], body = {}, change: Partial<Snapshot> = {}): Snapshot {
  return ready(body, { pull: pull({ checks: checks.map((one) => check(one)) }), ...change });
}

function outcome(at: Snapshot): string {
  const { move, reason } = decide(at);
  const attemptNow = move?.record.attempt;
  return attemptNow
    ? `${attemptNow.kind} ${attemptNow.how}`
    : `${move?.record.phase ?? "as it is"} ${reason}`;
}

function reasonSaid(at: Snapshot): string {
  const { move } = decide(at);
  return move ? sentenceFor(at, move.record).what : "";
}

describe("checks", () => {
  it.each<[string, Snapshot, string]>([
    ["red for the first time run again", withChecks([RED]), "open waits_for_rerun"],
    [
      "that run again are waited for",
      withChecks([{ outcome: "pending" }], { rerun: AGAIN }),
      "open waits_for_checks",
    ],
    [
      "whose new result is not there yet are waited for",
      withChecks([{ ...RED, completedAt: "2026-03-01T11:58:00Z" }], { rerun: AGAIN }),
      "open waits_for_rerun",
    ],
    ["red again get a fix", withChecks([{ ...RED, ...NEWER }], { rerun: AGAIN }), "fix first"],
    [
      "of another App get a fix at once, for only it may run them again",
      withChecks([{ ...RED, run: null }]),
      "fix first",
    ],
    [
      "red at an older head say nothing about this one",
      withChecks([RED], { rerun: { ...AGAIN, head: sha("3") } }),
      "open waits_for_rerun",
    ],
    [
      "that are not required and red do not count beside required ones",
      withChecks([{ required: true }, RED]),
      "as it is ready",
    ],
    ["of GZA itself do not count", withChecks([{}, { ...RED, own: true }]), "as it is ready"],
    [
      "still running hold back those that are red",
      withChecks([RED, { outcome: "pending" }]),
      "open waits_for_checks",
    ],
    [
      "without a log yet are waited for",
      withChecks([{ ...RED, ...NEWER, log: "" }], { rerun: AGAIN }),
      "open waits_for_rerun",
    ],
  ])("%s", (_, at, expected) => {
    expect(outcome(at)).toBe(expected);
  });

  const twice = [1, 2].map((n) => attempt({ n, kind: "fix", end: "completed", ended: NOW, reserved: 0 }));
  const off = {
    kind: "config",
    blob: sha("d"),
    config: Config.parse({ review: { enabled: false }, checks: { fix: false } }),
  } as const;
  const badBase = { ...snapshot().repository, baseChecks: [{ name: "test", outcome: "failure" }] };

  it.each<[string, Snapshot, RegExp]>([
    [
      "two fixes were made",
      withChecks([{ ...RED, ...NEWER }], { rerun: AGAIN, attempts: twice, heard: 0 }),
      /failed \(test\), twice/,
    ],
    [
      "the config wants none",
      withChecks([{ ...RED, ...NEWER }], { rerun: AGAIN }, { config: off }),
      /failed \(test\), twice/,
    ],
    [
      "they are red on the base too",
      withChecks([{ ...RED, ...NEWER }], { rerun: AGAIN }, { repository: badBase }),
      /red on main too/,
    ],
    [
      "they could not run: no such command",
      withChecks([{ ...NEWER, outcome: "failure", log: "sh: mvn: command not found" }], { rerun: AGAIN }),
      /could not run/,
    ],
    [
      "they could not run: exit code 127",
      withChecks([{ ...NEWER, outcome: "failure", log: "Process completed with exit code 127." }], {
        rerun: AGAIN,
      }),
      /could not run/,
    ],
    [
      "they did not start",
      withChecks([{ ...NEWER, outcome: "startup_failure" }], { rerun: AGAIN }),
      /could not run/,
    ],
    [
      "the head is a person's",
      withChecks([{ ...RED, ...NEWER }], { rerun: AGAIN, theirs: true }),
      /are a person's, and its checks are red/,
    ],
  ])("get no fix when %s, and it is said", (_, at, words) => {
    expect(decide(at).move?.record).toMatchObject({ phase: "parked", attempt: null });
    expect(reasonSaid(at)).toMatch(words);
  });

  it("that are red hand their logs to the fix, those aside that are red on the base too", () => {
    const other = { ...RED, ...NEWER, name: "lint", log: "lint: no." };
    const repository = { ...snapshot().repository, baseChecks: [{ name: "test", outcome: "failure" }] };
    const { move } = decide(withChecks([{ ...RED, ...NEWER }, other], { rerun: AGAIN }, { repository }));

    expect(move?.job?.kind === "new" && move.job.job.checks).toEqual([{ name: "lint", log: "lint: no." }]);
  });

  it("that were red once and are green now are called flaky", () => {
    const at = reviewed({ phase: "open", reason: "approved", rerun: AGAIN });

    expect(reasonSaid(at)).toContain("flaky: red once, green when run again (test)");
  });
});

describe("a review", () => {
  const unreviewed = { verdict: null, phase: "open", reason: "waits_for_checks" } as const;
  const pending = pull({ checks: [check({ outcome: "pending" })] });

  it.each<[string, Snapshot, string]>([
    ["starts when the checks are over", reviewed(unreviewed), "review first"],
    ["waits for checks that run", reviewed(unreviewed, { pull: pending }), "as it is waits_for_checks"],
    [
      "waits no longer than a quarter of an hour",
      reviewed({ ...unreviewed, head_at: "2026-03-01T11:45:00Z" }, { pull: pending }),
      "review first",
    ],
    [
      "of an older head approves nothing",
      reviewed({ ...unreviewed, verdict: verdict({ head: sha("3") }) }),
      "review first",
    ],
    [
      "is not made of what conflicts",
      reviewed(unreviewed, { pull: pull({ mergeable: "conflicting" }) }),
      "rebase first",
    ],
    ["is not made where nobody wants one", ready({ ...unreviewed }), "ready ready"],
    ["judges what is disputed, once", rejected([finding({ state: "disputed" })]), "review judge"],
    ["judges nothing twice", rejected([finding({ state: "disputed", upheld: true })]), "improve first"],
  ])("%s", (_, at, expected) => {
    expect(outcome(at)).toBe(expected);
  });

  it("is made by whom the config names, not by whom a person asked to do the work", () => {
    const agents = { default: { agent: "one" }, review: { agent: "two", model: "m" } };
    const config = { kind: "config", blob: sha("d"), config: Config.parse({ agents }) } as const;
    const settings = { agent: "three", model: null, max_turns: 7, budget: null };
    const { move } = decide(reviewed({ ...unreviewed, settings }, { config }));

    expect(move?.record.attempt).toMatchObject({ agent: "two", model: "m" });
    expect(move?.job?.kind === "new" && move.job.job.limits.turns).toBe(40);
  });

  function back(change: object, attempts = [ended]): Snapshot {
    const flying = attempt({ n: 2, kind: "review", start: { base: sha("b"), head: HEAD } });
    const brought = returned({ attempt: 2, kind: "review", work: null, ...change });
    const at = reviewed({
      phase: "running",
      reason: "started",
      verdict: null,
      attempt: flying,
      attempts,
      spent: { attempts: attempts.length, turns: 0, usd: 0 },
    });
    return { ...at, baton: brought.baton, run: run() };
  }
  const seen = { review: { head: HEAD, patch: "9", dropped: [], gone: [] }, coverage: [], findings: [] };
  const failed = attempt({ n: 2, kind: "review", end: "bad_report", ended: NOW, reserved: 0 });

  it.each<[string, Snapshot, object]>([
    [
      "without a blocker approves this head",
      back(seen),
      { phase: "open", reason: "approved", verdict: { head: HEAD, patch: "9" } },
    ],
    [
      "that is unreadable is made once more",
      back({ end: "bad_report" }),
      { phase: "queued", reason: "review_failed", verdict: null },
    ],
    [
      "that left out a file is made once more",
      back({ ...seen, coverage: [{ path: "a", seen: false, why: "no room" }] }),
      { reason: "review_failed", verdict: null },
    ],
    [
      "without a diff is made once more",
      back({ ...seen, review: null }),
      { reason: "review_failed", verdict: null },
    ],
    [
      "that fails twice in a row waits for a person",
      back({ end: "bad_report" }, [ended, failed]),
      { phase: "parked", reason: "review_failed", verdict: null },
    ],
  ])("%s", (_, at, expected) => {
    expect(decide(at).move?.record).toMatchObject(expected);
  });
});

describe("an improvement", () => {
  const cycles = Array.from({ length: 4 }, (_, index) =>
    attempt({ n: index + 1, kind: "improve", end: "completed", ended: NOW, reserved: 0 }),
  );

  it("takes up every open finding", () => {
    const known = [
      finding(),
      finding({ n: 2, severity: "followup", fingerprint: "bbbbbbbbbbbb" }),
      finding({ n: 3, state: "fixed" }),
    ];
    const { move } = decide(rejected(known));

    expect(move?.job?.kind === "new" && move.job.job.findings.map(({ n }) => n)).toEqual([1, 2]);
  });

  it.each<[string, Snapshot, string]>([
    [
      "is made no more than review.cycles allows",
      rejected([finding()], { attempts: cycles, spent: { attempts: 4, turns: 0, usd: 0 } }),
      "parked review_cycles",
    ],
    [
      "is made again after a person's word",
      rejected([finding()], { attempts: cycles, heard: 4, spent: { attempts: 4, turns: 0, usd: 0 } }),
      "improve first",
    ],
    ["is not made on a person's head", rejected([finding()], { theirs: true }), "parked theirs"],
    [
      "is made on a person's head when a person says so",
      rejected([finding()], { theirs: true, wanted: { kind: "improve", how: "first" } }),
      "improve first",
    ],
    [
      "is not wanted for what can wait",
      reviewed({ verdict: verdict({ value: "approved_with_followups", followups: 1 }) }),
      "as it is ready",
    ],
  ])("%s", (_, at, expected) => {
    expect(outcome(at)).toBe(expected);
  });

  function back(change: object, known = [finding()]): Snapshot {
    const flying = attempt({ n: 2, kind: "improve", start: { base: sha("b"), head: HEAD } });
    const brought = returned({ attempt: 2, kind: "improve", work: null, ...change });
    const at = rejected(known, { phase: "running", reason: "started", attempt: flying });
    return { ...at, baton: brought.baton, run: run() };
  }
  const dispute = [{ finding: "aaaaaaaaaaaa", how: "disputed" as const, evidence: "It is right." }];

  it.each<[string, Snapshot, object]>([
    [
      "that changed nothing waits for a person",
      back({ end: "unchanged" }),
      { phase: "parked", reason: "unchanged" },
    ],
    [
      "that says it is complete without a change is not believed",
      back({ closed: [] }),
      { phase: "parked", reason: "unchanged" },
    ],
    [
      "that disputes everything goes to a judge",
      back({ closed: dispute }),
      { phase: "queued", reason: "disputed" },
    ],
    [
      "that disputes what a judge upheld waits for a person",
      back({ closed: dispute }, [finding({ upheld: true })]),
      { phase: "parked", reason: "disputed" },
    ],
  ])("%s", (_, at, expected) => {
    expect(decide(at).move?.record).toMatchObject(expected);
  });
});

describe("a head that GZA did not make", () => {
  const pushed = { branchHead: sha("7") };

  it("is adopted, counts as a word, and forgets what was known of the old one", () => {
    const { move } = decide(reviewed({ rerun: AGAIN, spent: { attempts: 3, turns: 0, usd: 0 } }, pushed));

    expect(move?.record).toMatchObject({
      head: sha("7"),
      theirs: true,
      phase: "open",
      reason: "person_pushed",
      heard: 3,
      rerun: null,
    });
    expect(move?.refs).toEqual([]);
  });

  it("stops what is being written, and the run with it", () => {
    const flying = attempt({ n: 2, kind: "improve", run: 501, start: { base: sha("b"), head: HEAD } });
    const at = reviewed(
      { phase: "running", reason: "started", attempt: flying },
      { ...inFlight(), ...pushed, record: snapshot().record },
    );
    const body = { phase: "running", reason: "started", attempt: flying, head: HEAD, pull: 8 } as const;
    const { move, effects } = decide({
      ...task(body),
      config: at.config,
      baton: inFlight().baton,
      run: inFlight().run,
      pull: pull(),
      ...pushed,
    });

    expect(move?.record).toMatchObject({ head: sha("7"), attempt: null, attempts: [{ end: "superseded" }] });
    expect(move?.refs.map(({ name, after }) => [name, after])).toEqual([["refs/gza/attempts/7", null]]);
    expect(effects.map(({ kind }) => kind)).toContain("cancel_run");
  });

  it("lets a review go on, which counts for the head that it looked at", () => {
    const flying = attempt({ kind: "review", start: { base: sha("b"), head: HEAD } });
    const body = { phase: "running", reason: "started", attempt: flying, head: HEAD, pull: 8 } as const;
    const { move } = decide({
      ...task(body),
      baton: inFlight().baton,
      run: inFlight().run,
      pull: pull(),
      ...pushed,
    });

    expect(move?.record).toMatchObject({
      phase: "running",
      head: sha("7"),
      theirs: true,
      attempt: { kind: "review" },
    });
  });

  it("is not taken from a reading that is older than GZA's own last move", () => {
    const own = { landed: [sha("3"), HEAD], head_at: "2026-03-01T11:59:30Z" };

    expect(outcome(reviewed(own, { branchHead: sha("3") }))).toBe("as it is ready");
    expect(outcome(reviewed({ ...own, head_at: "2026-03-01T11:58:00Z" }, { branchHead: sha("3") }))).toBe(
      "open person_pushed",
    );
  });
});

describe("commands", () => {
  const says = (body: string, from: Snapshot): Snapshot => ({ ...from, comments: [comment(body)] });

  it("/gza improve keeps what it is told, on as many lines as it takes", () => {
    const { move } = decide(says("/gza improve make it\nfaster", ready()));

    expect(move?.record).toMatchObject({
      wanted: { kind: "improve", how: "first" },
      phase: "open",
      reason: "feedback",
      heard: 1,
    });
    expect(move?.findings?.words.map(({ body }) => body)).toEqual(["make it\nfaster"]);
  });

  it("/gza dismiss computes the verdict anew and lets the task go on", () => {
    const { move } = decide(
      says(
        "/gza dismiss F1 it is checked above",
        rejected([finding()], { phase: "parked", reason: "review_cycles" }),
      ),
    );

    expect(move?.record).toMatchObject({ phase: "open", verdict: { value: "approved", blockers: 0 } });
    expect(move?.findings?.known[0]).toMatchObject({
      state: "dismissed",
      note: "Dismissed by anna: it is checked above",
    });
  });

  it("/gza review takes the verdict away", () => {
    expect(decide(says("/gza review", reviewed())).move?.record).toMatchObject({
      verdict: null,
      phase: "open",
    });
  });

  it.each<[string, string, Snapshot]>([
    ["/gza improve", "nothing_to_improve", ready()],
    ["/gza improve", "no_pull", task({})],
    [
      "/gza review",
      "busy",
      {
        ...reviewed(),
        ...inFlight(),
        record: reviewed({
          phase: "running",
          reason: "started",
          attempt: attempt({ kind: "review", start: { base: sha("b"), head: HEAD } }),
        }).record,
        branchHead: HEAD,
      },
    ],
    ["/gza dismiss F9 no", "no_finding", rejected()],
    ["/gza dismiss F1", "bad_dismiss:", rejected()],
    ["/gza reveiw", "mistaken:726576656977", ready()],
    ["/gza improve", "not_now:696d70726f7665", task({ phase: "done", reason: "merged" })],
  ])("%s is answered with %s where it can do nothing", (body, word, from) => {
    const { move } = decide(says(body, from));

    expect(move?.record.intents.map(({ key }) => key)).toContain(`answer:1001:${word}`);
    expect(move?.findings ?? NO_FINDINGS).toEqual(NO_FINDINGS);
  });
});

describe("a report", () => {
  it("of another kind than the attempt's is not believed", () => {
    expect(decide(returned({ kind: "improve" })).move?.record).toMatchObject({
      phase: "parked",
      reason: "bad_report",
    });
    expect(report().kind).toBe("implement");
  });
});
