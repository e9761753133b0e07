/** The record's own bounds. */
import { describe, expect, it } from "vitest";
import {
  canonicalBody,
  isLiving,
  MAX_RECORD_BYTES,
  Record as StoredRecord,
  RecordBody,
  withAttempt,
} from "../../src/domain/record.ts";
import { attempt, NOW, record, sha, verdict } from "./snapshots.ts";

it("holds everything that its shape allows within the bytes that it may have", () => {
  const id = 99_999_999_999;
  const work = {
    n: 1000,
    kind: "implement",
    how: "resume",
    agent: "opencode",
    model: "anthropic/claude-sonnet-4-5-20250929",
    start: { base: sha("a"), head: sha("b") },
    run: id,
    ended: NOW,
    end: "provider_unavailable",
    work: sha("c"),
    turns: 100,
    seconds: 86_400,
    usd: 12.3456,
  } as const;
  const { mac: _, ...body } = record({
    landed: Array.from({ length: 12 }, () => sha("d")),
    head: sha("d"),
    branch: `gza/1234567890-${"x".repeat(40)}`,
    attempt: attempt({ ...work, ended: null, end: null }),
    attempts: Array.from({ length: 22 }, () => attempt(work)),
    verdict: verdict({ carried_from: sha("e"), value: "approved_with_followups" }),
    findings: "f".repeat(64),
    rerun: {
      head: sha("d"),
      at: NOW,
      names: Array.from({ length: 5 }, () => "x".repeat(60)),
      checks: Array.from({ length: 50 }, () => id),
    },
    intents: Array.from({ length: 10 }, () => ({ key: `answer:${id}:nothing_to_improve`, at: NOW })),
  });

  expect(JSON.stringify(RecordBody.parse(body)).length).toBeLessThan(MAX_RECORD_BYTES - 300);
});

it("keeps the newest twenty-two attempts", () => {
  const before = Array.from({ length: 22 }, (_, index) => attempt({ n: index + 1 }));

  expect(withAttempt([], attempt({ n: 1 })).map(({ n }) => n)).toEqual([1]);
  expect(withAttempt(before, attempt({ n: 23 })).map(({ n }) => n)).toEqual(
    Array.from({ length: 22 }, (_, index) => index + 2),
  );
});

it("is the same bytes for the same body, whatever the order of its keys", () => {
  const { mac: _, ...body } = record({ attempt: attempt(), verdict: verdict() });
  const turned = Object.fromEntries(Object.entries(body).toReversed());

  expect(canonicalBody(RecordBody.parse(turned))).toBe(canonicalBody(body));
  expect(JSON.parse(canonicalBody(body))).toEqual(body);
});

it.each([
  ["done", false],
  ["cancelled", false],
  ["parked", true],
  ["open", true],
] as const)("is of a living task or not: %s", (phase, expected) => {
  expect(isLiving(record({ phase }))).toBe(expected);
});

describe("the shape", () => {
  const at = NOW;
  const { mac: _mac, ...full } = record({
    attempt: attempt({ run: 1, ended: at, end: "completed", work: sha("c"), usd: 1, model: "m" }),
    attempts: [attempt()],
    branch: "gza/7-x",
    pull: 8,
    head: sha("1"),
    head_at: at,
    landed: [sha("1")],
    settings: { agent: "a", model: "m", max_turns: 1, budget: 1 },
    verdict: verdict({ patch: "09af", carried_from: sha("2") }),
    findings: "f".repeat(64),
    rerun: { head: sha("1"), at, names: ["test"], checks: [61] },
    wanted: { kind: "improve", how: "first" },
    plan: {
      hash: "1".repeat(64),
      brief: "2".repeat(64),
      base: sha("b"),
      approved: { id: 11, login: "anna" },
    },
    merge: { by: { id: 11, login: "anna" }, method: "squash", at },
    not_before: at,
    seen: { comment: 1, feedback: at },
    intents: [{ key: "status", at }],
    status_comment: 900,
  });

  it("comes back as it was written, with everything in it and with as little as may be", () => {
    const { mac: _, ...empty } = record({ branch: null });

    expect(RecordBody.parse(JSON.parse(JSON.stringify(full)))).toEqual(full);
    expect(RecordBody.parse(empty)).toEqual(empty);
    expect(StoredRecord.parse(record())).toEqual(record());
  });

  it.each([
    "settings",
    "asked",
    "spent",
    "verdict",
    "rerun",
    "wanted",
    "plan",
    "merge",
    "seen",
    "attempt",
  ] as const)("knows no other key in %s", (key) => {
    expect(RecordBody.safeParse({ ...full, [key]: { ...full[key], more: 1 } }).success).toBe(false);
  });

  it.each<[string, object]>([
    ["a key that nobody knows", { more: 1 }],
    ["another version", { v: 2 }],
    ["issue zero", { issue: 0 }],
    ["generation zero", { generation: 0 }],
    ["pull request zero", { pull: 0 }],
    ["a head that is no object id", { head: "main" }],
    ["an object id with more to it", { head: `${sha("1")}0` }],
    ["an object id with something before it", { head: `x${sha("1")}` }],
    ["an object id in capitals", { head: sha("A") }],
    ["a brief that is no hash", { brief: "1".repeat(63) }],
    ["a hash with more to it", { brief: "1".repeat(65) }],
    ["a hash with other letters", { findings: "g".repeat(64) }],
    ["evidence that is too long", { attempt: attempt({ evidence: "0".repeat(13) }) }],
    ["evidence that is too short", { attempt: attempt({ evidence: "0".repeat(11) }) }],
    ["evidence with other letters", { attempt: attempt({ evidence: "z".repeat(12) }) }],
    ["attempt zero", { attempt: attempt({ n: 0 }) }],
    ["turns below zero", { attempt: attempt({ turns: -1 }) }],
    ["half a turn", { attempt: attempt({ turns: 0.5 }) }],
    ["money below zero", { attempt: attempt({ reserved: -1 }) }],
    ["an attempt without a start", { attempt: { ...attempt(), start: {} } }],
    ["a start with more to it", { attempt: { ...attempt(), start: { ...attempt().start, more: 1 } } }],
    ["a time of another zone", { since: "2026-03-01T12:00:00+01:00" }],
    ["an account without a number", { asked: { ...full.asked, by: { id: 0, login: "x" } } }],
    ["an account with more to it", { asked: { ...full.asked, by: { id: 1, login: "x", more: 1 } } }],
    ["a way to ask that nobody knows", { asked: { ...full.asked, how: "mail" } }],
    ["a kind of task that nobody knows", { kind: "review" }],
    ["a patch with something before it", { verdict: verdict({ patch: "x9" }) }],
    ["a patch with something after it", { verdict: verdict({ patch: "9x" }) }],
    ["more landed heads than it keeps", { landed: Array.from({ length: 13 }, () => sha("1")) }],
    ["more attempts than it keeps", { attempts: Array.from({ length: 23 }, () => attempt()) }],
    ["more intents than it keeps", { intents: Array.from({ length: 25 }, () => ({ key: "status", at })) }],
    ["an intent with too long a key", { intents: [{ key: "x".repeat(81), at }] }],
    ["an intent with more to it", { intents: [{ key: "status", at, more: 1 }] }],
    ["no turn at all", { settings: { ...full.settings, max_turns: 0 } }],
    [
      "more names of checks than it keeps",
      { rerun: { ...full.rerun, names: ["1", "2", "3", "4", "5", "6"] } },
    ],
    ["too long a name of a check", { rerun: { ...full.rerun, names: ["x".repeat(61)] } }],
    ["more checks than it keeps", { rerun: { ...full.rerun, checks: Array.from({ length: 51 }, () => 1) } }],
  ])("refuses %s", (_, change) => {
    expect(RecordBody.safeParse({ ...full, ...change }).success).toBe(false);
  });

  it("takes object ids of either length", () => {
    expect(
      RecordBody.safeParse({ ...full, head: "1".repeat(64), verdict: verdict({ patch: "" }) }).success,
    ).toBe(true);
  });
});
