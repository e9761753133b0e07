/** Which tasks a webhook asks to look at. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { EVENTS, wakesOf } from "../../src/app/events.ts";
import { PERMISSIONS } from "../../src/github/permissions.ts";

const envelope = { installation: { id: 3 }, repository: { id: 5, name: "engine", owner: { login: "ada" } } };
const where = { installation: 3, repository: { id: 5, name: "engine", owner: "ada" } };
const J = "a".repeat(40);

function comment(body: string, labels: string[] = []) {
  return { issue: { number: 7, labels: labels.map((name) => ({ name })) }, comment: { body } };
}

describe("a webhook wakes", () => {
  test.each([
    ["issues", { issue: { number: 7 } }, [{ kind: "task", issue: 7 }]],
    ["issue_comment", comment("/gza retry"), [{ kind: "task", issue: 7 }]],
    ["issue_comment", comment("Nice weather"), []],
    ["issue_comment", comment("Yes, the first one", ["gza", "gza:needs-you"]), [{ kind: "task", issue: 7 }]],
    ["issue_comment", comment("<!-- gza:status -->\n**Open.**"), [{ kind: "task", issue: 7 }]],
    ["issue_comment", { issue: { number: 9, pull_request: {} } }, [{ kind: "pull", pull: 9 }]],
    [
      "merge_group",
      { action: "checks_requested", merge_group: { head_sha: J, head_ref: "refs/heads/a" } },
      [{ kind: "group", head: J, ref: "refs/heads/a" }],
    ],
    ["merge_group", { action: "destroyed", merge_group: { head_sha: J, head_ref: "refs/heads/a" } }, []],
    ["pull_request", { pull_request: { head: { ref: "gza/7-fix" } } }, [{ kind: "task", issue: 7 }]],
    ["pull_request", { pull_request: { head: { ref: "feature" } } }, []],
    [
      "pull_request",
      {
        action: "synchronize",
        pull_request: { number: 9, head: { ref: "feature", sha: J }, base: { ref: "main" } },
      },
      [{ kind: "people", pull: 9, head: J, base: "main" }],
    ],
    [
      "pull_request",
      {
        action: "labeled",
        pull_request: { number: 9, head: { ref: "feature", sha: J }, base: { ref: "main" } },
      },
      [],
    ],
    [
      "pull_request",
      {
        action: "closed",
        pull_request: { merged: true, head: { ref: "gza/7-fix" }, base: { ref: "main" } },
      },
      [
        { kind: "task", issue: 7 },
        { kind: "base", branch: "main" },
      ],
    ],
    [
      "pull_request",
      {
        action: "closed",
        pull_request: { merged: false, head: { ref: "gza/7-fix" }, base: { ref: "main" } },
      },
      [{ kind: "task", issue: 7 }],
    ],
    ["pull_request_review", { pull_request: { head: { ref: "gza/7-fix" } } }, [{ kind: "task", issue: 7 }]],
    [
      "pull_request_review_comment",
      { pull_request: { head: { ref: "gza/7-fix" } } },
      [{ kind: "task", issue: 7 }],
    ],
    [
      "pull_request_review_thread",
      { pull_request: { head: { ref: "gza/7-fix" } } },
      [{ kind: "task", issue: 7 }],
    ],
    ["push", { ref: "refs/heads/gza/7-fix" }, [{ kind: "task", issue: 7 }]],
    ["push", { ref: "refs/heads/main" }, [{ kind: "base", branch: "main" }]],
    ["push", { ref: "refs/tags/v1" }, []],
    ["push", { ref: `refs/heads/gh-readonly-queue/main/pr-9-${J}` }, []],
    ["repository", { action: "renamed", changes: { repository: {} } }, [{ kind: "repository" }]],
    ["repository", { action: "unarchived" }, [{ kind: "repository" }]],
    [
      "repository",
      { action: "edited", changes: { default_branch: { from: "main" } } },
      [{ kind: "repository" }],
    ],
    ["repository", { action: "edited", changes: { description: { from: null } } }, []],
    ["repository", { action: "archived" }, []],
    ["check_run", { check_run: { check_suite: { head_branch: "gza/7-fix" } } }, [{ kind: "task", issue: 7 }]],
    ["check_suite", { check_suite: { head_branch: null } }, []],
    [
      "status",
      { branches: [{ name: "gza/7-fix" }, { name: "gza/8" }, { name: "gza/7-fix" }] },
      [
        { kind: "task", issue: 7 },
        { kind: "task", issue: 8 },
      ],
    ],
    [
      "workflow_run",
      { workflow_run: { display_title: `gza 7 ${J}`, head_branch: "main" } },
      [{ kind: "task", issue: 7 }],
    ],
    [
      "workflow_run",
      { workflow_run: { display_title: "ci", head_branch: "gza/7-fix" } },
      [{ kind: "task", issue: 7 }],
    ],
    ["star", {}, []],
    ["constructor", {}, []],
  ])("%s %j", (name, payload, wakes) => {
    const found = wakesOf(name, { ...envelope, ...payload });

    expect(found).toEqual(wakes.map((wake) => ({ ...wake, ...where })));
  });

  test.each([
    ["installation", "created", [{ kind: "installation", installation: 3 }]],
    ["installation_repositories", "added", [{ kind: "installation", installation: 3 }]],
    ["installation", "unsuspend", [{ kind: "installation", installation: 3 }]],
    ["installation", "new_permissions_accepted", [{ kind: "installation", installation: 3 }]],
    ["installation", "suspend", [{ kind: "leaving", installation: 3, repositories: null }]],
    ["installation", "deleted", [{ kind: "leaving", installation: 3, repositories: null }]],
    ["installation_repositories", "removed", [{ kind: "leaving", installation: 3, repositories: [5] }]],
  ])("%s %s", (name, action, wakes) => {
    const found = wakesOf(name, { action, installation: { id: 3 }, repositories_removed: [{ id: 5 }] });

    expect(found).toEqual(wakes);
  });
});

test.each([
  ["issues", null],
  ["issues", { ...envelope, issue: { number: "7" } }],
  ["issues", { issue: { number: 7 } }],
  ["push", { ...envelope, ref: 7 }],
  ["installation", {}],
])("an unknown shape is said, not thrown: %s %j", (name, payload) => {
  const found = wakesOf(name, payload);

  expect(found).toBe("unknown");
});

describe("app.yml", async () => {
  const manifest: unknown = parse(await readFile(join(import.meta.dirname, "../../app.yml"), "utf8"));

  test("subscribes to the events that are read, and to no others", () => {
    expect(manifest).toMatchObject({ default_events: EVENTS });
  });

  test("asks for the permissions of the table, and for no others", () => {
    expect(manifest).toMatchObject({ default_permissions: PERMISSIONS });
    expect(Object.keys((manifest as { default_permissions: object }).default_permissions)).toHaveLength(8);
  });
});
