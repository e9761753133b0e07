/** What bounds a task: its money, the day's, the quota of its agent, and how often the same is tried. */
import { describe, expect, it } from "vitest";
import { Config } from "../../src/domain/config.ts";
import { decide } from "../../src/domain/decide.ts";
import type { Queue } from "../../src/domain/queue.ts";
import type { Attempt, RecordBody } from "../../src/domain/record.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import { MAX_ATTEMPTS } from "../../src/domain/start.ts";
import {
  ANNA,
  attempt,
  HEAD,
  inFlight,
  NOW,
  ready,
  record,
  returned,
  reviewed,
  run,
  sha,
  task,
} from "./snapshots.ts";
import { after, answers, recordOf, says, where } from "./speech.ts";

const UNTIL = "2026-03-01T15:00:00Z";

function configured(text: unknown): Partial<Snapshot> {
  return { config: { kind: "config", blob: sha("d"), config: Config.parse(text) } };
}

function queue(change: Partial<Queue>): Partial<Snapshot> {
  const made: Queue = { v: 1, day: "2026-03-01", spent: 0, flight: [], held: [], ...change };
  return { ledger: { records: [], queue: made, queueOid: sha("3") } };
}

function flying(issue: number, reserved = 10): Queue["flight"][number] {
  return { issue, attempt: 1, kind: "implement", agent: "claude", by: ANNA.id, reserved };
}

function spent(usd: number, attempts = 1): Partial<RecordBody> {
  return { spent: { attempts, turns: 0, usd } };
}

/** Dollars that the attempt that is started reserves; what the task is parked or waits for otherwise. */
function reserved(from: Snapshot): number | string {
  const move = decide(from).move;
  return move?.record.phase === "running" ? (move.record.attempt?.reserved ?? "none") : where(from);
}

describe("the task's budget", () => {
  it.each<[string, Snapshot, number | string]>([
    ["the config's, at first", task({}), 10],
    ["what is left of it", task(spent(7.25)), 2.75],
    ["to the hundredth of a cent", task(spent(9.9999)), 0.0001],
    ["none when it is spent", task(spent(10)), "parked budget"],
    ["none when more than that is spent", task(spent(11)), "parked budget"],
    ["what the command said", task({ settings: { ...record().settings, budget: 3 } }), 3],
    [
      "what the command said, less what is spent",
      task({ ...spent(1), settings: { ...record().settings, budget: 3 } }),
      2,
    ],
    ["what the config says", task({}, configured({ budget: { task: 4 }, review: { enabled: false } })), 4],
    ["never more than a day allows", task({ settings: { ...record().settings, budget: 900 } }), 50],
    ["nothing where the config allows none", task({}, configured({ budget: { task: 0 } })), "parked budget"],
  ])("an attempt reserves %s", (_, from, expected) => {
    expect(reserved(from)).toBe(expected);
  });

  it("bounds the attempt itself", () => {
    const { move } = decide(task(spent(7, 0)));

    expect(move?.job?.kind === "new" && move.job.job.limits.usd).toBe(3);
    expect(move?.queue?.flight).toEqual([{ ...flying(7), reserved: 3 }]);
  });

  it.each([
    ["/gza resume --budget +5", spent(10), 15],
    ["/gza resume --budget +0.5", spent(10), 10.5],
    ["/gza resume --budget +5", spent(12.3), 17.3],
    ["/gza resume --budget +5", { ...spent(3), settings: { ...record().settings, budget: 3 } }, 8],
  ])("%s goes on with that much more", (body, change, budget) => {
    const parked = task({ phase: "parked", reason: "budget", ...change });
    const told = after(says(body, parked));

    expect(recordOf(told).settings.budget).toBe(budget);
    expect(decide(told).move?.record.phase).toBe("running");
  });

  it("/gza resume --budget raises it while the task waits for something else", () => {
    const told = after(
      says("/gza resume --budget +5", task({ ...spent(2), phase: "parked", reason: "timeout" })),
    );

    expect(recordOf(told).settings.budget).toBe(15);
    expect(reserved(told)).toBe(13);
  });

  it("/gza resume without a sum asks for one", () => {
    expect(answers(says("/gza resume", task({ phase: "parked", reason: "budget" })))).toEqual([
      "needs_budget",
    ]);
  });
});

describe("the day's budget", () => {
  it.each<[string, Partial<Queue>, string]>([
    ["just enough is left", { spent: 40 }, "implement first"],
    ["too little is left", { spent: 40.01 }, "queued waits_for_budget"],
    [
      "others have reserved the rest",
      { spent: 21, flight: [flying(20), flying(21)] },
      "queued waits_for_budget",
    ],
    ["others have reserved some", { spent: 20, flight: [flying(20), flying(21)] }, "implement first"],
    ["it was yesterday's", { day: "2026-02-28", spent: 50 }, "implement first"],
    [
      "of yesterday only what is in flight counts",
      { day: "2026-02-28", spent: 50, flight: [flying(20, 45)] },
      "queued waits_for_budget",
    ],
  ])("%s", (_, change, expected) => {
    expect(where(task({}, queue(change)))).toBe(expected);
  });

  it("is waited for until midnight, for less is needed by nobody else's ending", () => {
    expect(decide(task({}, queue({ spent: 45 })))).toMatchObject({ again: "2026-03-02T00:00:00Z" });
    expect(
      where({ ...task({ reason: "waits_for_budget" }, queue({ spent: 45 })), now: "2026-03-02T00:00:00Z" }),
    ).toBe("implement first");
  });
});

describe("settling", () => {
  const claimed = { flight: [flying(7), flying(20)], spent: 5 };

  it.each<[string, Snapshot, number, number]>([
    ["what the report says", returned({}, queue(claimed)), 5.1, 0.1],
    ["nothing where no price is known", returned({ usage: { ...usage(), usd: null } }, queue(claimed)), 5, 0],
    [
      "all of it where a run left no report",
      inFlight({ run: run({ conclusion: "failure" }), ...queue(claimed) }),
      15,
      0,
    ],
    [
      "what a failed attempt spent all the same",
      returned({ end: "agent_gave_up" }, queue(claimed)),
      5.1,
      0.1,
    ],
  ])("books %s", (_, from, day, own) => {
    const { move } = decide(from);

    expect(move?.queue).toMatchObject({ spent: day, flight: [flying(20)] });
    expect(move?.record.spent.usd).toBe(own);
    expect(move?.record.attempts.at(-1)?.reserved).toBe(0);
  });

  it("counts attempts and turns for the life of the issue", () => {
    expect(decide(returned()).move?.record.spent).toEqual({ attempts: 1, turns: 3, usd: 0.1 });
  });
});

describe("a quota", () => {
  const held = queue({ held: [{ agent: "claude", until: UNTIL }] });
  const both = queue({
    held: [
      { agent: "claude", until: UNTIL },
      { agent: "codex", until: UNTIL },
    ],
  });
  const fallback = configured({
    agents: { default: { model: "big", fallback: ["codex"] } },
    review: { enabled: false },
  });

  it("holds the agent for all tasks, until it is renewed", () => {
    const back = returned({ end: "quota", reset_at: UNTIL, work: null });
    const other = task({}, held);

    expect(decide(back).move?.queue?.held).toEqual([{ agent: "claude", until: UNTIL }]);
    expect(decide(other)).toMatchObject({ reason: "quota", again: UNTIL });
    expect(where({ ...other, now: UNTIL })).toBe("implement first");
  });

  it("without a time holds no other task", () => {
    const back = returned({ end: "quota", reset_at: null, work: null });

    expect(decide(back).move?.queue?.held).toEqual([]);
  });

  it("holds no other agent", () => {
    const other = task({ settings: { ...record().settings, agent: "codex" } }, held);

    expect(decide(other).move?.record.attempt).toMatchObject({ agent: "codex" });
  });

  it("has a fallback take over, with its own model", () => {
    const from = task({}, { ...held, ...fallback });

    expect(decide(from).move?.record.attempt).toMatchObject({ agent: "codex", model: null });
    expect(decide(task({}, fallback)).move?.record.attempt).toMatchObject({ agent: "claude", model: "big" });
  });

  it("has it take over for the very task that used it up", () => {
    const ended = attempt({ end: "quota", ended: NOW, run: 501, work: null });
    const waiting = {
      phase: "queued",
      reason: "quota",
      not_before: UNTIL,
      wanted: { kind: "implement", how: "retry" },
    } as const;
    const from = task(
      { ...waiting, attempts: [ended], spent: { attempts: 1, turns: 1, usd: 0 } },
      { ...held, ...fallback },
    );

    expect(decide(from).move?.record.attempt).toMatchObject({ n: 2, agent: "codex", how: "retry" });
    expect(where({ ...from, ...both })).toBe("as it is");
  });

  it("of every fallback too is waited for", () => {
    expect(decide(task({}, { ...both, ...fallback }))).toMatchObject({ reason: "quota", again: UNTIL });
  });

  it("is waited for by an agent that a person named", () => {
    const from = task({ settings: { ...record().settings, agent: "claude" } }, { ...held, ...fallback });

    expect(decide(from).reason).toBe("quota");
  });

  it("keeps a person's word waiting, and says so", () => {
    const told = after(
      says(
        "/gza retry",
        task(
          { phase: "parked", reason: "timeout", attempts: [attempt({ end: "timeout", ended: NOW })] },
          held,
        ),
      ),
    );

    expect(where(told)).toBe("queued quota");
  });

  it("delays until its time where none is known, whoever would work", () => {
    const ended = attempt({ end: "quota", ended: NOW, run: 501 });
    const soon = {
      phase: "queued",
      reason: "quota",
      not_before: "2026-03-01T12:01:00Z",
      wanted: { kind: "implement", how: "retry" },
    } as const;

    expect(where(task({ ...soon, attempts: [ended] }))).toBe("as it is");
    expect(where(task({ ...soon, attempts: [ended] }, { now: "2026-03-01T12:01:00Z" }))).toBe(
      "implement retry",
    );
  });

  it("of another agent than the reviewer's lets reviews go on", () => {
    const config = configured({ agents: { review: { agent: "codex", model: "sharp" } } });
    const from = { ...reviewed({ verdict: null, phase: "open", reason: "improved" }), ...held, ...config };

    expect(decide(from).move?.record.attempt).toMatchObject({
      kind: "review",
      agent: "codex",
      model: "sharp",
    });
  });
});

describe("the same again", () => {
  const evidence = decide(task({})).move?.record.attempt?.evidence ?? "";
  const same = (count: number, change: Partial<Attempt> = {}): Attempt[] =>
    Array.from({ length: count }, (_, index) =>
      attempt({ n: index + 1, evidence, end: "superseded", ended: NOW, run: 501, ...change }),
    );
  const made = (attempts: Attempt[], change: Partial<RecordBody> = {}): Snapshot =>
    task({ attempts, spent: { attempts: attempts.length, turns: 0, usd: 0 }, ...change });

  it.each<[string, Snapshot, string]>([
    ["twice", made(same(2)), "implement first"],
    ["three times", made(same(3)), "parked no_progress"],
    [
      "three times, one of which never ran",
      made([...same(2), ...same(1, { n: 3, run: null })]),
      "implement first",
    ],
    [
      "three times, but from another state once",
      made([...same(2), ...same(1, { n: 3, evidence: "0".repeat(12) })]),
      "implement first",
    ],
    ["three times before a person's last word", made(same(3), { heard: 3 }), "implement first"],
    ["three times, two of them since a person's last word", made(same(3), { heard: 1 }), "implement first"],
    [
      "three times, but a retry looks again",
      made(same(3), { wanted: { kind: "implement", how: "retry" } }),
      "implement retry",
    ],
  ])("made %s", (_, from, expected) => {
    expect(where(from)).toBe(expected);
  });

  it.each<[string, Partial<RecordBody>, string]>([
    [
      "one attempt less than all",
      { spent: { attempts: MAX_ATTEMPTS - 1, turns: 0, usd: 0 } },
      "implement first",
    ],
    ["all attempts", { spent: { attempts: MAX_ATTEMPTS, turns: 0, usd: 0 } }, "parked attempts"],
    [
      "all attempts since a person's last word",
      { spent: { attempts: MAX_ATTEMPTS + 5, turns: 0, usd: 0 }, heard: 5 },
      "parked attempts",
    ],
    [
      "one less since a person's last word",
      { spent: { attempts: MAX_ATTEMPTS + 5, turns: 0, usd: 0 }, heard: 6 },
      "implement first",
    ],
  ])("%s", (_, change, expected) => {
    expect(where(task(change))).toBe(expected);
  });

  it("is other where another text, head or base is started from", () => {
    const evidenceOf = (from: Snapshot): string => decide(from).move?.record.attempt?.evidence ?? "";
    const base = task({}, { repository: { ...task({}).repository, defaultHead: sha("9") } });
    const review = { verdict: null, phase: "open", reason: "improved" } as const;
    const heads = [HEAD, sha("7")].map((head) => {
      const from = reviewed({ ...review, head, landed: [head] });
      return evidenceOf({ ...from, branchHead: head, pull: from.pull && { ...from.pull, head } });
    });

    expect(
      new Set([evidence, evidenceOf(base), evidenceOf(task({ brief: "1".repeat(64) })), ...heads]).size,
    ).toBe(5);
  });
});

describe("room and turn", () => {
  it("other tasks go first: those with a pull request, urgent ones, older ones", () => {
    const full = { flight: [flying(20), flying(21), flying(22), flying(23)] };
    const others = (change: Partial<RecordBody>): Snapshot => {
      const from = task({}, queue(full));
      return { ...from, ledger: { ...from.ledger, records: [record({ issue: 30, ...change })] } };
    };

    expect(where(others({ asked: { by: ANNA, at: "2026-03-01T12:00:00Z", how: "label" } }))).toBe(
      "implement first",
    );
    expect(where(others({ asked: { by: ANNA, at: "2026-03-01T11:00:00Z", how: "label" } }))).toBe(
      "queued waits_for_turn",
    );
    expect(where(others({ pull: 9 }))).toBe("queued waits_for_turn");
    expect(where(others({ urgent: true }))).toBe("queued waits_for_turn");
    expect(where(others({ pull: 9, not_before: UNTIL }))).toBe("implement first");
  });

  it("merging needs none", () => {
    const full = queue({ flight: [20, 21, 22, 23, 24].map((issue) => flying(issue)), spent: 50 });
    const wish = ready({ merge: { by: ANNA, method: null, at: NOW } }, full);

    expect(decide(wish).effects.map(({ kind }) => kind)).toContain("request_merge");
  });
});

function usage() {
  return { turns: 3, seconds: 12, requests: 3, input: 900, cached: 0, output: 200, usd: 0.1 };
}
