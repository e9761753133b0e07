/** Workflows of pull requests run on the test merge; one that cannot be merged starts none. */
import { expect, test } from "vitest";
import { resolve } from "../../../src/playground/git/objects.ts";
import { openPull } from "../../../src/playground/pulls.ts";
import { jobNamed, logOf, workflowWorld, type WorkflowWorld } from "./workflow-world.ts";

const FILE = `on: pull_request
jobs:
  check:
    runs-on: x
    steps:
      - uses: actions/checkout@v5
      - run: cat README.md feature.txt; echo "$GITHUB_REF $GITHUB_HEAD_REF $GITHUB_BASE_REF \${{ github.event.action }}"
`;

test("opening and pushing each run what head and base make together", async () => {
  await using world = await workflowWorld();
  await world.push({ "feature.txt": "feature\n" }, "topic");
  await world.push({ ".github/workflows/a.yml": FILE, "README.md": "newer base\n" });
  await world.push({ ".github/workflows/a.yml": FILE }, "topic");

  const number = await open(world);
  await world.actions.idle();
  const head = await world.push({ "feature.txt": "changed\n" }, "topic");
  await world.actions.idle();

  const [first, second, ...others] = world.repository.runs;
  const merge = await resolve(world.repository, `refs/pull/${number}/merge`);
  expect(others).toEqual([]);
  expect(first && (await logOf(jobNamed(first, "check")))).toContain(
    `newer base\nfeature\nrefs/pull/${number}/merge topic main opened\n`,
  );
  expect(second && (await logOf(jobNamed(second, "check")))).toContain("topic main synchronize\n");
  expect(second).toMatchObject({ headSha: head, headBranch: "topic", sha: merge, pullNumber: number });
  expect(world.repository.checks.at(-1)).toMatchObject({ headSha: head, conclusion: "success" });
});

test("a pull request in conflict starts nothing", async () => {
  await using world = await workflowWorld();
  await world.push({ "README.md": "theirs\n", ".github/workflows/a.yml": FILE }, "topic");
  await world.push({ "README.md": "ours\n", ".github/workflows/a.yml": FILE });

  await open(world);
  await world.actions.idle();

  expect(world.repository.runs).toEqual([]);
});

async function open({ world, repository, owner, token }: WorkflowWorld): Promise<number> {
  const issue = await openPull(world, repository, {
    title: "Add a feature",
    body: null,
    head: "topic",
    base: "main",
    draft: false,
    actorId: owner.id,
    token,
  });
  return issue.number;
}
