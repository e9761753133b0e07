/** Commands on issues that are no task, and commands of people who may not: begun, told once, or left alone. */
import { describe, expect, it } from "vitest";
import { decide } from "../../src/domain/decide.ts";
import type { CommentFacts, Said, Snapshot } from "../../src/domain/snapshot.ts";
import {
  ANNA,
  comment,
  CONFIG,
  GUEST,
  inFlight,
  NOW,
  ready,
  rejected,
  reviewed,
  sha,
  snapshot,
} from "./snapshots.ts";
import { after, answers, recordOf, says, where } from "./speech.ts";

const SAID: Said = { id: 1100, nodeId: "IC_1100", body: "", isMinimised: false };
const BOT = { by: { id: 77, login: "ci[bot]" }, isBot: true } as const;

function listed(from: Snapshot): Snapshot {
  return { ...from, config: { kind: "config", blob: sha("d"), config: { ...CONFIG, bots: [BOT.by.id] } } };
}

/** An issue without the label. */
function plain(change: Partial<Snapshot["issue"]> = {}): Snapshot {
  return snapshot({ issue: { ...snapshot().issue, labels: [], labelled: [], ...change } });
}

const CLOSED = { state: "closed" as const, closed: [{ at: NOW, by: ANNA }] };

/** What is said by the next decision: key and words. */
function told(from: Snapshot): string[] {
  return decide(from).effects.flatMap((effect) => (effect.kind === "say" ? [effect.body] : []));
}

describe("on an issue that is no task", () => {
  it("/gza run is acknowledged, then begins one, and says so", () => {
    const from = says("/gza run --agent codex --max-turns 7 --budget 2.50", plain());

    const first = decide(says("/gza run", plain(), { acknowledged: false }));
    const { move, effects } = decide(from);

    expect(first).toMatchObject({ move: null, effects: [{ kind: "react", content: "+1" }] });
    expect(move?.record).toMatchObject({
      phase: "queued",
      reason: "asked",
      generation: 1,
      asked: { by: ANNA, how: "command", at: "2026-03-01T11:59:55Z" },
      settings: { agent: "codex", model: null, max_turns: 7, budget: 2.5 },
      seen: { comment: 1001 },
    });
    expect(effects).toMatchObject([{ kind: "say", key: "answer:1001:run" }]);
  });

  it("/gza run explore begins one that wants an answer", () => {
    expect(decide(says("/gza run explore", plain())).move?.record.kind).toBe("explore");
  });

  it.each([
    "/gza status",
    "/gza help",
    "/gza merge",
    "/gza cancel",
    "/gza retry",
    "/gza mrege",
    "/gza run --agnet x",
  ])("%s is told once how to begin", (body) => {
    const from = says(body, plain());
    const key = "answer:1001:no_task";

    expect(told(from)).toEqual([
      `<!-- gza:${key} -->\nThis issue is no task yet: put the label \`gza\` on it, or comment \`/gza run\`.`,
    ]);
    expect(decide(from).move).toBeNull();
    expect(told({ ...from, said: new Map([[key, SAID]]) })).toEqual([]);
    expect(told({ ...from, evidence: [{ kind: "said", key, id: 1100 }] })).toEqual([]);
  });

  it("the label has the name that the config gives it", () => {
    const config = { kind: "config", blob: sha("d"), config: { ...CONFIG, label: "robot" } } as const;

    expect(told({ ...says("/gza help", plain()), config })[0]).toContain("put the label `robot` on it");
  });

  it("/gza run on a closed one is told to reopen it", () => {
    expect(told(says("/gza run", plain(CLOSED)))[0]).toContain(
      "The issue is closed; reopen it and comment `/gza run`.",
    );
  });

  it("an answered command does not stand before the next", () => {
    const comments = [comment("/gza help"), comment("/gza run", { id: 1002 })];
    const from = { ...plain(), comments, said: new Map([["answer:1001:no_task", SAID]]) };

    expect(where(from)).toBe("queued asked");
  });

  it("what cannot be answered, for the conversation is locked, does not stand before /gza run", () => {
    const comments = [
      comment("/gza help", { acknowledged: false }),
      comment("/gza run", { id: 1002, acknowledged: false }),
    ];

    expect(where({ ...plain({ locked: true }), comments })).toBe("queued asked");
  });

  it("what was said to nobody before the label came does not command the task", () => {
    const from = { ...says("/gza cancel", snapshot()), said: new Map([["answer:1001:no_task", SAID]]) };

    const { move } = decide(from);

    expect(move?.record).toMatchObject({ phase: "queued", reason: "asked", seen: { comment: 1001 } });
  });

  it("people without write are told once, whoever of them says what", () => {
    const first = says("/gza run", plain(), { by: GUEST });
    const key = "answer:1001:not_allowed";
    const comments = [...first.comments, comment("/gza help", { id: 1002, by: GUEST, acknowledged: false })];
    const second = { ...first, comments, said: new Map([[key, SAID]]) };
    const done = { ...second, comments: second.comments.map((one) => ({ ...one, acknowledged: true })) };

    expect(told(first)).toEqual([
      `<!-- gza:${key} -->\nOnly people who can push to this repository can tell GZA what to do.`,
    ]);
    expect(decide(second).effects).toEqual([{ kind: "react", comment: 1002, content: "confused" }]);
    expect(decide(done).effects).toEqual([]);
  });

  it("people without write do not stand before one who may", () => {
    const comments = [comment("/gza run", { by: GUEST }), comment("/gza run", { id: 1002 })];
    const from = { ...plain(), comments, said: new Map([["answer:999:not_allowed", SAID]]) };

    expect(decide(from).move?.record.asked.by).toEqual(ANNA);
  });

  it.each<[string, Partial<CommentFacts>]>([
    ["a bot", BOT],
    ["an edited comment", { edited: NOW }],
  ])("%s begins nothing and is told nothing", (_, change) => {
    const { move, effects } = decide(says("/gza run", plain(), change));

    expect([move, effects]).toEqual([null, []]);
  });

  it("a bot that the config lists may begin one", () => {
    expect(where(listed(says("/gza run", plain(), BOT)))).toBe("queued asked");
  });
});

describe("who may", () => {
  it.each([
    ["none", "not_allowed"],
    ["read", "not_allowed"],
    ["triage", "not_allowed"],
    ["write", "merge"],
    ["maintain", "merge"],
    ["admin", "merge"],
  ] as const)("%s: the role counts as it is when the command is heard", (role, word) => {
    const from = { ...says("/gza merge", ready()), roles: new Map([[ANNA.id, role]]) };

    expect(answers(from)).toEqual([word]);
  });

  it("the id counts, not the name", () => {
    expect(answers(says("/gza merge", ready(), { by: { id: 999, login: "anna" } }))).toEqual(["not_allowed"]);
    expect(answers(says("/gza merge", ready(), { by: { id: ANNA.id, login: "renamed" } }))).toEqual([
      "merge",
    ]);
  });

  it("somebody whom the snapshot does not know has no role", () => {
    expect(answers({ ...says("/gza merge", ready()), roles: new Map() })).toEqual(["not_allowed"]);
  });

  it.each([
    ["a comment of GZA's on it", { said: new Map([["answer:900:not_allowed", SAID]]) }, {}],
    ["the record", {}, { intents: [{ key: "answer:900:not_allowed", at: NOW }] }],
  ])("is told once in a task, as %s shows; the reaction has to do for the rest", (_, change, body) => {
    const from = says("/gza merge", ready(body, change), { by: GUEST });
    const { move } = decide(from);

    expect(move?.record).toMatchObject({ seen: { comment: 1001 }, merge: null });
    expect(answers(from).filter((word) => word === "not_allowed").length).toBe(Object.keys(body).length);
    expect(
      decide({ ...from, comments: [comment("/gza merge", { by: GUEST, acknowledged: false })] }).effects[0],
    ).toEqual({
      kind: "react",
      comment: 1001,
      content: "confused",
    });
  });

  it("is answered where it was said", () => {
    const { move, effects } = decide(says("/gza review", reviewed(), { on: "pull" }));

    expect(move?.record.intents.map(({ key }) => key)).toEqual(["answer-pull:1001:review"]);
    expect(effects).toContainEqual(expect.objectContaining({ kind: "say", on: 8 }));
  });

  it("a bot that the config lists by its id may", () => {
    const from = rejected();
    const config = from.config.kind === "config" ? { ...from.config.config, bots: [77] } : CONFIG;

    expect(
      answers({ ...says("/gza improve", from, BOT), config: { kind: "config", blob: sha("d"), config } }),
    ).toEqual(["improve"]);
    expect(answers(says("/gza improve", from, BOT))).toEqual([]);
  });

  it("a bot's command is passed over, not stood before", () => {
    const comments = [comment("/gza cancel", BOT), comment("/gza status", { id: 1002 })];

    expect(recordOf(after({ ...inFlight(), comments }))).toMatchObject({
      phase: "running",
      seen: { comment: 1002 },
    });
  });
});
