/** What GitHub answered this process: it counts for what it was said of, and for nothing else. */
import { describe, expect, it } from "vitest";
import { decide } from "../../src/domain/decide.ts";
import type { Evidence, Snapshot } from "../../src/domain/snapshot.ts";
import {
  ANNA,
  attempt,
  check,
  comment,
  HEAD,
  inFlight,
  JOB,
  NOW,
  pull,
  ready,
  returned,
  sha,
  snapshot,
  task,
} from "./snapshots.ts";

const OTHER = sha("3");
const WISH = { merge: { by: ANNA, method: null, at: NOW } } as const;

function kinds(from: Snapshot): string[] {
  return decide(from).effects.map(({ kind }) => kind);
}

describe("a merge", () => {
  const refused = (status: number, head = HEAD): Evidence => ({
    kind: "merge_refused",
    head,
    status,
    message: "",
  });
  const wished = (evidence: Evidence[], change: Partial<Snapshot> = {}): Snapshot =>
    ready(WISH, { evidence, ...change });

  it("is asked for with the head that was approved and the config's method, or the person's", () => {
    const asked = {
      kind: "request_merge",
      pull: 8,
      head: HEAD,
      method: "squash",
      title: "Fix the parser (#8)",
    };

    expect(decide(wished([])).effects).toMatchObject([asked]);
    expect(decide(ready({ merge: { ...WISH.merge, method: "rebase" } })).effects).toMatchObject([
      { ...asked, method: "rebase" },
    ]);
  });

  it("of a draft ends the draft first", () => {
    expect(kinds(wished([], { pull: pull({ draft: true }) }))).toEqual(["edit_pull", "request_merge"]);
  });

  it.each([
    [405, "merge_refused"],
    [422, "merge_refused"],
  ])("that GitHub refused for good (%i) waits for a person", (status, reason) => {
    const { move } = decide(wished([refused(status)]));

    expect(move).toMatchObject({
      story: "GitHub refused the merge",
      record: { phase: "parked", reason, merge: null },
    });
  });

  it("that GitHub refused for now is asked for again later", () => {
    const { move, effects, again } = decide(wished([refused(409)]));

    expect([move, effects]).toEqual([null, []]);
    expect(again).not.toBeNull();
  });

  it.each<[string, Evidence[]]>([
    ["of another head was refused", [refused(405, OTHER)]],
    ["was not refused, but something else done at this head", [{ kind: "rerun_asked", head: HEAD }]],
    ["was refused for good before it was refused for now", [refused(405), refused(409)]],
  ])("is not given up where one %s", (_, evidence) => {
    expect(decide(wished(evidence)).move).toBeNull();
  });
});

describe("a move that GitHub refused", () => {
  it("for the work that comes back parks the task as a fault of the set-up, with the work kept", () => {
    const { move } = decide(returned({}, { evidence: [{ kind: "move_refused", message: "no" }] }));

    expect(move?.record).toMatchObject({
      phase: "parked",
      reason: "setup",
      head: null,
      attempts: [{ end: "infrastructure" }],
    });
    expect(move?.refs.map(({ name }) => name)).toContain("refs/gza/unfinished/7");
  });

  it("is told from whatever else was answered", () => {
    const { move } = decide(returned({}, { evidence: [{ kind: "dispatched", attempt: 1, run: 501 }] }));

    expect(move?.record).toMatchObject({ reason: "implemented" });
  });
});

it.each<[string, Evidence]>([
  ["a dispatch that was taken", { kind: "dispatched", attempt: 1, run: null }],
  ["an answer in threads", { kind: "replied", attempt: 1 }],
])("%s is no refused dispatch", (_, found) => {
  expect(
    decide(inFlight({ evidence: [found], baton: { kind: "job", oid: JOB, at: NOW }, run: null })).move,
  ).toBeNull();
});

it("a pull request that was opened is no refused one", () => {
  const body = {
    phase: "open",
    reason: "waits_for_pull",
    head: HEAD,
    head_at: NOW,
    landed: [HEAD],
    intents: [{ key: "pull", at: NOW }],
  } as const;
  const from = task(
    { ...body, landed: [HEAD], intents: [...body.intents] },
    { branchHead: HEAD, evidence: [{ kind: "pull_opened", number: 8 }] },
  );

  expect(decide(from)).toMatchObject({ rule: 14, move: null, reason: "waits_for_pull" });
});

describe("a reaction", () => {
  const said = (evidence: Evidence[]): Snapshot =>
    ready({}, { comments: [comment("/gza status", { acknowledged: false })], evidence });

  it("that was just given counts as given", () => {
    expect(decide(said([])).effects[0]).toEqual({ kind: "react", comment: 1001, content: "+1" });
    expect(
      decide(said([{ kind: "reacted", comment: 1001 }])).move?.record.intents.map(({ key }) => key),
    ).toEqual(["answer:1001:status"]);
  });

  it.each<[string, Evidence]>([
    ["to another comment", { kind: "reacted", comment: 1002 }],
    ["that is none", { kind: "said", key: "status", id: 1001 }],
  ])("%s does not", (_, found) => {
    expect(kinds(said([found]))).toContain("react");
  });
});

describe("red checks", () => {
  const red = (name: string, id: number, run: number | null = 71) =>
    check({ name, id, run, outcome: "failure", log: "Error: no.", completedAt: "2026-03-01T11:58:00Z" });

  it("of many names are kept short in the record: five names of sixty characters, fifty ids", () => {
    const checks = Array.from({ length: 60 }, (_, index) => red(`${index}${"x".repeat(80)}`, index + 1));
    const move = decide(ready({}, { pull: pull({ checks }) })).move;

    expect(move?.record.rerun?.names).toEqual(checks.slice(0, 5).map(({ name }) => name.slice(0, 60)));
    expect(move?.record.rerun?.checks).toEqual(checks.slice(0, 50).map(({ id }) => id));
    expect(move?.story).toHaveLength(200);
    expect(move?.record.intents.map(({ key }) => key)).toContain(`rerun:${HEAD.slice(0, 12)}`);
  });

  it("run again where one of them can, and are over when every one that can has", () => {
    const mixed = [red("test", 61), red("other", 62, null)];
    const rerun = { head: HEAD, at: "2026-03-01T11:59:00Z", names: ["test"], checks: [61, 62] };
    const over = [{ ...red("test", 71), completedAt: "2026-03-01T11:59:30Z" }, red("other", 62, null)];

    expect(decide(ready({}, { pull: pull({ checks: mixed }) })).move?.record.reason).toBe("waits_for_rerun");
    expect(decide(ready({ rerun }, { pull: pull({ checks: over }) })).move?.record.attempt?.kind).toBe("fix");
    expect(
      decide(ready({ rerun }, { pull: pull({ checks: [...over, red("lint", 61)] }) })).move?.record.reason,
    ).toBe("waits_for_rerun");
  });

  it("that stay with a person are named in the story", () => {
    const attempts = [1, 2].map((n) => attempt({ n, kind: "fix", end: "completed", ended: NOW }));
    const rerun = { head: HEAD, at: "2026-03-01T11:59:00Z", names: [], checks: [1] };
    const late = { ...red("test", 71), completedAt: "2026-03-01T11:59:30Z" };
    const parked = (body: object) =>
      decide(
        ready(
          { attempts, rerun, ...body },
          { pull: pull({ checks: [late, { ...late, name: "lint", id: 72 }] }) },
        ),
      ).move;

    expect(parked({})?.story).toBe("checks are red: test, lint");
    expect(parked({ attempts: [], theirs: true })?.story).toBe("would mend a person's head");
  });
});

describe("a set-up that is broken", () => {
  const broken = { config: { kind: "broken", blob: sha("2"), problems: [] } } satisfies Partial<Snapshot>;
  const missing = {
    repository: { ...snapshot().repository, workflow: "missing" },
  } satisfies Partial<Snapshot>;

  it.each<[string, Snapshot, string, string]>([
    ["by its config", task({}, broken), "config", "refused a config that cannot be read"],
    ["by its workflow", task({}, missing), "setup", "refused to start: GZA is not set up here"],
    [
      "by its config, before there is a task",
      snapshot(broken),
      "config",
      "refused a config that cannot be read",
    ],
  ])("%s parks the task", (_, from, reason, story) => {
    expect(decide(from).move).toMatchObject({ story, record: { phase: "parked", reason, since: NOW } });
  });

  it.each<[string, Snapshot]>([
    ["where it is said already", task({ phase: "parked", reason: "config", config: sha("2") }, broken)],
    ["where a person is waited for", task({ phase: "parked", reason: "question" }, broken)],
    ["where the task has ended", task({ phase: "done", reason: "merged" }, broken)],
  ])("changes nothing %s", (_, from) => {
    expect(decide(from).move).toBeNull();
  });

  it("in another way is said anew", () => {
    expect(
      decide(task({ phase: "parked", reason: "config", config: sha("2") }, missing)).move?.record,
    ).toMatchObject({ reason: "setup" });
    expect(
      decide(task({ phase: "parked", reason: "config", config: sha("8") }, broken)).move?.record,
    ).toMatchObject({ config: sha("2") });
  });
});

describe("/gza run on a task with a pull request", () => {
  const begun = (from: Snapshot): string[] =>
    decide({ ...from, comments: [comment("/gza run")] }).move?.record.intents.map(({ key }) => key) ?? [];

  it.each<[string, Snapshot, boolean]>([
    ["closes the open one of a living task", ready(), true],
    ["leaves the one of a task that is called off", ready({ phase: "cancelled", reason: "command" }), false],
    ["leaves one that it never knew of", ready({ pull: null, phase: "parked", reason: "timeout" }), false],
    ["closes none that cannot be seen", ready({}, { pull: null }), false],
  ])("%s", (_, from, isClosed) => {
    expect(begun(from).includes("replace:8")).toBe(isClosed);
    expect(begun(from)).toContain("answer:1001:run");
  });

  it("forgets what was kept of the older work, where anything was", () => {
    const unfinished = {
      oid: sha("4"),
      work: null,
      session: null,
      report: { kind: "unreadable", why: "" },
    } as const;
    const refs = (change: Partial<Snapshot>) =>
      decide({ ...ready({}, change), comments: [comment("/gza run")] }).move?.refs;

    expect(refs({ unfinished })).toEqual([{ name: "refs/gza/unfinished/7", before: sha("4"), after: null }]);
    expect(refs({})).toEqual([]);
  });
});

it("on a pull request whose issue is locked a command is acknowledged and answered there all the same", () => {
  const locked = { ...snapshot().issue, locked: true, labels: ["gza", "gza:ready"] };
  const said = (on: "issue" | "pull") =>
    decide(ready({}, { issue: locked, comments: [comment("/gza status", { on, acknowledged: true })] }))
      .effects;

  expect(said("pull")).toMatchObject([{ kind: "say", key: "answer-pull:1001:status", on: 8 }]);
  expect(said("issue")).toEqual([]);
});
