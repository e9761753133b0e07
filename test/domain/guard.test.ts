/** What the guard refuses, path by path and for the work as a whole. */
import { expect, it } from "vitest";
import { guard, WHOLE_WORK, type Change, type GuardRules } from "../../src/domain/guard.ts";

const RULES: GuardRules = { protect: [], allow: [], files: 100, bytes: 1_000_000 };

function change(path: string, more: Partial<Change> = {}): Change {
  return {
    path,
    mode: { before: "100644", after: "100644" },
    bytes: 10,
    binary: false,
    pointer: false,
    target: null,
    ...more,
  };
}

it.each([
  "src/main.ts",
  "README.md",
  "docs/github/setup.md",
  "src/.env.example",
  "docs/über uns.md",
  "src/gitignore.ts",
  ".gitignore",
  "git~1x",
  "日本語.txt",
  "a..b/c...d",
  "my.git",
  "xgit~1",
  "a:.git",
  ".. x/y",
])("lets %s pass", (path) => {
  const refusals = guard([change(path)], RULES);

  expect(refusals).toEqual([]);
});

it.each([
  [".github/workflows/ci.yml"],
  [".GitHub/Workflows/ci.yml"],
  [".github/dependabot.yml"],
  [".g\u{69}thub/x"],
  [".ｇithub/workflows/ci.yml"],
  ["CODEOWNERS"],
  ["docs/CODEOWNERS"],
  ["codeowners"],
  [".gitattributes"],
  ["src/.gitattributes"],
  [".gitmodules"],
  [".husky/pre-commit"],
  ["packages/a/.husky/pre-push"],
  [".githooks/commit-msg"],
  ["AGENTS.md"],
  ["packages/a/agents.MD"],
  ["CLAUDE.md"],
  ["CLAUDE.local.md"],
  ["GEMINI.md"],
  [".claude/settings.json"],
  [".codex/config.toml"],
  [".cursor/rules/a.mdc"],
  [".mcp.json"],
  [".vscode/tasks.json"],
  [".devcontainer/devcontainer.json"],
  [".envrc"],
  [".Claude./settings.json"],
  ["REVIEW.md"],
  ["AGENTS.override.md"],
  [".pre-commit-config.yaml"],
  ["lefthook.yml"],
  ["lefthook.toml"],
  [".lefthook.json"],
  [".gemini/settings.json"],
  [".opencode/agent.md"],
  ["opencode.json"],
  ["opencode.jsonc"],
  [".cursorrules"],
  [".windsurf/rules.md"],
  [".windsurfrules"],
  [".clinerules"],
  [".idea/workspace.xml"],
  ["AGENTS.md. ."],
  [".agents/skills/deploy/SKILL.md"],
  [".aider.conf.yml"],
  ["QWEN.md"],
  [".junie/guidelines.md"],
  [".lfsconfig"],
  [".circleci/config.yml"],
  [".gitlab-ci.yml"],
  ["azure-pipelines.yml"],
  ["Jenkinsfile"],
])("protects %s", (path) => {
  const refusals = guard([change(path)], RULES);

  expect(refusals.map((refusal) => refusal.rule)).toContain("protected");
});

it.each([".github", ".claude", ".husky", ".github/workflows"])(
  "protects %s from a link that stands for the folder, whatever the config allows in it",
  (path) => {
    const link = change(path, { mode: { before: "000000", after: "120000" }, target: "tools" });
    const allow = path === ".github/workflows" ? [".github/**"] : [];

    expect(guard([link], { ...RULES, allow })).toContainEqual({ path, rule: "protected" });
  },
);

it("protects a path from removal as from change", () => {
  const gone = change("CODEOWNERS", { mode: { before: "100644", after: "000000" }, bytes: 0 });

  expect(guard([gone], RULES)).toEqual([{ path: "CODEOWNERS", rule: "protected" }]);
});

it.each([
  [".git/config", "look_alike"],
  [".GIT/hooks/post-checkout", "look_alike"],
  ["a/.git", "look_alike"],
  [".git./config", "look_alike"],
  [".git /config", "look_alike"],
  ["git~1/config", "look_alike"],
  [".git::$INDEX_ALLOCATION/x", "look_alike"],
  [".g\u{200c}it/config", "look_alike"],
  ["a/../b", "odd_path"],
  ["/etc/passwd", "odd_path"],
  ["a//b", "odd_path"],
  ["./a", "odd_path"],
  ["a\\b", "odd_path"],
  ["a\nb", "odd_path"],
  ["a\u{1b}[31mb", "odd_path"],
  ["a\u{202e}b", "odd_path"],
  ["a\u{fffd}b", "odd_path"],
  [".git. . /config", "look_alike"],
  ["git~12/config", "look_alike"],
  ["GIT~1", "look_alike"],
  [".git:x\ny/config", "look_alike"],
  ["a/", "odd_path"],
  ["a/./b", "odd_path"],
])("refuses the path %j as %s", (path, rule) => {
  const refusals = guard([change(path)], RULES);

  expect(refusals.map((refusal) => refusal.rule)).toContain(rule);
});

it.each([
  ["src/link", "main.ts", []],
  ["src/link", "../README.md", []],
  ["link", "../outside", ["link_out_of_tree"]],
  ["src/link", "../../outside", ["link_out_of_tree"]],
  ["src/link", "a/../../../outside", ["link_out_of_tree"]],
  ["link", "/etc/passwd", ["link_out_of_tree"]],
  ["link", "C:/Windows", ["link_out_of_tree"]],
  ["link", "", ["link_out_of_tree"]],
  ["link", ".git/config", ["link_out_of_tree"]],
  ["link", null, ["link_out_of_tree"]],
  ["link", "a\\b", ["link_out_of_tree"]],
  ["link", "a\0b", ["link_out_of_tree"]],
  ["link", "./../outside", ["link_out_of_tree"]],
  ["link", "a//../../outside", ["link_out_of_tree"]],
  ["src/link", "./a/../../README.md", ["link_out_of_tree"]],
  ["link", "notes a:b", []],
  ["link", "ab:c", []],
])("judges the link %s → %s", (path, target, rules) => {
  const refusals = guard([change(path, { mode: { before: "000000", after: "120000" }, target })], RULES);

  expect(refusals.map((refusal) => refusal.rule)).toEqual(rules);
});

it.each([
  ["000000", "100755", []],
  ["100644", "000000", []],
  ["000000", "160000", ["submodule"]],
  ["160000", "000000", ["submodule"]],
  ["100644", "100664", ["odd_mode"]],
  ["100644", "040000", ["odd_mode"]],
])("judges the modes %s → %s", (before, after, rules) => {
  const refusals = guard([change("tool", { mode: { before, after } })], RULES);

  expect(refusals.map((refusal) => refusal.rule)).toEqual(rules);
});

it("refuses binary files that nobody allowed", () => {
  const changes = [change("logo.png", { binary: true }), change("assets/a.bin", { binary: true })];

  const refusals = guard(changes, { ...RULES, allow: ["*.png"] });

  expect(refusals).toEqual([{ path: "assets/a.bin", rule: "binary" }]);
});

it("counts files and bytes over the whole work", () => {
  const changes = ["a", "b", "c"].map((path) => change(path, { bytes: 400 }));

  const refusals = guard(changes, { ...RULES, files: 2, bytes: 1000 });

  expect(refusals).toEqual([
    { path: WHOLE_WORK, rule: "too_many_files" },
    { path: WHOLE_WORK, rule: "too_many_bytes" },
  ]);
});

it("protects what the config names, hidden files too, and opens what it allows, but never workflows", () => {
  const rules = {
    ...RULES,
    protect: ["infra/**", "*.lock"],
    allow: ["AGENTS.md", ".github/**", "infra/dev/**"],
  };
  const paths = [
    "infra/.env",
    "a/b/x.LOCK",
    "infra/dev/a.tf",
    "AGENTS.md",
    ".github/labels.yml",
    ".github/workflows/ci.yml",
    ".github/gza.yml",
  ];

  const refusals = guard(
    paths.map((path) => change(path)),
    rules,
  );

  expect(refusals.map((refusal) => refusal.path)).toEqual([
    "infra/.env",
    "a/b/x.LOCK",
    ".github/workflows/ci.yml",
    ".github/gza.yml",
  ]);
});

it("keeps the list short and the words about the whole in it", () => {
  const changes = Array.from({ length: 300 }, (_, index) => change(`.github/${index}`));

  const refusals = guard(changes, RULES);

  expect(refusals).toHaveLength(100);
  expect(refusals.at(-1)).toEqual({ path: WHOLE_WORK, rule: "too_many_files" });
});

it.each([
  ["as many files as may be", { files: 3 }, []],
  ["one file too many", { files: 2 }, ["too_many_files"]],
  ["as many bytes as may be", { bytes: 1200 }, []],
  ["one byte too many", { bytes: 1199 }, ["too_many_bytes"]],
])("lets pass or refuses %s", (_, rules, broken) => {
  const changes = ["a", "b", "c"].map((path) => change(path, { bytes: 400 }));

  expect(guard(changes, { ...RULES, ...rules }).map(({ rule }) => rule)).toEqual(broken);
});

it("lets a binary file be taken away", () => {
  const gone = change("logo.png", { binary: true, mode: { before: "100644", after: "000000" } });

  expect(guard([gone], RULES)).toEqual([]);
});

it("shows a hundred refusals, or all where there are no more", () => {
  const changes = (count: number) => Array.from({ length: count }, (_, index) => change(`.github/${index}`));
  const paths = (count: number) => guard(changes(count), { ...RULES, files: 1000 }).map(({ path }) => path);

  expect(paths(100)).toEqual(changes(100).map(({ path }) => path));
  expect(paths(102)).toEqual([...paths(98), ".github/100", ".github/101"]);
});

it("shows three hundred characters of a path", () => {
  expect(guard([change(`.github/${"x".repeat(400)}`)], RULES)[0]?.path).toHaveLength(300);
});

it.each([
  ".github/workflows/a.yml",
  ".github/actions/a/action.yml",
  ".github/gza.yml",
  ".github/gza/x",
  ".gitmodules",
])("lets no config open %s", (path) => {
  expect(guard([change(path)], { ...RULES, allow: ["**"] })).toEqual([{ path, rule: "protected" }]);
});

it.each([
  ["a name of 255 bytes", `${"é".repeat(127)}x`, []],
  ["a longer one", "é".repeat(128), ["odd_path"]],
  ["a longer path", `${"x".repeat(200)}/`.repeat(21).slice(0, -1), ["odd_path"]],
  ["a device of Windows", "src/aux.c", ["odd_path"]],
  ["a device of Windows in capitals", "COM1", ["odd_path"]],
  ["a name that begins as a device does", "src/auxiliary.c", []],
])("holds new paths to what file systems take: %s", (_, path, rules) => {
  const refusals = guard([change(path, { mode: { before: "000000", after: "100644" } })], RULES);

  expect(refusals.map(({ rule }) => rule)).toEqual(rules);
});

it("lets a device's name stand where it has been before", () => {
  expect(guard([change("src/aux.c")], RULES)).toEqual([]);
});

it("refuses what Git LFS keeps elsewhere, unless it is allowed", () => {
  const pointer = change("model.bin", { pointer: true });

  expect(guard([pointer], RULES)).toEqual([{ path: "model.bin", rule: "lfs_pointer" }]);
  expect(guard([pointer], { ...RULES, allow: ["*.bin"] })).toEqual([]);
});

it.each([
  ["x/../y", true],
  ["../a/../../b", true],
  ["../y/z", false],
  ["./y", false],
])("judges a link to %s, which could climb through another link", (target, isRefused) => {
  const link = change("a/b/link", { mode: { before: "000000", after: "120000" }, target });

  expect(guard([link], RULES).length > 0).toBe(isRefused);
});
