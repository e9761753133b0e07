/** Who asked, when and how, read from the label's history; and what is taken away of people's answers once they are used up. */
import { describe, expect, it } from "vitest";
import { isChangedSince, newestAsk, wasUnlabelled } from "../../src/domain/ask.ts";
import { parseCommand } from "../../src/domain/command.ts";
import { NO_FINDINGS } from "../../src/domain/finding.ts";
import { answersTo, withoutAnswers } from "../../src/domain/question.ts";
import type { IssueFacts, Snapshot } from "../../src/domain/snapshot.ts";
import { ANNA, attempt, GUEST, record, snapshot } from "./snapshots.ts";

const ASKED = "2026-03-01T11:59:00Z";
const BEFORE = "2026-03-01T11:58:59Z";
const AFTER = "2026-03-01T11:59:01Z";

function on(change: Partial<IssueFacts>): Snapshot {
  return { ...snapshot(), issue: { ...snapshot().issue, ...change } };
}

function label(isOn: boolean, at: string): IssueFacts["labelled"][number] {
  return { on: isOn, at, by: ANNA };
}

describe("the label", () => {
  it("asks for an implementation, as the config says, in the name of who put it on last", () => {
    expect(newestAsk(snapshot())).toEqual({
      at: ASKED,
      by: ANNA,
      how: "label",
      task: "implement",
      settings: { agent: null, model: null, max_turns: null, budget: null },
    });
  });

  it.each<[string, IssueFacts["labelled"]]>([
    ["it was never on", []],
    ["it is off", [label(true, BEFORE), label(false, ASKED)]],
    ["the account is gone", [{ on: true, at: ASKED, by: null }]],
  ])("asks for nothing where %s", (_, labelled) => {
    expect(newestAsk(on({ labelled }))).toBeNull();
  });

  it.each<[string, IssueFacts["labelled"], boolean]>([
    ["is still on", [label(true, ASKED)], false],
    ["is off", [label(true, ASKED), label(false, AFTER)], true],
    ["was off and is on again", [label(true, ASKED), label(false, AFTER), label(true, AFTER)], true],
    ["was off within the second", [label(true, ASKED), label(false, ASKED)], true],
    [
      "was off and on within the second: the last counts",
      [label(true, ASKED), label(false, ASKED), label(true, ASKED)],
      false,
    ],
    ["was off before", [label(true, BEFORE), label(false, BEFORE), label(true, ASKED)], false],
    ["was off before, in a history without the asking", [label(false, BEFORE)], false],
    ["was off since, in a history without the asking", [label(false, AFTER)], true],
    ["was off in the very second, in a history without the asking", [label(false, ASKED)], true],
  ])("that %s", (_, labelled, expected) => {
    expect(wasUnlabelled(on({ labelled }), ASKED)).toBe(expected);
  });
});

it.each([
  ["by an outsider afterwards", { by: GUEST, at: AFTER }, true],
  ["by an account that is gone", { by: null, at: AFTER }, true],
  ["by an outsider in the very second", { by: GUEST, at: ASKED }, false],
  ["by an outsider before", { by: GUEST, at: BEFORE }, false],
  ["by somebody who may", { by: ANNA, at: AFTER }, false],
  ["by nobody", null, false],
])("a text that was changed %s", (_, edited, expected) => {
  const ask = newestAsk(snapshot());

  expect(ask && isChangedSince(on({ edited }), ask)).toBe(expected);
});

describe("answers to a question", () => {
  const word = (id: string, at: string) => ({
    id: id.repeat(12),
    by: ANNA,
    at,
    body: "",
    path: null,
    line: null,
    thread: null,
  });
  const words = [word("a", BEFORE), word("b", ASKED), word("c", AFTER)];
  const findings = { ...NO_FINDINGS, words };
  const asked = record({ attempts: [attempt({ end: "question", ended: ASKED })] });

  it("are those since it was asked, from that second on", () => {
    expect(answersTo(findings, asked, "implement")).toEqual(words.slice(1));
    expect(answersTo(null, asked, "implement")).toEqual([]);
    expect(answersTo(findings, asked, "fix")).toEqual([]);
  });

  it("are taken away once they are used up, and older words are not", () => {
    expect(withoutAnswers(findings, asked, "implement").words).toEqual([words[0]]);
    expect(withoutAnswers(findings, asked, "fix")).toBe(findings);
    expect(withoutAnswers(null, asked, "implement")).toBeNull();
  });
});

it.each([
  ["/gza approve x1234567", null],
  ["/gza approve 1234567x", null],
  ["/gza approve 123456", null],
  ["/gza approve 1234567", { kind: "approve", hash: "1234567" }],
  ["/gza approve ABCDEF0", { kind: "approve", hash: "abcdef0" }],
  ["/gza dismiss xF3 no", null],
  ["/gza dismiss f3 no reason", { kind: "dismiss", finding: 3, why: "no reason" }],
  ["/gza resume --budget 5", { kind: "resume", more: 5 }],
  ["/gza resume --budget $5", { kind: "resume", more: 5 }],
  ["/gza resume --budget +$12.50", { kind: "resume", more: 12.5 }],
  ["/gza resume --budget 1+$2", null],
  ["/gza resume --budget 12345.67", { kind: "resume", more: 12_345.67 }],
  ["/gza improve   with  two spaces", { kind: "improve", text: "with  two spaces" }],
  ["/gza   improve a list", { kind: "improve", text: "a list" }],
] as const)("%s is read whole or not at all", (line, command) => {
  const read = parseCommand(line);

  expect(read?.kind === "bad_argument" ? null : read).toEqual(command);
});
