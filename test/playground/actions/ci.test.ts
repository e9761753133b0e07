/** Workflows on push: green, red, skipped, broken, with their check runs and happenings. */
import { expect, test } from "vitest";
import { jobNamed, logOf, stepsOf, workflowWorld } from "./workflow-world.ts";

const CI = `name: CI
run-name: Check \${{ github.ref_name }} by @\${{ github.actor }}
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - run: sh check.sh
      - name: After
        run: echo after
`;

test("a green check", async () => {
  await using world = await workflowWorld();
  const sha = await world.push({ ".github/workflows/ci.yml": CI, "check.sh": "echo checked $GITHUB_SHA\n" });

  await world.actions.idle();

  const run = world.onlyRun();
  const job = jobNamed(run, "build");
  expect(await logOf(job)).toContain(`checked ${sha}\n`);
  expect(run).toMatchObject({
    title: "Check main by @ada",
    number: 1,
    attempt: 1,
    event: "push",
    headSha: sha,
    status: "completed",
    conclusion: "success",
  });
  expect(stepsOf(job)).toEqual([
    "Set up job: success",
    "Run actions/checkout@v5: success",
    "Run sh check.sh: success",
    "After: success",
    "Post Run actions/checkout@v5: success",
    "Complete job: success",
  ]);
  const [check] = world.repository.checks;
  expect(check).toMatchObject({ name: "build", headSha: sha, status: "completed", conclusion: "success" });
  const told = world.happenings.filter(({ name }) => name.startsWith("workflow_"));
  expect(told.map(({ name, action }) => `${name}.${action}`)).toEqual([
    "workflow_run.requested",
    "workflow_job.queued",
    "workflow_run.in_progress",
    "workflow_job.in_progress",
    "workflow_job.completed",
    "workflow_run.completed",
  ]);
});

test("a red check keeps what comes after from running, but not what is always wanted", async () => {
  await using world = await workflowWorld();
  const steps = `      - if: failure()
        run: echo failed indeed
      - if: always()
        run: |
          echo "still here: \${{ job.status }}" >> "$GITHUB_STEP_SUMMARY"
`;
  await world.push({
    ".github/workflows/ci.yml": CI + steps,
    "check.sh": "echo '::error file=a.ts,line=3::no good'\nexit 3\n",
  });

  await world.actions.idle();

  const job = jobNamed(world.onlyRun(), "build");
  expect(world.onlyRun().conclusion).toBe("failure");
  expect(stepsOf(job).slice(2, 6)).toEqual([
    "Run sh check.sh: failure",
    "After: skipped",
    "Run echo failed indeed: success",
    'Run echo "still here: failure" >> "$GITHUB_STEP_SUMMARY": success',
  ]);
  expect(job.summary).toBe("still here: failure\n");
  expect(await logOf(job)).toContain("##[error]Process completed with exit code 3.");
  expect(world.repository.checks[0]).toMatchObject({
    conclusion: "failure",
    annotations: [
      { path: "a.ts", startLine: 3, level: "failure", message: "no good" },
      { path: ".github", message: "Process completed with exit code 3." },
    ],
  });
});

test("a file that the parser refuses gives a run that has failed, with the parser's words", async () => {
  await using world = await workflowWorld();
  await world.push({ ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    steps: []\n" });

  await world.actions.idle();

  expect(world.onlyRun()).toMatchObject({
    name: ".github/workflows/ci.yml",
    conclusion: "failure",
    jobs: [],
    problem: ".github/workflows/ci.yml (Line: 4, Col: 5): Required property is missing: runs-on",
  });
});

test.each([
  ["branches: [main]", "other", 0],
  ["branches: ['feature/**', '!feature/old/**']", "feature/a/b", 1],
  ["branches: ['feature/**', '!feature/old/**']", "feature/old/b", 0],
  ["tags: ['v*']", "other", 0],
  ["paths: ['src/**']", "other", 0],
  ["paths: ['docs/*.md']", "other", 1],
  ["paths-ignore: ['docs/**', '.github/**']", "other", 0],
])("a push filter %s on branch %s starts %d runs", async (filter, branch, runs) => {
  await using world = await workflowWorld();
  const file = `on: {push: {${filter}}}\njobs: {a: {runs-on: x, steps: [{run: 'true'}]}}\n`;
  world.repository.actions.enabled = false;
  await world.push({ ".github/workflows/a.yml": file });
  await world.actions.idle();
  world.repository.actions.enabled = true;
  await world.push({ "docs/a.md": "words" }, branch);

  await world.actions.idle();

  expect(world.repository.runs).toHaveLength(runs);
});
