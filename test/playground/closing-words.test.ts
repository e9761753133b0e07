/** Which issues a text closes. */
import { expect, test } from "vitest";
import { closingReferences } from "../../src/playground/closing-words.ts";

test.each([
  ["Closes #3", ["#3"]],
  ["fixes: #4, resolved #5 and FIX #4", ["#4", "#5"]],
  ["Closes ada/loom#7", ["ada/loom#7"]],
  ["closes 3, discloses #4, see #5, close#6", []],
  ["`closes #1`\n> fixes #2\n<!-- resolves #3 -->\n```\ncloses #4\n```\nFixes #5", ["#5"]],
])("%j", (text, expected) => {
  const found = closingReferences(text).map(({ repository, number }) =>
    repository ? `${repository.owner}/${repository.name}#${number}` : `#${number}`,
  );

  expect(found).toEqual(expected);
});
