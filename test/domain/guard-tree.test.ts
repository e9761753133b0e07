/** What the guard sees beside other paths: lockfiles by themselves, and names that are one on some systems. */
import { expect, it } from "vitest";
import { caseCollisions, hiddenRepositories, ledTo, lockOnly } from "../../src/domain/guard-tree.ts";
import type { Change } from "../../src/domain/guard.ts";

function change(path: string, before = "100644"): Change {
  return { path, mode: { before, after: "100644" }, bytes: 1, binary: false, pointer: false, target: null };
}

it.each([
  ["package-lock.json", [], true],
  ["package-lock.json", ["package.json"], false],
  ["web/yarn.lock", ["web/package.json"], false],
  ["web/yarn.lock", ["web/src/a.js"], true],
  ["Cargo.lock", ["package.json"], true],
  ["Cargo.lock", ["crates/a/Cargo.toml"], false],
  ["go.sum", ["go.mod"], false],
  ["Gemfile.lock", ["x.gemspec"], false],
  ["packages.lock.json", ["src/App.csproj"], false],
  ["src/lock.json", [], false],
])("a change of %s beside %j stands alone: %s", (path, others, isRefused) => {
  const refusals = lockOnly([change(path)], { branch: [path, ...others], allow: [] });

  expect(refusals).toEqual(isRefused ? [{ path, rule: "lock_only" }] : []);
});

it("lets a lockfile stand alone that the config allows", () => {
  const rules = { branch: ["package-lock.json"], allow: ["package-lock.json"] };

  expect(lockOnly([change("package-lock.json")], rules)).toEqual([]);
});

it.each([
  ["other capitals", "readme.md", ["README.md", "readme.md"], true],
  ["a folder in other capitals", "Src/b.js", ["src/a.js", "Src/b.js"], true],
  ["a file where a folder is", "SRC", ["src/a.js", "SRC"], true],
  ["another form of the same letter", "e\u0301.txt", ["\u00e9.txt", "e\u0301.txt"], true],
  ["a dot at the end", "a.txt.", ["a.txt", "a.txt."], true],
  ["another name", "readme.txt", ["README.md", "readme.txt"], false],
  ["the same folder", "src/b.js", ["src/a.js", "src/b.js"], false],
])("a new path with %s collides: %s in %j, %s", (_, path, tree, isRefused) => {
  const refusals = caseCollisions([change(path, "000000")], tree);

  expect(refusals).toEqual(isRefused ? [{ path, rule: "case_collision" }] : []);
});

it("leaves alone what collided before, and a file that is only renamed", () => {
  expect(caseCollisions([change("readme.md")], ["README.md", "readme.md"])).toEqual([]);
  expect(caseCollisions([change("readme.md", "000000")], ["readme.md"])).toEqual([]);
});

it.each([
  ["a file", { "CLAUDE.md": "docs/rules.md" }, ["/docs/rules.md"]],
  ["a folder", { ".claude/skills": "../tools/skills" }, ["/tools/skills"]],
  ["a link", { "CLAUDE.md": "a.md", "a.md": "b.md", "b.md": "c.md" }, ["/a.md", "/b.md", "/c.md"]],
  [
    "a file in a folder that is a link",
    { "CLAUDE.md": "docs/rules.md", docs: "texts" },
    ["/docs/rules.md", "/docs", "/texts/rules.md"],
  ],
  ["a circle", { "CLAUDE.md": "a.md", "a.md": "CLAUDE.md" }, ["/a.md", "/CLAUDE.md"]],
  ["all of the tree", { ".claude/all": ".." }, []],
  ["what is outside", { "CLAUDE.md": "../rules.md", "AGENTS.md": "/etc/rules.md" }, []],
  ["a file, from where nothing is protected", { "latest.md": "docs/rules.md" }, []],
  ["a file, from where GitHub follows no links", { ".github/README.md": "../README.md" }, []],
])("protects what links at protected places lead to: %s", (_, links, expected) => {
  const paths = ledTo(new Map(Object.entries(links)), { protect: [], allow: [] });

  expect(paths.toSorted()).toEqual(expected.toSorted());
});

it("follows no link that the config lets agents change", () => {
  const links = new Map([["CLAUDE.md", "docs/rules.md"]]);

  expect(ledTo(links, { protect: [], allow: ["CLAUDE.md"] })).toEqual([]);
});

it.each([
  ["a bare one", ["a/HEAD", "a/config", "a/objects/keep", "a/refs/keep"], ["a"]],
  ["one in other capitals", ["a/b/head", "a/b/Objects/keep", "a/b/refs/keep"], ["a/b"]],
  ["one whose folders are links", ["a/HEAD", "a/objects", "a/refs"], ["a"]],
  ["one that names another", ["a/HEAD", "a/commondir"], ["a"]],
  ["none without refs", ["a/HEAD", "a/objects/keep"], []],
  ["folders of these names", ["a/head/x.js", "a/objects/x.js", "a/refs/x.js"], []],
  ["the repository itself", ["HEAD", "objects/keep", "refs/keep"], []],
])("finds folders that git takes for a repository: %s", (_, tree, folders) => {
  const changes = tree.map((path) => change(path, "000000"));

  const refusals = hiddenRepositories(changes, { tree, allow: [] });

  expect(refusals).toEqual(folders.map((path) => ({ path, rule: "hidden_repository" })));
});

it("leaves alone a repository that the config allows, or that nobody touches", () => {
  const tree = ["test/a.git/HEAD", "test/a.git/objects/keep", "test/a.git/refs/keep", "src/a.js"];
  const inside = [change("test/a.git/HEAD")];

  expect(hiddenRepositories(inside, { tree, allow: ["test/**"] })).toEqual([]);
  expect(hiddenRepositories([change("src/a.js")], { tree, allow: [] })).toEqual([]);
  expect(hiddenRepositories(inside, { tree, allow: [] })).toHaveLength(1);
});
