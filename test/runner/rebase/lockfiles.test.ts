/** Which files are generated, and how each is written anew. */
import { expect, it } from "vitest";
import { recipeFor } from "../../../src/runner/rebase/lockfiles.ts";
import { generatedAmong } from "../../../src/runner/rebase/regenerate.ts";

it.each([
  ["package-lock.json", "npm install --package-lock-only --ignore-scripts", "."],
  ["web/pnpm-lock.yaml", "pnpm install --lockfile-only", "web"],
  ["a/b/Cargo.lock", "cargo update --workspace", "a/b"],
])("knows how %s is written", (file, text, folder) => {
  const recipe = recipeFor(file, {});

  expect(recipe).toMatchObject({ folder });
  expect(recipe?.text).toContain(text);
});

it("knows nothing of a file that nobody generates, and prefers the config's words", () => {
  expect(recipeFor("src/toString", {})).toBeNull();
  expect(recipeFor("constructor", {})).toBeNull();
  expect(recipeFor("x/yarn.lock", { "**/*.lock": "make lock" })).toEqual({
    text: "make lock",
    folder: ".",
    from: "base",
  });
  expect(generatedAmong([], {})).toEqual([]);
});
