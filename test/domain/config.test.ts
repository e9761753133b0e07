/** The config: its defaults, its grammar, and how an attempt of each kind is run. */
import { describe, expect, it } from "vitest";
import { agentFor, Config, DEFAULT_CONFIG } from "../../src/domain/config.ts";

type Settings = NonNullable<NonNullable<Parameters<typeof Config.parse>[0]>>;

function problem(config: Settings): string {
  const found = Config.safeParse(config);
  if (found.success) return "none";
  const [issue] = found.error.issues;
  return `${issue?.path.join(".")}: ${issue?.message}`;
}

describe("without a word in it", () => {
  it("is as the contract says", () => {
    const agent = { default: {}, explore: {}, implement: {}, review: {}, improve: {}, fix: {}, rebase: {} };

    expect(DEFAULT_CONFIG).toEqual({
      label: "gza",
      agents: agent,
      parallel: { tasks: 5, rebases: 3 },
      budget: { task: 10, day: 50 },
      setup: null,
      verify: null,
      sandbox: "auto",
      network: { registries: true, tunnel: [] },
      logs: null,
      review: { enabled: true, cycles: 4 },
      checks: { fix: true },
      rebase: { when: "conflict", regenerate: {} },
      merge: { when: "asked", method: "squash" },
      keep: 1_209_600,
      loops: { same_call: 5, same_error: 5, same_test: 8 },
      bots: [],
      guard: { protect: [], allow: [], files: 100, bytes: 4_194_304 },
      instructions: null,
      draft: true,
    });
  });

  it("is the same with every heading there and nothing under it", () => {
    const headings = [
      "agents",
      "parallel",
      "budget",
      "review",
      "checks",
      "rebase",
      "merge",
      "loops",
      "guard",
    ];
    const agents = ["default", "explore", "implement", "review", "improve", "fix", "rebase"];

    expect(Config.parse(Object.fromEntries(headings.map((name) => [name, {}])))).toEqual(DEFAULT_CONFIG);
    expect(Config.parse({ agents: Object.fromEntries(agents.map((name) => [name, {}])) })).toEqual(
      DEFAULT_CONFIG,
    );
  });
});

describe("a duration", () => {
  it.each([
    ["90s", 90],
    ["45m", 2700],
    ["2h", 7200],
    ["14d", 1_209_600],
    ["999999s", 999_999],
    ["10m", 600],
  ])("%s is %i seconds", (timeout, seconds) => {
    expect(agentFor(Config.parse({ agents: { default: { timeout } } }), "implement").timeout).toBe(seconds);
  });

  it.each(["45", "m", "0m", "1.5h", "45 m", "x45m", "45min", "1000000s", "-1s", ""])(
    "is not %j",
    (timeout) => {
      expect(problem({ agents: { default: { timeout } } })).toBe(
        "agents.default.timeout: is no duration; write it like 90s, 45m, 2h or 14d",
      );
    },
  );
});

describe("a size", () => {
  it.each([
    ["512KiB", 524_288],
    ["4MiB", 4_194_304],
    ["1GiB", 1_073_741_824],
    ["10MiB", 10_485_760],
  ])("%s is %i bytes", (bytes, count) => {
    expect(Config.parse({ guard: { bytes } }).guard.bytes).toBe(count);
  });

  it.each(["4", "MiB", "0MiB", "4MB", "4 MiB", "x4MiB", "4MiBs", "1000000KiB"])("is not %j", (bytes) => {
    expect(problem({ guard: { bytes } })).toBe("guard.bytes: is no size; write it like 512KiB or 4MiB");
  });
});

describe("what is refused", () => {
  it.each([
    ["a key that nobody knows", { more: 1 }],
    ["one in agents", { agents: { rewiew: {} } }],
    ["one of an agent", { agents: { review: { turns: 1 } } }],
    ["one in parallel", { parallel: { task: 1 } }],
    ["one in budget", { budget: { month: 1 } }],
    ["one in review", { review: { on: true } }],
    ["one in checks", { checks: { mend: true } }],
    ["one in rebase", { rebase: { how: "git" } }],
    ["one in merge", { merge: { at: "night" } }],
    ["one in loops", { loops: { same: 2 } }],
    ["one in guard", { guard: { deny: [] } }],
    ["a label without letters", { label: "" }],
    ["a label that GitHub does not take", { label: "x".repeat(51) }],
    ["no task at a time", { parallel: { tasks: 0 } }],
    ["no rebase at a time", { parallel: { rebases: 0 } }],
    ["too many rebases at a time", { parallel: { rebases: 101 } }],
    ["a sandbox that nobody knows", { sandbox: "docker" }],
    ["an address to tunnel to", { network: { tunnel: ["10.0.0.1"] } }],
    ["a pattern to tunnel to", { network: { tunnel: ["*.example.com"] } }],
    ["a port to tunnel to", { network: { tunnel: ["example.com:22"] } }],
    ["a web address to tunnel to", { network: { tunnel: ["https://example.com"] } }],
    ["logs that nobody knows", { logs: "on" }],
    ["another cause to rebase", { rebase: { when: "always" } }],
    ["a path without a name to write anew", { rebase: { regenerate: { "": "npm i" } } }],
    ["too long a path to write anew", { rebase: { regenerate: { ["x".repeat(301)]: "npm i" } } }],
    ["a path that is written anew by nothing", { rebase: { regenerate: { "a.lock": " " } } }],
    ["another cause to merge", { merge: { when: "green" } }],
    ["heads kept for no time", { keep: "0d" }],
    ["too many tasks at a time", { parallel: { tasks: 101 } }],
    ["half a task", { parallel: { tasks: 1.5 } }],
    ["a budget below zero", { budget: { task: -1 } }],
    ["cycles below zero", { review: { cycles: -1 } }],
    ["too many cycles", { review: { cycles: 21 } }],
    ["no turn", { agents: { default: { max_turns: 0 } } }],
    ["too many turns", { agents: { default: { max_turns: 10_001 } } }],
    ["a single repetition as a loop", { loops: { same_call: 1 } }],
    ["too patient a loop", { loops: { same_call: 1001 } }],
    ["an empty setup", { setup: "  " }],
    ["too long a setup", { setup: "x".repeat(20_001) }],
    ["a bot by its name", { bots: ["dependabot"] }],
    ["a bot that cannot be", { bots: [0] }],
    ["too many bots", { bots: Array.from({ length: 51 }, () => 1) }],
    ["an empty pattern to protect", { guard: { protect: [""] } }],
    ["an empty pattern to allow", { guard: { allow: [""] } }],
    ["no file", { guard: { files: 0 } }],
    ["more files than GitHub lists", { guard: { files: 3001 } }],
    ["too long instructions", { instructions: "x".repeat(20_001) }],
    ["another way to merge", { merge: { method: "fast-forward" } }],
    [
      "too many agents to fall back on",
      { agents: { default: { fallback: ["a", "b", "c", "d", "e", "f"] } } },
    ],
    ["an agent without a name to fall back on", { agents: { default: { fallback: [""] } } }],
  ])("%s", (_, config) => {
    expect(problem(config as Settings)).not.toBe("none");
  });

  it.each([
    [
      "the smallest numbers",
      { parallel: { tasks: 1 }, budget: { task: 0, day: 0 }, review: { cycles: 0 }, guard: { files: 1 } },
    ],
    ["the largest numbers", { parallel: { tasks: 100 }, review: { cycles: 20 }, guard: { files: 3000 } }],
    [
      "loops that may go on for ever, or that begin with the second",
      { loops: { same_call: 0, same_error: 2, same_test: 1000 } },
    ],
    [
      "the longest texts",
      { label: "x".repeat(50), instructions: "x".repeat(20_000), verify: "x".repeat(20_000) },
    ],
    ["fifty bots", { bots: Array.from({ length: 50 }, () => 1) }],
    ["turns", { agents: { default: { max_turns: 1 }, review: { max_turns: 10_000 } } }],
    ["five agents to fall back on", { agents: { default: { fallback: ["a", "b", "c", "d", "e"] } } }],
  ])("but not %s", (_, config) => {
    expect(problem(config as Settings)).toBe("none");
  });
});

it("takes shell text without the white space around it", () => {
  expect(Config.parse({ setup: "\n npm ci \n" }).setup).toBe("npm ci");
});

describe("an attempt is run", () => {
  const base = { agent: "claude", model: null, silence: 600, fallback: [] };

  it.each([
    ["implement", { ...base, max_turns: 100, timeout: 2700 }],
    ["improve", { ...base, max_turns: 100, timeout: 2700 }],
    ["fix", { ...base, max_turns: 100, timeout: 2700 }],
    ["rebase", { ...base, max_turns: 60, timeout: 1800 }],
    ["explore", { ...base, max_turns: 60, timeout: 1200 }],
    ["review", { ...base, max_turns: 40, timeout: 1200 }],
  ])("to %s by the built-in settings, where the config has none", (kind, choice) => {
    expect(agentFor(DEFAULT_CONFIG, kind)).toEqual(choice);
  });

  it("by its kind's own settings, then the built-in ones of its kind, then those of all kinds", () => {
    const config = Config.parse({
      agents: {
        default: { agent: "codex", model: "large", max_turns: 70, silence: "5m", fallback: ["claude"] },
        review: { agent: "opencode", model: null, timeout: "10m" },
      },
    });

    expect(agentFor(config, "review")).toEqual({
      agent: "opencode",
      model: null,
      max_turns: 40,
      timeout: 600,
      silence: 300,
      fallback: ["claude"],
    });
    expect(agentFor(config, "implement")).toEqual({
      agent: "codex",
      model: "large",
      max_turns: 70,
      timeout: 2700,
      silence: 300,
      fallback: ["claude"],
    });
    expect(agentFor(config, "rebase")).toEqual({
      ...agentFor(config, "implement"),
      max_turns: 60,
      timeout: 1800,
    });
  });
});
