/** The workflow file for a repository: the template with the action filled in. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { workflowFor } from "../../src/cli/workflow.ts";

const template = readFileSync(new URL("../../.github/workflows/gza.yml", import.meta.url), "utf8");
const sha = "0123456789abcdef0123456789abcdef01234567";

it.each(["octo/gza", "octo/tools/gza/action"])("fills %s in at every place", (repository) => {
  const text = workflowFor(template, { repository, sha });

  expect(text.split(`uses: ${repository}@${sha}\n`)).toHaveLength(4);
  expect(text).not.toContain("gza-app");
  expect(parse(text)).toMatchObject({ name: "GZA" });
});

it("refuses a template without its places", () => {
  const older = template.replace("gza-app/gza/action@", "somebody/else@");

  expect(() => workflowFor(older, { repository: "octo/gza", sha })).toThrow("has 2 of 3 lines to fill in");
});

it.each([
  [{ repository: "octo", sha }, "is no action"],
  [{ repository: "octo/gza\n        run: x", sha }, "is no action"],
  [{ repository: "octo/gza", sha: "v1" }, "is no full commit id"],
])("refuses %j", (uses, words) => {
  expect(() => workflowFor(template, uses)).toThrow(words);
});
