/** Which paths a pattern of the config names. */
import { expect, it } from "vitest";
import { matchesGlob } from "../../src/domain/glob.ts";

it.each([
  ["infra/**", "infra/a/b.tf", true],
  ["infra/**", "infra/.env", true],
  ["infra/**", "src/infra/a", false],
  ["infra", "src/infra/a", true],
  ["infra/", "src/infra/a", true],
  ["/infra", "src/infra/a", false],
  ["/infra", "infra/a", true],
  ["*.lock", "a/b/yarn.lock", true],
  ["*.lock", "yarn.lock.md", false],
  ["src/*.ts", "src/a.ts", true],
  ["src/*.ts", "src/a/b.ts", false],
  ["src/**/*.ts", "src/a.ts", true],
  ["src/**/*.ts", "src/a/b/c.ts", true],
  ["src/**/test", "src/a/test/b", true],
  ["a?c", "abc", true],
  ["a?c", "a/c", false],
  ["{a,b}.json", "x/b.json", true],
  ["{a,b}.json", "c.json", false],
  ["file.(txt)", "file.(txt)", true],
  ["a.b", "aXb", false],
  ["a{b", "a{b", true],
  ["**", "any/thing", true],
  ["./src/a", "src/a", true],
  ["//src/a", "src/a", true],
  ["src/a//", "src/a/b", true],
  ["src/a/", "x/src/a", false],
  ["a/b/", "x/a/b/c", false],
  ["{ab,cd}.json", "abcd.json", false],
  ["{ab,cd}.json", "cd.json", true],
  ["{src,lib}/*.ts", "lib/a.ts", true],
  ["{src,lib}/*.ts", "lib/a/b.ts", false],
  ["a\nb*", "a\nbc", true],
  ["src/long-name.ts", "src/long-nameXts", false],
  ["?", "é", true],
  ["?", "😀", true],
  ["x}", "x}", true],
  ["{}", "a/", true],
])("%s names %s: %s", (pattern, path, expected) => {
  const named = matchesGlob(path, pattern);

  expect(named).toBe(expected);
});
