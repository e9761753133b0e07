/** The grammar of commands: which line commands, what the flags take, and how a wrong word is pointed at. */
import { describe, expect, it } from "vitest";
import {
  COMMANDS,
  flagMeantBy,
  meantBy,
  parseCommand,
  type Command,
  type Word,
} from "../../src/domain/command.ts";
import { decide } from "../../src/domain/decide.ts";
import type { Settings } from "../../src/domain/record.ts";
import { ready, task } from "./snapshots.ts";
import { answers, says, sayings } from "./speech.ts";

const NONE: Settings = { agent: null, model: null, max_turns: null, budget: null };

function runs(change: Partial<Settings>, kind: "explore" | "implement" = "implement"): Command {
  return { kind: "run", task: kind, settings: { ...NONE, ...change } };
}

function bad(command: Word, argument: string): Command {
  return { kind: "bad_argument", command, argument };
}

describe("/gza run", () => {
  it.each<[string, Command]>([
    ["/gza run", runs({})],
    ["/gza RUN", runs({})],
    ["/gza run explore", runs({}, "explore")],
    ["/gza run Explore --agent codex", runs({ agent: "codex" }, "explore")],
    ["/gza run --agent claude --model opus-4.1", runs({ agent: "claude", model: "opus-4.1" })],
    ["/gza run --AGENT claude", runs({ agent: "claude" })],
    ["/gza run --model vendor/name:tag@2", runs({ model: "vendor/name:tag@2" })],
    ["/gza run --max-turns 40", runs({ max_turns: 40 })],
    ["/gza run --budget 7", runs({ budget: 7 })],
    ["/gza run --budget $2.50", runs({ budget: 2.5 })],
    [
      "/gza run --budget 2.50 --max-turns 9 --model m --agent a",
      runs({ agent: "a", model: "m", max_turns: 9, budget: 2.5 }),
    ],
    ["/gza run\n--agent codex", runs({})],
  ])("%j is read", (body, expected) => {
    expect(parseCommand(body)).toEqual(expected);
  });

  it.each([
    ["/gza run fast", "fast"],
    ["/gza run explore fast", "fast"],
    ["/gza run --agent", ""],
    ["/gza run --agent --model m", ""],
    ["/gza run --agent a --agent b", "--agent"],
    ["/gza run --agnet a", "--agnet"],
    ["/gza run --agent a;b", "a;b"],
    ["/gza run --model `m`", "`m`"],
    ["/gza run --max-turns 0", "0"],
    ["/gza run --max-turns ten", "ten"],
    ["/gza run --max-turns 10000", "10000"],
    ["/gza run --max-turns -5", "-5"],
    ["/gza run --budget 0", "0"],
    ["/gza run --budget 1.234", "1.234"],
    ["/gza run --budget -1", "-1"],
    ["/gza run --budget 1e3", "1e3"],
    ["/gza run --agent a b", "b"],
    ["/gza run plan", "plan"],
  ])("%j points at %j", (body, argument) => {
    expect(parseCommand(body)).toEqual(bad("run", argument));
  });
});

describe("/gza resume, approve, merge and the plain ones", () => {
  it.each<[string, Command]>([
    ["/gza resume", { kind: "resume", more: null }],
    ["/gza resume --budget +5", { kind: "resume", more: 5 }],
    ["/gza resume --budget 5", { kind: "resume", more: 5 }],
    ["/gza resume --budget +$2.50", { kind: "resume", more: 2.5 }],
    ["/gza resume --budget", bad("resume", "")],
    ["/gza resume --budget +0", bad("resume", "+0")],
    ["/gza resume --budget -5", bad("resume", "-5")],
    ["/gza resume --budget lots", bad("resume", "lots")],
    ["/gza resume --agent codex", bad("resume", "--agent")],
    ["/gza resume now", bad("resume", "now")],
    ["/gza approve", { kind: "approve", hash: null }],
    ["/gza approve ABCDEF0", { kind: "approve", hash: "abcdef0" }],
    ["/gza approve abcdef", bad("approve", "abcdef")],
    ["/gza approve abcdef0 please", bad("approve", "please")],
    ["/gza merge", { kind: "merge", method: null }],
    ["/gza merge Squash", { kind: "merge", method: "squash" }],
    ["/gza merge gently", bad("merge", "gently")],
    ["/gza merge squash now", bad("merge", "now")],
    ["/gza retry now", bad("retry", "now")],
    ["/gza cancel it", bad("cancel", "it")],
    ["/gza status?", { kind: "mistaken", word: "status?" }],
    ["/gza help me", bad("help", "me")],
    ["/gza split", { kind: "later", word: "split" }],
    ["/gza rebase", { kind: "rebase" }],
    ["/gza rebase main", bad("rebase", "main")],
    ["/gza revert", { kind: "revert" }],
    ["/gza revert abc", bad("revert", "abc")],
    ["/gza learn", { kind: "later", word: "learn" }],
  ])("%j", (body, expected) => {
    expect(parseCommand(body)).toEqual(expected);
  });
});

describe("what never commands", () => {
  it.each([
    ["a later line", "Good work.\n/gza merge"],
    ["an empty first line", "\n/gza merge"],
    ["a quote", "> /gza merge"],
    ["a code block", "```\n/gza merge\n```"],
    ["a code block with its language", "```sh\n/gza merge\n```"],
    ["code in a line", "`/gza merge`"],
    ["an indented line, which is code", "    /gza merge"],
    ["a line after a tab, which is code", "\t/gza merge"],
    ["a list", "- /gza merge"],
    ["a heading", "# /gza merge"],
    ["words before it", "Please /gza merge"],
    ["a mention before it", "@gza /gza merge"],
    ["another word that begins alike", "/gzam merge"],
    ["a path", "/gza/merge"],
    ["a hidden comment before it", "<!-- x -->/gza merge"],
    ["nothing", ""],
  ])("%s", (_, body) => {
    expect(parseCommand(body)).toBeNull();
    expect(decide(says(body, ready())).reason).toBe("ready");
  });
});

describe("did you mean", () => {
  it.each<[string, Word | null]>([
    ["mrege", "merge"],
    ["MERG", "merge"],
    ["improv", "improve"],
    ["retyr", "retry"],
    ["resmue", "resume"],
    ["cancle", "cancel"],
    ["statsu", "status"],
    ["aprove", "approve"],
    ["hlep", "help"],
    ["rn", "run"],
    ["sing", null],
    ["__proto__", null],
    ["toString", null],
  ])("%s: %s", (word, meant) => {
    expect(meantBy(word)).toBe(meant);
  });

  it.each<[Word, string, string | null]>([
    ["run", "--agnet", "--agent"],
    ["run", "--max-turn", "--max-turns"],
    ["run", "--buget", "--budget"],
    ["run", "agent", null],
    ["resume", "--agent", null],
    ["resume", "--bugdet", "--budget"],
    ["merge", "--squash", null],
  ])("/gza %s %s: %s", (command, word, meant) => {
    expect(flagMeantBy(command, word)).toBe(meant);
  });

  it.each<[string, string, string]>([
    ["/gza mrege", "mistaken", "GZA knows no `/gza mrege`; did you mean `/gza merge`? Nothing was done."],
    [
      "/gza run --agnet codex",
      "bad_run",
      `\`--agnet\` does not fit \`/gza run\`; did you mean \`--agent\`? It is written \`${COMMANDS.run.use}\`. Nothing was done.`,
    ],
    [
      "/gza run --agent a --agent b",
      "bad_run",
      `\`--agent\` does not fit \`/gza run\`. It is written \`${COMMANDS.run.use}\`. Nothing was done.`,
    ],
    [
      "/gza run --budget",
      "bad_run",
      `\`/gza run\` needs more words. It is written \`${COMMANDS.run.use}\`. Nothing was done.`,
    ],
    [
      "/gza dismiss",
      "bad_dismiss",
      "`/gza dismiss` needs more words. It is written `/gza dismiss F3 why`. Nothing was done.",
    ],
    [
      "/gza merge `@anna`",
      "bad_merge",
      "`'＠anna'` does not fit `/gza merge`. It is written `/gza merge [merge|squash|rebase]`. Nothing was done.",
    ],
  ])("%s is answered so", (body, word, sentence) => {
    const from = says(body, ready());

    expect(answers(from)).toEqual([word]);
    expect(sayings(from)).toEqual([sentence]);
  });

  it("a word that is not there yet says so, and what is", () => {
    expect(sayings(says("/gza split", task({})))[0]).toMatch(
      /^`\/gza split` is not there yet\. What you can say now: `\/gza run`, /,
    );
  });

  it("a long word or one of many bytes still fits into the key", () => {
    for (const word of ["x".repeat(5000), "ä".repeat(60), "👩‍👩‍👧".repeat(20)]) {
      const keys = decide(says(`/gza ${word}`, ready())).move?.record.intents.map(({ key }) => key) ?? [];

      expect(keys.every((key) => /^[a-z0-9:._-]{1,80}$/.test(key))).toBe(true);
    }
  });
});
