/** The gate through which attempts start: what counts as the same again, what holds an attempt back, and what a started one stands for. */
import { describe, expect, it } from "vitest";
import { Config } from "../../src/domain/config.ts";
import { decide } from "../../src/domain/decide.ts";
import type { Move } from "../../src/domain/decision.ts";
import type { Attempt, RecordBody } from "../../src/domain/record.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import {
  ANNA,
  attempt,
  BASE,
  BRIEF,
  check,
  finding,
  HEAD,
  NOW,
  pull,
  ready,
  record,
  rejected,
  report,
  RETURNED,
  reviewed,
  run,
  sha,
  snapshot,
  task,
  thread,
  verdict,
} from "./snapshots.ts";

function decided(from: Snapshot): Move {
  const { move } = decide(from);
  if (!move) throw new Error("the test needs a decision that moves");
  return move;
}

describe("the evidence of an attempt", () => {
  const of = (from: Snapshot): string => decided(from).record.attempt?.evidence ?? "";
  const base = (head: string): Snapshot["repository"] => ({ ...snapshot().repository, defaultHead: head });
  const wants = (kind: Attempt["kind"], how: Attempt["how"] = "first") => ({ wanted: { kind, how } });
  const improving = (known = [finding()], change: Partial<Snapshot> = {}, body: Partial<RecordBody> = {}) =>
    of(rejected(known, { ...wants("improve"), ...body }, change));
  const fixing = (names: string[]) =>
    of(
      ready(
        { rerun: { head: HEAD, at: "2026-03-01T11:50:00Z", names: [], checks: [61] }, verdict: verdict() },
        {
          pull: pull({
            checks: names.map((name, id) =>
              check({
                name,
                id: 100 + id,
                outcome: "failure",
                log: "Error: no.",
                completedAt: "2026-03-01T11:58:00Z",
              }),
            ),
          }),
        },
      ),
    );

  it("is the same for the same", () => {
    expect(of(task({}))).toMatch(/^[0-9a-f]{12}$/);
    expect(of(task({}))).toBe(of(task({})));
    expect(improving()).toBe(improving());
    expect(fixing(["test"])).toBe(fixing(["test"]));
  });

  it.each<[string, () => string, () => string]>([
    [
      "another base, before there is work",
      () => of(task({})),
      () => of(task({}, { repository: base(sha("8")) })),
    ],
    ["another brief", () => of(task({})), () => of(task({ brief: "1".repeat(64) }))],
    ["another kind", () => of(task({})), () => of(task({ kind: "explore" }))],
    ["another finding", () => improving(), () => improving([finding({ fingerprint: "d".repeat(12) })])],
    [
      "another word of a person",
      () => improving(),
      () => improving(undefined, { pull: pull({ threads: [thread("No.")] }) }),
    ],
    [
      "a later word in the same place",
      () => improving(undefined, { pull: pull({ threads: [thread("No.")] }) }),
      () =>
        improving(undefined, {
          pull: pull({
            threads: [
              thread("", {
                comments: [{ ...(thread("No.").comments[0] ?? never()), at: "2026-03-01T11:51:00Z" }],
              }),
            ],
          }),
        }),
    ],
    ["another check", () => fixing(["test"]), () => fixing(["lint"])],
  ])("is another with %s", (_, one, other) => {
    expect(one()).not.toBe(other());
  });

  it("of an improve attempt does not change with the base", () => {
    expect(improving(undefined, { repository: base(sha("8")) })).toBe(improving());
  });

  function never(): never {
    throw new Error("a thread has a comment");
  }
});

describe("an attempt is not started", () => {
  it.each<[string, Partial<Snapshot>]>([
    ["with a broken config", { config: { kind: "broken", blob: sha("d"), problems: [] } }],
    ["without a brief", { brief: null }],
  ])("%s", (_, change) => {
    expect(decide(task({}, change)).move?.record.attempt ?? null).toBeNull();
  });

  it("twice for one that waits with the same reason; another reason, or another haste, is written down", () => {
    const full = (body: Partial<RecordBody>, labels = ["gza"]): Snapshot => {
      const config = {
        kind: "config",
        blob: sha("d"),
        config: Config.parse({ parallel: { tasks: 1 } }),
      } as const;
      const flight = [
        { issue: 70, attempt: 1, kind: "implement", agent: "claude", by: 12, reserved: 1 },
      ] as const;
      const { ledger, issue } = snapshot();
      return task(body, {
        config,
        issue: { ...issue, labels },
        ledger: { ...ledger, queue: { ...ledger.queue, flight: [...flight] } },
      });
    };

    expect(decided(full({})).record).toMatchObject({
      phase: "queued",
      reason: "waits_for_room",
      attempt: null,
    });
    expect(decided(full({})).story).toBe("waits for room");
    expect(decide(full({ reason: "waits_for_room" }))).toMatchObject({
      move: null,
      again: "2026-03-01T12:05:00Z",
    });
    expect(decided(full({ reason: "waits_for_room" }, ["gza", "gza:urgent"])).record.urgent).toBe(true);
  });

  it("twice as a task of its own turn: the record in the list does not stand before itself", () => {
    const own = record({ asked: { by: ANNA, at: "2026-03-01T10:00:00Z", how: "label" } });
    const from = task(
      {},
      { config: { kind: "config", blob: sha("d"), config: Config.parse({ parallel: { tasks: 1 } }) } },
    );

    expect(decided({ ...from, ledger: { ...from.ledger, records: [own] } }).record.attempt).toMatchObject({
      n: 1,
    });
  });

  it("where it has reached a bound, which the story names", () => {
    expect(decided(task({ spent: { attempts: 20, turns: 0, usd: 0 } }))).toMatchObject({
      story: "stopped: attempts",
      record: { phase: "parked", reason: "attempts", wanted: null },
    });
  });
});

describe("a started attempt", () => {
  it("stands on the newest base and the task's head, in the queue, with its money held", () => {
    const { record: after, queue, job } = decided(task({ spent: { attempts: 2, turns: 0, usd: 4 } }));

    expect(after.attempt).toEqual(
      attempt({
        n: 3,
        evidence: after.attempt?.evidence ?? "",
        job: "0".repeat(40),
        claimed: NOW,
        reserved: 6,
      }),
    );
    expect(queue?.flight).toEqual([
      { issue: 7, attempt: 3, kind: "implement", agent: "claude", by: 11, reserved: 6 },
    ]);
    expect(job).toMatchObject({ kind: "new", before: null, job: { attempt: 3, brief: BRIEF } });
  });

  it("takes the place of a baton that nobody took away", () => {
    expect(decided(task({}, { baton: { kind: "job", oid: sha("8"), at: NOW } })).job).toMatchObject({
      before: sha("8"),
    });
  });

  it("goes on from unfinished work, on the base of then; from none it is another try", () => {
    const last = attempt({
      end: "timeout",
      ended: NOW,
      work: sha("5"),
      run: 501,
      start: { base: sha("8"), head: null },
    });
    const body = {
      phase: "queued",
      reason: "timeout",
      attempts: [last],
      spent: { attempts: 1, turns: 0, usd: 0 },
      wanted: { kind: "implement", how: "resume" },
    } as const;
    const unfinished = {
      oid: RETURNED,
      work: sha("5"),
      session: null,
      report: { kind: "report", report: report({ end: "timeout" }) },
    } as const;
    const start = (change: Partial<Snapshot>) =>
      decided(task({ ...body, attempts: [last] }, change)).record.attempt;

    expect(start({ unfinished })).toMatchObject({ how: "resume", start: { base: sha("8"), head: null } });
    expect(start({})).toMatchObject({ how: "retry", start: { base: BASE, head: null } });
  });

  it("reviews with the config's own agent, whatever the person asked for", () => {
    const config = {
      kind: "config",
      blob: sha("d"),
      config: Config.parse({
        agents: { default: { model: "small" }, review: { agent: "codex", model: "large" } },
      }),
    } as const;
    const settings = { agent: "opencode", model: "mine", max_turns: null, budget: null };
    const review = decided(reviewed({ settings, verdict: null }, { config, run: run() })).record.attempt;
    const own = decided(task({ settings }, { config })).record.attempt;
    const model = decided(task({ settings: { ...settings, agent: null } }, { config })).record.attempt;

    expect([review?.kind, review?.agent, review?.model]).toEqual(["review", "codex", "large"]);
    expect([own?.agent, own?.model]).toEqual(["opencode", "mine"]);
    expect([model?.agent, model?.model]).toEqual(["claude", "mine"]);
  });
});
